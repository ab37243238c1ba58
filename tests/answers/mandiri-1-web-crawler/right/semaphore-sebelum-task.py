"""TaskGroup per tingkat; semaphore diambil sebelum task dibuat, jadi task tidak pernah menumpuk."""

import asyncio
import contextlib
from urllib.parse import urljoin, urlsplit

import aiohttp


def normalize(base, href):
    with contextlib.suppress(ValueError):
        parts = urlsplit(urljoin(base, href))
        if parts.scheme in ("http", "https") and parts.hostname:
            host = parts.hostname
            if parts.port and (parts.scheme, parts.port) not in [("http", 80), ("https", 443)]:
                host += f":{parts.port}"
            query = f"?{parts.query}" if parts.query else ""
            return f"{parts.scheme}://{host}{parts.path or '/'}{query}"
    return None


async def crawl(start, *, max_pages=100, max_depth=5, concurrency=5, timeout=10.0):
    start = normalize(start, "")
    origin = urlsplit(start).scheme, urlsplit(start).netloc
    pages = {}
    places = asyncio.Semaphore(concurrency)

    async def visit(session, url, depth):
        page = {"status": None, "depth": depth, "links": [], "error": None}
        try:
            async with session.get(url, allow_redirects=False) as response:
                hrefs = []
                if response.status in (301, 302, 303, 307, 308):
                    hrefs = response.headers.getall("Location", [])
                elif response.status == 200 and response.content_type == "text/html":
                    hrefs = find_hrefs(await response.text(errors="ignore"))
                page["status"] = response.status
        except (aiohttp.ClientError, TimeoutError) as error:
            page["error"] = type(error).__name__
            hrefs = []
        finally:
            places.release()
        for href in hrefs:
            link = normalize(url, href)
            if link and (urlsplit(link).scheme, urlsplit(link).netloc) == origin:
                if link not in page["links"]:
                    page["links"].append(link)
        pages[url] = page

    frontier = {start: None}
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=timeout)) as session:
        for depth in range(max_depth + 1):
            room = max_pages - len(pages)
            async with asyncio.TaskGroup() as group:
                for url in list(frontier)[:room]:
                    await places.acquire()
                    group.create_task(visit(session, url, depth))
            frontier = {
                link: None
                for url in frontier
                if url in pages
                for link in pages[url]["links"]
                if link not in pages
            }
    return pages
