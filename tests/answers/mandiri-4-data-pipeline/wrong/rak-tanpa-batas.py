"""hasilnya belum diterima pemakai); batasnya 31.

kehilangan:
- Bila satu butir macet, butir sesudahnya tidak menumpuk di belakangnya
"""

import asyncio
from contextlib import aclosing


async def run_stage(source, function, n, capacity):
    """Worker mengambil sendiri dari source; hasil yang belum gilirannya disimpan di rak."""
    shelf = {}
    output = asyncio.Queue(capacity)
    lock = asyncio.Lock()
    next_in = 0
    turn = 0
    end = None

    async def work():
        nonlocal next_in, turn, end
        while end is None:
            async with lock:
                if end is not None:
                    return
                try:
                    item = await anext(source)
                except StopAsyncIteration:
                    end = next_in
                    outcome = None
                except Exception as error:
                    end = next_in
                    outcome = False, error
                number, next_in = next_in, next_in + 1
            if end is None or number < end:
                try:
                    outcome = True, await function(item)
                except Exception as error:
                    outcome = False, error
            shelf[number] = outcome
            while turn in shelf:
                ready = shelf.pop(turn)
                turn += 1
                await output.put(ready)

    workers = [asyncio.create_task(work()) for _ in range(n)]
    try:
        while (outcome := await output.get()) is not None:
            ok, value = outcome
            if not ok:
                raise value
            yield value
    finally:
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
        await source.aclose()


async def pipeline(source, *stages, capacity=10):
    for function, n in stages:
        source = run_stage(source, function, n, capacity)
    async with aclosing(source):
        async for item in source:
            yield item
