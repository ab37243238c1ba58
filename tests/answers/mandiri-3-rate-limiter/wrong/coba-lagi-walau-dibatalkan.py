"""seharusnya melempar CancelledError

kehilangan:
- Galat lain dan pembatalan keluar tanpa percobaan lagi, dan tidak ada yang tertinggal berjalan
"""

import asyncio
import time
from collections import deque


class RateLimiter:
    def __init__(self, rate, per=1.0):
        if rate < 1 or per <= 0:
            raise ValueError("rate paling sedikit 1 dan per harus lebih dari 0")
        self.rate = rate
        self.per = per
        self.starts = deque(maxlen=rate)
        self.turn = asyncio.Lock()

    async def acquire(self):
        async with self.turn:
            if len(self.starts) == self.rate:
                await asyncio.sleep(self.starts[0] + self.per - time.monotonic())
            self.starts.append(time.monotonic())

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
        except asyncio.CancelledError:
            if attempt == max_attempts:
                raise
