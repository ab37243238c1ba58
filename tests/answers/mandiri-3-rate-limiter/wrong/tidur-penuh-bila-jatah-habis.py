"""baru mulai pada

kehilangan:
- Panggilan yang datang kapan saja: tidak ada yang lebih lambat daripada pembagian rata
- Yang dibatalkan tidak memakai jatah: yang lain mulai secepat seandainya ia tidak pernah meminta
- Pembatalan tepat pada saat giliran tiba pun tidak menghanguskan jatah
"""

import asyncio


class RateLimiter:
    def __init__(self, rate, per=1.0):
        if rate < 1 or per <= 0:
            raise ValueError("rate paling sedikit 1 dan per harus lebih dari 0")
        self.rate, self.per = rate, per
        self.left = rate
        self.lock = asyncio.Lock()

    async def acquire(self):
        async with self.lock:
            if self.left == 0:
                await asyncio.sleep(self.per)
                self.left = self.rate
            self.left -= 1

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
