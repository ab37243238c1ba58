"""URL dengan yarl, tautan dengan regex, batas waktu dengan asyncio.timeout, gather atas worker per tingkat."""

import asyncio
import re

import aiohttp
from yarl import URL


def normalize(base, href):
    try:
        url = URL(base).join(URL(href))
    except ValueError:
        return None
    if url.scheme not in ("http", "https") or not url.host:
        return None
    port = None if url.is_default_port() else url.port
    path, query = url.raw_path or "/", url.raw_query_string
    return str(
        URL.build(
            scheme=url.scheme, host=url.host, port=port, path=path, query_string=query, encoded=True
        )
    )


async def crawl(start, *, max_pages=100, max_depth=5, concurrency=5, timeout=10.0):
    pages = {}
    level = [normalize(start, "")]
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None)) as session:
        for depth in range(max_depth + 1):
            todo = level[: max_pages - len(pages)][::-1]
            pages.update({url: {"depth": depth} for url in todo})
            order = todo[::-1]

            async def worker():
                while todo:
                    url = todo.pop()
                    pages[url].update(await read(session, url, timeout))

            tasks = [asyncio.ensure_future(worker()) for _ in range(concurrency)]
            try:
                await asyncio.gather(*tasks)
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
            level = []
            for url in order:
                for link in pages[url]["links"]:
                    if link not in pages and link not in level:
                        level.append(link)
    return pages


async def read(session, url, timeout):
    try:
        async with asyncio.timeout(timeout):
            async with session.get(URL(url, encoded=True), allow_redirects=False) as response:
                found = []
                if response.status in (301, 302, 303, 307, 308) and "Location" in response.headers:
                    found = [response.headers["Location"]]
                elif response.status == 200 and response.headers["Content-Type"].lower().startswith(
                    "text/html"
                ):
                    html = await response.text(errors="replace")
                    found = re.findall(r'<a\s[^>]*href="([^"]*)"', html)
                links = [normalize(url, href) for href in found]
                origin = URL(url).origin()
                links = [link for link in links if link and URL(link).origin() == origin]
                unique = sorted(set(links), key=links.index)
                return {"status": response.status, "links": unique, "error": None}
    except (OSError, aiohttp.ClientError) as error:
        return {"status": None, "links": [], "error": f"gagal: {error!r}"}
