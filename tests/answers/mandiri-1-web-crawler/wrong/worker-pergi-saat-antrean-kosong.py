"""Tidak pernah lebih dari 1 permintaan

kehilangan:
- concurrency permintaan benar-benar berjalan bersamaan
- Tidak ada tempat yang kosong selama masih ada halaman yang menunggu di kedalaman yang sama
- Juga sesudah sempat tidak ada yang menunggu, semua tempat kembali terisi
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
    pages, requested = {}, set()
    depths = {normalize(start, ""): 0}
    queue = asyncio.Queue()
    queue.put_nowait(normalize(start, ""))
    limit = aiohttp.ClientTimeout(total=timeout)

    async def worker():
        while not queue.empty():
            url = queue.get_nowait()
            if url not in requested and len(requested) < max_pages:
                requested.add(url)
                status, hrefs, error = await fetch(session, url)
                links = links_on_site(url, hrefs)
                pages[url] = {"status": status, "depth": depths[url], "links": links, "error": error}
                for link in links:
                    depth = depths[url] + 1
                    if depth <= max_depth and depth < depths.get(link, depth + 1):
                        relax(link, depth)
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
            await asyncio.gather(*workers)
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
