"""`cara-deflate.txt` berisi

kehilangan:
- Isi tanpa Content-Length dan isi yang dimampatkan juga tersimpan utuh
"""

import asyncio
import pathlib
import zlib

import aiohttp


class AsyncDownloadManager:
    def __init__(self, max_concurrent=5, *, stall_timeout=30.0):
        if max_concurrent <= 0:
            raise ValueError("max_concurrent harus positif")
        self.semaphore = asyncio.Semaphore(max_concurrent)
        self.timeout = aiohttp.ClientTimeout(total=None, sock_connect=stall_timeout, sock_read=stall_timeout)
        self.progress = {}

    def session(self):
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0),
            timeout=self.timeout, auto_decompress=False
        )

    def report(self, filename, value):
        self.progress = {**self.progress, filename: value}

    async def download_file(self, url, filename):
        async with self.session() as session:
            return await self.one(session, url, filename)

    async def download_multiple(self, downloads):
        downloads = list(downloads)
        if len({str(name) for _, name in downloads}) != len(downloads):
            raise ValueError("nama berkas ganda")
        async with self.session() as session, asyncio.TaskGroup() as group:
            tasks = [group.create_task(self.one(session, url, name)) for url, name in downloads]
        return [task.result() for task in tasks]

    async def one(self, session, url, filename):
        target = pathlib.Path(filename)
        part = target.with_suffix(target.suffix + ".part")
        async with self.semaphore:
            self.report(filename, None)
            try:
                async with session.get(url) as response:
                    response.raise_for_status()
                    await self.write(response, part, filename)
                await asyncio.to_thread(part.replace, target)
                self.report(filename, 100.0)
                return filename, True
            except (aiohttp.ClientError, TimeoutError, OSError, zlib.error):
                return filename, False
            finally:
                await asyncio.shield(asyncio.to_thread(self.discard, part))

    def discard(self, part):
        if part.exists():
            part.unlink()

    async def write(self, response, part, filename):
        unpack = zlib.decompressobj(31) if response.headers.get("Content-Encoding") == "gzip" else None
        size, arrived = response.content_length, 0
        file = await asyncio.to_thread(part.open, "wb")
        try:
            async for raw in response.content.iter_any():
                arrived += len(raw)
                await asyncio.to_thread(file.write, unpack.decompress(raw) if unpack else raw)
                if size:
                    self.report(filename, min(99.0, 100 * arrived / size))
            if unpack:
                await asyncio.to_thread(file.write, unpack.flush())
        finally:
            await asyncio.to_thread(file.close)
