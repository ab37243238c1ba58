"""heapq milik sendiri; run() menjalankan task dan menunggu dengan asyncio.wait."""

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
            raise ValueError(f"num_workers harus positif, bukan {num_workers}")
        self.num_workers = num_workers
        self.heap = []
        self.count = 0
        self.added = asyncio.Event()

    async def add_task(self, func, args=(), priority=0):
        heapq.heappush(self.heap, PrioritizedTask(priority, self.count, func, args))
        self.count += 1
        self.added.set()
        return self.count - 1

    async def run(self):
        running, results = {}, {}
        wake = None
        try:
            while self.heap or running:
                while self.heap and len(running) < self.num_workers:
                    item = heapq.heappop(self.heap)
                    running[asyncio.ensure_future(item.func(*item.args))] = item.number
                self.added.clear()
                wake = asyncio.ensure_future(self.added.wait())
                await asyncio.wait([*running, wake], return_when=asyncio.FIRST_COMPLETED)
                wake.cancel()
                for task in [task for task in running if task.done()]:
                    number = running.pop(task)
                    if task.cancelled():
                        results[number] = False, asyncio.CancelledError()
                    elif task.exception() is not None:
                        results[number] = False, task.exception()
                    else:
                        results[number] = True, task.result()
        finally:
            rest = [*running, *([wake] if wake else [])]
            for task in rest:
                task.cancel()
            await asyncio.gather(*rest, return_exceptions=True)
        return results
