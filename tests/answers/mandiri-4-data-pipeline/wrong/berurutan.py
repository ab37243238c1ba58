"""Dua puluh butir melalui dua tahap memakan 40 detik

kehilangan:
- Hasil keluar begitu selesai, tanpa menunggu butir sesudahnya
- Sebuah hasil keluar begitu ia dan semua hasil sebelumnya selesai
- Semua tahap bekerja bersamaan: 20 butir melalui dua tahap 1 detik memakan paling lama 21 detik
- n butir benar-benar dikerjakan sekaligus
- Tidak ada tempat yang menganggur selama masih ada butir yang menunggu
"""

from contextlib import aclosing


async def pipeline(source, *stages, capacity=10):
    async with aclosing(source):
        async for item in source:
            for function, _ in stages:
                item = await function(item)
            yield item
