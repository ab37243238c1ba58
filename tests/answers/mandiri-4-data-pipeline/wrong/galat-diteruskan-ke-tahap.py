"""Bila pemindainya mati, jalur itu

kehilangan:
- Galat dari source keluar apa adanya, sesudah semua hasil
- Ketika galat keluar, semua butir lain sudah dibatalkan dan dibereskan, source ditutup, tidak ada yang tertinggal
"""

import asyncio


END = object()


def run_stage(function, n, capacity, arrivals, tasks):
    """Jalankan satu tahap; hasilnya antrean future yang urutannya seperti `arrivals`."""
    results = asyncio.Queue(capacity)
    jobs = asyncio.Queue(1)

    async def distribute():
        while True:
            arrival = await arrivals.get()
            if arrival is END:
                await results.put(END)
                return
            result = asyncio.get_running_loop().create_future()
            await results.put(result)
            await jobs.put((arrival, result))

    async def work():
        while True:
            arrival, result = await jobs.get()
            ok, value = await arrival
            try:
                value = await function(value)
            except Exception as error:
                ok, value = False, error
            result.set_result((ok, value))

    tasks += [asyncio.create_task(job) for job in (distribute(), *(work() for _ in range(n)))]
    return results


async def pipeline(source, *stages, capacity=10):
    arrivals = results = asyncio.Queue(capacity)
    tasks = []

    async def read():
        loop = asyncio.get_running_loop()

        async def send(ok, value):
            arrival = loop.create_future()
            arrival.set_result((ok, value))
            await arrivals.put(arrival)

        try:
            async for item in source:
                await send(True, item)
        except Exception as error:
            await send(False, error)
        await arrivals.put(END)

    tasks.append(asyncio.create_task(read()))
    for function, n in stages:
        results = run_stage(function, n, capacity, results, tasks)
    try:
        while (result := await results.get()) is not END:
            ok, value = await result
            if not ok:
                raise value
            yield value
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await source.aclose()
