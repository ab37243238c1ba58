"""Menunggu izin pertama limiter kedua, selagi limiter pertama ditunggu, memakan

kehilangan:
- Dua limiter tidak saling memengaruhi
"""

import asyncio
import time
from collections import deque


class RateLimiter:
    locks = {}

    def __init__(self, rate, per=1.0):
        if rate < 1 or per <= 0:
            raise ValueError("rate paling sedikit 1 dan per harus lebih dari 0")
        self.rate, self.per = rate, per
        self.state = self.locks.setdefault((rate, per), {})

    async def acquire(self):
        loop = asyncio.get_running_loop()
        if self.state.get("loop") is not loop:
            self.state.update(loop=loop, turn=asyncio.Lock(), starts=deque(maxlen=self.rate))
        async with self.state["turn"]:
            starts = self.state["starts"]
            if len(starts) == self.rate:
                await asyncio.sleep(starts[0] + self.per - time.monotonic())
            starts.append(time.monotonic())

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
