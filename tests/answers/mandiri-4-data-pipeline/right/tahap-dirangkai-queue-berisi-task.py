"""Satu async generator tiap tahap, dirangkai; tiap tahap punya Queue berisi task."""

import asyncio
from contextlib import aclosing


async def run_stage(source, function, n, capacity):
    places = asyncio.Semaphore(n)
    tasks = asyncio.Queue(capacity)
    alive = []

    async def work(item):
        async with places:
            return await function(item)

    async def feed():
        async with aclosing(source):
            async for item in source:
                await places.acquire()  # jangan mengambil butir lagi sebelum ada tempat
                places.release()
                task = asyncio.create_task(work(item))
                alive.append(task)
                await tasks.put(task)

    async def fill():
        try:
            await feed()
        except Exception as error:
            await tasks.put(error)
        else:
            await tasks.put(None)

    filler = asyncio.create_task(fill())
    try:
        while True:
            task = await tasks.get()
            if task is None:
                return
            if isinstance(task, Exception):
                raise task
            result = await task
            alive.remove(task)
            yield result
    finally:
        filler.cancel()
        for task in alive:
            task.cancel()
        await asyncio.gather(filler, *alive, return_exceptions=True)
        await source.aclose()


async def pipeline(source, *stages, capacity=10):
    for function, n in stages:
        source = run_stage(source, function, n, capacity)
    try:
        async for item in source:
            yield item
    finally:
        await source.aclose()
