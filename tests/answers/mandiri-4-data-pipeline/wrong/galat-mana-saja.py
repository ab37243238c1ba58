"""Yang keluar adalah galat halaman 5; seharusnya galat halaman 3.

kehilangan:
- Bila dua butir gagal, yang keluar adalah galat butir yang lebih dulu masuk
"""

import asyncio


async def pipeline(source, *stages, capacity=10):
    places = [asyncio.Semaphore(n) for _, n in stages]
    tickets = asyncio.Semaphore(capacity + sum(n for _, n in stages))
    journeys = asyncio.Queue()
    unfinished = set()
    errors = []

    async def travel(item):
        for (function, _), place in zip(stages, places):
            async with place:
                try:
                    item = await function(item)
                except Exception as error:
                    errors.append(error)
                    raise
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
            try:
                result = await journey
            except Exception:
                # Yang pertama gagal menurut waktu, bukan menurut urutan masuk.
                raise errors[0] from None
            unfinished.remove(journey)
            tickets.release()
            yield result
        await feeder
    finally:
        for task in (feeder, *unfinished):
            task.cancel()
        await asyncio.gather(feeder, *unfinished, return_exceptions=True)
        await source.aclose()
