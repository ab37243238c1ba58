"""heapq dari (saat, urutan, sasaran); satu penjadwal membangunkan yang jatuh tempo."""

import asyncio
import heapq
import inspect
import itertools


class Monitor:
    def __init__(self, interval=10.0, timeout=3.0, threshold=3, on_change=None):
        if interval <= 0 or timeout <= 0 or threshold < 1:
            raise ValueError
        self.interval = interval
        self.timeout = timeout
        self.threshold = threshold
        self.on_change = on_change
        self.targets = {}
        self.order = itertools.count()
        self.scheduler = None

    def add(self, name, check):
        if name in self.targets:
            raise ValueError(name)
        self.targets[name] = record = {"name": name, "check": check, "state": "?", "failed": 0}
        if self.scheduler:
            tick = 0
            while self.t0 + tick * self.interval <= self.loop.time():
                tick += 1
            self.push(tick, record)

    def remove(self, name):
        record = self.targets.pop(name)
        if "task" in record:
            record["task"].cancel()

    def status(self):
        return dict((name, record["state"]) for name, record in self.targets.items())

    def push(self, tick, record):
        heapq.heappush(self.due, (tick, next(self.order), record))
        self.changed.set()

    async def start(self):
        if self.scheduler:
            return
        self.loop = asyncio.get_running_loop()
        self.t0 = self.loop.time()
        self.due = []
        self.alive = set()
        self.changed = asyncio.Event()
        for record in self.targets.values():
            self.push(0, record)
        self.scheduler = asyncio.create_task(self.schedule())

    async def schedule(self):
        while True:
            self.changed.clear()
            if not self.due:
                await self.changed.wait()
                continue
            moment = self.t0 + self.due[0][0] * self.interval
            if moment > self.loop.time():
                try:
                    async with asyncio.timeout_at(moment):
                        await self.changed.wait()
                except TimeoutError:
                    pass
                continue
            tick, _, record = heapq.heappop(self.due)
            if self.targets.get(record["name"]) is record:
                record["task"] = self.launch(self.examine(tick, record))

    def launch(self, coroutine):
        task = asyncio.create_task(coroutine)
        self.alive.add(task)
        task.add_done_callback(self.alive.discard)
        return task

    async def examine(self, tick, record):
        try:
            async with asyncio.timeout(self.timeout):
                await record["check"]()
            record["failed"], new = 0, "UP"
        except Exception:
            record["failed"] += 1
            new = "DOWN" if record["failed"] >= self.threshold else record["state"]
        if new != record["state"]:
            old, record["state"] = record["state"], new
            self.launch(self.inform(record["name"], old, new))
        tick += 1
        while self.t0 + tick * self.interval < self.loop.time():
            tick += 1
        self.push(tick, record)

    async def inform(self, name, old, new):
        if self.on_change:
            try:
                if inspect.iscoroutinefunction(self.on_change):
                    await self.on_change(name, old, new)
                else:
                    self.on_change(name, old, new)
            except Exception as error:
                print(f"on_change gagal: {error!r}")

    async def stop(self):
        if not self.scheduler:
            return
        tasks = [self.scheduler, *self.alive]
        self.scheduler = None
        for record in self.targets.values():
            record.pop("task", None)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)

    async def __aenter__(self):
        await self.start()
        return self

    async def __aexit__(self, *exc_info):
        await self.stop()
