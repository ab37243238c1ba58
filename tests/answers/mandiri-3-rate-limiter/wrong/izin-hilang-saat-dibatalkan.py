"""Panggilan ke-2 (desa-2) baru mulai pada t=20 s; paling lambat t=10 s.

kehilangan:
- Pembatalan tepat pada saat giliran tiba pun tidak menghanguskan jatah
"""

import asyncio
from collections import deque


class RateLimiter:
    def __init__(self, rate, per=1.0):
        if rate < 1 or per <= 0:
            raise ValueError("rate paling sedikit 1 dan per harus lebih dari 0")
        self.per = per
        self.free = rate
        self.waiting = deque()

    async def acquire(self):
        loop = asyncio.get_running_loop()
        if self.free:
            self.free -= 1
            loop.call_later(self.per, self.give_back)
            return
        ticket = loop.create_future()
        self.waiting.append(ticket)
        await ticket

    def give_back(self):
        while self.waiting:
            ticket = self.waiting.popleft()
            if not ticket.done():
                # Dihitung sebagai mulai, walaupun penunggunya mungkin batal sesaat kemudian.
                ticket.set_result(None)
                asyncio.get_running_loop().call_later(self.per, self.give_back)
                return
        self.free += 1

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
