# ruff: noqa: F821 - these are cells of the lesson
# %% exercise-1
async def split(coroutines):
    results = await asyncio.gather(*coroutines, return_exceptions=True)
    values = [result for result in results if not isinstance(result, BaseException)]
    return values, [result for result in results if isinstance(result, BaseException)]


# %% exercise-2
async def retry(func, attempts):
    for attempt in range(1, attempts + 1):
        try:
            return await func()
        except ConnectionError:
            if attempt == attempts:
                raise
            await asyncio.sleep(1)


# %% exercise-3
async def work_with_log(work, log):
    try:
        await work()
    except asyncio.CancelledError:
        log.append("dibatalkan")
        raise
