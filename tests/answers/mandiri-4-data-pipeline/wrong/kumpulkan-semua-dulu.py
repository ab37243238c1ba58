"""butir di jalan (sudah diambil dari source, hasilnya belum diterima pemakai); batasnya

kehilangan:
- Hasil keluar begitu selesai, tanpa menunggu butir sesudahnya
- Sebuah hasil keluar begitu ia dan semua hasil sebelumnya selesai
- Semua tahap bekerja bersamaan: 20 butir melalui dua tahap 1 detik memakan paling lama 21 detik
- Bila pemakai berhenti meminta, source pun berhenti diambil
- Bila satu butir macet, butir sesudahnya tidak menumpuk di belakangnya
- Task yang hidup tidak bertambah dengan panjangnya source
- Ketika galat keluar, semua butir lain sudah dibatalkan dan dibereskan, source ditutup, tidak ada yang tertinggal
"""

import asyncio
from contextlib import aclosing


async def pipeline(source, *stages, capacity=10):
    async with aclosing(source):
        results = []
        failure = None
        try:
            async for item in source:
                results.append(item)
        except Exception as error:
            failure = error
        for function, n in stages:
            places = asyncio.Semaphore(n)

            async def work(item, function=function, places=places):
                if isinstance(item, Failed):
                    return item
                async with places:
                    try:
                        return await function(item)
                    except Exception as error:
                        return Failed(error)

            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(work(item)) for item in results]
            results = [task.result() for task in tasks]
        for result in results:
            if isinstance(result, Failed):
                raise result.error
            yield result
        if failure is not None:
            raise failure


class Failed:
    def __init__(self, error):
        self.error = error
