"""VirtualLoop: an asyncio event loop in which time passes only when nothing else can happen."""

from __future__ import annotations

import asyncio
import itertools
import math
import random
import sys
import threading

from asynclab import clock, messages, threads
from asynclab.network import Network
from asynclab.network_methods import NetworkMethods
from asynclab.notsimulated import NotSimulatedError, refuse_unsimulated
from asynclab.places import place_of_stack
from asynclab.recording import Overflow, Recording
from asynclab.stillness import Stillness, longest_wait
from asynclab.tasks import VirtualFuture, VirtualTask
from asynclab.timers import Timers
from asynclab.workers import Workers

__all__ = [
    "Deadlock", "HorizonReached", "Livelock", "NotSimulatedError", "VirtualLoop", "VirtualTask",
]  # fmt: skip

TICKS_PER_SECOND = clock.NANOSECONDS
TURNS_AT_ONE_MOMENT = 100_000
TURNS_BEFORE_WORKERS = 1_000
PATIENCE = 2.0
"""Real seconds for which threads that only wait may keep a loop waiting that has nothing to do."""

SEALED = {
    "__class__", "__dict__", "_add_timer", "_advance", "_others", "_run_once", "_shuffle", "_step", "_timers", "_wait",
    "block", "call_at", "call_later", "network", "on_blocking_sleep", "recording", "sealed",
    "sleep_on_loop", "threads", "ticks", "time", "turn_numbers", "turns", "wall_offset", "witness", "workers",
}  # fmt: skip
"""Of a loop that is in use these can't be set: a student's `loop.turns = 0` fails."""

threads.install()


class Deadlock(BaseException):
    """Nothing is ready, no timer is set, no thread works: nothing can ever happen again."""


class Livelock(BaseException):
    """Callbacks run without end while the clock stands still."""


class HorizonReached(BaseException):
    """The next thing to happen lies beyond the run's horizon."""


@refuse_unsimulated
class VirtualLoop(NetworkMethods, asyncio.BaseEventLoop):
    """Event loop with virtual time, an in-memory network and worker threads that freeze the clock.

    Code between two awaits takes no time. When nothing is ready, worker threads compute (one at
    a time); when none does, the clock jumps to the next timer. Timers with equal deadlines fire
    in the order of their creation. There is no file descriptor in it.

    horizon: seconds of virtual time after which HorizonReached is raised.
    latency: seconds that a packet travels, one way; bandwidth: bytes per second and direction, or
    None. shuffle: a seed that permutes tasks that are ready at the same moment, or None for
    asyncio's order.
    """

    hosts_runs = False
    """Whether code on this loop may itself call `run`: only on the loop of a notebook's cells."""

    sealed = False
    """Whether `SEALED` can't be set any more. The closed world's own modules write into `vars(loop)`."""

    _closed = True
    """Until `__init__` has come to its end: what was refused needs no closing."""

    def __init__(self, *, horizon=3600.0, latency=0.0, bandwidth=None, shuffle=None):
        self.network = Network(self, latency=latency, bandwidth=bandwidth)
        self.horizon = math.inf if horizon == math.inf else round(horizon * TICKS_PER_SECOND)
        super().__init__()
        self.ticks = 0
        self.turns = 0
        self.turn_numbers = itertools.count(1)
        self.wall_offset = clock.EPOCH * TICKS_PER_SECOND  # what `time.time()` is ahead of `ticks`
        self.recording = Recording(self.time)
        self.workers = Workers(self)
        self.threads = threads.Threads(self)
        self.witness = None
        self.main = None
        self.ending = None
        self.stopped_at = None
        self.longest_step = 0.0
        self._clock_resolution = 1 / TICKS_PER_SECOND
        self._timers = Timers()
        self._future_numbers = itertools.count()
        self._turns_here = 0
        self._shuffle = None if shuffle is None else random.Random(shuffle)
        self._eager = False
        self._woken = threading.Event()
        self._stillness = Stillness()
        self.sealed = True

    def __setattr__(self, name, value):
        """Like any object's, but what the judgement rests on is not replaced while the loop is used."""
        if name in SEALED and self.sealed:
            raise AttributeError(messages.loop_is_sealed(name))
        super().__setattr__(name, value)

    def __delattr__(self, name):
        if name in SEALED:
            raise AttributeError(messages.loop_is_sealed(name))
        super().__delattr__(name)

    def time(self):
        """Seconds of virtual time since the run began."""
        return self.ticks / TICKS_PER_SECOND

    def block(self, seconds):
        """Let time pass while nothing runs: what a blocking call on the loop's thread does."""
        vars(self)["ticks"] += round(seconds * TICKS_PER_SECOND)
        self._turns_here = 0
        if self.ticks > self.horizon and self.ending is None:
            self.ending = HorizonReached  # for code that swallows it, at its next await
            raise HorizonReached

    def end_with(self, verdict):
        """Raise the class `verdict` on the loop's thread as soon as it turns. From any thread."""
        self.ending = verdict
        self._woken.set()

    # ---- scheduling

    def call_later(self, delay, callback, *args, context=None):
        """Like asyncio's; a positive delay always moves the clock by a tick at least."""
        if delay is None:
            raise TypeError("delay must not be None")
        if delay == math.inf:
            return self._add_timer(math.inf, callback, args, context)
        # Residue such as sleep(1e-17) in a correct "sleep until" loop must not spin at one moment.
        ticks = round(delay * TICKS_PER_SECOND) or (delay > 0)
        return self._add_timer(self.ticks + ticks, callback, args, context)

    def call_at(self, when, callback, *args, context=None):
        """Like asyncio's; `when` in seconds, rounded to a tick."""
        if when is None:
            raise TypeError("when cannot be None")
        ticks = when if when == math.inf else round(when * TICKS_PER_SECOND)
        return self._add_timer(ticks, callback, args, context)

    def _add_timer(self, ticks, callback, args, context):
        self._check_closed()
        if self._debug:
            self._check_thread()
            self._check_callback(callback, "call_at")
        timer = asyncio.TimerHandle(ticks / TICKS_PER_SECOND, callback, args, self, context)
        if ticks != math.inf:  # what is due at the end of time is never due
            self._timers.add(ticks, timer)
        return timer

    def _timer_handle_cancelled(self, timer):
        self._timers.cancelled(timer)

    def create_future(self):
        """A VirtualFuture."""
        future = VirtualFuture(loop=self)
        future.number = next(self._future_numbers)
        return future

    def create_task(self, coro, *, name=None, context=None, **options):
        """A VirtualTask with a record; a task factory of the student's own is honoured as it is."""
        self._check_closed()
        if self._task_factory is not None and not self._eager:
            return super().create_task(coro, name=name, context=context, **options)
        parent = asyncio.current_task(self) if self.is_running() else None
        parent = getattr(getattr(parent, "record", None), "number", None)
        record = self.recording.task_created(coro, None if name is None else str(name), parent)
        if self._eager:
            options.setdefault("eager_start", True)
        task = VirtualTask(
            coro, record=record, loop=self, name=record.name, context=context, **options
        )
        if options.get("eager_start") and self.is_running():
            self.recording.task_ran(task, record.created)
        return task

    def set_task_factory(self, factory):
        """Like asyncio's; its eager factory (3.12) is built in, so that eager tasks are recorded."""
        super().set_task_factory(factory)
        self._eager = factory is not None and factory is getattr(
            asyncio, "eager_task_factory", None
        )

    def run_in_executor(self, executor, func, *args):
        """A worker thread of the loop computes `func(*args)`; only pools of threads are simulated."""
        self._check_closed()
        if self._debug:
            self._check_callback(func, "run_in_executor")
        return self.workers.submit(executor or self._default_executor, func, args)

    async def shutdown_default_executor(self, timeout=None):
        """Nothing to shut down: a worker thread ends with its job."""

    def _asyncgen_finalizer_hook(self, agen):
        # Like asyncio's, but the task that closes a dropped generator says whose it is.
        self._asyncgens.discard(agen)
        if not self.is_closed():
            name = f"aclose {agen.__name__}"
            self.call_soon_threadsafe(lambda: self.create_task(agen.aclose(), name=name))

    def stop(self):
        """Like asyncio's; remembers the student's line that called it."""
        self.stopped_at = self.stopped_at or place_of_stack(sys._getframe(1))
        super().stop()

    def close(self):
        """Like asyncio's; ends the threads and lets go of the network."""
        if not self.is_closed() and not self.is_running():
            self.workers.close()
            self.threads.close()
            self.network.close()
            self._timers.clear()
        super().close()

    # ---- one turn

    def run_forever(self):
        """Like asyncio's, with this thread's clocks showing virtual time."""
        with clock.entered(self, self.sleep_on_loop):
            super().run_forever()

    def sleep_on_loop(self, seconds):
        """Answer `time.sleep` on the loop's own thread."""
        self.on_blocking_sleep(seconds)
        self.block(seconds)

    def on_blocking_sleep(self, seconds):
        """Called when the loop's own thread sleeps; `observe` puts a witness here."""

    def _run_once(self):
        state, ready = self.__dict__, self._ready
        state["turns"] = next(self.turn_numbers)
        if not ready and not self._stopping:
            self._wait()
        if self.ending is not None:
            raise self.ending
        self._timers.move_due(self.ticks, ready)
        if self._shuffle is not None:
            self._shuffle_ready()
        state["_turns_here"] = here = state["_turns_here"] + 1
        if here % TURNS_BEFORE_WORKERS == 0:
            self.workers.step()
            # Code that sleeps for what rounding left over, 0 s, and looks again waits for a real
            # clock to go on by itself; one tick is enough for it, and is no way out of a livelock.
            state["ticks"] += 1
            if state["_turns_here"] > TURNS_AT_ONE_MOMENT:
                raise Livelock
        for _ in range(len(ready)):
            if not ready:  # a nested turn was faster
                break
            handle = ready.popleft()
            if not handle._cancelled:
                callback = handle._callback
                task = getattr(callback, "__self__", None)
                if type(task) is VirtualTask and not task.done() and not _is_cancel(callback):
                    self._step(task, handle)
                else:
                    handle._run()
        if self.recording.overflowed:
            self.ending = Overflow
        handle = None

    def _step(self, task, handle):
        start, began = self.ticks / TICKS_PER_SECOND, clock.real.perf_counter()
        handle._run()
        took = clock.real.perf_counter() - began
        if took > self.longest_step:
            self.longest_step = took
        self.recording.task_ran(task, start)

    def _wait(self):
        """Let the next thing happen: a thread's step, the next timer, or a verdict."""
        while self.ending is None:
            self._woken.clear()
            others = self._others()
            if self._ready:
                return
            if others and not self._stillness.await_still(others, self._woken):
                self.workers.collect()
            elif others and not set(others).issuperset(self._others()):
                pass  # what was still waited for a thread that it has started meanwhile
            elif self.workers.step() or self._advance():
                return
            elif not others or not self._woken.wait(PATIENCE + longest_wait(others)):
                raise Deadlock

    def _others(self):
        """The threads that may make something ready."""
        return [*(job.thread for job in self.workers.blocked), *self.threads.alive()]

    def _advance(self):
        """Move the clock to the next timer; return whether there is one."""
        ticks = self._timers.next_ticks()
        if ticks is None:
            return False
        if ticks > self.horizon:
            vars(self)["ticks"] = max(self.ticks, self.horizon)
            raise HorizonReached
        if ticks > self.ticks:
            state = self.__dict__
            state["ticks"], state["_turns_here"] = ticks, 0
        return True

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


def _is_cancel(callback):
    # `call_later(1, task.cancel)` is no step of the task.
    return getattr(callback, "__name__", "") == "cancel"
