"""langsung sesudah `start()`, pemeriksaan ke-1 pada t=10 s; seharusnya t=2 s

kehilangan:
- Sesudah seribu detak, sebagian terlambat karena program sibuk, jadwal tidak bergeser sedikit pun
"""

import asyncio
import inspect
import logging
import math


class Monitor:
    def __init__(self, interval=10.0, timeout=3.0, threshold=3, on_change=None):
        if interval <= 0 or timeout <= 0 or threshold < 1:
            raise ValueError("parameter harus positif")
        self.interval, self.timeout, self.threshold = interval, timeout, threshold
        self.on_change = on_change
        self._targets = {}      # nama -> Target
        self._tasks = set()     # semua task yang pernah dibuat dan belum berakhir
        self._t0 = None

    class Target:
        def __init__(self, name, check):
            self.name, self.check = name, check
            self.status, self.failures, self.task, self.removed = "?", 0, None, False

    def add(self, name, check):
        if name in self._targets:
            raise ValueError(f"{name} sudah ada")
        target = self._targets[name] = self.Target(name, check)
        if self._t0 is not None:
            self._launch(target)

    def remove(self, name):
        target = self._targets.pop(name)
        target.removed = True
        if target.task is not None:
            target.task.cancel()

    def status(self):
        return {name: target.status for name, target in self._targets.items()}

    def _spawn(self, coro):
        task = asyncio.create_task(coro)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _launch(self, target):
        target.task = self._spawn(self._watch(target))

    async def _ticks(self):
        loop = asyncio.get_running_loop()
        number = math.ceil((loop.time() - self._t0) / self.interval - 1e-9)
        while True:
            moment = self._t0 + number * self.interval
            if moment > loop.time():
                await asyncio.sleep(moment - loop.time())
            yield number
            number = max(number + 1, math.ceil((loop.time() - self._t0) / self.interval - 1e-9))

    async def _watch(self, target):
        async for _ in self._ticks():
            try:
                async with asyncio.timeout(self.timeout):
                    await target.check()
            except Exception:
                target.failures += 1
                if target.failures >= self.threshold:
                    self._change(target, "DOWN")
            else:
                target.failures = 0
                self._change(target, "UP")

    def _change(self, target, new):
        old, target.status = target.status, new
        if target.removed or old == new or self.on_change is None:
            return
        try:
            result = self.on_change(target.name, old, new)
        except Exception:
            logging.exception("on_change gagal")
            return
        if inspect.isawaitable(result):
            self._spawn(self._finish(result))

    async def _finish(self, result):
        try:
            await result
        except Exception:
            logging.exception("on_change gagal")

    async def start(self):
        if self._t0 is None:
            self._t0 = asyncio.get_running_loop().time()
            for target in self._targets.values():
                self._launch(target)

    async def stop(self):
        self._t0 = None
        while self._tasks:
            for task in self._tasks:
                task.cancel()
            await asyncio.wait(self._tasks)

    async def __aenter__(self):
        await self.start()
        return self

    async def __aexit__(self, *exc_info):
        await self.stop()
