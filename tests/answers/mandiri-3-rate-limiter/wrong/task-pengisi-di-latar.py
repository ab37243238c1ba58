"""Kebuntuan (deadlock) pada t=60,01 s

kehilangan:
- Limiter boleh dibuat sebelum event loop berjalan, dan dipakai lagi di event loop berikutnya
"""

import asyncio
import time


class RateLimiter:
    def __init__(self, rate, per=1.0):
        if rate < 1 or per <= 0:
            raise ValueError("rate paling sedikit 1 dan per harus lebih dari 0")
        self.per = per
        self.permits = asyncio.Semaphore(rate)
        self.used = asyncio.Queue()
        self.refill = None

    async def acquire(self):
        if self.refill is None:
            self.refill = asyncio.create_task(self.refilling())
        await self.permits.acquire()
        self.used.put_nowait(time.monotonic())

    async def refilling(self):
        while True:
            start = await self.used.get()
            await asyncio.sleep(start + self.per - time.monotonic())
            self.permits.release()

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
