# ruff: noqa: F811, F821 - these are cells of the lesson
# %% exercise-3: Menunggu nilai keempat
# kehilangan: Kembali begitu nilai ketiga ada
async def take(source, n):
    values = []
    async with aclosing(source):
        async for value in source:
            if len(values) == n:
                break
            values.append(value)
    return values


# %% exercise-3: Dengan anext
async def take(source, n):
    async with aclosing(source):
        return [await anext(source) for _ in range(n)]
