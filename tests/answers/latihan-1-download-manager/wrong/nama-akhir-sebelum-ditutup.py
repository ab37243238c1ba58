"""Ketika nama akhirnya muncul, baru

kehilangan:
- Nama akhirnya baru muncul sesudah berkasnya utuh
"""

import asyncio
import os
import pathlib
import tempfile

import aiohttp


class AsyncDownloadManager:
    def __init__(self, max_concurrent=5, *, stall_timeout=30.0):
        if max_concurrent < 1:
            raise ValueError("paling sedikit satu")
        self.tickets = asyncio.Queue()
        for number in range(max_concurrent):
            self.tickets.put_nowait(number)
        self.stall_timeout = stall_timeout
        self.progress = dict()

    def _session(self):
        limits = aiohttp.ClientTimeout(total=None, sock_connect=self.stall_timeout, sock_read=self.stall_timeout)
        return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=limits, raise_for_status=True)

    async def download_file(self, url, filename):
        async with self._session() as session:
            ok = await self._guarded(session, url, filename)
        return filename, ok

    async def download_multiple(self, downloads):
        seen = set()
        for _, filename in downloads:
            if filename in seen:
                raise ValueError(f"{filename} dua kali")
            seen.add(filename)
        outcome = {}

        async def numbered(number, url, filename):
            return number, await self._guarded(session, url, filename)

        async with self._session() as session:
            tasks = [asyncio.ensure_future(numbered(n, *item)) for n, item in enumerate(downloads)]
            try:
                for earliest in asyncio.as_completed(tasks):
                    number, ok = await earliest
                    outcome[number] = ok
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
        return [(filename, outcome[number]) for number, (_, filename) in enumerate(downloads)]

    async def _guarded(self, session, url, filename):
        ticket = await self.tickets.get()
        try:
            await self._transfer(session, url, filename)
        except (aiohttp.ClientError, TimeoutError, OSError):
            return False
        finally:
            self.tickets.put_nowait(ticket)
        return True

    async def _transfer(self, session, url, filename):
        self.progress[filename] = None
        folder = os.path.dirname(filename) or "."
        async with session.get(url) as response:
            file = await self._begin(folder)
            try:
                size = response.content_length
                if response.headers.get("Content-Encoding", "identity") != "identity":
                    size = None
                while chunk := await response.content.read(4096):
                    await asyncio.to_thread(file.write, chunk)
                    if size and file.tell() < size:
                        self.progress.update({filename: 100.0 * file.tell() / size})
                await asyncio.to_thread(os.replace, file.name, filename)
                await asyncio.to_thread(file.close)
            except BaseException:
                await self._throw_away(file)
                raise
        self.progress.update({filename: 100.0})

    async def _begin(self, folder):
        making = asyncio.ensure_future(asyncio.to_thread(tempfile.NamedTemporaryFile, dir=folder, delete=False))
        try:
            return await asyncio.shield(making)
        except asyncio.CancelledError:
            await asyncio.wait([making])
            if making.exception() is None:
                await self._throw_away(making.result())
            raise

    async def _throw_away(self, file):
        await asyncio.to_thread(file.close)
        await asyncio.to_thread(pathlib.Path(file.name).unlink, missing_ok=True)
