"""belum selesai dibereskan

kehilangan:
- Sesudah aclose() kembali, semua butir dibatalkan dan dibereskan, source ditutup, tidak ada yang tertinggal
- Ketika galat keluar, semua butir lain sudah dibatalkan dan dibereskan, source ditutup, tidak ada yang tertinggal
- Ketika pemakai dibatalkan, semua butir ikut dibatalkan dan dibereskan, source ditutup, tidak ada yang tertinggal
- aclose() boleh dipanggil kapan saja: sebelum hasil pertama, dua kali, dan sebelum galat tiba gilirannya
"""

import asyncio


async def pipeline(source, *stages, capacity=10):
    places = [asyncio.Semaphore(n) for _, n in stages]
    tickets = asyncio.Semaphore(capacity + sum(n for _, n in stages))
    journeys = asyncio.Queue()
    unfinished = set()

    async def travel(item):
        for (function, _), place in zip(stages, places):
            async with place:
                item = await function(item)
        return item

    async def feed():
        try:
            await tickets.acquire()
            async for item in source:
                journey = asyncio.create_task(travel(item))
                unfinished.add(journey)
                journeys.put_nowait(journey)
                await tickets.acquire()
        finally:
            journeys.put_nowait(None)

    feeder = asyncio.create_task(feed())
    if True:
        while (journey := await journeys.get()) is not None:
            result = await journey
            unfinished.remove(journey)
            tickets.release()
            yield result
        await feeder
