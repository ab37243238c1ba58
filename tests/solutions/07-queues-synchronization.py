# ruff: noqa: F821 - these are cells of the lesson
# %% exercise-1
async def process_all(items, work, workers):
    queue = asyncio.Queue()
    for item in items:
        queue.put_nowait(item)
    for _ in range(workers):
        queue.put_nowait(None)

    async def take_turns():
        while (item := await queue.get()) is not None:
            await work(item)

    async with asyncio.TaskGroup() as group:
        for _ in range(workers):
            group.create_task(take_turns())


# %% exercise-2
async def fetch_limited(calls, limit):
    sem = asyncio.Semaphore(limit)

    async def one(call):
        async with sem:
            return await call()

    return await asyncio.gather(*(one(call) for call in calls))


# %% exercise-3
class Account:
    def __init__(self, balance, confirm):
        self.balance = balance
        self.confirm = confirm
        self.lock = asyncio.Lock()

    async def withdraw(self, amount):
        async with self.lock:
            if self.balance < amount:
                return False
            await self.confirm()
            self.balance -= amount
            return True
