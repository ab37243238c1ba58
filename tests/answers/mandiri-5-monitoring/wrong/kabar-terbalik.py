"""ada kabar yang hilang atau tertukar

kehilangan:
- on_change yang lambat tidak menggeser pemeriksaan, dan kabar tetap berurutan
"""

import asyncio
import inspect
import traceback


class Target:
    def __init__(self, name, check):
        self.name, self.check = name, check
        self.state, self.failures = "?", 0
        self.task = None

    def record(self, healthy, threshold):
        """Catat satu hasil; True bila status berubah."""
        before = self.state
        if healthy:
            self.failures, self.state = 0, "UP"
        else:
            self.failures += 1
            if self.failures >= threshold:
                self.state = "DOWN"
        return self.state != before


class Monitor:
    def __init__(self, interval=10.0, timeout=3.0, threshold=3, on_change=None):
        for value, least in ((interval, 0), (timeout, 0), (threshold, 0)):
            if value <= least:
                raise ValueError(value)
        self.interval, self.timeout, self.threshold, self.on_change = interval, timeout, threshold, on_change
        self.targets = {}
        self.leaving = []
        self.teller = None

    def add(self, name, check):
        if name in self.targets:
            raise ValueError(name)
        target = self.targets[name] = Target(name, check)
        if self.teller:
            target.task = asyncio.create_task(self.watch(target, self.next_tick(0)))

    def remove(self, name):
        target = self.targets.pop(name)
        if target.task:
            target.task.cancel()
            self.leaving.append(target.task)

    def status(self):
        return {target.name: target.state for target in self.targets.values()}

    def next_tick(self, least):
        tick = least
        while self.t0 + tick * self.interval < asyncio.get_running_loop().time():
            tick += 1
        return tick

    async def start(self):
        if self.teller:
            return
        self.t0 = asyncio.get_running_loop().time()
        self.news = asyncio.LifoQueue()
        self.teller = asyncio.create_task(self.tell())
        for target in self.targets.values():
            target.task = asyncio.create_task(self.watch(target, 0))

    async def watch(self, target, tick):
        while True:
            await asyncio.sleep(self.t0 + tick * self.interval - asyncio.get_running_loop().time())
            task = asyncio.ensure_future(target.check())
            try:
                done, _ = await asyncio.wait([task], timeout=self.timeout)
            finally:
                if not task.done():
                    task.cancel()
                    await asyncio.wait([task])
            healthy = bool(done) and not task.cancelled() and task.exception() is None
            old = target.state
            if target.record(healthy, self.threshold):
                self.news.put_nowait((target.name, old, target.state))
            tick = self.next_tick(tick + 1)

    async def tell(self):
        while True:
            change = await self.news.get()
            if self.on_change is None:
                continue
            try:
                answer = self.on_change(*change)
                if inspect.isawaitable(answer):
                    await answer
            except Exception:
                traceback.print_exc()

    async def stop(self):
        if not self.teller:
            return
        tasks = [self.teller, *self.leaving, *(target.task for target in self.targets.values() if target.task)]
        self.teller = None
        self.leaving = []
        for target in self.targets.values():
            target.task = None
        for task in tasks:
            if not task.cancelling():
                task.cancel()
        await asyncio.wait(tasks)

    async def __aenter__(self):
        await self.start()
        return self

    async def __aexit__(self, *exc_info):
        await self.stop()
