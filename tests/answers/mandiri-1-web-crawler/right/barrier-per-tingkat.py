"""Worker yang sama dari awal sampai akhir; Barrier menunggu semua worker di akhir setiap tingkat."""

import asyncio
from html.parser import HTMLParser
from urllib.parse import urljoin, urlparse, urlunparse

import aiohttp


class Anchors(HTMLParser):
    def __init__(self):
        super().__init__()
        self.hrefs = []

    def handle_starttag(self, tag, attrs):
        if tag == "a":
            self.hrefs += [value for name, value in attrs if name == "href" and value is not None]


def normalize(base, href):
    try:
        url = urlparse(urljoin(base, href))
        port = url.port or {"http": 80, "https": 443}[url.scheme]
    except (ValueError, KeyError):
        return None
    if not url.hostname:
        return None
    if (url.scheme, port) in {("http", 80), ("https", 443)}:
        netloc = url.hostname
    else:
        netloc = url.hostname + ":" + str(port)
    return urlunparse(url._replace(netloc=netloc, path=url.path or "/", fragment=""))


async def crawl(start, *, max_pages=100, max_depth=5, concurrency=5, timeout=10.0):
    start = normalize(start, "")
    site = urljoin(start, "/")
    pages = {}
    current, coming = [start], {}
    barrier = asyncio.Barrier(concurrency)
    depth, finished = 0, False

    async def fetch(url):
        async with session.get(url, allow_redirects=False) as response:
            if response.status in (301, 302, 303, 307, 308):
                return response.status, response.headers.getall("Location", [])
            if response.status == 200 and response.content_type == "text/html":
                anchors = Anchors()
                anchors.feed(await response.text(errors="replace"))
                return 200, anchors.hrefs
            return response.status, []

    async def worker(number):
        nonlocal current, coming, depth, finished
        while not finished:
            while current and len(pages) < max_pages:
                url = current.pop(0)
                page = pages[url] = {"status": None, "depth": depth, "links": [], "error": None}
                try:
                    page["status"], hrefs = await fetch(url)
                except (aiohttp.ClientError, TimeoutError) as error:
                    page["error"] = f"{type(error).__name__}: {error}"
                    continue
                for href in hrefs:
                    link = normalize(url, href)
                    if link and link.startswith(site) and link not in page["links"]:
                        page["links"].append(link)
                        coming[link] = None
            await barrier.wait()
            if number == 0:
                current = [link for link in coming if link not in pages]
                coming = {}
                depth += 1
                finished = not current or depth > max_depth
            await barrier.wait()

    async with (
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=timeout)) as session,
        asyncio.TaskGroup() as group,
    ):
        for number in range(concurrency):
            group.create_task(worker(number))
    return pages
