"""Satu pengatur dan sekumpulan pengambil dengan dua Queue; jarak dihitung ulang dari peta tautan setiap ada jawaban."""

import asyncio
import urllib.parse

import aiohttp

REDIRECTS = frozenset({301, 302, 303, 307, 308})


def normalize(base, href):
    try:
        joined, _ = urllib.parse.urldefrag(urllib.parse.urljoin(base, href))
        scheme, netloc, path, query, _ = urllib.parse.urlsplit(joined)
        userless = netloc.lower().rpartition("@")[2]
        host, colon, port = userless.partition(":")
        number = int(port) if port else None
    except ValueError:
        return None
    match scheme, number:
        case ("http", None | 80) | ("https", None | 443):
            where = host
        case ("http" | "https", _):
            where = f"{host}:{number}"
        case _:
            return None
    tail = f"?{query}" if query else ""
    return f"{scheme}://{where}{path or '/'}{tail}" if host else None


def distances(start, pages):
    """Jarak terpendek ke setiap URL yang sudah diketahui."""
    result, frontier = {start: 0}, [start]
    while frontier:
        nearby = []
        for url in frontier:
            for link in pages[url]["links"] if url in pages else ():
                if link not in result:
                    result[link] = result[url] + 1
                    nearby.append(link)
        frontier = nearby
    return result


async def fetcher(session, todo, answers, timeout):
    while True:
        url = await todo.get()
        page = {"status": None, "depth": None, "links": [], "error": None}
        try:
            async with asyncio.timeout(timeout):
                async with session.request("GET", url, allow_redirects=False) as response:
                    hrefs = []
                    if response.status in REDIRECTS:
                        hrefs = [response.headers["Location"]] if "Location" in response.headers else []
                    elif (response.status, response.content_type) == (200, "text/html"):
                        hrefs = find_hrefs((await response.read()).decode(errors="replace"))
                    page["status"] = response.status
            for href in hrefs:
                link = normalize(url, href)
                if link and link.split("/")[:3] == url.split("/")[:3] and link not in page["links"]:
                    page["links"].append(link)
        except TimeoutError:
            page["error"] = "batas waktu terlewati"
        except aiohttp.ClientError as error:
            page["error"] = repr(error)
        await answers.put((url, page))


async def crawl(start, *, max_pages=100, max_depth=5, concurrency=5, timeout=10.0):
    start = normalize(start, "")
    todo, answers = asyncio.Queue(), asyncio.Queue()
    pages, given = {}, set()

    async def manage():
        while True:
            known = distances(start, pages)
            for url, depth in known.items():
                if url in pages:
                    pages[url]["depth"] = depth
                elif depth <= max_depth and url not in given and len(given) < max_pages:
                    given.add(url)
                    todo.put_nowait(url)
            if len(pages) == len(given):
                return pages
            url, page = await answers.get()
            pages[url] = page

    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None)) as session:
        async with asyncio.TaskGroup() as group:
            fetchers = [
                group.create_task(fetcher(session, todo, answers, timeout)) for _ in range(concurrency)
            ]
            result = await manage()
            for task in fetchers:
                task.cancel()
    return result
