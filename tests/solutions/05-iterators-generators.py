# ruff: noqa: F821 - these are cells of the lesson
# %% exercise-1
async def ticks(n, interval):
    for tick in range(1, n + 1):
        await asyncio.sleep(interval)
        yield tick


# %% exercise-2
async def read_all(get_page):
    number = 1
    while items := await get_page(number):
        for item in items:
            yield item
        number += 1


# %% exercise-3
async def take(source, n):
    values = []
    async with aclosing(source):
        async for value in source:
            values.append(value)
            if len(values) == n:
                break
    return values
