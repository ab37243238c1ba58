"""seharusnya tidak pernah lebih dari 100

kehilangan:
- Kemajuan tidak pernah turun dan tidak pernah lebih dari 100, juga untuk isi yang dimampatkan
- Unduhan yang gagal tidak pernah mencapai 100.0
- Kemajuan adalah persen isi yang sudah tiba
"""

import asyncio
import os
from pathlib import Path

import aiofiles
import aiohttp


class AsyncDownloadManager:
    def __init__(self, max_concurrent=5, *, stall_timeout=30.0):
        if max_concurrent < 1:
            raise ValueError("max_concurrent")
        self.semaphore = asyncio.Semaphore(max_concurrent)
        self.timeout = aiohttp.ClientTimeout(
            total=None, sock_connect=stall_timeout, sock_read=stall_timeout
        )
        self.progress = {}

    async def download_file(self, url, filename):
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=self.timeout) as session:
            return await self.download(session, url, filename)

    async def download_multiple(self, downloads):
        filenames = [filename for _, filename in downloads]
        if len(set(filenames)) < len(filenames):
            raise ValueError("nama ganda")
        async with (
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=self.timeout) as session,
            asyncio.TaskGroup() as group,
        ):
            tasks = [
                group.create_task(self.download(session, url, filename))
                for url, filename in downloads
            ]
        return [task.result() for task in tasks]

    async def download(self, session, url, filename):
        async with self.semaphore:
            try:
                await self.fetch(session, url, filename)
            except (aiohttp.ClientError, OSError, TimeoutError):
                return filename, False
        return filename, True

    async def fetch(self, session, url, filename):
        self.progress[filename] = None
        part = f"{filename}.part"
        try:
            async with session.get(url) as response:
                response.raise_for_status()
                await self.save(response, part, filename)
            os.replace(part, filename)
        finally:
            await asyncio.to_thread(Path(part).unlink, missing_ok=True)
        self.progress[filename] = 100.0

    async def save(self, response, part, filename):
        size = response.content_length
        received = 0
        async with aiofiles.open(part, "wb") as file:
            async for chunk in response.content.iter_chunked(8192):
                await file.write(chunk)
                received += len(chunk)
                if size:
                    self.progress[filename] = 100 * received / size
