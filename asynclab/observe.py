"""Witness: catches on the side what a run would otherwise print, hide or do to the real world."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import re
import sys
import sysconfig
import threading
import warnings

from asynclab import clock
from asynclab.notsimulated import NotSimulatedError
from asynclab.places import find_place, is_library, place_of_stack, place_of_traceback
from asynclab.trace import Place

__all__ = ["Witness"]

REFUSED = {
    "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.system", "socket.bind", "socket.connect",
    "socket.getaddrinfo", "socket.gethostbyaddr", "socket.gethostbyname", "socket.sendto", "subprocess.Popen",
}  # fmt: skip
_STDLIB = tuple(os.path.join(sysconfig.get_path(name), "") for name in ("stdlib", "platstdlib"))
_SITE = tuple(os.path.join(sysconfig.get_path(name), "") for name in ("purelib", "platlib"))
_SOURCE_READERS = tuple(os.sep + name for name in ("linecache.py", "traceback.py", "tokenize.py"))
_hook_installed = False


class Witness(contextlib.ExitStack):
    """While entered, warnings, logs, stderr and forgotten exceptions of the run become observations of its recording."""

    def __init__(self, loop):
        super().__init__()
        self.loop = loop
        self.recording = loop.recording
        self.stderr = io.StringIO()
        self._busy = False
        loop.set_exception_handler(self._loop_exception)
        loop.on_blocking_sleep = lambda seconds: self._blocking(
            f"time.sleep({seconds:g})", sys._getframe(3)
        )

    def __enter__(self):
        super().__enter__()
        _install_audit_hook()
        self.loop.witness = self
        self.enter_context(warnings.catch_warnings())
        warnings.simplefilter("always")
        warnings.showwarning = self._warning
        self.enter_context(contextlib.redirect_stderr(self.stderr))
        self._swap(sys, "unraisablehook", self._unraisable)
        self._swap(threading, "excepthook", self._thread_exception)
        collector = _LogCollector(self.recording)
        root = logging.getLogger()
        kept, root.handlers = root.handlers, [collector]
        self.callback(setattr, root, "handlers", kept)
        return self

    def _swap(self, owner, name, value):
        self.callback(setattr, owner, name, getattr(owner, name))
        setattr(owner, name, value)

    def audit(self, event, args):
        """Judge one audit event on a thread of the run: refuse the outside world, note files opened on the loop's thread."""
        if event in REFUSED:
            raise NotSimulatedError(event)
        if threading.get_ident() == self.loop._thread_id and not self._busy:
            name, mode = args[0], args[1]
            if isinstance(name, (str, bytes, os.PathLike)):
                frame = sys._getframe(2)
                text = f"open({os.path.basename(os.fsdecode(name))!r}" + (
                    f", {mode!r})" if isinstance(mode, str) else ")"
                )
                if _opened_by_student(frame):
                    self._blocking(text, frame)

    def _blocking(self, text, frame):
        self._busy = True
        try:
            self.recording.observe("blocking", text, place_of_stack(frame))
        finally:
            self._busy = False

    def _warning(self, message, category, filename, lineno, file=None, line=None):
        text = str(message)
        forgotten = re.match(r"coroutine '(?:.*[.])?(\w+)' was never awaited", text)
        if forgotten:
            self.recording.observe("never-awaited", forgotten[1], _origin(text))
        elif issubclass(category, ResourceWarning):
            self.recording.observe(
                "unclosed",
                text.removeprefix("unclosed ").removeprefix("Unclosed ").split("<")[0].strip()
                or text,
            )
        elif not is_library(filename) or category is RuntimeWarning:
            self.recording.observe("warning", f"{category.__name__}: {text}")

    def _loop_exception(self, loop, context):
        message, error = context.get("message", ""), context.get("exception")
        if "never retrieved" in message:
            place = error and place_of_traceback(error.__traceback__)
            self.recording.observe("never-retrieved", _name(error), place)
        elif "was destroyed" in message:
            self.recording.observe("destroyed", context["task"].get_name())
        elif message.startswith("Unclosed"):
            self.recording.observe("unclosed", message.removeprefix("Unclosed "))
        else:
            place = error and place_of_traceback(error.__traceback__)
            self.recording.observe(
                "callback-failed", f"{message}: {_name(error)}" if error else message, place
            )

    def _unraisable(self, event):
        self.recording.observe(
            "warning", f"{_name(event.exc_value)}", place_of_traceback(event.exc_traceback)
        )

    def _thread_exception(self, event):
        if event.exc_type is not SystemExit:
            self.recording.observe(
                "thread-failed", _name(event.exc_value), place_of_traceback(event.exc_traceback)
            )


class _LogCollector(logging.Handler):
    def __init__(self, recording):
        super().__init__(logging.WARNING)
        self.recording = recording

    def emit(self, record):
        error = record.exc_info and record.exc_info[1]
        place = error and place_of_traceback(error.__traceback__)
        text = f"{record.name}: {record.getMessage()}" + (f": {_name(error)}" if error else "")
        self.recording.observe("log", text, place or None)


def _install_audit_hook():
    global _hook_installed
    if not _hook_installed:
        _hook_installed = True
        sys.addaudithook(_audit)


def _audit(event, args):
    # An audit hook stays for the life of the process, so it must cost next to nothing outside a run.
    if event == "open" or event in REFUSED:
        loop = clock.current_loop()
        if loop is not None and loop.witness is not None:
            loop.witness.audit(event, args)


def _opened_by_student(frame):
    """Whether only the standard library stands between student code and this frame, and no import is under way."""
    while frame is not None:
        filename = frame.f_code.co_filename
        if filename.startswith("<frozen importlib") or filename.endswith(_SOURCE_READERS):
            return False
        if not filename.startswith("<frozen") and (
            filename.startswith(_SITE) or not filename.startswith(_STDLIB)
        ):
            return not is_library(filename)
        frame = frame.f_back
    return False


def _origin(text) -> Place | None:
    """The student line that made a coroutine, from the warning's own text."""
    found = re.findall(r'File "(.+)", line (\d+), in (\S+)', text)
    for filename, line, function in reversed(found):
        if not is_library(filename):
            place = find_place([(_Code(filename, function), int(line))])
            return place
    return None


class _Code:
    def __init__(self, filename, name):
        self.co_filename, self.co_name = filename, name


def _name(error):
    text = str(error)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
