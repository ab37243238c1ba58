# ruff: noqa: F821 - these are cells of the lesson
# %% exercise-1
async def fastest(calls):
    tasks = [asyncio.create_task(call()) for call in calls]
    done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    await stop(pending)
    return done.pop().result()


# %% exercise-2
async def fetch_within(calls, limit):
    async def one(call):
        try:
            async with asyncio.timeout(limit):
                return await call()
        except TimeoutError:
            return None

    return await asyncio.gather(*(one(call) for call in calls))


# %% exercise-3
async def book_all(calls):
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(call()) for call in calls]
    return [task.result() for task in tasks]
