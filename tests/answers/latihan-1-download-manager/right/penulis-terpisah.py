"""Pembaca dan penulis dua task terpisah dengan Queue kecil di antaranya; tempat dan sesi lewat AsyncExitStack."""

import asyncio
import contextlib
import os
import shutil
import tempfile

import aiohttp

END = object()


class AsyncDownloadManager:
    def __init__(self, max_concurrent=5, *, stall_timeout=30.0):
        if max_concurrent < 1:
            raise ValueError("max_concurrent harus 1 atau lebih")
        self.gate = asyncio.Semaphore(max_concurrent)
        self.stall_timeout = stall_timeout
        self.progress = {}

    async def download_multiple(self, downloads):
        counts = {}
        for _, filename in downloads:
            counts[filename] = counts.get(filename, 0) + 1
        if any(count > 1 for count in counts.values()):
            raise ValueError("nama berkas yang sama dua kali")
        async with contextlib.AsyncExitStack() as stack:
            timeout = aiohttp.ClientTimeout(
                total=None, sock_connect=self.stall_timeout, sock_read=self.stall_timeout
            )
            session = await stack.enter_async_context(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=timeout))
            group = await stack.enter_async_context(asyncio.TaskGroup())
            jobs = {
                filename: group.create_task(self.attempt(session, url, filename))
                for url, filename in downloads
            }
        return [(filename, job.result()) for filename, job in jobs.items()]

    async def download_file(self, url, filename):
        return (await self.download_multiple([(url, filename)]))[0]

    async def attempt(self, session, url, filename):
        async with self.gate:
            try:
                async with asyncio.TaskGroup() as group:
                    chunks = asyncio.Queue(maxsize=2)
                    group.create_task(self.read(session, url, filename, chunks))
                    group.create_task(self.write(filename, chunks))
            except* (OSError, aiohttp.ClientError, TimeoutError):
                return_value = False
            else:
                return_value = True
                self.progress[filename] = 100.0
            return return_value

    async def read(self, session, url, filename, chunks):
        self.progress[filename] = None
        async with session.get(url) as response:
            response.raise_for_status()
            plain = "Content-Encoding" not in response.headers
            length = response.content_length if plain else None
            arrived = 0
            async for chunk in response.content.iter_any():
                await chunks.put(chunk)
                arrived += len(chunk)
                if length and arrived < length:
                    self.progress[filename] = arrived / length * 100
        await chunks.put(END)

    async def write(self, filename, chunks):
        folder = tempfile.mkdtemp(dir=os.path.dirname(filename) or ".", prefix=".unduhan-")
        try:
            part = os.path.join(folder, "isi")
            with await asyncio.to_thread(open, part, "wb", buffering=0) as file:
                while (chunk := await chunks.get()) is not END:
                    await asyncio.to_thread(file.write, chunk)
            await asyncio.to_thread(os.replace, part, filename)
        finally:
            await asyncio.to_thread(shutil.rmtree, folder)
