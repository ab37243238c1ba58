# ruff: noqa: F811, F821 - these are cells of the lesson
# %% exercise-1: Satu per satu
# kehilangan: Kedua tempat terisi selama masih ada yang menunggu
async def fetch_all(func, items, limit, seconds):
    results = []
    for item in items:
        try:
            async with asyncio.timeout(seconds):
                results.append(await func(item))
        except TimeoutError:
            results.append(None)
    return results


# %% exercise-1: Berkelompok
# kehilangan: Kedua tempat terisi selama masih ada yang menunggu
async def fetch_all(func, items, limit, seconds):
    async def fetch(item):
        try:
            async with asyncio.timeout(seconds):
                return await func(item)
        except TimeoutError:
            return None

    results = []
    for first in range(0, len(items), limit):
        results += await asyncio.gather(*(fetch(item) for item in items[first : first + limit]))
    return results


# %% exercise-1: Batas waktu di luar semaphore
# kehilangan: Yang terlalu lama menjadi None, yang lain lengkap
# kehilangan: Panggilan yang kehabisan waktu benar-benar dihentikan
async def fetch_all(func, items, limit, seconds):
    semaphore = asyncio.Semaphore(limit)

    async def fetch(item):
        try:
            async with asyncio.timeout(seconds), semaphore:
                return await func(item)
        except TimeoutError:
            return None

    return await asyncio.gather(*(fetch(item) for item in items))


# %% exercise-1: Sebanyak limit worker
async def fetch_all(func, items, limit, seconds):
    numbered, results = iter(enumerate(items)), [None] * len(items)

    async def worker():
        for number, item in numbered:
            try:
                async with asyncio.timeout(seconds):
                    results[number] = await func(item)
            except TimeoutError:
                pass

    await asyncio.gather(*(worker() for _ in range(limit)))
    return results
