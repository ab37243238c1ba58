"""Threads that code on a virtual loop starts by itself: they run freely, but on the loop's clock."""

from __future__ import annotations

import ctypes
import functools
import threading

from asynclab import clock

__all__ = ["Abandoned", "Threads", "WorkerThread", "end_thread", "install"]

_LEAVING = "_asynclab_leaving"
_throwing = threading.Lock()


class Abandoned(BaseException):
    """Raised in the threads of a run that is over, so that they end."""


class WorkerThread(threading.Thread):
    """A thread that the loop itself has started."""

    def run(self):
        """Like Thread's; being told to end is no failure."""
        _run_to_end(super().run)


class Threads:
    """The threads of one loop; what they sleep is virtual time."""

    def __init__(self, loop):
        self._loop = loop
        self._threads = []
        self._alarms = set()
        self._over = False

    def adopt(self, thread):
        """Show a thread that has not started yet the loop's time."""
        self._threads = [*self.alive(), thread]
        thread.run = functools.partial(_run_to_end, functools.partial(self._run, thread.run))

    def disown(self, thread):
        """Forget a thread that could not be started, so that nobody waits for it."""
        if thread.ident is None:
            self._threads = [other for other in self._threads if other is not thread]

    def alive(self) -> list[threading.Thread]:
        """Those that have not ended, in the order in which they were started."""
        return [thread for thread in self._threads if thread.ident is None or thread.is_alive()]

    def close(self):
        """End them: sleepers at once, others as soon as they run Python code."""
        self._over = True
        for alarm in list(self._alarms):
            alarm.set()
        for thread in self.alive():
            end_thread(thread)

    def _run(self, run):
        with clock.entered(self._loop, self._sleep):
            run()

    def _sleep(self, seconds):
        alarm = threading.Event()
        self._alarms.add(alarm)
        try:
            if not self._over:
                self._loop.call_soon_threadsafe(self._loop.call_later, seconds, alarm.set)
                # Where the loop itself waits for this thread, real time has to pass.
                alarm.wait(min(seconds, threading.TIMEOUT_MAX))
        finally:
            self._alarms.discard(alarm)
        if self._over:
            raise Abandoned


def end_thread(thread):
    """Raise Abandoned in a living thread, as soon as it runs Python code; not where it is on its way out."""
    with _throwing:
        if thread.is_alive() and not hasattr(thread, _LEAVING):
            ctypes.pythonapi.PyThreadState_SetAsyncExc(
                ctypes.c_ulong(thread.ident), ctypes.py_object(Abandoned)
            )


def _run_to_end(run):
    # Thrown any later, it would hit what threading does when a thread ends, and be printed.
    try:
        try:
            run()
        finally:
            with _throwing:
                setattr(threading.current_thread(), _LEAVING, True)
            _nothing()
    except Abandoned:
        pass


def _nothing():
    """What has been thrown is raised by the next call of a function at the latest."""


def install():
    """Let `Thread.start` tell the loop on whose clock it is called; once per process."""
    start = threading.Thread.start
    if hasattr(start, "__wrapped__"):
        return

    @functools.wraps(start)
    def start_and_tell(self):
        loop = clock.current_loop()
        if loop is None or isinstance(self, WorkerThread):
            start(self)
            return
        loop.threads.adopt(self)
        try:
            start(self)
        except RuntimeError:
            loop.threads.disown(self)
            raise

    threading.Thread.start = start_and_tell
