"""Condition dengan nomor antrean dan wait_for berbatas waktu."""

import asyncio
import time
from collections import deque


class RateLimiter:
    def __init__(self, rate, per=1.0):
        if rate < 1 or per <= 0:
            raise ValueError("rate paling sedikit 1 dan per harus lebih dari 0")
        self.rate, self.per = rate, per
        self.starts = deque()
        self.line = deque()
        self.changed = asyncio.Condition()

    async def acquire(self):
        async with self.changed:
            ticket = object()
            self.line.append(ticket)
            try:
                while True:
                    await self.changed.wait_for(lambda: self.line[0] is ticket)
                    now = time.monotonic()
                    while self.starts and now - self.starts[0] >= self.per - 1e-9:
                        self.starts.popleft()
                    if len(self.starts) < self.rate:
                        self.starts.append(now)
                        return
                    try:
                        async with asyncio.timeout(self.starts[0] + self.per - now):
                            await self.changed.wait()
                    except TimeoutError:
                        pass
            finally:
                self.line.remove(ticket)
                self.changed.notify_all()

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
