"""langsung sesudah `start()`, pemeriksaan ke-1 pada t=10 s; seharusnya t=2 s

kehilangan:
- Sesudah seribu detak, sebagian terlambat karena program sibuk, jadwal tidak bergeser sedikit pun
"""

import asyncio
import contextlib
import inspect
from collections import Counter


class Monitor:
    def __init__(self, interval=10.0, timeout=3.0, threshold=3, on_change=None):
        if interval <= 0 or timeout <= 0 or threshold < 1:
            raise ValueError("interval, timeout, threshold")
        self._interval, self._timeout = interval, timeout
        self._threshold, self._on_change = threshold, on_change
        self._checks, self._states, self._failures = {}, {}, Counter()
        self._main = self._group = None
        self._watchers = {}

    def status(self):
        return {**self._states}

    def add(self, name, check):
        if name in self._checks:
            raise ValueError(f"{name} sudah dipantau")
        self._checks[name], self._states[name] = check, "?"
        if self._group is not None:
            self._watch(name)

    def remove(self, name):
        if name not in self._checks:
            raise KeyError(name)
        del self._checks[name], self._states[name], self._failures[name]
        watcher = self._watchers.pop(name, None)
        if watcher is not None:
            watcher.cancel()

    async def start(self):
        if self._main is None:
            self._t0 = asyncio.get_running_loop().time()
            ready = asyncio.Event()
            self._main = asyncio.create_task(self._hold_group(ready))
            await ready.wait()

    async def _hold_group(self, ready):
        async with asyncio.TaskGroup() as self._group:
            for name in self._checks:
                self._watch(name)
            ready.set()
            await asyncio.Event().wait()

    def _watch(self, name):
        self._watchers[name] = self._group.create_task(self._run(name, self._checks[name]))

    async def _ticks(self):
        loop = asyncio.get_running_loop()
        number = 0
        while True:
            moment = self._t0 + number * self._interval
            if moment >= loop.time():
                await asyncio.sleep(moment - loop.time())
                yield number
            number += 1

    async def _run(self, name, check):
        async with contextlib.aclosing(self._ticks()) as ticks:
            async for _ in ticks:
                healthy = True
                try:
                    async with asyncio.timeout(self._timeout):
                        await check()
                except Exception:
                    healthy = False
                self._failures[name] = 0 if healthy else self._failures[name] + 1
                if healthy:
                    self._set(name, "UP")
                elif self._failures[name] >= self._threshold:
                    self._set(name, "DOWN")

    def _set(self, name, state):
        old = self._states[name]
        if state != old:
            self._states[name] = state
            if self._on_change is not None:
                self._group.create_task(self._call(name, old, state))

    async def _call(self, name, old, new):
        with contextlib.suppress(Exception):
            answer = self._on_change(name, old, new)
            if inspect.isawaitable(answer):
                await answer

    async def stop(self):
        main, self._main, self._group = self._main, None, None
        self._watchers.clear()
        if main is not None:
            main.cancel()
            await asyncio.wait([main])

    async def __aenter__(self):
        await self.start()
        return self

    async def __aexit__(self, *_):
        await self.stop()
