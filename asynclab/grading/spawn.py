"""Spawn: one child process for one submission, with a socket to it.

A child is a fork of a warm parent (see `asynclab.grading.parents`). It is shut in (see
`asynclab.grading.sandbox`) unless the submission is trusted.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from asynclab import frames
from asynclab.grading import parents
from asynclab.grading.parents import START_SECONDS, ChildError, SandboxError, environment

__all__ = ["Child", "ChildError", "SandboxError", "spawn", "spawn_trusted"]

REPLY_LIMIT = 32 << 20


class Child:
    """One end of the socket to a child, and the means to end it.

    kill: a function without arguments that ends the process and everything it started.
    """

    def __init__(self, sock, kill):
        self._sock, self._kill = sock, kill
        self._nonce, self._started = "", False

    def ask(self, deadline=None, **request) -> None:
        """Send a request; raises ChildError where nobody is there, or takes it in until `deadline`."""
        self._sock.settimeout(None if deadline is None else max(deadline - time.monotonic(), 0.001))
        self._nonce = secrets.token_hex(16)
        try:
            frames.send(self._sock, {**request, "nonce": self._nonce})
        except TimeoutError:
            raise ChildError("stopped") from None
        except OSError:
            raise ChildError("died") from None

    def answer(self, deadline) -> dict:
        """The next message, which is untrusted; raises ChildError where there is none until `deadline`.

        It is an answer to the last request; whatever else lies on the socket was not asked for.
        """
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
        if message.pop("nonce", None) != self._nonce and (
            self._started or "refused" not in message
        ):
            raise ChildError("unasked")
        # Where it can't even be shut in, a child says so before it has read anything.
        self._started = True
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


def _fork(mode, folder) -> Child:
    sock, handle = parents.fork(mode, folder)
    return Child(sock, lambda: _end(handle, folder))


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
