"""baru mulai pada t=1 s; paling lambat t=0,5 s.

kehilangan:
- Enam panggilan sekaligus: tidak ada yang lebih lambat daripada pembagian rata
- Panggilan yang datang kapan saja: tidak ada yang lebih lambat daripada pembagian rata
"""

import asyncio
import time


class RateLimiter:
    def __init__(self, rate, per=1.0):
        if rate < 1 or per <= 0:
            raise ValueError("rate paling sedikit 1 dan per harus lebih dari 0")
        self.gap = 2 * per / rate
        self.next_start = float("-inf")
        self.lock = asyncio.Lock()

    async def acquire(self):
        async with self.lock:
            await asyncio.sleep(max(0, self.next_start - time.monotonic()))
            self.next_start = max(self.next_start, time.monotonic()) + self.gap

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
