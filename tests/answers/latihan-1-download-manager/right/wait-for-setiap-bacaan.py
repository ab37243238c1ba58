"""wait_for di setiap bacaan; isi diminta tanpa dimampatkan; pekerja per panggilan dengan semaphore bersama."""

import asyncio
import os

import aiohttp


class AsyncDownloadManager:
    def __init__(self, max_concurrent=5, *, stall_timeout=30.0):
        if not max_concurrent >= 1:
            raise ValueError("max_concurrent")
        self.max_concurrent = max_concurrent
        self.slots = asyncio.Semaphore(max_concurrent)
        self.stall = stall_timeout
        self.progress = {}

    def open_session(self):
        connector = aiohttp.TCPConnector(limit=self.max_concurrent)
        headers = {"Accept-Encoding": "identity"}
        return aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(), headers=headers)

    async def download_file(self, url, filename):
        async with self.open_session() as session:
            return filename, await self.try_one(session, url, filename)

    async def download_multiple(self, downloads):
        if len(set(name for _, name in downloads)) != len(downloads):
            raise ValueError("nama berkas muncul dua kali")
        results = {}
        waiting = iter(downloads)

        async def worker():
            for url, filename in waiting:
                results[filename] = await self.try_one(session, url, filename)

        async with self.open_session() as session:
            workers = {asyncio.create_task(worker()) for _ in range(self.max_concurrent)}
            try:
                await asyncio.wait(workers)
            finally:
                for task in workers:
                    task.cancel()
                await asyncio.wait(workers)
        return [(filename, results[filename]) for _, filename in downloads]

    async def try_one(self, session, url, filename):
        async with self.slots:
            part = filename + ".part"
            self.progress[filename] = None
            try:
                await self.get(session, url, filename, part)
            except (aiohttp.ClientError, OSError, asyncio.TimeoutError):
                return False
            finally:
                try:
                    await asyncio.to_thread(os.remove, part)
                except OSError:
                    pass
            return True

    async def get(self, session, url, filename, part):
        response = await asyncio.wait_for(session.get(url), self.stall)
        try:
            if not response.ok:
                raise aiohttp.ClientError(response.status)
            total = response.content_length
            if total:
                self.progress[filename] = 0.0
            out = await asyncio.to_thread(open, part, "wb")
            try:
                got = 0
                while True:
                    block = await asyncio.wait_for(response.content.readany(), self.stall)
                    if not block:
                        break
                    await asyncio.to_thread(out.write, block)
                    got += len(block)
                    if total and got < total:
                        self.progress[filename] = got / total * 100
            finally:
                await asyncio.to_thread(out.close)
            await asyncio.to_thread(os.replace, part, filename)
            self.progress[filename] = 100.0
        finally:
            response.close()
