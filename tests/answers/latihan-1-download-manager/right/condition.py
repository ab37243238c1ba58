"""Condition dengan penghitung sendiri; TaskGroup; aiofiles; ClientTimeout."""

import asyncio
import contextlib
from pathlib import Path

import aiofiles
import aiofiles.os
import aiohttp


class AsyncDownloadManager:
    def __init__(self, max_concurrent=5, *, stall_timeout=30.0):
        if max_concurrent < 1:
            raise ValueError("max_concurrent")
        self.free = max_concurrent
        self.changed = asyncio.Condition()
        self.limits = aiohttp.ClientTimeout(sock_connect=stall_timeout, sock_read=stall_timeout)
        self.progress = {}

    @contextlib.asynccontextmanager
    async def place(self):
        async with self.changed:
            await self.changed.wait_for(lambda: self.free > 0)
            self.free -= 1
        try:
            yield
        finally:
            async with self.changed:
                self.free += 1
                self.changed.notify()

    @contextlib.asynccontextmanager
    async def part_of(self, filename):
        path = Path(filename).with_name(f".sedang-{Path(filename).name}")
        try:
            async with aiofiles.open(path, "wb") as file:
                yield file
            await aiofiles.os.replace(path, filename)
        finally:
            with contextlib.suppress(FileNotFoundError):
                await aiofiles.os.remove(path)

    async def download_file(self, url, filename):
        [result] = await self.download_multiple([(url, filename)])
        return result

    async def download_multiple(self, downloads):
        if len({name for _, name in downloads}) < len(downloads):
            raise ValueError("nama berkas ganda")
        results = [None] * len(downloads)

        async def one(index, url, filename):
            async with self.place():
                results[index] = filename, await self.fetch(session, url, filename)

        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=self.limits) as session:
            async with asyncio.TaskGroup() as group:
                for index, (url, filename) in enumerate(downloads):
                    group.create_task(one(index, url, filename))
        return results

    async def fetch(self, session, url, filename):
        self.progress[filename] = None
        try:
            async with session.get(url, raise_for_status=True) as response, self.part_of(filename) as file:
                known = response.content_length if "Content-Encoding" not in response.headers else None
                received = 0
                async for chunk, _ in response.content.iter_chunks():
                    await file.write(chunk)
                    received += len(chunk)
                    if known:
                        self.progress[filename] = min(99.9, 100 * received / known)
        except (aiohttp.ClientError, OSError):
            return False
        self.progress[filename] = 100.0
        return True
