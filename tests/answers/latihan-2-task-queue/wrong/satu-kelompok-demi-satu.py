"""tempat terisi, padahal masih ada

kehilangan:
- Tidak ada worker yang menganggur selama masih ada tugas yang menunggu
- Tugas yang ditambahkan oleh tugas lain juga selesai, oleh semua worker, sebelum run() kembali
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

    async def execute(self, task):
        try:
            self.results[task.number] = True, await task.func(*task.args)
        except asyncio.CancelledError as error:
            if asyncio.current_task().cancelling():
                raise
            self.results[task.number] = False, error
        except Exception as error:
            self.results[task.number] = False, error

    async def run(self):
        self.results = {}
        while not self.queue.empty():
            batch = [self.queue.get_nowait() for _ in range(min(self.num_workers, self.queue.qsize()))]
            async with asyncio.TaskGroup() as group:
                for item in batch:
                    group.create_task(self.execute(item))
        return self.results
