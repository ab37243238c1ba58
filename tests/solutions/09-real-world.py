# ruff: noqa: F821 - these are cells of the lesson
# %% exercise-1
async def fetch_pages(urls):
    async def fetch(session, url):
        try:
            async with session.get(url) as response:
                response.raise_for_status()
                return url, await response.text()
        except aiohttp.ClientError:
            return url, None

    async with aiohttp.ClientSession() as session:
        pages = await asyncio.gather(*(fetch(session, url) for url in urls))
    return {url: text for url, text in pages if text is not None}


# %% exercise-2
async def beat(interval, func, times):
    loop = asyncio.get_running_loop()
    start = loop.time()
    for number in range(times):
        await asyncio.sleep(start + number * interval - loop.time())
        await func()
