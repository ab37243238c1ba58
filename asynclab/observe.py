"""Witness: catches on the side what a run would otherwise print, hide or do to the real world."""

from __future__ import annotations

import contextlib
import functools
import logging
import os
import re
import socket
import sys
import sysconfig
import threading
import traceback
import types
import warnings

from asynclab import clock
from asynclab.notsimulated import NotSimulatedError
from asynclab.places import find_place, is_library, place_of_stack, place_of_traceback
from asynclab.threads import Abandoned

__all__ = ["Witness"]

REFUSED = {
    "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.system", "socket.bind", "socket.connect",
    "socket.getaddrinfo", "socket.gethostbyaddr", "socket.gethostbyname", "socket.sendto", "subprocess.Popen",
}  # fmt: skip
WATCHED = {"open", "socket.__new__", *REFUSED}
_STDLIB = tuple(os.path.join(sysconfig.get_path(name), "") for name in ("stdlib", "platstdlib"))
_SITE = tuple(os.path.join(sysconfig.get_path(name), "") for name in ("purelib", "platlib"))
_SOURCE_READERS = tuple(os.sep + name for name in ("linecache.py", "traceback.py", "tokenize.py"))
_SHELL = os.path.join("IPython", "core", "interactiveshell.py")
_hook_installed = False


class Witness(contextlib.ExitStack):
    """While entered, warnings, logs and forgotten exceptions of the run become observations of its
    recording, and what is written to stderr goes to stdout."""

    def __init__(self, loop):
        super().__init__()
        self.loop = loop
        self.recording = loop.recording
        self._busy = False
        loop.set_exception_handler(self._loop_exception)
        vars(loop)["on_blocking_sleep"] = lambda seconds: self._blocking(
            f"time.sleep({seconds:g})", sys._getframe(3)
        )

    def __enter__(self):
        super().__enter__()
        _install_audit_hook()
        vars(self.loop)["witness"] = self.audit
        self.enter_context(warnings.catch_warnings())
        warnings.simplefilter("always")
        warnings.showwarning = self._warning
        self._swap(sys, "unraisablehook", self._unraisable)
        self._swap(threading, "excepthook", self._thread_exception)
        self._redirect_logs()
        self._mark_sessions()
        # Anything on stderr would cost a test cell its points in nbgrader.
        self.enter_context(contextlib.redirect_stderr(sys.stdout))
        return self

    def _swap(self, owner, name, value):
        self.callback(setattr, owner, name, getattr(owner, name))
        setattr(owner, name, value)

    def _mark_sessions(self):
        """Have aiohttp's sessions remember where they were made, as in asyncio's debug mode."""
        client = sys.modules.get("aiohttp.client")
        if client is None:
            return
        begin = client.ClientSession.__init__

        @functools.wraps(begin)
        def begin_and_mark(session, *arguments, **options):
            begin(session, *arguments, **options)
            session._source_traceback = traceback.extract_stack(sys._getframe(1))

        self._swap(client.ClientSession, "__init__", begin_and_mark)

    def _redirect_logs(self):
        root, collector = logging.getLogger(), _LogCollector(self.recording)
        root.addHandler(collector)
        self.callback(root.removeHandler, collector)
        for reference in list(logging._handlerList):
            handler = reference()
            # (The handler of last resort has no stream of its own: it looks `sys.stderr` up.)
            if vars(handler or root).get("stream") in (sys.stderr, sys.__stderr__):
                self._swap(handler, "stream", sys.stdout)

    # ---- what audit events tell

    def audit(self, event, args):
        """Judge one audit event on a thread of the run.

        The outside world is refused; files opened on the loop's own thread are noted.
        """
        if event in REFUSED:
            raise NotSimulatedError(event)
        if event == "socket.__new__":
            # The pair by which a real event loop wakes itself up.
            if args[1] == getattr(socket, "AF_UNIX", None):
                raise NotSimulatedError("asyncio.new_event_loop")
        elif threading.get_ident() == self.loop._thread_id and not self._busy:
            name, mode = args[0], args[1]
            if isinstance(name, (str, bytes, os.PathLike)):
                frame = sys._getframe(2)
                shown = f", {mode!r}" if isinstance(mode, str) else ""
                if _opened_by_student(frame):
                    name = os.path.basename(os.fsdecode(name))
                    self._blocking(f"open({name!r}{shown})", frame)

    def _blocking(self, text, frame):
        self._busy = True
        try:
            self.recording.observe("blocking", text, place_of_stack(frame))
        finally:
            self._busy = False

    # ---- what Python and libraries tell

    def _warning(self, message, category, filename, lineno, file=None, line=None):
        text = str(message)
        forgotten = re.match(r"coroutine '(?:.*[.])?(\w+)' was never awaited", text)
        if forgotten:
            self.recording.observe("never-awaited", forgotten[1], _origin(text))
        elif issubclass(category, ResourceWarning):
            if not text.startswith("Unclosed "):  # aiohttp tells the loop as well
                self.recording.observe(
                    "unclosed", text.removeprefix("unclosed ").split("<")[0].strip() or text
                )
        elif not is_library(filename) or category is RuntimeWarning:
            self.recording.observe("warning", f"{category.__name__}: {text}")

    def _loop_exception(self, loop, context):
        message, error = context.get("message", ""), context.get("exception")
        place = error and place_of_traceback(error.__traceback__)
        if "never retrieved" in message:
            self.recording.observe("never-retrieved", _name(error), place)
        elif "was destroyed" in message:
            self.recording.observe("destroyed", context["task"].get_name())
        elif message.startswith("Unclosed"):
            frames = context.get("source_traceback") or ()
            self.recording.observe(
                "unclosed",
                message.removeprefix("Unclosed "),
                _place_in((frame.filename, frame.name, frame.lineno) for frame in frames),
            )
        else:
            text = f"{message}: {_name(error)}" if error else message
            self.recording.observe("callback-failed", text, place)

    def _unraisable(self, event):
        if not issubclass(event.exc_type, Abandoned):
            error = event.exc_value or event.exc_type()
            self.recording.observe("warning", _name(error), place_of_traceback(event.exc_traceback))

    def _thread_exception(self, event):
        if event.exc_type is not SystemExit:
            error = event.exc_value or event.exc_type()
            place = place_of_traceback(event.exc_traceback)
            self.recording.observe("thread-failed", _name(error), place)


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
    if event in WATCHED:
        loop = clock.current_loop()
        if loop is not None and loop.witness is not None:
            loop.witness(event, args)


def _opened_by_student(frame):
    """Whether only the standard library stands between student code and this frame, and no import
    is under way."""
    while frame is not None:
        filename = frame.f_code.co_filename
        # In a cell `open` is IPython's: a function around the one of the standard library.
        if frame.f_code.co_name == "_modified_open" and filename.endswith(_SHELL):
            frame = frame.f_back
            continue
        if filename.startswith("<frozen importlib") or filename.endswith(_SOURCE_READERS):
            return False
        if not filename.startswith("<frozen") and (
            filename.startswith(_SITE) or not filename.startswith(_STDLIB)
        ):
            return not is_library(filename)
        frame = frame.f_back
    return False


def _origin(text):
    """The student line that made a coroutine, from the warning's own text."""
    found = re.findall(r'File "(.+)", line (\d+), in (\S+)', text)
    return _place_in((filename, function, int(line)) for filename, line, function in found)


def _place_in(frames):
    return find_place(
        (types.SimpleNamespace(co_filename=filename, co_name=function), line)
        for filename, function, line in frames
    )


def _name(error):
    text = str(error)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
