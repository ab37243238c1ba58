# ruff: noqa: F811, F821 - these are cells of the lesson
# %% exercise-1: Satu sesi untuk setiap alamat
# kehilangan: Satu sesi untuk semuanya
async def fetch_pages(urls):
    async def fetch(url):
        async with aiohttp.ClientSession() as session, session.get(url) as response:
            return url, await response.text() if response.ok else None

    pages = await asyncio.gather(*(fetch(url) for url in urls))
    return {url: text for url, text in pages if text is not None}


# %% exercise-1: Sesi yang tidak ditutup
# kehilangan: Tidak ada yang tertinggal terbuka
async def fetch_pages(urls):
    session = aiohttp.ClientSession()

    async def fetch(url):
        async with session.get(url) as response:
            return url, await response.text() if response.ok else None

    pages = await asyncio.gather(*(fetch(url) for url in urls))
    return {url: text for url, text in pages if text is not None}


# %% exercise-1: TaskGroup, dan kamus yang diisi
async def fetch_pages(urls):
    pages = {}

    async def fetch(session, url):
        async with session.get(url) as response:
            if response.status == 200:
                pages[url] = await response.text()

    async with aiohttp.ClientSession() as session, asyncio.TaskGroup() as group:
        for url in urls:
            group.create_task(fetch(session, url))
    return pages


# %% exercise-2: Tidak menunggu panggilan terakhir
# kehilangan: Kembali segera sesudah yang terakhir
async def beat(interval, func, times):
    loop = asyncio.get_running_loop()
    start = loop.time()
    for number in range(times):
        await asyncio.sleep(start + number * interval - loop.time())
        task = asyncio.create_task(func())
    return task


# %% exercise-2: Tidur juga sesudah yang terakhir
# kehilangan: Kembali segera sesudah yang terakhir
async def beat(interval, func, times):
    loop = asyncio.get_running_loop()
    start = loop.time()
    for number in range(1, times + 1):
        await func()
        await asyncio.sleep(start + number * interval - loop.time())
