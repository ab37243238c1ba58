"""Clocks in `time` and `datetime` that show a run's virtual time to its threads, real time to all others."""

from __future__ import annotations

import ctypes
import datetime
import functools
import gc
import sys
import threading
import time
from types import SimpleNamespace

__all__ = ["EPOCH", "NANOSECONDS", "current_loop", "entered", "install", "real"]

EPOCH = 1_700_000_000
"""`time.time()` at the start of every run, in seconds: a fixed moment, so that runs are equal."""

NANOSECONDS = 1_000_000_000
CLOCKS = ("time", "monotonic", "perf_counter")
CALENDARS = ("localtime", "gmtime", "ctime", "asctime", "strftime")
real = SimpleNamespace(
    **{
        name: getattr(time, name)
        for name in (*CLOCKS, *(f"{clock}_ns" for clock in CLOCKS), *CALENDARS, "sleep")
    }
)

_thread = threading.local()


class entered:
    """Context manager: within it this thread sees the time of `loop`.

    sleep: a function of seconds that answers this thread's `time.sleep`.
    """

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


class _Dispatcher(staticmethod):
    """A function that, like the built-in it stands for, is no method of a class that holds it."""

    def __reduce__(self):
        return self.__name__  # as built-in functions are pickled

    def __repr__(self):
        return repr(self.__wrapped__.__wrapped__)


def install():
    """Put the dispatchers into `time` and `datetime`, once per process.

    Also into modules that copied the real functions before.
    """
    if isinstance(time.sleep, _Dispatcher):
        return
    dispatchers = {real.sleep: _dispatcher(real.sleep, _sleep)}
    for name in CLOCKS:
        read = _wall_ticks if name == "time" else _ticks
        seconds, nanoseconds = getattr(real, name), getattr(real, f"{name}_ns")
        dispatchers[seconds] = _clock(seconds, lambda loop, read=read: read(loop) / NANOSECONDS)
        dispatchers[nanoseconds] = _clock(nanoseconds, read)
    for name in CALENDARS:
        function = getattr(real, name)
        dispatchers[function] = _dispatcher(function, _calendar(function))
    for original, dispatcher in dispatchers.items():
        setattr(time, original.__name__, dispatcher)
    # `from time import monotonic` before this call holds on to the real clock: mend that where
    # it matters, in aiohttp (keep-alive deadlines) and in the notebook's own names.
    for name, module in list(sys.modules.items()):
        if name == "__main__" or name.startswith(("aiohttp", "aiohappyeyeballs")):
            for key, value in list(vars(module).items()):
                if type(value) is type(real.sleep) and value in dispatchers:
                    setattr(module, key, dispatchers[value])
    _install_dates()


def _ticks(loop):
    return loop.ticks


def _wall_ticks(loop):
    return loop.ticks + loop.wall_offset


def _dispatcher(original, function):
    return _Dispatcher(functools.wraps(original)(function))


def _clock(original, read):
    def clock():
        view = getattr(_thread, "view", None)
        return original() if view is None else read(view[0])

    return _dispatcher(original, clock)


def _sleep(seconds, /):
    view = getattr(_thread, "view", None)
    if view is None:
        return real.sleep(seconds)
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    return view[1](seconds)


def _calendar(original):
    """`strftime(format)`, `localtime()` ... without a moment mean now."""
    formats = original is real.strftime
    takes_struct = formats or original is real.asctime

    def calendar(*args):
        loop = current_loop()
        if loop is not None and (len(args) == formats or args[formats:] == (None,)):
            now = _wall_ticks(loop) / NANOSECONDS
            args = (*args[:formats], real.localtime(now) if takes_struct else now)
        return original(*args)

    return calendar


def _install_dates():
    # `datetime.now` reads the clock in C, and the class is held by everyone who imported it, so
    # it has to be changed in place. (`today` asks `time.time`.)
    (methods,) = gc.get_referents(vars(datetime.datetime))
    real_now, real_utcnow = methods["now"], methods["utcnow"]

    @functools.wraps(real_now)
    def now(cls, tz=None):
        if current_loop() is None:
            return real_now.__get__(None, cls)(tz)
        return cls.fromtimestamp(time.time(), tz)

    @functools.wraps(real_utcnow)
    def utcnow(cls):
        if current_loop() is None:
            return real_utcnow.__get__(None, cls)()
        return cls.fromtimestamp(time.time(), datetime.UTC).replace(tzinfo=None)

    methods.update(now=classmethod(now), utcnow=classmethod(utcnow))
    ctypes.pythonapi.PyType_Modified(ctypes.py_object(datetime.datetime))
