"""Pekerjaan di fungsi modul dan asynccontextmanager; kelasnya hanya pintu."""

import asyncio
import contextlib
from collections import deque


async def wait_for_turn(state):
    async with state["lock"]:
        loop = asyncio.get_running_loop()
        while len(state["starts"]) >= state["rate"]:
            wait = state["starts"][0] + state["per"] - loop.time()
            if wait <= 0:
                state["starts"].popleft()
            else:
                await asyncio.sleep(wait)
        state["starts"].append(loop.time())


class RateLimiter(contextlib.AbstractAsyncContextManager):
    def __init__(self, rate, per=1.0):
        if rate < 1 or per <= 0:
            raise ValueError("rate paling sedikit 1 dan per harus lebih dari 0")
        self.state = {"rate": rate, "per": per, "starts": deque(), "lock": asyncio.Lock()}

    async def acquire(self):
        await wait_for_turn(self.state)
        return True

    async def __aenter__(self):
        await self.acquire()

    async def __aexit__(self, *exc_info):
        pass


async def call_api(limiter, func, *, max_attempts=5):
    if max_attempts < 1:
        raise ValueError("max_attempts paling sedikit 1")
    refusal = None
    for _ in range(max_attempts):
        if refusal is not None:
            await asyncio.sleep(refusal.retry_after)
        await limiter.acquire()
        try:
            return await func()
        except TooManyRequests as error:
            refusal = error
    raise refusal
