"""adalah 5; seharusnya 2

kehilangan:
- depth adalah jarak terpendek, walaupun jalan yang lebih panjang lebih cepat
- Halaman dengan 3.000 tautan tidak menjadi ribuan task
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
    pages, known = {}, set()
    places = asyncio.Semaphore(concurrency)

    async def visit(url, depth):
        async with places:
            status, hrefs, error = await fetch(session, url)
        links = links_on_site(url, hrefs)
        pages[url] = {"status": status, "depth": depth, "links": links, "error": error}
        if depth < max_depth:
            async with asyncio.TaskGroup() as group:
                for link in links:
                    if link not in known and len(known) < max_pages:
                        known.add(link)
                        group.create_task(visit(link, depth + 1))

    start = normalize(start, "")
    known.add(start)
    limit = aiohttp.ClientTimeout(total=timeout)
    async with aiohttp.ClientSession(timeout=limit) as session:
        await visit(start, 0)
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
