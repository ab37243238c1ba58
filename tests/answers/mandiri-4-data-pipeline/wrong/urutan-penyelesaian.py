"""Hasil: urutan ke-1 adalah 'halaman 3'; seharusnya 'halaman 1'.

kehilangan:
- Hasil keluar menurut urutan masuk, walaupun butir yang belakangan selesai lebih dulu
- Setiap butir melewati semua tahap, dan hasilnya keluar tepat sekali
- Sebuah hasil keluar begitu ia dan semua hasil sebelumnya selesai
- Galat sebuah tahap keluar apa adanya, sesudah semua hasil butir sebelumnya
- Bila dua butir gagal, yang keluar adalah galat butir yang lebih dulu masuk
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

    async def travel_and_report(item):
        # Siapa selesai lebih dulu, keluar lebih dulu.
        try:
            journeys.put_nowait((True, await travel(item)))
        except Exception as error:
            journeys.put_nowait((False, error))

    async def feed():
        try:
            await tickets.acquire()
            async for item in source:
                journey = asyncio.create_task(travel_and_report(item))
                unfinished.add(journey)
                journey.add_done_callback(unfinished.discard)
                await tickets.acquire()
        finally:
            if unfinished:
                await asyncio.wait(unfinished)
            journeys.put_nowait(None)

    feeder = asyncio.create_task(feed())
    try:
        while (journey := await journeys.get()) is not None:
            ok, result = journey
            if not ok:
                raise result
            tickets.release()
            yield result
        await feeder
    finally:
        for task in (feeder, *unfinished):
            task.cancel()
        await asyncio.gather(feeder, *unfinished, return_exceptions=True)
        await source.aclose()
