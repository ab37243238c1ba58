"""Pada t=300,01 s mulai 9 panggilan

kehilangan:
- Ramai di perbatasan jendela: tetap paling banyak rate dalam per detik mana pun
- Sesudah menganggur lima menit, paling banyak rate panggilan mulai sekaligus
"""

import asyncio
import time


class RateLimiter:
    def __init__(self, rate, per=1.0):
        if rate < 1 or per <= 0:
            raise ValueError("rate paling sedikit 1 dan per harus lebih dari 0")
        self.gap = per / rate
        self.next_start = None
        self.lock = asyncio.Lock()

    async def acquire(self):
        async with self.lock:
            if self.next_start is None:
                self.next_start = time.monotonic()
            wait = self.next_start - time.monotonic()
            if wait > 0:
                await asyncio.sleep(wait)
            self.next_start += self.gap

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
