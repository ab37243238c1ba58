"""padahal dalam 1 detik mana pun paling banyak 3.

kehilangan:
- Tujuh panggilan sekaligus: paling banyak rate yang mulai dalam per detik mana pun
- Ramai di perbatasan jendela: tetap paling banyak rate dalam per detik mana pun
- Pekerjaan yang cepat tidak mempercepat panggilan lain
"""

import asyncio
import time


class RateLimiter:
    def __init__(self, rate, per=1.0):
        if rate < 1 or per <= 0:
            raise ValueError("rate paling sedikit 1 dan per harus lebih dari 0")
        self.rate, self.per = rate, per
        self.tokens = rate
        self.updated = time.monotonic()
        self.lock = asyncio.Lock()

    def refill(self):
        now = time.monotonic()
        self.tokens = min(self.rate, self.tokens + (now - self.updated) * self.rate / self.per)
        self.updated = now

    async def acquire(self):
        async with self.lock:
            self.refill()
            if self.tokens < 1:
                await asyncio.sleep((1 - self.tokens) * self.per / self.rate)
                self.refill()
            self.tokens -= 1

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
