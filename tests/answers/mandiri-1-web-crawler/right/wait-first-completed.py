"""Tanpa worker: asyncio.wait dengan paling banyak concurrency task, tingkat demi tingkat."""

import asyncio
import collections
from urllib.parse import urljoin, urlsplit, urlunsplit

import aiohttp


def normalize(base, href):
    try:
        parts = urlsplit(urljoin(base, href))
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or parts.hostname is None:
        return None
    default = 80 if parts.scheme == "http" else 443
    netloc = parts.hostname if port is None or port == default else f"{parts.hostname}:{port}"
    return urlunsplit([parts.scheme, netloc, parts.path or "/", parts.query, None])


async def crawl(start, *, max_pages=100, max_depth=5, concurrency=5, timeout=10.0):
    root = normalize(start, "")
    result, known = {}, {root}
    waiting, following, running = collections.deque([root]), collections.deque(), {}
    depth = 0
    session = aiohttp.ClientSession()
    try:
        while waiting or running or following:
            if not waiting and not running:
                waiting, following, depth = following, collections.deque(), depth + 1
            while waiting and len(running) < concurrency and len(result) + len(running) < max_pages:
                url = waiting.popleft()
                running[asyncio.create_task(fetch(session, url, timeout))] = url
            if not running:
                break
            done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                url = running.pop(task)
                status, found, error = task.result()
                links = []
                for href in found:
                    link = normalize(url, href)
                    if (
                        link is not None
                        and link.split("/")[:3] == root.split("/")[:3]
                        and link not in links
                    ):
                        links.append(link)
                result[url] = {"status": status, "depth": depth, "links": links, "error": error}
                if depth < max_depth:
                    following.extend(link for link in links if link not in known)
                    known.update(links)
    finally:
        for task in running:
            task.cancel()
        if running:
            await asyncio.wait(running)
        await session.close()
    return result


async def fetch(session, url, seconds):
    try:
        async with asyncio.timeout(seconds):
            async with session.get(url, allow_redirects=False, timeout=None) as response:
                if response.status in (301, 302, 303, 307, 308):
                    return response.status, [response.headers.get("location", "mailto:")], None
                if response.status != 200 or response.content_type != "text/html":
                    return response.status, [], None
                return 200, find_hrefs(await response.text(errors="replace")), None
    except TimeoutError:
        return None, [], f"lebih dari {seconds} detik"
    except aiohttp.ClientError as error:
        return None, [], str(error) or type(error).__name__
