"""Worker bebas yang selalu mengambil halaman terdangkal dari heap; Condition menandai ada kerja atau selesai."""

import asyncio
import heapq
from urllib.parse import urljoin, urlsplit, urlunsplit

import aiohttp


def normalize(base, href):
    try:
        absolute = urlsplit(urljoin(base, href))
        host, port = absolute.hostname, absolute.port
    except ValueError:
        return None
    standard = {"http": 80, "https": 443}
    if absolute.scheme not in standard or not host:
        return None
    if port and port != standard[absolute.scheme]:
        host = f"{host}:{port}"
    return urlunsplit((absolute.scheme, host, absolute.path or "/", absolute.query, ""))


class Crawler:
    def __init__(self, start, max_pages, max_depth):
        self.start = normalize(start, "")
        self.max_pages, self.max_depth = max_pages, max_depth
        self.heap, self.depth, self.pages = [], {}, {}
        self.started, self.busy = set(), 0
        self.changed = asyncio.Condition()
        self.offer(self.start, 0)

    def offer(self, url, depth):
        """Jarak baru untuk `url`; bila lebih pendek, keturunannya ikut dihitung ulang."""
        stack = [(url, depth)]
        while stack:
            url, depth = stack.pop()
            if depth > self.max_depth or self.depth.get(url, depth + 1) <= depth:
                continue
            self.depth[url] = depth
            if url in self.pages:
                stack.extend((link, depth + 1) for link in self.pages[url]["links"])
            elif url not in self.started:
                heapq.heappush(self.heap, (depth, url))

    def take(self):
        while self.heap and len(self.started) < self.max_pages:
            _, url = heapq.heappop(self.heap)
            if url not in self.started:
                self.started.add(url)
                return url
        return None

    async def work(self, session):
        while True:
            async with self.changed:
                while (url := self.take()) is None and self.busy:
                    await self.changed.wait()
                if url is None:
                    return
                self.busy += 1
            status, hrefs, error = await self.fetch(session, url)
            links = [normalize(url, href) for href in hrefs]
            here = urlsplit(self.start)[:2]
            links = [link for link in links if link and urlsplit(link)[:2] == here]
            self.pages[url] = {
                "status": status,
                "links": list(dict.fromkeys(links)),
                "error": error,
            }
            async with self.changed:
                self.busy -= 1
                for link in self.pages[url]["links"]:
                    self.offer(link, self.depth[url] + 1)
                self.changed.notify_all()

    async def fetch(self, session, url):
        try:
            response = await session.get(url, allow_redirects=False)
            async with response:
                if response.status in {301, 302, 303, 307, 308}:
                    target = response.headers.get("Location")
                    return response.status, [target] if target else [], None
                if response.status == 200 and response.content_type == "text/html":
                    return 200, find_hrefs(await response.text(errors="replace")), None
                return response.status, [], None
        except (aiohttp.ClientError, TimeoutError) as error:
            return None, [], f"{type(error).__name__} {error}"


async def crawl(start, *, max_pages=100, max_depth=5, concurrency=5, timeout=10.0):
    crawler = Crawler(start, max_pages, max_depth)
    limits = aiohttp.ClientTimeout(total=timeout)
    async with aiohttp.ClientSession(timeout=limits) as session:
        async with asyncio.TaskGroup() as group:
            for _ in range(concurrency):
                group.create_task(crawler.work(session))
    return {url: {**page, "depth": crawler.depth[url]} for url, page in crawler.pages.items()}
