# ruff: noqa: F811, F821 - these are cells of the lesson
# %% exercise-3: Galat menjadi hasil
# kehilangan: Bila hotel gagal, galatnya dilempar
# kehilangan: Bila hotel gagal, bus dibatalkan
async def book_all(calls):
    return await asyncio.gather(*(call() for call in calls), return_exceptions=True)


# %% exercise-3: gather, lalu berhentikan
async def book_all(calls):
    tasks = [asyncio.create_task(call()) for call in calls]
    try:
        return await asyncio.gather(*tasks)
    finally:
        await stop(tasks)
