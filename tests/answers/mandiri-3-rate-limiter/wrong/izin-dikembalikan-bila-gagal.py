"""Bila badannya gagal, panggilan ke-

kehilangan:
- Galat dan pembatalan di dalam async with keluar apa adanya dan tidak mengubah giliran
"""

import asyncio
from collections import deque


class RateLimiter:
    def __init__(self, rate, per=1.0):
        if rate < 1 or per <= 0:
            raise ValueError("rate paling sedikit 1 dan per harus lebih dari 0")
        self.per = per
        self.permits = asyncio.Semaphore(rate)
        self.timers = deque()

    async def acquire(self):
        await self.permits.acquire()
        self.timers.append(asyncio.get_running_loop().call_later(self.per, self.give_back))

    def give_back(self):
        self.timers.popleft()
        self.permits.release()

    async def __aenter__(self):
        await self.acquire()

    async def __aexit__(self, exc_type, exc, traceback):
        if exc_type is not None and self.timers:
            # Panggilan yang gagal "tidak dihitung".
            self.timers.pop().cancel()
            self.permits.release()


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
