"""baru mulai pada

kehilangan:
- Yang dibatalkan tidak memakai jatah: yang lain mulai secepat seandainya ia tidak pernah meminta
- Pembatalan tepat pada saat giliran tiba pun tidak menghanguskan jatah
"""

import asyncio
import time


class RateLimiter:
    def __init__(self, rate, per=1.0):
        if rate < 1 or per <= 0:
            raise ValueError("rate paling sedikit 1 dan per harus lebih dari 0")
        self.gap = per / rate
        self.next_start = float("-inf")

    async def acquire(self):
        now = time.monotonic()
        start = max(self.next_start, now)
        self.next_start = start + self.gap
        await asyncio.sleep(start - now)

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
