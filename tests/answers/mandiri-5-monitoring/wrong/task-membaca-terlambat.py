"""KeyError: 'pengiriman'

kehilangan:
- stop() boleh dipanggil sebelum start(), dua kali, dan langsung sesudah start()
- Sasaran yang dihapus selagi berjalan: pemeriksaannya dibatalkan dan tidak pernah dimulai lagi
"""

import asyncio
import inspect
import logging


class Monitor:
    def __init__(self, interval=10.0, timeout=3.0, threshold=3, on_change=None):
        if interval <= 0 or timeout <= 0 or threshold < 1:
            raise ValueError("parameter tidak masuk akal")
        self.interval, self.timeout = interval, timeout
        self.threshold, self.on_change = threshold, on_change
        self.checks = {}
        self.result = {}
        self.ends = {}
        self.loops = []
        self.reports = []
        self.t0 = None

    def add(self, name, check):
        if name in self.checks:
            raise ValueError(f"{name!r} sudah ada")
        self.checks[name] = check
        self.result[name] = "?"
        if self.t0 is not None:
            self.begin(name, self.coming_tick(self.t0))

    def begin(self, name, tick):
        self.ends[name] = asyncio.Event()
        self.loops.append(asyncio.create_task(self.loop_one(name, tick, self.ends[name])))

    def remove(self, name):
        self.checks.pop(name)
        self.result.pop(name)
        if name in self.ends:
            self.ends.pop(name).set()

    def status(self):
        return dict(self.result.items())

    async def start(self):
        if self.t0 is None:
            self.t0 = asyncio.get_running_loop().time()
            for name in self.checks:
                self.begin(name, 0)

    def coming_tick(self, t0):
        return int(-(-(asyncio.get_running_loop().time() - t0) // self.interval))

    async def loop_one(self, name, tick, end):
        now = asyncio.get_running_loop().time
        t0, check, count = self.t0, self.checks[name], 0
        moment = t0 + tick * self.interval
        while not end.is_set():
            wait = moment - now()
            if wait > 0:
                try:
                    await asyncio.wait_for(end.wait(), wait)
                    return
                except TimeoutError:
                    pass
            checking = asyncio.create_task(check())
            ending = asyncio.create_task(end.wait())
            await asyncio.wait([checking, ending], timeout=self.timeout, return_when=asyncio.FIRST_COMPLETED)
            ending.cancel()
            checking.cancel()
            await asyncio.wait([checking, ending])
            if end.is_set():
                return
            if checking.cancelled() or checking.exception():
                count += 1
                state = "DOWN" if count >= self.threshold else self.result[name]
            else:
                count, state = 0, "UP"
            old, self.result[name] = self.result[name], state
            if old != state and self.on_change:
                self.reports.append(asyncio.create_task(self.report(name, old, state)))
            tick = max(tick + 1, self.coming_tick(t0))
            moment = t0 + tick * self.interval

    async def report(self, name, old, new):
        try:
            answer = self.on_change(name, old, new)
            if inspect.isawaitable(answer):
                await answer
        except Exception as error:
            logging.warning("on_change: %s", error)

    async def stop(self):
        self.t0 = None
        for end in self.ends.values():
            end.set()
        self.ends = {}
        await asyncio.gather(*self.loops)
        await asyncio.gather(*self.reports)
        self.loops, self.reports = [], []

    async def __aenter__(self):
        await self.start()
        return self

    async def __aexit__(self, *exc_info):
        await self.stop()
