"""Satu pembagi tugas dengan Semaphore; tiap tugas menjadi task di TaskGroup."""

import asyncio
import heapq


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
        self.heap = []
        self.count = 0
        self.running = 0
        self.news = asyncio.Event()

    async def add_task(self, func, args=(), priority=0):
        heapq.heappush(self.heap, PrioritizedTask(priority, self.count, func, args))
        self.count += 1
        self.news.set()
        return self.count - 1

    async def execute(self, item, slots, results):
        try:
            results[item.number] = True, await item.func(*item.args)
        except asyncio.CancelledError as error:
            if asyncio.current_task().cancelling():
                raise
            results[item.number] = False, error
        except Exception as error:
            results[item.number] = False, error
        finally:
            self.running -= 1
            slots.release()
            self.news.set()

    async def run(self):
        results, slots = {}, asyncio.Semaphore(self.num_workers)
        async with asyncio.TaskGroup() as group:
            while self.heap or self.running:
                if not self.heap:
                    self.news.clear()
                    await self.news.wait()
                    continue
                await slots.acquire()
                item = heapq.heappop(self.heap)
                self.running += 1
                group.create_task(self.execute(item, slots, results))
        return results
