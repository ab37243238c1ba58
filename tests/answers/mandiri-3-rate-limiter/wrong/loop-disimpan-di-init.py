"""ketika tidak ada event loop yang berjalan melempar RuntimeError('no running event loop')

kehilangan:
- Limiter boleh dibuat sebelum event loop berjalan, dan dipakai lagi di event loop berikutnya
"""

import asyncio
from collections import deque


class RateLimiter:
    def __init__(self, rate, per=1.0):
        if rate < 1 or per <= 0:
            raise ValueError("rate paling sedikit 1 dan per harus lebih dari 0")
        self.rate = rate
        self.per = per
        self.starts = deque(maxlen=rate)
        self.turn = asyncio.Lock()
        self.loop = asyncio.get_running_loop()

    async def acquire(self):
        async with self.turn:
            if len(self.starts) == self.rate:
                await asyncio.sleep(self.starts[0] + self.per - self.loop.time())
            self.starts.append(self.loop.time())

    async def __aenter__(self):
        await self.acquire()
        return self

    async def __aexit__(self, *exc_info):
        return None


async def call_api(limiter, func, *, max_attempts=5):
    if max_attempts < 1:
        raise ValueError("max_attempts paling sedikit 1")
    for attempt in range(1, max_attempts + 1):
        try:
            async with limiter:
                return await func()
        except TooManyRequests as error:
            if attempt == max_attempts:
                raise
            await asyncio.sleep(error.retry_after)
