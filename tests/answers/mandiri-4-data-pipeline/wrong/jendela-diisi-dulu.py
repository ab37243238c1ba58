"""Hasil ke-1 pada t=

kehilangan:
- Hasil keluar begitu selesai, tanpa menunggu butir sesudahnya
- Semua tahap bekerja bersamaan: 20 butir melalui dua tahap 1 detik memakan paling lama 21 detik
- Tidak ada tempat yang menganggur selama masih ada butir yang menunggu
- Galat dari source keluar apa adanya, sesudah semua hasil
"""

import asyncio
import collections
from contextlib import aclosing


async def run_stage(source, function, n):
    window = collections.deque()
    try:
        async for item in source:
            window.append(asyncio.create_task(function(item)))
            if len(window) == n:
                yield await window.popleft()
        while window:
            yield await window.popleft()
    finally:
        for task in window:
            task.cancel()
        await asyncio.gather(*window, return_exceptions=True)
        await source.aclose()


async def pipeline(source, *stages, capacity=10):
    for function, n in stages:
        source = run_stage(source, function, n)
    async with aclosing(source):
        async for item in source:
            yield item
