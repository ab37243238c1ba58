"""galatnya tidak pernah diambil

kehilangan:
- aclose() boleh dipanggil kapan saja: sebelum hasil pertama, dua kali, dan sebelum galat tiba gilirannya
"""

import asyncio
import contextlib
from contextlib import aclosing


async def stop(tasks):
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def pipeline(source, *stages, capacity=10):
    async with contextlib.AsyncExitStack() as stack:
        if not stages:
            await stack.enter_async_context(aclosing(source))
            async for item in source:
                yield item
            return
        *earlier, (function, n) = stages
        items = pipeline(source, *earlier, capacity=capacity)
        stack.push_async_callback(items.aclose)
        started = []
        stack.push_async_callback(stop, started)
        slots = asyncio.Semaphore(n)
        line = asyncio.Queue(capacity + n - 1)

        async def work(item):
            async with slots:
                return await function(item)

        async def fill():
            try:
                async for item in items:
                    started.append(asyncio.create_task(work(item)))
                    await line.put(started[-1])
            except Exception as error:
                failed = asyncio.get_running_loop().create_future()
                failed.set_exception(error)
                await line.put(failed)
            await line.put(None)

        started.append(asyncio.create_task(fill()))
        while (task := await line.get()) is not None:
            result = await task
            started.remove(task)
            yield result
