"""Spawn: one child process for one submission, with a socket to it; the only place that makes processes."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import asynclab
from asynclab import frames

__all__ = ["Child", "ChildError", "spawn"]

REPLY_LIMIT = 32 << 20
START_SECONDS = 60
KEPT_ENVIRONMENT = ("LANG", "LC_ALL", "LC_CTYPE", "TZ", "LD_LIBRARY_PATH")


class ChildError(Exception):
    """The child can't be talked to any more; `kind` is "died", "stopped" or "unreadable"."""

    def __init__(self, kind):
        super().__init__(kind)
        self.kind = kind


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
    """Start a child and wait until it is ready.

    seed: for its global `random`; files: name -> base64 text of the files beside the notebook;
    limits: name of a resource limit without "RLIMIT_" -> value.
    Raises ChildError where it does not come up.
    """
    ours, theirs = socket.socketpair()
    folder = tempfile.mkdtemp(prefix="asynclab-")
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
        # Its whole process group; what left that is the sandbox's matter.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)

    child = Child(ours, kill)
    try:
        deadline = time.monotonic() + START_SECONDS
        child.ask(deadline, do="start", seed=seed, files=files, limits=limits)
        child.answer(deadline)
    except BaseException:
        child.close()
        raise
    return child


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
        # Sets of strings have one order in every run.
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": str(Path(asynclab.__file__).parent.parent),
        "PYTHONIOENCODING": "utf-8",
    }
