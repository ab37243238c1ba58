"""VirtualLoop: an asyncio event loop in which time passes only when nothing else can happen."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import random
import threading

from asynclab import clock
from asynclab.network import Network
from asynclab.notsimulated import NotSimulatedError, refuse_unsimulated
from asynclab.recording import Recording
from asynclab.workers import Workers

__all__ = [
    "Deadlock",
    "HorizonReached",
    "Livelock",
    "NotSimulatedError",
    "VirtualLoop",
    "VirtualTask",
]

TICKS_PER_SECOND = 1_000_000_000
TURNS_AT_ONE_MOMENT = 100_000
TURNS_BEFORE_WORKERS = 1_000
FOREIGN_THREAD_POLL = 0.02


class Deadlock(BaseException):
    """Nothing is ready, no timer is set, no thread works: nothing can ever happen again."""


class Livelock(BaseException):
    """Callbacks run without end while the clock stands still."""


class HorizonReached(BaseException):
    """The next thing to happen lies beyond the run's horizon."""


class VirtualTimer(asyncio.TimerHandle):
    """A timer that knows its moment in whole ticks (nanoseconds)."""

    __slots__ = ("ticks",)


class VirtualTask(asyncio.Task):
    """A task with a record; its hash is its number, so that sets of tasks have one order in every run."""

    def __init__(self, coro, *, record, **options):
        self.record = record  # before asyncio's own set of all tasks asks for the hash
        super().__init__(coro, **options)

    def __hash__(self):
        return self.record.number


class VirtualFuture(asyncio.Future):
    """A future whose hash is its number: aiohttp and asyncio keep waiters in sets."""

    __slots__ = ("number",)

    def __hash__(self):
        return self.number


@refuse_unsimulated
class VirtualLoop(asyncio.BaseEventLoop):
    """Event loop with virtual time, an in-memory network and worker threads that freeze the clock.

    Code between two awaits takes no time. When nothing is ready, worker threads compute (one at
    a time); when none does, the clock jumps to the next timer. Timers with equal deadlines fire
    in the order of their creation. There is no file descriptor in it.

    horizon: seconds of virtual time after which HorizonReached is raised.
    latency: seconds that a packet travels, one way; bandwidth: bytes per second and direction, or None.
    shuffle: a seed that permutes tasks that are ready at the same moment, or None for asyncio's order.
    """

    hosts_runs = False
    """Whether code on this loop may itself call `run`: only on the loop of a notebook's cells."""

    def __init__(self, *, horizon=3600.0, latency=0.0, bandwidth=None, shuffle=None):
        super().__init__()
        self.ticks = 0
        self.turns = 0
        self.wall_offset = clock.EPOCH * TICKS_PER_SECOND  # what `time.time()` is ahead of `ticks`
        self.horizon = round(horizon * TICKS_PER_SECOND)
        self.recording = Recording(self.time)
        self.workers = Workers(self)
        self.network = Network(self, latency=latency, bandwidth=bandwidth)
        self._timers = []
        self._timer_numbers = itertools.count()
        self._future_numbers = itertools.count()
        self._turns_here = 0
        self._shuffle = None if shuffle is None else random.Random(shuffle)
        self._eager = False
        self._woken = threading.Event()
        self._threads_before = set(threading.enumerate())
        self._clock_resolution = 1 / TICKS_PER_SECOND
        self.longest_step = 0.0
        self.main = None
        self.witness = None

    def time(self):
        """Seconds of virtual time since the run began."""
        return self.ticks / TICKS_PER_SECOND

    def block(self, seconds):
        """Let time pass while nothing runs: what a blocking call on the loop's thread does."""
        self.ticks += round(seconds * TICKS_PER_SECOND)
        self._turns_here = 0

    # ---- scheduling

    def call_later(self, delay, callback, *args, context=None):
        """Like asyncio's; a positive delay always moves the clock by a tick at least."""
        if delay is None:
            raise TypeError("delay must not be None")
        # Residue such as sleep(1e-17) in a correct "sleep until" loop must not spin at one moment.
        ticks = self.ticks + max(round(delay * TICKS_PER_SECOND), 1 if delay > 0 else 0)
        return self._add_timer(ticks, callback, args, context)

    def call_at(self, when, callback, *args, context=None):
        """Like asyncio's; `when` in seconds, rounded to a tick."""
        if when is None:
            raise TypeError("when cannot be None")
        return self._add_timer(round(when * TICKS_PER_SECOND), callback, args, context)

    def _add_timer(self, ticks, callback, args, context):
        self._check_closed()
        timer = VirtualTimer(ticks / TICKS_PER_SECOND, callback, args, self, context)
        timer.ticks = ticks
        timer._scheduled = True
        heapq.heappush(self._timers, (ticks, next(self._timer_numbers), timer))
        return timer

    def _timer_handle_cancelled(self, timer):
        self._timer_cancelled_count += 1
        if (
            self._timer_cancelled_count > 100
            and self._timer_cancelled_count > len(self._timers) // 2
        ):
            self._timers = [item for item in self._timers if not item[2]._cancelled]
            heapq.heapify(self._timers)
            self._timer_cancelled_count = 0

    def create_future(self):
        """A VirtualFuture."""
        future = VirtualFuture(loop=self)
        future.number = next(self._future_numbers)
        return future

    def create_task(self, coro, *, name=None, context=None, **options):
        """A VirtualTask with a record; a task factory other than asyncio's eager one is honoured as it is."""
        self._check_closed()
        if self._task_factory is not None and not self._eager:
            return super().create_task(coro, name=name, context=context, **options)
        parent = asyncio.current_task(self) if self.is_running() else None
        record = self.recording.task_created(
            coro, name and str(name), getattr(getattr(parent, "record", None), "number", None)
        )
        if self._eager:
            options.setdefault("eager_start", True)
        task = VirtualTask(
            coro, record=record, loop=self, name=record.name, context=context, **options
        )
        if task.done():
            self.recording.task_ran(task, record.created)
        return task

    def set_task_factory(self, factory):
        """Like asyncio's; the eager factory (3.12) is built in, so that eager tasks are recorded too."""
        super().set_task_factory(factory)
        self._eager = factory is not None and factory is getattr(
            asyncio, "eager_task_factory", None
        )

    def run_in_executor(self, executor, func, *args):
        """A worker thread of the run computes `func(*args)`; a pool other than of threads is not simulated."""
        self._check_closed()
        return self.workers.submit(executor, func, args)

    async def shutdown_default_executor(self, timeout=None):
        """Nothing to shut down: a worker thread ends with its job."""

    def _asyncgen_finalizer_hook(self, agen):
        # Like asyncio's, but the task that closes a dropped generator says whose it is.
        self._asyncgens.discard(agen)
        if not self.is_closed():
            self.call_soon_threadsafe(
                lambda: self.create_task(agen.aclose(), name=f"aclose {agen.__name__}")
            )

    # ---- one turn

    def run_forever(self):
        """Like asyncio's, with this thread's clocks showing virtual time."""
        with clock.entered(self, self._sleep_on_loop):
            super().run_forever()

    def _sleep_on_loop(self, seconds):
        self.on_blocking_sleep(seconds)
        self.block(seconds)

    def on_blocking_sleep(self, seconds):
        """Called when the loop's own thread sleeps; `observe` puts a witness here."""

    def _run_once(self):
        self.turns += 1
        ready = self._ready
        if not ready and not self._stopping:
            self._wait()
        timers = self._timers
        while timers and timers[0][0] <= self.ticks:
            timer = heapq.heappop(timers)[2]
            timer._scheduled = False
            ready.append(timer)
        if self._shuffle is not None:
            self._shuffle_ready()
        self._turns_here += 1
        if self._turns_here % TURNS_BEFORE_WORKERS == 0:
            self.workers.step()
            if self._turns_here > TURNS_AT_ONE_MOMENT:
                raise Livelock
        for _ in range(len(ready)):
            handle = ready.popleft()
            if not handle._cancelled:
                task = getattr(handle._callback, "__self__", None)
                if type(task) is VirtualTask and not task.done():
                    start, began = self.ticks / TICKS_PER_SECOND, clock.real.perf_counter()
                    handle._run()
                    self.longest_step = max(self.longest_step, clock.real.perf_counter() - began)
                    self.recording.task_ran(task, start)
                else:
                    handle._run()
        handle = None

    def _wait(self):
        """Let the next thing happen: a worker's step, the next timer, a word from a foreign thread, or a verdict."""
        if self.workers.step():
            return
        while self._timers and self._timers[0][2]._cancelled:
            heapq.heappop(self._timers)
            self._timer_cancelled_count -= 1
        if self._timers:
            if self._timers[0][0] > self.horizon:
                self.ticks = max(self.ticks, self.horizon)
                raise HorizonReached
            if self._timers[0][0] > self.ticks:
                self.ticks = self._timers[0][0]
                self._turns_here = 0
        elif self.workers.detached or self.foreign_threads():
            self._woken.wait(FOREIGN_THREAD_POLL)
            self._woken.clear()
        elif not self._ready:
            raise Deadlock

    def foreign_threads(self):
        """Threads that student code started by itself and that still live."""
        return [
            thread
            for thread in threading.enumerate()
            if thread not in self._threads_before
            and not self.workers.owns(thread)
            and thread is not threading.current_thread()
        ]

    def _shuffle_ready(self):
        # Only tasks among themselves: the order of a future's callbacks is documented.
        places = [
            index
            for index, handle in enumerate(self._ready)
            if type(getattr(handle._callback, "__self__", None)) is VirtualTask
        ]
        handles = [self._ready[index] for index in places]
        self._shuffle.shuffle(handles)
        for index, handle in zip(places, handles):
            self._ready[index] = handle

    def _write_to_self(self):
        self._woken.set()

    def _process_events(self, event_list):
        """Nothing: there are no file descriptors."""

    def close(self):
        """Like asyncio's; what is still connected is let go without a word, since the trace has it."""
        super().close()
        self.network.close()

    # ---- network: everything stays in memory

    async def getaddrinfo(self, host, port, *, family=0, type=0, proto=0, flags=0):
        """Addresses of a host of the closed world."""
        return await self.network.getaddrinfo(
            host, port, family=family, type=type, proto=proto, flags=flags
        )

    async def getnameinfo(self, sockaddr, flags=0):
        """Host and port of an address of the closed world."""
        return await self.network.getnameinfo(sockaddr, flags)

    async def sock_connect(self, sock, address):
        """Aim a socket at a listener of the closed world."""
        return await self.network.sock_connect(sock, address)

    async def create_connection(self, protocol_factory, host=None, port=None, **options):
        """Connect to a listener of the closed world."""
        return await self.network.create_connection(protocol_factory, host, port, **options)

    async def create_server(self, protocol_factory, host=None, port=None, **options):
        """Listen in the closed world."""
        return await self.network.create_server(protocol_factory, host, port, **options)
