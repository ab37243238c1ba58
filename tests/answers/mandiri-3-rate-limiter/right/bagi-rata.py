"""Pembagian rata: satu panggilan tiap per / rate detik, dengan jam monotonik."""

import asyncio
import time


class RateLimiter:
    def __init__(self, rate, per=1.0):
        if rate < 1 or per <= 0:
            raise ValueError("rate paling sedikit 1 dan per harus lebih dari 0")
        self.gap = per / rate
        self.next_start = float("-inf")
        self.lock = asyncio.Lock()

    async def acquire(self):
        async with self.lock:
            wait = self.next_start - time.monotonic()
            if wait > 0:
                await asyncio.sleep(wait)
            self.next_start = max(self.next_start, time.monotonic()) + self.gap

    async def __aenter__(self):
        await self.acquire()
        return self

    async def __aexit__(self, *exc_info):
        return None


async def call_api(limiter, func, *, max_attempts=5):
    if max_attempts < 1:
        raise ValueError("max_attempts paling sedikit 1")
    try:
        async with limiter:
            return await func()
    except TooManyRequests as error:
        if max_attempts == 1:
            raise
        wait = error.retry_after
    await asyncio.sleep(wait)
    return await call_api(limiter, func, max_attempts=max_attempts - 1)
