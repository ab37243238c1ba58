"""tempat terisi, padahal masih ada

kehilangan:
- Tidak ada tempat yang menganggur selama masih ada butir yang menunggu
"""

import asyncio
import collections


NOTHING = object()


async def pull(source):
    return await anext(source, NOTHING)


async def drive(source, stages, limit, output):
    """Ambil, jalankan tahap demi tahap, dan serahkan menurut urutan; `output` dibatasi oleh `limit`."""
    running = {}  # task -> (nomor, tahap); tahap -1 adalah pengambilan dari source
    queues = [collections.deque() for _ in stages]
    busy = [0] * len(stages)
    done, number, turn, ended = {}, 0, 0, False
    try:
        while True:
            while turn in done:
                await output.put(done.pop(turn))
                turn += 1
            if (
                not ended
                and -1 not in [level for _, level in running.values()]
                and number - turn < limit
            ):
                running[asyncio.create_task(pull(source))] = (number, -1)
            for level, (function, n) in enumerate(stages):
                if queues[level] and busy[level] < n:
                    which, item = queues[level].popleft()
                    running[asyncio.create_task(function(item))] = (which, level)
                    busy[level] += 1
            if not running:
                break
            finished, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for task in sorted(finished, key=lambda task: running[task]):
                which, level = running.pop(task)
                if level >= 0:
                    busy[level] -= 1
                if task.exception() is not None:
                    ended = ended or level < 0
                    done[which] = (False, task.exception())
                elif level < 0 and task.result() is NOTHING:
                    ended = True
                    done[which] = NOTHING
                else:
                    number += level < 0
                    if level + 1 < len(stages):
                        queues[level + 1].append((which, task.result()))
                    else:
                        done[which] = (True, task.result())
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def pipeline(source, *stages, capacity=10):
    output = asyncio.Queue(capacity)
    driver = asyncio.create_task(
        drive(source, stages, capacity + sum(n for _, n in stages), output)
    )
    try:
        while (outcome := await output.get()) is not NOTHING:
            ok, value = outcome
            if not ok:
                raise value
            yield value
    finally:
        driver.cancel()
        await asyncio.gather(driver, return_exceptions=True)
        await source.aclose()
