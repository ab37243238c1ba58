"""melempar ExceptionGroup(

kehilangan:
- Galat sebuah tahap keluar apa adanya, sesudah semua hasil butir sebelumnya
- Galat dari source keluar apa adanya, sesudah semua hasil
- Bila dua butir gagal, yang keluar adalah galat butir yang lebih dulu masuk
- Sesudah aclose() kembali, semua butir dibatalkan dan dibereskan, source ditutup, tidak ada yang tertinggal
- Ketika galat keluar, semua butir lain sudah dibatalkan dan dibereskan, source ditutup, tidak ada yang tertinggal
- aclose() boleh dipanggil kapan saja: sebelum hasil pertama, dua kali, dan sebelum galat tiba gilirannya
"""

import asyncio
from contextlib import aclosing


async def pipeline(source, *stages, capacity=10):
    places = [asyncio.Semaphore(n) for _, n in stages]
    tickets = asyncio.Semaphore(capacity + sum(n for _, n in stages))
    journeys = asyncio.Queue()

    async def travel(item):
        for (function, _), place in zip(stages, places):
            async with place:
                item = await function(item)
        return item

    async with aclosing(source), asyncio.TaskGroup() as group:

        async def feed():
            await tickets.acquire()
            async for item in source:
                journeys.put_nowait(group.create_task(travel(item)))
                await tickets.acquire()
            journeys.put_nowait(None)

        group.create_task(feed())
        while (journey := await journeys.get()) is not None:
            result = await journey
            tickets.release()
            yield result
