"""TaskGroup; sesudah join() tiap worker diberi penanda berhenti."""

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
            if task.func is None:
                self.queue.task_done()
                return
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
        async with asyncio.TaskGroup() as group:
            for _ in range(self.num_workers):
                group.create_task(self.worker())
            await self.queue.join()
            for _ in range(self.num_workers):
                await self.queue.put(PrioritizedTask(float("inf"), float("inf"), None))
        return self.results
