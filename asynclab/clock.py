"""Clocks in `time` that show virtual time to the threads of a run and real time to everybody else."""

from __future__ import annotations

import functools
import sys
import threading
import time
from types import SimpleNamespace

__all__ = ["EPOCH", "entered", "install", "real"]

EPOCH = 1_700_000_000
"""`time.time()` at the start of every run, in seconds: a fixed moment, so that runs are equal."""

NAMES = ("time", "monotonic", "perf_counter")
real = SimpleNamespace(
    **{name + suffix: getattr(time, name + suffix) for name in NAMES for suffix in ("", "_ns")},
    sleep=time.sleep,
)

_thread = threading.local()


class entered:
    """Context manager: within it this thread sees the time of `loop`; `sleep(seconds)` answers its `time.sleep`."""

    def __init__(self, loop, sleep):
        self._view = (loop, sleep)

    def __enter__(self):
        self._before = getattr(_thread, "view", None)
        _thread.view = self._view

    def __exit__(self, *exc_info):
        _thread.view = self._before


def current_loop():
    """The virtual loop whose time this thread sees, or None."""
    view = getattr(_thread, "view", None)
    return view and view[0]


def install():
    """Put the dispatchers into `time`, once per process, and into modules that copied the real functions before."""
    if hasattr(time.sleep, "__wrapped__"):
        return
    replaced = {}
    for name in NAMES:
        offset = EPOCH if name == "time" else 0
        replaced[getattr(real, name)] = _dispatcher(
            getattr(real, name), lambda loop, offset=offset: offset + loop.time()
        )
        offset *= 1_000_000_000
        nanoseconds = getattr(real, name + "_ns")
        replaced[nanoseconds] = _dispatcher(
            nanoseconds, lambda loop, offset=offset: offset + loop.ticks
        )
    replaced[real.sleep] = _sleep
    for original, dispatcher in replaced.items():
        setattr(time, original.__name__, dispatcher)
    # `from time import monotonic` before this call holds on to the real clock: mend that where
    # it matters, in aiohttp (keep-alive deadlines) and in the notebook's own names.
    for name, module in list(sys.modules.items()):
        if name == "__main__" or name.startswith(("aiohttp", "aiohappyeyeballs")):
            for key, value in list(vars(module).items()):
                if type(value) is type(real.sleep) and value in replaced:
                    setattr(module, key, replaced[value])


def _dispatcher(original, read):
    @functools.wraps(original)
    def clock():
        view = getattr(_thread, "view", None)
        return original() if view is None else read(view[0])

    return clock


@functools.wraps(real.sleep)
def _sleep(seconds):
    view = getattr(_thread, "view", None)
    if view is None:
        return real.sleep(seconds)
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    return view[1](seconds)
