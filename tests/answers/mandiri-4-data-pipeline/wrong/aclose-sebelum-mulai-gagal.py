"""`aclose()` dua kali, sebelum hasil pertama diminta

kehilangan:
- aclose() boleh dipanggil kapan saja: sebelum hasil pertama, dua kali, dan sebelum galat tiba gilirannya
"""

import asyncio
import collections


class Pipeline:
    def __init__(self, source, stages, capacity):
        self.source = source
        self.stages = [(function, asyncio.Semaphore(n)) for function, n in stages]
        self.room = asyncio.Semaphore(capacity + sum(n for _, n in stages))
        self.line = collections.deque()
        self.arrived = asyncio.Event()
        self.feeder = None
        self.closed = False

    def __aiter__(self):
        return self

    async def travel(self, item):
        for function, place in self.stages:
            async with place:
                item = await function(item)
        return item

    async def feed(self):
        try:
            while True:
                await self.room.acquire()
                try:
                    item = await anext(self.source)
                except StopAsyncIteration:
                    return
                self.line.append(asyncio.create_task(self.travel(item)))
                self.arrived.set()
        finally:
            self.arrived.set()

    async def __anext__(self):
        if self.closed:
            raise StopAsyncIteration
        if self.feeder is None:
            self.feeder = asyncio.create_task(self.feed())
        try:
            while not self.line:
                if self.feeder.done():
                    self.feeder.result()
                    self.closed = True
                    raise StopAsyncIteration
                self.arrived.clear()
                await self.arrived.wait()
            await asyncio.wait([self.line[0]])
            result = self.line[0].result()
        except StopAsyncIteration:
            raise
        except BaseException:
            await self.aclose()
            raise
        self.line.popleft()
        self.room.release()
        return result

    async def aclose(self):
        if not self.closed:
            self.closed = True
            tasks = [*self.line, self.feeder]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self.source.aclose()


def pipeline(source, *stages, capacity=10):
    return Pipeline(source, stages, capacity)
