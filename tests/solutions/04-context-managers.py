# ruff: noqa: F821 - these are cells of the lesson
# %% exercise-1
class Connection:
    def __init__(self, open_it, close_it):
        self.open_it = open_it
        self.close_it = close_it

    async def __aenter__(self):
        return await self.open_it()

    async def __aexit__(self, exc_type, exc_val, exc_tb):
        await self.close_it()


# %% exercise-2
@asynccontextmanager
async def borrowed(library, title):
    book = await library.borrow(title)
    try:
        yield book
    finally:
        await library.give_back(book)


# %% exercise-3
class Account:
    def __init__(self, balance):
        self.balance = balance
        self.lock = asyncio.Lock()

    async def withdraw(self, amount, ask_bank):
        async with self.lock:
            if self.balance < amount:
                return False
            await ask_bank()
            self.balance -= amount
            return True
