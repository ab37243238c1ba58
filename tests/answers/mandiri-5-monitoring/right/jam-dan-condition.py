"""Satu task menjadi jam yang mengumumkan nomor detak lewat Condition; setiap sasaran menunggu detak yang belum dilihatnya."""

import asyncio
import contextlib
import inspect


class Monitor:
    def __init__(self, interval=10.0, timeout=3.0, threshold=3, on_change=None):
        if min(interval, timeout) <= 0 or threshold < 1:
            raise ValueError("interval dan timeout harus positif, threshold paling sedikit 1")
        self.interval, self.timeout, self.threshold, self.on_change = interval, timeout, threshold, on_change
        self.targets = {}
        self.statuses = {}
        self.workers = {}
        self.stray = set()
        self.clock = None

    def add(self, name, check):
        if name in self.targets:
            raise ValueError(f"{name} sudah ada")
        self.targets[name], self.statuses[name] = check, "?"
        if self.clock:
            self.workers[name] = asyncio.create_task(self.work(name, check, self.tick))

    def remove(self, name):
        del self.targets[name]
        del self.statuses[name]
        if worker := self.workers.pop(name, None):
            worker.cancel()
            self.keep(worker)

    def keep(self, task):
        self.stray.add(task)
        task.add_done_callback(self.stray.discard)

    def status(self):
        return self.statuses | {}

    async def start(self):
        if self.clock:
            return
        self.tick = -1
        self.ticked = asyncio.Condition()
        for name, check in self.targets.items():
            self.workers[name] = asyncio.create_task(self.work(name, check, -1))
        self.clock = asyncio.create_task(self.run_clock(asyncio.get_running_loop().time()))

    async def run_clock(self, t0):
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(max(0, t0 + (self.tick + 1) * self.interval - loop.time()))
            async with self.ticked:
                self.tick += 1
                self.ticked.notify_all()

    async def work(self, name, check, seen):
        failed = 0
        while True:
            async with self.ticked:
                await self.ticked.wait_for(lambda: self.tick > seen)
            ok = False
            with contextlib.suppress(Exception):
                async with asyncio.timeout(self.timeout):
                    await check()
                ok = True
            seen = self.tick
            failed = 0 if ok else failed + 1
            old = self.statuses[name]
            new = "UP" if ok else "DOWN" if failed >= self.threshold else old
            if new != old:
                self.statuses[name] = new
                if self.on_change:
                    self.keep(asyncio.create_task(self.tell(name, old, new)))

    async def tell(self, *change):
        try:
            result = self.on_change(*change)
            if inspect.isawaitable(result):
                await result
        except Exception as error:
            print("on_change gagal:", error)

    async def stop(self):
        if not self.clock:
            return
        tasks = [self.clock, *self.workers.values(), *self.stray]
        self.clock = None
        self.workers.clear()
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)

    async def __aenter__(self):
        await self.start()
        return self

    async def __aexit__(self, *exc_info):
        await self.stop()
