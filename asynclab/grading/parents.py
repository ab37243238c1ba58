"""Parents: warm processes that children are forks of, one for each way of running; workers of one grader share one.

A warm parent (`asynclab.grading.warm`) is started with the first child, or earlier by `start`, and
is kept as long as this process lives.
"""

from __future__ import annotations

import atexit
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import asynclab
from asynclab.grading.sandbox import FOLDER

__all__ = ["ChildError", "SandboxError", "close_all", "environment", "fork", "join", "start"]

START_SECONDS = 60
LEAVE_SECONDS = 2
PACKET = 4096
KEPT_ENVIRONMENT = ("LANG", "LC_ALL", "LC_CTYPE", "TZ", "LD_LIBRARY_PATH")


class ChildError(Exception):
    """The child can't be talked to any more; `kind` is "died", "stopped", "unreadable", or "unasked" where
    what came is no answer to the last request."""

    def __init__(self, kind):
        super().__init__(kind)
        self.kind = kind


class SandboxError(Exception):
    """Nothing can be shut in on this machine; the text says at which step it failed."""


class WarmParent:
    """The grader's end of a warm parent; `mode` is "sandbox" or "trusted"."""

    def __init__(self, mode):
        self._lock = threading.Lock()
        self._ready = False
        # In the sandbox there is a disk of its own.
        self._home = tempfile.mkdtemp(prefix="asynclab-") if mode == "trusted" else None
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.control.settimeout(START_SECONDS)
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-m", "asynclab.grading.warm", str(theirs.fileno()), mode],
                cwd="/",
                env=environment(self._home or FOLDER),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )

    def fork(self, folder) -> tuple[socket.socket, int]:
        """(socket to a new child, its pidfd).

        Raises SandboxError where nothing can be shut in, ChildError where the parent is not there.
        """
        with self._lock:
            if not self._ready:
                _receive(self.control)
                self._ready = True
            return _ask_for_child(self.control, folder)

    def close(self) -> None:
        """End it, and all of its children that are left."""
        self.control.close()
        # One that has been heard of leaves by itself, and takes its children along.
        try:
            self.process.wait(LEAVE_SECONDS if self._ready else 0)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self._home is not None:
            shutil.rmtree(self._home, ignore_errors=True)


class JoinedParent:
    """A worker's end of the warm parent of its grader.

    shared: the grader's end, on which only `join` is said: answers come on a socket of this worker's own.
    """

    def __init__(self, shared):
        self._lock = threading.Lock()
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.control.settimeout(START_SECONDS)
        with theirs:
            _send(shared, {"do": "join"}, theirs)

    def fork(self, folder) -> tuple[socket.socket, int]:
        """As a WarmParent's; where it can't shut in anything it is just not there."""
        with self._lock:
            return _ask_for_child(self.control, folder)

    def close(self) -> None:
        """Leave it to its grader."""
        self.control.close()


def _ask_for_child(control, folder):
    ours, theirs = socket.socketpair()
    try:
        with theirs:
            _send(control, {"do": "fork", "folder": folder}, theirs)
        return ours, _receive(control)
    except BaseException:
        ours.close()
        raise


def _send(control, request, sock):
    try:
        socket.send_fds(control, [json.dumps(request).encode()], [sock.fileno()])
    except OSError:
        raise ChildError("died") from None


def _receive(control):
    try:
        data, handles, _, _ = socket.recv_fds(control, PACKET, 1)
    except TimeoutError:
        raise ChildError("stopped") from None
    except OSError:
        raise ChildError("died") from None
    if not data:
        raise ChildError("died")
    answer = json.loads(data)
    if "refused" in answer:
        raise SandboxError(answer["refused"])
    return handles[0] if handles else None


_parents: dict[str, WarmParent | JoinedParent] = {}
_making = threading.Lock()


def fork(mode, folder) -> tuple[socket.socket, int]:
    """(socket to a new child, its pidfd), from the warm parent of this mode, which is started where there is none.

    Raises SandboxError or ChildError.
    """
    try:
        return start(mode).fork(folder)
    except ChildError:
        # It was killed from outside, perhaps for want of memory; or it is the grader's and said why to it.
        _forget(mode)
    try:
        return start(mode).fork(folder)
    except BaseException:
        _forget(mode)
        raise


def start(mode) -> WarmParent | JoinedParent:
    """The warm parent of this mode; does not wait until it is warm."""
    with _making:
        if mode not in _parents:
            _parents[mode] = WarmParent(mode)
        return _parents[mode]


def join(mode, shared) -> None:
    """From now on this process uses its grader's warm parent, whose `control` is `shared`; it is closed here."""
    with _making, shared:
        try:
            _parents[mode] = JoinedParent(shared)
        except ChildError:
            # The first child starts one.
            pass


def _forget(mode):
    with _making:
        if parent := _parents.pop(mode, None):
            parent.close()


def close_all() -> None:
    """End the warm parents of this process; the next child starts one again."""
    for mode in list(_parents):
        _forget(mode)


def _leave_to_parent():
    # In a fork of the grader: they are the parent's, and so are their sockets.
    for parent in _parents.values():
        parent.control.close()
    _parents.clear()


atexit.register(close_all)
os.register_at_fork(after_in_child=_leave_to_parent)


def environment(folder) -> dict[str, str]:
    """The child's environment variables: nothing of the instructor's but language and time zone."""
    kept = {name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ}
    return {
        **kept,
        "PATH": os.defpath,
        "HOME": folder,
        "TMPDIR": folder,
        "IPYTHONDIR": os.path.join(folder, ".ipython"),
        "MPLCONFIGDIR": os.path.join(folder, ".matplotlib"),
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "OPENBLAS_NUM_THREADS": "1",
        # Each further one takes 64 MiB of the address space that a submission may have.
        "MALLOC_ARENA_MAX": "2",
        # Sets of strings have one order in every run.
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": os.pathsep.join(
            [str(Path(asynclab.__file__).parent.parent), *_own_packages()]
        ),
        "PYTHONIOENCODING": "utf-8",
    }


def _own_packages():
    """The folder of packages that were installed with `pip install --user`."""
    import site

    return [site.getusersitepackages()] if site.ENABLE_USER_SITE else []
