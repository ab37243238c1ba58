"""Diminta lebih dari sekali

kehilangan:
- Setiap halaman diminta tepat satu kali, walaupun banyak tautan menuju ke sana
- Nama yang berbeda untuk halaman yang sama dikenali; `?…` yang berbeda adalah halaman yang berbeda
- Permintaannya tepat max_pages, juga bila banyak yang berjalan bersamaan
- depth adalah jarak terpendek, walaupun jalan yang lebih panjang lebih cepat
"""

import asyncio
from urllib.parse import urljoin, urlsplit, urlunsplit

import aiohttp


def normalize(base, href):
    try:
        parts = urlsplit(urljoin(base, href))
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host:
        return None
    if port not in (None, {"http": 80, "https": 443}[parts.scheme]):
        host = f"{host}:{port}"
    return urlunsplit((parts.scheme, host, parts.path or "/", parts.query, ""))


async def crawl(start, *, max_pages=100, max_depth=5, concurrency=5, timeout=10.0):
    pages, requested = {}, []
    depths = {normalize(start, ""): 0}
    queue = asyncio.Queue()
    queue.put_nowait(normalize(start, ""))
    limit = aiohttp.ClientTimeout(total=timeout)

    async def worker():
        while True:
            url = await queue.get()
            if url not in pages and len(requested) < max_pages:
                requested.append(url)
                status, hrefs, error = await fetch(session, url)
                links = links_on_site(url, hrefs)
                pages[url] = {"status": status, "depth": depths[url], "links": links, "error": error}
                for link in links:
                    depth = depths[url] + 1
                    if depth <= max_depth and link not in pages:
                        depths[link] = min(depth, depths.get(link, depth))
                        queue.put_nowait(link)
            queue.task_done()

    def relax(link, depth):
        depths[link] = depth
        if link not in pages:
            queue.put_nowait(link)
            return
        pages[link]["depth"] = depth
        for further in pages[link]["links"]:
            if depth < max_depth and depth + 1 < depths.get(further, depth + 2):
                relax(further, depth + 1)

    async with aiohttp.ClientSession(timeout=limit) as session:
        workers = [asyncio.create_task(worker()) for _ in range(concurrency)]
        try:
            await queue.join()
        finally:
            for task in workers:
                task.cancel()
            await asyncio.gather(*workers, return_exceptions=True)
    return pages


async def fetch(session, url):
    try:
        async with session.get(url, allow_redirects=False) as response:
            hrefs = []
            if response.status in (301, 302, 303, 307, 308):
                hrefs = response.headers.getall("Location", [])
            elif response.status == 200 and response.content_type == "text/html":
                hrefs = find_hrefs(await response.text(errors="replace"))
            return response.status, hrefs, None
    except (aiohttp.ClientError, TimeoutError) as error:
        return None, [], f"{type(error).__name__}: {error}"


def links_on_site(url, hrefs):
    links = filter(None, (normalize(url, href) for href in hrefs))
    return list(dict.fromkeys(link for link in links if urlsplit(link)[:2] == urlsplit(url)[:2]))
