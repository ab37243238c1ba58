"""Kebuntuan (deadlock)

kehilangan:
- Ketika pemakai dibatalkan, semua butir ikut dibatalkan dan dibereskan, source ditutup, tidak ada yang tertinggal
"""

import asyncio


END = object()


async def pipeline(source, *stages, capacity=10):
    output = asyncio.Queue()
    tickets = asyncio.Semaphore(capacity + sum(n for _, n in stages))
    places = [asyncio.Semaphore(n) for _, n in stages]

    async def travel(item, mine, before):
        outcome = None
        try:
            for (function, _), place in zip(stages, places):
                async with place:
                    item = await function(item)
            outcome = True, item
        except BaseException as error:
            outcome = False, error
        # Yang di depan saya menyerahkan hasilnya lebih dulu.
        await before.wait()
        output.put_nowait(outcome)
        mine.set()

    async def manage():
        last = asyncio.Event()
        last.set()
        async with asyncio.TaskGroup() as group:
            failure = None
            try:
                await tickets.acquire()
                async for item in source:
                    mine = asyncio.Event()
                    group.create_task(travel(item, mine, last))
                    last = mine
                    await tickets.acquire()
            except Exception as error:
                failure = error
            await last.wait()
        output.put_nowait((False, failure) if failure else END)

    manager = asyncio.create_task(manage())
    try:
        while (outcome := await output.get()) is not END:
            ok, value = outcome
            if not ok:
                raise value
            yield value
            tickets.release()
    finally:
        manager.cancel()
        await asyncio.wait([manager])
        await source.aclose()
