"""Penjaga memeriksa setiap setengah detik kapan byte terakhir tiba dan membatalkan unduhan yang diam."""

import asyncio
import os
import time

import aiofiles
import aiohttp


class AsyncDownloadManager:
    def __init__(self, max_concurrent=5, *, stall_timeout=30.0):
        if max_concurrent < 1:
            raise ValueError(max_concurrent)
        self.lock = asyncio.BoundedSemaphore(max_concurrent)
        self.stall_timeout = stall_timeout
        self.progress = {}

    async def download_file(self, url, filename):
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=None)) as session:
            return await self.watched(session, url, filename)

    async def download_multiple(self, downloads):
        if len(dict((name, url) for url, name in downloads)) != len(downloads):
            raise ValueError("nama ganda")
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=None)) as session:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(self.watched(session, url, name)) for url, name in downloads]
            return [await task for task in tasks]

    async def watched(self, session, url, filename):
        async with self.lock:
            seen = {"at": time.monotonic()}
            transfer = asyncio.create_task(self.transfer(session, url, filename, seen))
            try:
                while not transfer.done():
                    if time.monotonic() - seen["at"] >= self.stall_timeout:
                        break
                    await asyncio.wait([transfer], timeout=0.5)
            finally:
                transfer.cancel()
                await asyncio.gather(transfer, return_exceptions=True)
            ok = not transfer.cancelled() and transfer.exception() is None
            if ok:
                self.progress[filename] = 100.0
            return filename, ok

    async def transfer(self, session, url, filename, seen):
        self.progress[filename] = None
        part = f"{filename}~"
        try:
            async with session.get(url) as response:
                response.raise_for_status()
                size = response.content_length
                if response.headers.get("Content-Encoding"):
                    size = 0
                count = 0
                opening = asyncio.ensure_future(aiofiles.open(part, "wb"))
                try:
                    file = await asyncio.shield(opening)
                    async for chunk in response.content.iter_chunked(10_000):
                        seen["at"] = time.monotonic()
                        await file.write(chunk)
                        count += len(chunk)
                        if size and count != size:
                            self.progress[filename] = count * 100 / size
                finally:
                    await asyncio.wait([opening])
                    if not opening.exception():
                        await opening.result().close()
            os.replace(part, filename)
        finally:
            if os.path.exists(part):
                os.remove(part)
