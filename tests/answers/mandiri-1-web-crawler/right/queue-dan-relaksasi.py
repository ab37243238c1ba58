"""Worker bebas di Queue; bila jalan yang lebih pendek ditemukan kemudian, jaraknya dihitung ulang."""

import asyncio
from urllib.parse import urldefrag, urljoin, urlsplit

import aiohttp

PORTS = {"http": "80", "https": "443"}


def normalize(base, href):
    try:
        url = urlsplit(urldefrag(urljoin(base, href)).url)
        url.port
    except ValueError:
        return None
    if url.scheme not in PORTS or not url.netloc:
        return None
    netloc = url.netloc.lower().removesuffix(":" + PORTS[url.scheme])
    return url._replace(netloc=netloc, path=url.path or "/").geturl()


def same_site(one, other):
    one, other = urlsplit(one), urlsplit(other)
    return (one.scheme, one.netloc) == (other.scheme, other.netloc)


async def crawl(start, *, max_pages=100, max_depth=5, concurrency=5, timeout=10.0):
    start = normalize(start, "")
    pages, depths, requested = {}, {}, set()
    queue = asyncio.Queue()

    def discover(url, depth):
        if depth > max_depth or depths.get(url, max_depth + 1) <= depth:
            return
        depths[url] = depth
        if url in pages:
            pages[url]["depth"] = depths[url]
            for link in pages[url]["links"]:
                discover(link, depths[url] + 1)
        elif url not in requested and len(requested) < max_pages:
            requested.add(url)
            queue.put_nowait(url)

    async def visit(url):
        page = {"status": None, "links": [], "error": None}
        try:
            async with session.get(url, allow_redirects=False) as response:
                hrefs = []
                if response.status in (301, 302, 303, 307, 308) and "Location" in response.headers:
                    hrefs.append(response.headers["Location"])
                if response.status == 200 and response.content_type == "text/html":
                    hrefs += find_hrefs(await response.text(errors="replace"))
            page["status"] = response.status
            for href in hrefs:
                link = normalize(url, href)
                if link and same_site(link, start) and link not in page["links"]:
                    page["links"].append(link)
        except (aiohttp.ClientError, asyncio.TimeoutError) as error:
            page["error"] = repr(error)
        pages[url] = {"depth": depths[url], **page}
        for link in page["links"]:
            discover(link, depths[url] + 1)

    async def worker():
        while True:
            url = await queue.get()
            try:
                await visit(url)
            finally:
                queue.task_done()

    discover(start, 0)
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=timeout)) as session:
        workers = [asyncio.create_task(worker()) for _ in range(concurrency)]
        try:
            await queue.join()
        finally:
            for task in workers:
                task.cancel()
            await asyncio.gather(*workers, return_exceptions=True)
    return pages
