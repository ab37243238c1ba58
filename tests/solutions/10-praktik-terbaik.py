# ruff: noqa: F821 - these are cells of the lesson
# %% exercise-1
async def fetch_all(func, items, limit, seconds):
    semaphore = asyncio.Semaphore(limit)

    async def fetch(item):
        async with semaphore:
            try:
                async with asyncio.timeout(seconds):
                    return await func(item)
            except TimeoutError:
                return None

    return await asyncio.gather(*(fetch(item) for item in items))


# %% exercise-2
async def query_all(query, names):
    results = await asyncio.gather(*(asyncio.to_thread(query, name) for name in names))
    return dict(zip(names, results))
