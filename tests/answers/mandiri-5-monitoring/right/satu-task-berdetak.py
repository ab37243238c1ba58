"""Satu task berdetak untuk semua sasaran; yang masih sibuk dilewati."""

import asyncio
import inspect


class Monitor:
    def __init__(self, interval=10.0, timeout=3.0, threshold=3, on_change=None):
        if interval <= 0:
            raise ValueError("interval")
        if timeout <= 0:
            raise ValueError("timeout")
        if threshold <= 0:
            raise ValueError("threshold")
        self.interval = interval
        self.timeout = timeout
        self.threshold = threshold
        self.on_change = on_change
        self.checks, self.state, self.failures = {}, {}, {}
        self.running = {}
        self.others = []
        self.ticker = None

    def add(self, name, check):
        if name in self.checks:
            raise ValueError("nama sudah ada")
        self.checks[name], self.state[name], self.failures[name] = check, "?", 0

    def remove(self, name):
        for table in (self.checks, self.state, self.failures):
            del table[name]
        task = self.running.pop(name, None)
        if task:
            task.cancel()
            self.others.append(task)

    def status(self):
        return self.state.copy()

    async def start(self):
        if self.ticker is None:
            self.ticker = asyncio.create_task(self.run(asyncio.get_running_loop().time()))

    async def run(self, t0):
        loop = asyncio.get_running_loop()
        tick = 0
        while True:
            delay = t0 + tick * self.interval - loop.time()
            if delay > 0:
                await asyncio.sleep(delay)
            self.others = [task for task in self.others if not task.done()]
            for name in self.checks:
                if name not in self.running or self.running[name].done():
                    self.running[name] = asyncio.create_task(self.check(name))
            tick += 1

    async def check(self, name):
        try:
            async with asyncio.timeout(self.timeout):
                await self.checks[name]()
        except Exception:
            self.failures[name] += 1
            if self.failures[name] >= self.threshold:
                self.set_state(name, "DOWN")
        else:
            self.failures[name] = 0
            self.set_state(name, "UP")

    def set_state(self, name, new):
        old = self.state[name]
        if old == new:
            return
        self.state[name] = new
        if self.on_change is None:
            return
        try:
            answer = self.on_change(name, old, new)
        except Exception as error:
            print("on_change:", error)
            return
        if inspect.iscoroutine(answer):
            self.others.append(asyncio.create_task(self.finish(answer)))

    async def finish(self, coroutine):
        try:
            await coroutine
        except Exception as error:
            print("on_change:", error)

    async def stop(self):
        if self.ticker is None:
            return
        tasks = [self.ticker, *self.running.values(), *self.others]
        self.ticker, self.running, self.others = None, {}, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def __aenter__(self):
        await self.start()
        return self

    async def __aexit__(self, kind, error, traceback):
        await self.stop()
        return False
