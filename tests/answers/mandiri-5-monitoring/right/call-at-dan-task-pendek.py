"""call_at membangunkan setiap detak; satu task pendek untuk setiap pemeriksaan."""

import asyncio
import inspect


class Monitor:
    def __init__(self, interval=10.0, timeout=3.0, threshold=3, on_change=None):
        if not (interval > 0 and timeout > 0 and threshold >= 1):
            raise ValueError("parameter")
        self.interval, self.timeout, self.threshold, self.on_change = interval, timeout, threshold, on_change
        self.targets = {}
        self.timer = None
        self.background = set()

    def add(self, name, check):
        if name in self.targets:
            raise ValueError(name)
        self.targets[name] = {"check": check, "state": "?", "failures": 0, "task": None}

    def remove(self, name):
        target = self.targets.pop(name)
        if target["task"] is not None:
            target["task"].cancel()

    def status(self):
        return {name: target["state"] for name, target in self.targets.items()}

    async def start(self):
        if self.timer is None:
            self.loop = asyncio.get_running_loop()
            self.t0, self.number = self.loop.time(), 0
            self.tick()

    def tick(self):
        self.number += 1
        self.timer = self.loop.call_at(self.t0 + self.number * self.interval, self.tick)
        for name, target in self.targets.items():
            if target["task"] is None:
                target["task"] = self.spawn(self.examine(name, target))

    def spawn(self, coroutine):
        task = self.loop.create_task(coroutine)
        self.background.add(task)
        task.add_done_callback(self.background.discard)
        return task

    async def examine(self, name, target):
        try:
            await asyncio.wait_for(target["check"](), self.timeout)
        except Exception:
            target["failures"] += 1
            new = "DOWN" if target["failures"] >= self.threshold else target["state"]
        else:
            target["failures"], new = 0, "UP"
        finally:
            target["task"] = None
        old, target["state"] = target["state"], new
        if new != old and self.on_change:
            self.spawn(self.tell(name, old, new))

    async def tell(self, *change):
        try:
            result = self.on_change(*change)
            if inspect.isawaitable(result):
                await result
        except Exception:
            pass

    async def stop(self):
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None
        for target in self.targets.values():
            if target["task"] is not None:
                target["task"].cancel()
        # Juga yang dibatalkan remove() dan kabar yang sedang berjalan; semuanya ditunggu.
        while self.background:
            await asyncio.wait(self.background)

    async def __aenter__(self):
        await self.start()
        return self

    async def __aexit__(self, *exc_info):
        await self.stop()
