"""belum selesai dibereskan

kehilangan:
- Galat lain dan pembatalan keluar tanpa percobaan lagi, dan tidak ada yang tertinggal berjalan
"""

import asyncio
import time
from collections import deque


class RateLimiter:
    def __init__(self, rate, per=1.0):
        if rate < 1 or per <= 0:
            raise ValueError
        self.per = per
        self.times = deque(maxlen=rate)
        self.lock = asyncio.Lock()

    async def acquire(self):
        async with self.lock:
            if len(self.times) == self.times.maxlen:
                wait = self.times[0] + self.per - time.monotonic()
                if wait > 0:
                    await asyncio.sleep(wait)
            self.times.append(time.monotonic())

    async def __aenter__(self):
        await self.acquire()

    async def __aexit__(self, *exc):
        return None


async def call_api(limiter, func, *, max_attempts=5):
    if max_attempts < 1:
        raise ValueError
    for attempt in range(1, max_attempts + 1):
        await limiter.acquire()
        task = asyncio.ensure_future(func())
        try:
            await asyncio.wait([task])
            return task.result()
        except TooManyRequests as error:
            if attempt == max_attempts:
                raise
            await asyncio.sleep(error.retry_after)
        except asyncio.CancelledError:
            task.cancel()
            raise
