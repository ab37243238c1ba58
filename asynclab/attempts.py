"""Attempts: what student code tries beyond its closed world, noticed by Python's audit events as it happens.

Nothing is prevented here; that is the sandbox's work. What is noticed goes to the instructor, so
that somebody can look at it.
"""

from __future__ import annotations

import os
import sys
import threading

from asynclab.places import is_library, place_of_stack
from asynclab.schema import to_json

__all__ = ["Watcher"]

COUNT_LIMIT = 20
TEXT_LIMIT = 200
PATHS = {
    "open": "file", "os.listdir": "file", "os.scandir": "file", "os.chdir": "file",
    "sqlite3.connect": "file", "os.remove": "file", "os.rename": "file", "os.link": "file",
    "os.symlink": "file", "os.mkdir": "file", "os.rmdir": "file", "os.truncate": "file",
    "os.chmod": "file", "os.chown": "file", "os.utime": "file", "shutil.rmtree": "file",
    "os.mkfifo": "file", "os.mknod": "file",
}  # fmt: skip
INSIDE = {
    "gc.get_objects": "inside", "gc.get_referrers": "inside", "gc.get_referents": "inside",
    "sys._getframe": "inside", "sys._current_frames": "inside", "sys.settrace": "inside",
    "sys.setprofile": "inside", "sys.addaudithook": "inside", "ctypes.dlopen": "inside",
    "ctypes.addressof": "inside", "code.__new__": "inside",
}  # fmt: skip
ALWAYS = {
    "os.kill": "kill", "os.killpg": "kill", "os.fork": "process", "os.forkpty": "process",
    "os.exec": "process", "os.posix_spawn": "process", "os.spawn": "process",
    "os.system": "process", "subprocess.Popen": "process", "pty.spawn": "process",
    "socket.connect": "connect", "socket.sendto": "connect", "socket.getaddrinfo": "connect",
    "socket.gethostbyname": "connect",
}  # fmt: skip
KINDS = PATHS | INSIDE | ALWAYS
# What only passes on what student code asks for.
CARRIERS = (
    "pathlib", "os", "posixpath", "genericpath", "shutil", "glob", "io", "codecs", "ctypes",
    "tempfile", "sqlite3", "aiosqlite", "aiofiles", "asyncio", "concurrent", "threading",
    "contextlib", "functools", "inspect", "logging", "asynclab", "IPython",
)  # fmt: skip
CARRIERS_INSIDE = ("inspect", "ctypes", "gc")
SYSTEM = ("/tmp/", "/dev/", "/proc/self/", "/usr/share/", "/usr/lib")


class Watcher:
    """Tells `report(what, detail, place)` of every new thing that is tried while `active`.

    what: "file", "connect", "process", "kill" or "inside"; detail: a short text;
    place: the student's line as plain JSON, or None. Code of the file `test` is the instructor's.
    """

    def __init__(self, report):
        self._report, self._folder = report, ""
        self._told: set[tuple[str, str]] = set()
        self._busy = threading.local()
        self.active, self.test = False, ""

    def start(self) -> None:
        """Watch this process from now on; the current folder is the student's."""
        self._folder = os.getcwd()
        sys.addaudithook(self._see)

    def _see(self, event, arguments):
        kind = KINDS.get(event)
        if kind is None or not self.active or getattr(self._busy, "on", False):
            return
        self._busy.on = True
        try:
            self._look(event, kind, arguments)
        except Exception:
            # Whatever student code has broken here must not change what it sees.
            pass
        finally:
            self._busy.on = False

    def _look(self, event, kind, arguments):
        # The frames of _look and _see are ours.
        frame = sys._getframe(2)
        if kind == "file" and not self._is_asked(frame, CARRIERS, nobody=True):
            return
        if kind == "inside" and not self._is_asked(frame, CARRIERS_INSIDE, nobody=False):
            return
        detail = self._describe(event, kind, arguments)
        if not detail or (kind, detail) in self._told or len(self._told) >= COUNT_LIMIT:
            return
        self._told.add((kind, detail))
        place = place_of_stack(frame)
        self._report(kind, detail, place and to_json(place))

    def _describe(self, event, kind, arguments):
        if kind == "file":
            paths = [item for item in arguments[:2] if isinstance(item, (str, bytes, os.PathLike))]
            outside = [path for path in map(self._absolute, paths[: 1 + (event == "os.rename")])
                       if path and not self._is_allowed(path)]  # fmt: skip
            return outside[0][:TEXT_LIMIT] if outside else ""
        if kind == "inside":
            return f"{event}()"
        if kind == "connect":
            address = (
                arguments[-1] if event in ("socket.connect", "socket.sendto") else arguments[0]
            )
            return str(address)[:TEXT_LIMIT]
        text = " ".join(str(item) for item in arguments[:2] if item is not None)
        return f"{event} {text}"[:TEXT_LIMIT].strip()

    def _absolute(self, path):
        path = os.fsdecode(os.fspath(path))
        # A name in memory, or a file's address that SQLite understands.
        return "" if path.startswith((":", "file:")) else os.path.abspath(path)

    def _is_allowed(self, path):
        inside = path == self._folder or path.startswith(os.path.join(self._folder, ""))
        return inside or path.startswith(SYSTEM) or path == "/dev" or is_library(path)

    def _is_asked(self, frame, carriers, nobody):
        """Whether the innermost frame that does more than pass on is the student's.

        carriers: packages that only pass on; nobody: the answer where there is no other frame.
        """
        while frame is not None:
            name = frame.f_globals.get("__name__", "")
            if name == "__main__" or not is_library(frame.f_code.co_filename):
                return frame.f_code.co_filename != self.test
            if name.partition(".")[0] not in carriers:
                return False
            frame = frame.f_back
        return nobody
