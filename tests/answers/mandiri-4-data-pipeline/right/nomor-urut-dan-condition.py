"""Nomor urut, rak hasil, dan Condition; worker memilih sendiri pekerjaannya."""

import asyncio
import collections


class Line:
    def __init__(self, source, stages, capacity):
        self.source, self.stages = source, stages
        self.room = capacity + sum(n for _, n in stages)
        self.waiting = [collections.deque() for _ in stages]
        self.shelf = {}
        self.next_in = self.next_out = 0
        self.end = None
        self.changed = asyncio.Condition()

    async def tell(self, change):
        async with self.changed:
            change()
            self.changed.notify_all()

    async def wait(self, ready):
        async with self.changed:
            await self.changed.wait_for(ready)

    def pass_on(self, level, number, item):
        if level < len(self.stages):
            self.waiting[level].append((number, item))
        else:
            self.shelf[number] = (True, item)

    async def read(self):
        failure = None
        try:
            while True:
                await self.wait(lambda: self.next_in - self.next_out < self.room)
                item = await anext(self.source)
                number, self.next_in = self.next_in, self.next_in + 1
                await self.tell(lambda number=number, item=item: self.pass_on(0, number, item))
        except StopAsyncIteration:
            pass
        except Exception as error:
            failure = error
        await self.tell(lambda: setattr(self, "end", (failure,)))

    async def work(self, level):
        function = self.stages[level][0]
        while True:
            async with self.changed:
                await self.changed.wait_for(lambda: self.waiting[level])
                number, item = self.waiting[level].popleft()
            try:
                result = await function(item)
            except Exception as error:
                await self.tell(lambda error=error: self.shelf.__setitem__(number, (False, error)))
            else:
                await self.tell(lambda: self.pass_on(level + 1, number, result))

    def finished(self):
        return self.end is not None and self.next_out == self.next_in


async def pipeline(source, *stages, capacity=10):
    line = Line(source, stages, capacity)
    tasks = [asyncio.create_task(line.read())]
    tasks += [
        asyncio.create_task(line.work(level))
        for level, (_, n) in enumerate(stages)
        for _ in range(n)
    ]
    try:
        while True:
            await line.wait(lambda: line.next_out in line.shelf or line.finished())
            if line.finished():
                if line.end[0] is not None:
                    raise line.end[0]
                return
            ok, result = line.shelf.pop(line.next_out)
            if not ok:
                raise result

            def leave():
                line.next_out += 1

            await line.tell(leave)
            yield result
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await source.aclose()
