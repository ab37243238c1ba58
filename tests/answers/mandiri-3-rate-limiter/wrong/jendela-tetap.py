"""padahal dalam 2 detik mana pun paling banyak 5.

kehilangan:
- Ramai di perbatasan jendela: tetap paling banyak rate dalam per detik mana pun
"""

import asyncio
import time


class RateLimiter:
    def __init__(self, rate, per=1.0):
        if rate < 1 or per <= 0:
            raise ValueError("rate paling sedikit 1 dan per harus lebih dari 0")
        self.rate, self.per = rate, per
        self.window = None
        self.count = 0
        self.lock = asyncio.Lock()

    async def acquire(self):
        async with self.lock:
            window = time.monotonic() // self.per
            if window == self.window and self.count == self.rate:
                await asyncio.sleep((window + 1) * self.per - time.monotonic())
                window = time.monotonic() // self.per
            if window != self.window:
                self.window, self.count = window, 0
            self.count += 1

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
