"""Tidak pernah lebih dari 3 tugas berjalan sekaligus; seharusnya sampai 4.

kehilangan:
- num_workers tugas benar-benar berjalan bersamaan
- Tidak ada worker yang menganggur selama masih ada tugas yang menunggu
"""

import asyncio


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
            raise ValueError("num_workers paling sedikit 1")
        self.num_workers = num_workers
        self.queue = asyncio.PriorityQueue()
        self.next_number = 0
        self.results = {}

    async def add_task(self, func, args=(), priority=0):
        number = self.next_number
        self.next_number += 1
        await self.queue.put(PrioritizedTask(priority, number, func, args))
        return number

    async def worker(self):
        while True:
            task = await self.queue.get()
            try:
                self.results[task.number] = True, await task.func(*task.args)
            except asyncio.CancelledError as error:
                if asyncio.current_task().cancelling():
                    raise
                self.results[task.number] = False, error
            except Exception as error:
                self.results[task.number] = False, error
            finally:
                self.queue.task_done()

    async def run(self):
        self.results = {}
        workers = [asyncio.create_task(self.worker()) for _ in range(max(1, self.num_workers - 1))]
        try:
            await self.queue.join()
        finally:
            for worker in workers:
                worker.cancel()
            await asyncio.gather(*workers, return_exceptions=True)
        return self.results
