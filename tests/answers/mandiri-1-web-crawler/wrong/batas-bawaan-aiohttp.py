"""dan jawaban sesudah 400 detik:

kehilangan:
- Batas waktu berlaku sejak diminta sampai isinya terbaca seluruhnya
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
    pages, depth = {}, 0
    level = [normalize(start, "")]
    async with aiohttp.ClientSession() as session:
        while level and depth <= max_depth:
            level = level[: max_pages - len(pages)]
            await visit_level(session, level, depth, pages, concurrency, timeout)
            links = [link for url in level for link in pages[url]["links"]]
            level = [link for link in dict.fromkeys(links) if link not in pages]
            depth += 1
    return pages


async def visit_level(session, urls, depth, pages, concurrency, timeout):
    waiting = iter(urls)

    async def worker():
        for url in waiting:
            status, hrefs, error = await fetch(session, url, timeout)
            links = links_on_site(url, hrefs)
            pages[url] = {"status": status, "depth": depth, "links": links, "error": error}

    async with asyncio.TaskGroup() as group:
        for _ in range(min(concurrency, len(urls))):
            group.create_task(worker())


async def fetch(session, url, timeout):
    try:
        async with (
            asyncio.timeout(timeout),
            session.get(url, allow_redirects=False) as response,
        ):
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
