"""Condition dan heap: worker menunggu sampai ada tugas atau semuanya selesai."""

import asyncio
import heapq
import itertools


class PrioritizedTask:
    def __init__(self, priority, number, func, args=()):
        self.priority = priority
        self.number = number
        self.func = func
        self.args = args

    def __lt__(self, other):
        return (self.priority, self.number) < (other.priority, other.number)


class AsyncTaskQueue:
    def __init__(self, num_workers=3):
        if num_workers < 1:
            raise ValueError("num_workers")
        self.num_workers = num_workers
        self.waiting = []
        self.numbers = itertools.count()
        self.changed = asyncio.Condition()
        self.unfinished = 0

    async def add_task(self, func, args=(), priority=0):
        async with self.changed:
            number = next(self.numbers)
            heapq.heappush(self.waiting, PrioritizedTask(priority, number, func, args))
            self.unfinished += 1
            self.changed.notify()
        return number

    async def worker(self, results):
        while True:
            async with self.changed:
                await self.changed.wait_for(lambda: self.waiting or self.unfinished == 0)
                if not self.waiting:
                    return
                item = heapq.heappop(self.waiting)
            inner = asyncio.ensure_future(item.func(*item.args))
            try:
                await asyncio.wait([inner])
            except asyncio.CancelledError:
                inner.cancel()
                await asyncio.gather(inner, return_exceptions=True)
                raise
            if inner.cancelled():
                results[item.number] = False, asyncio.CancelledError()
            elif inner.exception():
                results[item.number] = False, inner.exception()
            else:
                results[item.number] = True, inner.result()
            async with self.changed:
                self.unfinished -= 1
                self.changed.notify_all()

    async def run(self):
        results = {}
        async with asyncio.TaskGroup() as group:
            for _ in range(self.num_workers):
                group.create_task(self.worker(results))
        return results
