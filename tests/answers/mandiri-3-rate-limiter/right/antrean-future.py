"""Antrean future sendiri; satu timer membangunkan yang terdepan."""

import asyncio
from collections import deque


class RateLimiter:
    def __init__(self, rate, per=1.0):
        if rate < 1 or per <= 0:
            raise ValueError("rate paling sedikit 1 dan per harus lebih dari 0")
        self.rate, self.per = rate, per
        self.free = rate
        self.waiting = deque()

    async def acquire(self):
        if self.free == 0 or self.waiting:
            ticket = asyncio.get_running_loop().create_future()
            self.waiting.append(ticket)
            try:
                await ticket
            except asyncio.CancelledError:
                if ticket.done() and not ticket.cancelled():
                    # Izin sudah diberikan tetapi tidak jadi dipakai: teruskan.
                    self.give_back()
                else:
                    self.waiting.remove(ticket)
                raise
        else:
            self.free -= 1
        asyncio.get_running_loop().call_later(self.per, self.give_back)

    def give_back(self):
        while self.waiting:
            ticket = self.waiting.popleft()
            if not ticket.done():
                ticket.set_result(None)
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
