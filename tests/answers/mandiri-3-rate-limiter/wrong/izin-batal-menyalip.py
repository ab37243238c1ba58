"""Urutan mulai mereka yang tidak dibatalkan: urutan ke-4 adalah

kehilangan:
- Yang dibatalkan tidak memakai jatah: yang lain mulai secepat seandainya ia tidak pernah meminta
"""

import asyncio
import time


class RateLimiter:
    def __init__(self, rate, per=1.0):
        if rate < 1 or per <= 0:
            raise ValueError("rate paling sedikit 1 dan per harus lebih dari 0")
        self.per = per
        self.free_from = asyncio.Queue()
        for _ in range(rate):
            self.free_from.put_nowait(float("-inf"))

    async def acquire(self):
        moment = await self.free_from.get()
        try:
            if moment > time.monotonic():
                await asyncio.sleep(moment - time.monotonic())
        except asyncio.CancelledError:
            # Izinnya diambil penunggu terakhir di antrean, bukan yang berikutnya.
            self.free_from.put_nowait(moment)
            raise
        self.free_from.put_nowait(time.monotonic() + self.per)

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
