# ruff: noqa: F821 - these are cells of the lesson
# %% exercise-1
async def greet(name, delay):
    await asyncio.sleep(delay)
    return f"Halo, {name}"


# %% exercise-2
async def fetch_all(names):
    return await asyncio.gather(*(fetch_data_async(name, 1) for name in names))


# %% exercise-3
async def load_page(login, profile, messages):
    await login()
    return await asyncio.gather(profile(), messages())
