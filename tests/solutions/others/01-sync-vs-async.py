# ruff: noqa: F811, F821 - these are cells of the lesson
# %% exercise-3: Tanpa login
# kehilangan: Tidak ada yang dimulai sebelum login selesai
async def load_page(login, profile, messages):
    await asyncio.sleep(1)
    return await asyncio.gather(profile(), messages())


# %% exercise-3: Ketiganya bersama-sama
# kehilangan: Tidak ada yang dimulai sebelum login selesai
# kehilangan: Selesai dalam 4 detik
async def load_page(login, profile, messages):
    _, *page = await asyncio.gather(login(), profile(), messages())
    return page


# %% exercise-3: Login ditulis terakhir
# kehilangan: Tidak ada yang dimulai sebelum login selesai
async def load_page(login, profile, messages):
    page = await asyncio.gather(profile(), messages())
    await login()
    return page
