"""belum selesai dibereskan

kehilangan:
- stop() membatalkan pemeriksaan yang berjalan, dan kembali sesudah semuanya selesai dibereskan
- Sesudah stop() kembali tidak ada on_change yang masih berjalan
- Blok yang dibatalkan mengeluarkan CancelledError sesudah semua pemeriksaan selesai dibereskan
- stop() menunggu juga pemeriksaan yang dibatalkan oleh remove()
"""

import asyncio
import inspect
import math


class Monitor:
    def __init__(self, interval=10.0, timeout=3.0, threshold=3, on_change=None):
        if interval <= 0 or timeout <= 0 or threshold < 1:
            raise ValueError("parameter")
        self.interval = interval
        self.timeout = timeout
        self.threshold = threshold
        self.on_change = on_change
        self.t0 = None
        self.checks = {}
        self.states = {}
        self.watchers = {}
        self.tasks = set()

    def add(self, name, check):
        if name in self.checks:
            raise ValueError(f"sasaran {name!r} sudah ada")
        self.checks[name] = check
        self.states[name] = "?"
        if self.t0 is not None:
            self.watchers[name] = self.create_task(self.watch(name, check))

    def remove(self, name):
        del self.checks[name]
        del self.states[name]
        if self.t0 is not None:
            self.watchers.pop(name).cancel()

    def status(self):
        return dict(self.states)

    async def start(self):
        if self.t0 is not None:
            return
        self.t0 = asyncio.get_running_loop().time()
        for name, check in self.checks.items():
            self.watchers[name] = self.create_task(self.watch(name, check, 0))

    async def stop(self):
        self.t0 = None
        self.watchers.clear()
        tasks = list(self.tasks)
        for task in tasks:
            if not task.cancelling():
                task.cancel()

    async def __aenter__(self):
        await self.start()
        return self

    async def __aexit__(self, *exc_info):
        await self.stop()

    def create_task(self, coroutine):
        task = asyncio.create_task(coroutine)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task

    async def watch(self, name, check, tick=None):
        t0, loop = self.t0, asyncio.get_running_loop()
        failures = 0
        if tick is None:
            tick = math.ceil((loop.time() - t0) / self.interval)
        while True:
            await asyncio.sleep(t0 + tick * self.interval - loop.time())
            if await self.succeeds(check):
                failures = 0
                self.change(name, "UP")
            else:
                failures += 1
                if failures >= self.threshold:
                    self.change(name, "DOWN")
            tick = max(tick + 1, math.ceil((loop.time() - t0) / self.interval))

    async def succeeds(self, check):
        try:
            async with asyncio.timeout(self.timeout):
                await check()
        except Exception:
            return False
        return True

    def change(self, name, new):
        old = self.states[name]
        if new != old:
            self.states[name] = new
            self.create_task(self.report(name, old, new))

    async def report(self, name, old, new):
        if self.on_change is None:
            return
        try:
            answer = self.on_change(name, old, new)
            if inspect.isawaitable(answer):
                await answer
        except Exception:
            pass
