"""sebuah berkas masih terbuka

kehilangan:
- Setiap berkas yang dibuka juga ditutup: bila berhasil, gagal, dan dibatalkan
"""

import asyncio
import os

import aiohttp


class AsyncDownloadManager:
    def __init__(self, max_concurrent=5, *, stall_timeout=30.0):
        if max_concurrent < 1:
            raise ValueError("max_concurrent")
        self._limit = asyncio.Semaphore(max_concurrent)
        self._timeout = aiohttp.ClientTimeout(total=None, sock_connect=stall_timeout, sock_read=stall_timeout)
        self._progress = {}
        self._session = None
        self._users = 0

    @property
    def progress(self):
        return dict(self._progress)

    async def __aenter__(self):
        if self._users == 0:
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=self._timeout)
        self._users += 1
        return self._session

    async def __aexit__(self, *exc_info):
        self._users -= 1
        if self._users == 0:
            session, self._session = self._session, None
            await session.close()

    async def download_file(self, url, filename):
        async with self as session:
            return await self._download(session, url, filename)

    async def download_multiple(self, downloads):
        names = [name for _, name in downloads]
        if any(names.count(name) > 1 for name in names):
            raise ValueError("nama ganda")
        async with self as session:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(self._download(session, *item)) for item in downloads]
        return [task.result() for task in tasks]

    async def _in_thread(self, function, *args):
        work = asyncio.get_running_loop().run_in_executor(None, function, *args)
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            await asyncio.wait([work])
            raise

    async def _download(self, session, url, filename):
        await self._limit.acquire()
        try:
            await self._to_disk(session, url, filename)
        except (OSError, aiohttp.ClientError):
            return filename, False
        else:
            self._progress[filename] = 100.0
            return filename, True
        finally:
            self._limit.release()

    async def _to_disk(self, session, url, filename):
        self._progress[filename] = None
        part = os.path.join(os.path.dirname(filename), "unduhan-" + os.path.basename(filename))
        opened = []
        try:
            await self._in_thread(self._open, part, opened)
            async with session.get(url) as response:
                response.raise_for_status()
                known = response.content_length
                if "Content-Encoding" in response.headers:
                    known = None
                total = 0
                async for data in response.content.iter_chunked(1 << 15):
                    total += await self._in_thread(os.write, opened[0], data)
                    if known:
                        self._progress[filename] = min(99.9, 100.0 * total / known)
            await self._in_thread(os.replace, part, filename)
        finally:
            if os.path.exists(part):
                os.unlink(part)

    def _open(self, part, opened):
        opened.append(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC))
