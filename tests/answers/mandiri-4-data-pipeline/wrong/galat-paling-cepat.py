"""Hasil sebelum galat: ada

kehilangan:
- Galat sebuah tahap keluar apa adanya, sesudah semua hasil butir sebelumnya
- Bila dua butir gagal, yang keluar adalah galat butir yang lebih dulu masuk
"""

import asyncio


async def pipeline(source, *stages, capacity=10):
    places = [asyncio.Semaphore(n) for _, n in stages]
    tickets = asyncio.Semaphore(capacity + sum(n for _, n in stages))
    journeys = asyncio.Queue()
    unfinished = set()
    failed = asyncio.get_running_loop().create_future()

    async def travel(item):
        try:
            for (function, _), place in zip(stages, places):
                async with place:
                    item = await function(item)
        except Exception as error:
            # Langsung laporkan, supaya jalurnya cepat berhenti.
            if not failed.done():
                failed.set_result(error)
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
    try:
        while (journey := await journeys.get()) is not None:
            await asyncio.wait([journey, failed], return_when=asyncio.FIRST_COMPLETED)
            if failed.done():
                raise failed.result()
            unfinished.remove(journey)
            tickets.release()
            yield journey.result()
        await feeder
    finally:
        for task in (feeder, *unfinished):
            task.cancel()
        await asyncio.gather(feeder, *unfinished, return_exceptions=True)
        await source.aclose()
