"""gather, Semaphore, dan to_thread untuk setiap operasi berkas; batas waktu digeser setiap potongan."""

import asyncio
import os
import pathlib

import aiohttp


class AsyncDownloadManager:
    def __init__(self, max_concurrent=5, *, stall_timeout=30.0):
        if max_concurrent < 1:
            raise ValueError("max_concurrent")
        self.places = asyncio.Semaphore(max_concurrent)
        self.stall_timeout = stall_timeout
        self.progress = {}

    def session(self):
        return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=None))

    async def download_file(self, url, filename):
        async with self.session() as session:
            return await self._one(session, url, filename)

    async def download_multiple(self, downloads):
        names = [name for _, name in downloads]
        if len(names) != len(set(names)):
            raise ValueError("nama ganda")
        async with self.session() as session:
            tasks = [asyncio.create_task(self._one(session, url, name)) for url, name in downloads]
            try:
                return await asyncio.gather(*tasks)
            except BaseException:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
                raise

    async def _one(self, session, url, filename):
        async with self.places:
            try:
                await self._save(session, url, filename)
                return filename, True
            except Exception:
                return filename, False

    async def _save(self, session, url, filename):
        loop = asyncio.get_running_loop()
        part = filename + ".tmp"
        self.progress[filename] = None
        opening = asyncio.create_task(asyncio.to_thread(open, part, "wb"))
        try:
            file = await asyncio.shield(opening)
            async with asyncio.timeout(self.stall_timeout) as limit, session.get(url) as response:
                if response.status >= 400:
                    raise OSError(response.status)
                total = response.content_length
                packed = response.headers.get("Content-Encoding")
                done = 0
                async for chunk in response.content.iter_any():
                    limit.reschedule(loop.time() + self.stall_timeout)
                    await asyncio.to_thread(file.write, chunk)
                    done += len(chunk)
                    if total and not packed and done < total:
                        self.progress[filename] = done / total * 100
            await asyncio.to_thread(file.close)
            await asyncio.to_thread(os.replace, part, filename)
            self.progress[filename] = 100.0
        except BaseException:
            await asyncio.wait([opening])
            if not opening.exception():
                opening.result().close()
                pathlib.Path(part).unlink(missing_ok=True)
            raise
