"""Queue berisi izin; sebuah task mengembalikan tiap izin sesudah per detik."""

import asyncio


class RateLimiter:
    def __init__(self, rate, per=1.0):
        if rate < 1 or per <= 0:
            raise ValueError("rate paling sedikit 1 dan per harus lebih dari 0")
        self.per = per
        self.permits = asyncio.Queue()
        for number in range(rate):
            self.permits.put_nowait(number)
        self.returning = set()

    async def acquire(self):
        permit = await self.permits.get()
        task = asyncio.create_task(self.bring_back(permit))
        self.returning.add(task)
        task.add_done_callback(self.returning.discard)

    async def bring_back(self, permit):
        await asyncio.sleep(self.per)
        self.permits.put_nowait(permit)

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
