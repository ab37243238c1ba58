"""Worker threads of a loop: one of them computes at a time, and the clock stands still meanwhile."""

from __future__ import annotations

import collections
import functools
import threading
from concurrent.futures import ThreadPoolExecutor

from asynclab import clock
from asynclab.notsimulated import NotSimulatedError
from asynclab.stillness import Stillness
from asynclab.threads import Abandoned, WorkerThread, end_thread

__all__ = ["Workers"]

DEFAULT_LIMIT = 32
"""Threads of the default executor; the standard library's number depends on the machine."""

USUAL_STEP = 0.01
POLL = 0.005
POLLS_UNTIL_BLOCKED = 2


class Job:
    """One call in a worker thread: queued, computing, asleep in virtual time, blocked, or done.

    A blocked one waits for something that another thread holds; it goes on when it gets it.
    """

    def __init__(self, workers, pool, function, args, future):
        self.workers, self.pool, self.future = workers, pool, future
        self.function, self.args = function, args
        self.go, self.back = threading.Event(), threading.Event()
        self.result = self.error = self.thread = self.slot = self.nap = None
        self.done = self.told_to_end = False

    @property
    def name(self):
        """The name of the function it computes; `asyncio.to_thread` wraps it in a partial."""
        function = self.function
        while isinstance(function, functools.partial):
            function = function.args[0] if function.args else function.func
        return getattr(function, "__name__", type(function).__name__)

    def start(self, slot):
        """Begin to compute, as thread number `slot` of its pool."""
        self.slot = slot
        prefix = getattr(self.pool, "_thread_name_prefix", "asyncio")
        self.thread = WorkerThread(target=self._work, name=f"{prefix}_{slot}", daemon=True)
        self.thread.start()

    def deliver(self):
        """Give the result to the asyncio future, on the loop's thread."""
        if self.future.done():
            return
        if self.error is None:
            self.future.set_result(self.result)
        elif isinstance(self.error, StopIteration):
            self.future.set_exception(RuntimeError(f"StopIteration in {self.name}"))
        else:
            self.future.set_exception(self.error)

    # ---- on the worker's thread

    def _work(self):
        with clock.entered(self.workers.loop, self._sleep):
            try:
                initialize = getattr(self.pool, "_initializer", None)
                if initialize is not None:
                    initialize(*self.pool._initargs)
                self.result = self.function(*self.args)
            except Abandoned:
                pass
            except BaseException as error:
                self.error = error
        self.done = True
        self._hand_back()

    def _sleep(self, seconds):
        if self.workers.over:
            self._end()
        self.nap = seconds
        self._hand_back()
        self.go.wait()
        self.go.clear()
        if self.workers.over:
            self._end()

    def _end(self):
        if self.told_to_end:
            threading.Event().wait()  # deaf, but quiet
        self.told_to_end = True
        raise Abandoned

    def _hand_back(self):
        self.workers.handed.append(self)
        self.back.set()
        self.workers.loop._write_to_self()


class Workers:
    """The jobs of one loop. The loop calls `step` when nothing else is ready."""

    def __init__(self, loop):
        self.loop = loop
        self.over = False
        self.handed = collections.deque()
        self.blocked: list[Job] = []
        self.computing = None
        self._queues = collections.defaultdict(collections.deque)
        self._slots = collections.defaultdict(set)
        self._awake = collections.deque()
        self._asleep: list[Job] = []

    def submit(self, executor, function, args):
        """An asyncio future of `function(*args)`.

        Raises NotSimulatedError for a pool that is not of threads.
        """
        if executor is not None and not isinstance(executor, ThreadPoolExecutor):
            raise NotSimulatedError(type(executor).__name__)
        if executor is not None and executor._shutdown:
            raise RuntimeError("cannot schedule new futures after shutdown")
        job = Job(self, executor, function, args, self.loop.create_future())
        self._queues[executor].append(job)
        return job.future

    def unfinished(self) -> list[Job]:
        """Jobs that have begun, and queued ones that somebody still waits for."""
        queued = [job for queue in self._queues.values() for job in queue if not job.future.done()]
        computing = [self.computing] if self.computing else []
        return [*self._asleep, *self.blocked, *computing, *self._awake, *queued]

    def step(self) -> bool:
        """Let one worker compute until it ends, sleeps or blocks; return whether there was one."""
        if self.collect():
            return True
        job = self._next()
        if job is None:
            return False
        self.computing = job
        job.back.clear()
        if job.thread is None:
            job.start(self._free_slot(job.pool))
        else:
            job.go.set()
        if not job.back.wait(USUAL_STEP) and Stillness().await_still(
            [job.thread], job.back, interval=POLL, rounds=POLLS_UNTIL_BLOCKED
        ):
            self.blocked.append(job)
        self.computing = None
        self.collect()
        return True

    def collect(self) -> bool:
        """Take back what workers have ended or fallen asleep; return whether any has."""
        any_handed = bool(self.handed)
        while self.handed:
            job = self.handed.popleft()
            if job in self.blocked:
                self.blocked.remove(job)
            if job.done:
                self._slots[job.pool].discard(job.slot)
                job.thread.join()
                job.deliver()
            else:
                self._asleep.append(job)
                self.loop.call_later(job.nap, self._wake, job)
        return any_handed

    def close(self):
        """End the run: sleeping workers wake with Abandoned, queued ones never begin."""
        self.over = True
        for job in self.unfinished():
            if job in self._asleep or job in self._awake:
                job.go.set()
            elif job.thread is not None:
                end_thread(job.thread)

    def _wake(self, job):
        self._asleep.remove(job)
        self._awake.append(job)

    def _next(self):
        if self._awake:
            return self._awake.popleft()
        for pool, queue in self._queues.items():
            while queue and queue[0].future.cancelled():
                queue.popleft()
            if queue and len(self._slots[pool]) < (pool._max_workers if pool else DEFAULT_LIMIT):
                return queue.popleft()
        return None

    def _free_slot(self, pool):
        taken = self._slots[pool]
        slot = next(number for number in range(len(taken) + 1) if number not in taken)
        taken.add(slot)
        return slot
