"""yang dipanggil sekaligus

kehilangan:
- Setiap percobaan meminta izin limiter dan mulai begitu izin itu didapat
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


_kunci = {}

async def call_api(limiter, func, *, max_attempts=5):
    if max_attempts < 1:
        raise ValueError
    kunci = _kunci.setdefault(id(limiter), asyncio.Lock())
    for attempt in range(1, max_attempts + 1):
        try:
            async with kunci:
                async with limiter:
                    return await func()
        except TooManyRequests as error:
            if attempt == max_attempts:
                raise
            await asyncio.sleep(error.retry_after)
