"""Spawn: one child process for one submission, with a socket to it; the only place that makes processes.

A child is a fork of a warm parent, which is started with the first child and kept as long as this
process lives. It is shut in (see `asynclab.grading.sandbox`) unless the submission is trusted.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import asynclab
from asynclab import frames
from asynclab.grading.sandbox import FOLDER

__all__ = ["Child", "ChildError", "SandboxError", "close_parents", "spawn", "spawn_trusted"]

REPLY_LIMIT = 32 << 20
START_SECONDS = 60
LEAVE_SECONDS = 2
PACKET = 4096
KEPT_ENVIRONMENT = ("LANG", "LC_ALL", "LC_CTYPE", "TZ", "LD_LIBRARY_PATH")


class ChildError(Exception):
    """The child can't be talked to any more; `kind` is "died", "stopped" or "unreadable"."""

    def __init__(self, kind):
        super().__init__(kind)
        self.kind = kind


class SandboxError(Exception):
    """Nothing can be shut in on this machine; the text says at which step it failed."""


class Child:
    """One end of the socket to a child, and the means to end it.

    kill: a function without arguments that ends the process and everything it started.
    """

    def __init__(self, sock, kill):
        self._sock, self._kill = sock, kill

    def ask(self, deadline=None, **request) -> None:
        """Send a request; raises ChildError where nobody is there, or takes it in until `deadline`."""
        self._sock.settimeout(None if deadline is None else max(deadline - time.monotonic(), 0.001))
        try:
            frames.send(self._sock, request)
        except TimeoutError:
            raise ChildError("stopped") from None
        except OSError:
            raise ChildError("died") from None

    def answer(self, deadline) -> dict:
        """The next message, which is untrusted; raises ChildError where there is none until `deadline`."""
        try:
            message = frames.receive(self._sock, REPLY_LIMIT, deadline)
        except TimeoutError:
            raise ChildError("stopped") from None
        except frames.FrameError:
            raise ChildError("unreadable") from None
        except OSError:
            raise ChildError("died") from None
        if message is None:
            raise ChildError("died")
        if not isinstance(message, dict):
            raise ChildError("unreadable")
        return message

    def close(self) -> None:
        """End the child, whatever it is doing."""
        self._sock.close()
        self._kill()


def spawn(seed, files, limits) -> Child:
    """Start a child in the sandbox and wait until it is ready.

    seed: for its global `random`; files: name -> base64 text of the files beside the notebook;
    limits: name of a resource limit without "RLIMIT_" -> value.
    Raises SandboxError where it can't be shut in, ChildError where it does not come up.
    """
    return _begin(_fork("sandbox", None), seed, files, limits)


def spawn_trusted(seed, files, limits) -> Child:
    """The same without a sandbox: the child can do whatever the grader can."""
    folder = tempfile.mkdtemp(prefix="asynclab-")
    try:
        child = _fork("trusted", folder) if sys.platform == "linux" else _start_cold(folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return _begin(child, seed, files, limits)


def _begin(child, seed, files, limits):
    try:
        deadline = time.monotonic() + START_SECONDS
        child.ask(deadline, do="start", seed=seed, files=files, limits=limits)
        answer = child.answer(deadline)
        if "refused" in answer:
            raise SandboxError(str(answer["refused"]))
    except BaseException:
        child.close()
        raise
    return child


# ---- forks of a warm parent


class WarmParent:
    """The grader's end of a warm parent; `mode` is "sandbox" or "trusted".

    Raises SandboxError where it can't be shut in, ChildError where it does not come up.
    """

    def __init__(self, mode):
        self._lock = threading.Lock()
        # In the sandbox there is a disk of its own.
        self._home = tempfile.mkdtemp(prefix="asynclab-") if mode == "trusted" else None
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        folder = self._home or FOLDER
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "asynclab.grading.warm", str(theirs.fileno()), mode],
                cwd="/",
                env=environment(folder),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        try:
            self._control.settimeout(START_SECONDS)
            self._receive()
        except BaseException:
            self.close()
            raise

    def fork(self, folder) -> tuple[socket.socket, int]:
        """(socket to a new child, its pidfd)."""
        ours, theirs = socket.socketpair()
        with theirs, self._lock:
            try:
                message = json.dumps({"folder": folder}).encode()
                socket.send_fds(self._control, [message], [theirs.fileno()])
                return ours, self._receive()
            except BrokenPipeError:
                ours.close()
                raise ChildError("died") from None
            except BaseException:
                ours.close()
                raise

    def _receive(self):
        try:
            data, handles, _, _ = socket.recv_fds(self._control, PACKET, 1)
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

    def close(self) -> None:
        """End it, and all of its children that are left."""
        self._control.close()
        # It leaves by itself, and takes its children along.
        try:
            self._process.wait(LEAVE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._home is not None:
            shutil.rmtree(self._home, ignore_errors=True)


_parents: dict[str, WarmParent] = {}
_making = threading.Lock()


def _fork(mode, folder) -> Child:
    try:
        sock, handle = _warm_parent(mode).fork(folder)
    except ChildError:
        # It was killed from outside, perhaps for want of memory.
        _forget(mode)
        sock, handle = _warm_parent(mode).fork(folder)
    return Child(sock, lambda: _end(handle, folder))


def _warm_parent(mode):
    with _making:
        if mode not in _parents:
            _parents[mode] = WarmParent(mode)
        return _parents[mode]


def _forget(mode):
    with _making:
        if parent := _parents.pop(mode, None):
            parent.close()


def close_parents() -> None:
    """End the warm parents of this process; the next child starts one again."""
    for mode in list(_parents):
        _forget(mode)


def _leave_to_parent():
    # In a fork of the grader: they are the parent's, and so are their sockets.
    for parent in _parents.values():
        parent._control.close()
    _parents.clear()


atexit.register(close_parents)
os.register_at_fork(after_in_child=_leave_to_parent)


def _end(handle, folder):
    """Kill a child and wait until it is gone."""
    with contextlib.suppress(OSError):
        if folder is not None:
            # Without a sandbox: its process group too; what left that stays.
            os.killpg(_pid(handle), signal.SIGKILL)
    with contextlib.suppress(OSError):
        signal.pidfd_send_signal(handle, signal.SIGKILL)
        select.select([handle], [], [], START_SECONDS)
    os.close(handle)
    if folder is not None:
        shutil.rmtree(folder, ignore_errors=True)


def _pid(handle):
    lines = Path(f"/proc/self/fdinfo/{handle}").read_text().splitlines()
    pid = int(next(line.split()[1] for line in lines if line.startswith("Pid:")))
    if pid <= 1:
        raise ProcessLookupError
    return pid


# ---- a process of its own, where there is no warm parent


def _start_cold(folder) -> Child:
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "asynclab.child", str(theirs.fileno())],
            cwd=folder,
            env=environment(folder),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
            start_new_session=True,
        )

    def kill():
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)

    return Child(ours, kill)


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
