"""Worker threads of a run: one thread of the whole run computes at a time, and the clock stands still meanwhile."""

from __future__ import annotations

import collections
import functools
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from asynclab import clock
from asynclab.notsimulated import NotSimulatedError

__all__ = ["Workers"]

DEFAULT_LIMIT = 32
POLL = 0.02
POLLS_UNTIL_BLOCKED = 15


class Abandoned(BaseException):
    """Raised in a worker's `time.sleep` when the run is over, so that its thread ends."""


class Job:
    """One call in a worker thread: waiting, computing, asleep in virtual time, or done."""

    def __init__(self, workers, pool, function, args, future):
        self.workers, self.pool, self.function, self.args, self.future = (
            workers,
            pool,
            function,
            args,
            future,
        )
        self.go = threading.Event()
        self.result = self.error = None
        self.done = self.started = self.detached = False
        self.thread = threading.Thread(
            target=self._work, name=f"asynclab-worker-{workers.count}", daemon=True
        )

    @property
    def name(self):
        """The name of the function it computes; `asyncio.to_thread` wraps it in a partial."""
        function = self.function
        while isinstance(function, functools.partial):
            function = function.args[0] if function.args else function.func
        return getattr(function, "__name__", type(function).__name__)

    def _work(self):
        with clock.entered(self.workers.loop, self._sleep):
            try:
                self.result = self.function(*self.args)
            except Abandoned:
                pass
            except BaseException as error:
                self.error = error
        self.done = True
        self._hand_back()

    def _sleep(self, seconds):
        self.workers.park(self, seconds)
        self._hand_back()
        self.go.wait()
        self.go.clear()
        if self.workers.over:
            raise Abandoned

    def _hand_back(self):
        if self.detached:
            self.workers.loop.call_soon_threadsafe(self.workers.settle, self)
        else:
            self.workers.returned.set()

    def deliver(self):
        """Give the result to the asyncio future, on the loop's thread."""
        if self.future.done():
            return
        if self.error is None:
            self.future.set_result(self.result)
        elif isinstance(self.error, StopIteration):
            self.future.set_exception(RuntimeError(f"StopIteration in {self.function!r}"))
        else:
            self.future.set_exception(self.error)


class Workers:
    """The jobs of one loop. The loop calls `step` when nothing else is ready."""

    def __init__(self, loop):
        self.loop = loop
        self.count = 0
        self.over = False
        self.detached = 0
        self.returned = threading.Event()
        self._runnable = collections.deque()
        self._active = collections.Counter()
        self._parked = []
        self._threads = set()

    def submit(self, executor, function, args):
        """An asyncio future of `function(*args)`; raises NotSimulatedError for a pool that is not of threads."""
        if executor is not None and not isinstance(executor, ThreadPoolExecutor):
            raise NotSimulatedError(type(executor).__name__)
        self.count += 1
        job = Job(self, executor, function, args, self.loop.create_future())
        self._runnable.append(job)
        return job.future

    def owns(self, thread):
        """Whether a thread is one of these workers."""
        return thread in self._threads

    def unfinished(self):
        """Jobs that have begun or are queued, in order of submission."""
        return [
            job for job in (*self._parked, *self._runnable) if not job.future.done() or job.started
        ]

    def step(self):
        """Let one worker compute until it ends, sleeps or blocks; return whether there was one."""
        job = self._next()
        if job is None:
            return False
        self.returned.clear()
        if job.started:
            job.go.set()
        else:
            job.started = True
            self._active[job.pool] += 1
            self._threads.add(job.thread)
            job.thread.start()
        if self._wait_for(job):
            self.settle(job)
        return True

    def settle(self, job):
        """Take back the word from a worker that ended or fell asleep."""
        if job.detached:
            job.detached = False
            self.detached -= 1
        if job.done:
            self._active[job.pool] -= 1
            job.thread.join()
            self._threads.discard(job.thread)
            job.deliver()

    def park(self, job, seconds):
        """Called on the worker's thread: let it sleep until a timer of the loop wakes it."""
        if job.detached:
            self.loop.call_soon_threadsafe(self._set_alarm, job, seconds)
        else:
            self._set_alarm(job, seconds)

    def close(self):
        """End the run: sleeping workers wake with Abandoned, queued ones never begin."""
        self.over = True
        self._runnable.clear()
        for job in self._parked:
            job.go.set()

    def _set_alarm(self, job, seconds):
        self._parked.append(job)
        self.loop.call_later(seconds, self._wake, job)

    def _wake(self, job):
        self._parked.remove(job)
        self._runnable.append(job)

    def _next(self):
        for _ in range(len(self._runnable)):
            job = self._runnable.popleft()
            if job.started:
                return job
            limit = DEFAULT_LIMIT if job.pool is None else job.pool._max_workers
            if job.future.cancelled():
                continue
            if self._active[job.pool] < limit:
                return job
            self._runnable.append(job)
        return None

    def _wait_for(self, job):
        """Wait until the worker hands back (True), or is blocked on something that it can't get by itself (False)."""
        still, spent = 0, None
        while not self.returned.wait(POLL):
            before, spent = spent, _processor_time(job.thread)
            still = still + 1 if spent is not None and spent == before else 0
            if still >= POLLS_UNTIL_BLOCKED:
                job.detached = True
                self.detached += 1
                if self.returned.is_set():
                    job.detached = False
                    self.detached -= 1
                    return True
                return False
        return True


def _processor_time(thread):
    """Seconds of processor time a thread has used, or None where the system does not tell."""
    try:
        return time.clock_gettime(time.pthread_getcpuclockid(thread.ident))
    except (AttributeError, OSError):
        return None
