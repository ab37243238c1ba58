"""Pada t=0 s mulai 6 panggilan

kehilangan:
- Tujuh panggilan sekaligus: paling banyak rate yang mulai dalam per detik mana pun
- Ramai di perbatasan jendela: tetap paling banyak rate dalam per detik mana pun
- Pekerjaan yang lama tidak menahan panggilan lain
- Pekerjaan yang cepat tidak mempercepat panggilan lain
- Pemanggil yang dibatalkan mengeluarkan CancelledError dan tidak membuat yang lain macet
- Sesudah menganggur lima menit, paling banyak rate panggilan mulai sekaligus
"""

import asyncio


class RateLimiter:
    def __init__(self, rate, per=1.0):
        if rate < 1 or per <= 0:
            raise ValueError("rate paling sedikit 1 dan per harus lebih dari 0")
        self.semaphore = asyncio.Semaphore(rate)

    async def acquire(self):
        await self.semaphore.acquire()

    async def __aenter__(self):
        await self.semaphore.acquire()
        return self

    async def __aexit__(self, *exc_info):
        self.semaphore.release()


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
