# ruff: noqa: F821 - these are cells of the lesson
# %% exercise-1
async def run_all(jobs):
    tasks = [asyncio.create_task(job()) for job in jobs]
    return [await task for task in tasks]


# %% exercise-2
async def collect(jobs):
    tasks = [asyncio.create_task(job()) for job in jobs]
    results = []
    for task in tasks:
        try:
            results.append(await task)
        except Exception as error:
            results.append(error)
    return results


# %% exercise-3
async def stop(task):
    task.cancel()
    await asyncio.wait([task])
