# ruff: noqa: F811, F821 - these are cells of the lesson
# %% exercise-1: Satu task untuk setiap butir
# kehilangan: Tiga task mengerjakan semuanya
async def process_all(items, work, workers):
    sem = asyncio.Semaphore(workers)

    async def one(item):
        async with sem:
            await work(item)

    await asyncio.gather(*(one(item) for item in items))


# %% exercise-1: join, lalu cancel
async def process_all(items, work, workers):
    queue = asyncio.Queue()
    for item in items:
        queue.put_nowait(item)

    async def take_turns():
        while True:
            await work(await queue.get())
            queue.task_done()

    tasks = [asyncio.create_task(take_turns()) for _ in range(workers)]
    await queue.join()
    await stop(tasks)


# %% exercise-1: Satu iterator untuk semua
async def process_all(items, work, workers):
    remaining = iter(items)

    async def take_turns():
        for item in remaining:
            await work(item)

    await asyncio.gather(*(take_turns() for _ in range(workers)))


# %% exercise-3: Tanpa bertanya kepada bank
# kehilangan: Setiap penarikan yang berhasil ditanyakan dulu kepada bank
class Account:
    def __init__(self, balance, confirm):
        self.balance = balance
        self.confirm = confirm

    async def withdraw(self, amount):
        if self.balance < amount:
            return False
        self.balance -= amount
        return True


# %% exercise-3: Bertanya sesudah mengurangi
# kehilangan: Setiap penarikan yang berhasil ditanyakan dulu kepada bank
class Account:
    def __init__(self, balance, confirm):
        self.balance = balance
        self.confirm = confirm

    async def withdraw(self, amount):
        if self.balance < amount:
            return False
        self.balance -= amount
        await self.confirm()
        return True


# %% exercise-3: Memeriksa lagi sesudah bertanya
class Account:
    def __init__(self, balance, confirm):
        self.balance = balance
        self.confirm = confirm

    async def withdraw(self, amount):
        if self.balance < amount:
            return False
        await self.confirm()
        if self.balance < amount:
            return False
        self.balance -= amount
        return True
