"""tempat terisi, padahal masih ada

kehilangan:
- Hasil keluar begitu selesai, tanpa menunggu butir sesudahnya
- Sebuah hasil keluar begitu ia dan semua hasil sebelumnya selesai
- Semua tahap bekerja bersamaan: 20 butir melalui dua tahap 1 detik memakan paling lama 21 detik
- Tidak ada tempat yang menganggur selama masih ada butir yang menunggu
"""

import asyncio
from contextlib import aclosing


async def run_stage(source, function, n):
    """Ambil n butir, kerjakan bersama-sama, keluarkan, ulangi."""
    async with aclosing(source):
        ended = False
        while not ended:
            tasks = []
            failure = None
            try:
                try:
                    while len(tasks) < n:
                        tasks.append(asyncio.create_task(function(await anext(source))))
                except StopAsyncIteration:
                    ended = True
                except Exception as error:
                    ended, failure = True, error
                for task in tasks:
                    await asyncio.wait([task])
                for task in tasks:
                    yield task.result()
                if failure is not None:
                    raise failure
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)


async def pipeline(source, *stages, capacity=10):
    for function, n in stages:
        source = run_stage(source, function, n)
    async with aclosing(source):
        async for item in source:
            yield item
