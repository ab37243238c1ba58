# ruff: noqa: F811, F821 - these are cells of the lesson
# %% exercise-1: Menurut urutan selesai
# kehilangan: Nilai yang berhasil
# kehilangan: Galat, juga pembatalan
async def split(coroutines):
    values, errors = [], []

    async def one(coroutine):
        try:
            values.append(await coroutine)
        except BaseException as error:
            errors.append(error)

    await asyncio.gather(*(one(coroutine) for coroutine in coroutines))
    return values, errors


# %% exercise-1: Satu per satu
# kehilangan: Bersama-sama: 2 detik
async def split(coroutines):
    values, errors = [], []
    for coroutine in coroutines:
        try:
            values.append(await coroutine)
        except BaseException as error:
            errors.append(error)
    return values, errors


# %% exercise-1: Hanya Exception
# kehilangan: Nilai yang berhasil
# kehilangan: Galat, juga pembatalan
async def split(coroutines):
    results = await asyncio.gather(*coroutines, return_exceptions=True)
    values = [result for result in results if not isinstance(result, Exception)]
    return values, [result for result in results if isinstance(result, Exception)]


# %% exercise-2: Tidur juga sesudah percobaan terakhir
# kehilangan: Sesudah 3 percobaan, galatnya keluar
async def retry(func, attempts):
    for _ in range(attempts):
        try:
            return await func()
        except ConnectionError as error:
            last = error
            await asyncio.sleep(1)
    raise last


# %% exercise-3: Mencatat di finally
# kehilangan: Yang selesai atau gagal sendiri tidak dicatat
async def work_with_log(work, log):
    try:
        await work()
    finally:
        log.append("dibatalkan")


# %% exercise-3: Mencatat setiap galat
# kehilangan: Yang selesai atau gagal sendiri tidak dicatat
async def work_with_log(work, log):
    try:
        await work()
    except BaseException:
        log.append("dibatalkan")
        raise
