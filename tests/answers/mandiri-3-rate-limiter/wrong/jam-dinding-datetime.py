"""Sesudah jam dinding mundur 10 menit pada t=5 s, panggilan ke-4 mulai pada t=610 s

kehilangan:
- Jam dinding yang meloncat tidak mengubah kapan panggilan mulai
"""

import asyncio
from collections import deque
from datetime import datetime


class RateLimiter:
    def __init__(self, rate, per=1.0):
        if rate < 1 or per <= 0:
            raise ValueError("rate paling sedikit 1 dan per harus lebih dari 0")
        self.rate, self.per = rate, per
        self.starts = deque()
        self.turn = asyncio.Lock()

    async def acquire(self):
        async with self.turn:
            while len(self.starts) == self.rate:
                age = (datetime.now() - self.starts[0]).total_seconds()
                if age >= self.per:
                    self.starts.popleft()
                else:
                    await asyncio.sleep(self.per - age)
            self.starts.append(datetime.now())

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
