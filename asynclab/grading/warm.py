"""Warm parent: a process with everything imported, which forks one child for each submission.

It is started fresh, knows nothing of the course, has one thread and no event loop, and does one
thing: for each socket that comes over its control socket it forks a child that serves on it.
"""

from __future__ import annotations

import array
import contextlib
import gc
import importlib
import json
import os
import random
import signal
import socket
import sys
import time

from asynclab.grading import linux, sandbox

__all__ = ["LIBRARIES", "main"]

LIBRARIES = (
    "aiohttp", "aiohttp.web", "aiohttp.test_utils", "aiofiles", "aiosqlite", "bs4", "nest_asyncio",
    "matplotlib.pyplot", "matplotlib.backends.backend_agg", "matplotlib_inline.backend_inline",
    "numpy", "sqlite3", "statistics", "concurrent.futures.thread", "IPython.core.pylabtools",
    "asynclab.timeline",
)  # fmt: skip
# What is imported or worked out only when it is first used, used once.
REHEARSAL = (
    "1 + 1",
    "import asyncio\nawait asyncio.sleep(1)",
    "raise ValueError(1)",
    "import matplotlib.pyplot as plt\nplt.plot([1, 2], label='a')\nplt.legend()\nplt.title('a')\nplt.show()",
    """import aiohttp
from aiohttp import web
from asynclab import run

async def answer(request):
    return web.json_response({"a": 1})

async def scenario(world):
    app = web.Application()
    app.router.add_get("/", answer)
    url = await world.serve(app)
    async with aiohttp.ClientSession() as session:
        async with session.get(url) as response:
            world.note("a", await response.json())
    await asyncio.to_thread(len, "a")
    await asyncio.gather(asyncio.sleep(1), return_exceptions=True)

run(scenario).to_json()""",
)
PACKET = 4096
THREAD_SECONDS = 10


def main() -> None:
    """`python -P -m asynclab.grading.warm FD sandbox|trusted`: serve on an inherited socket."""
    control = socket.socket(fileno=int(sys.argv[1]))
    isolated = sys.argv[2] == "sandbox"
    try:
        if isolated:
            sandbox.enter()
        else:
            linux.die_with_parent(signal.SIGKILL)
        shell = prepare()
    except Exception as error:
        say(control, {"refused": sandbox.explain(error)})
        os._exit(1)
    say(control, {"ready": True})
    serve(control, isolated, shell)


def prepare():
    """Import and rehearse everything; returns a fresh shell for the forks."""
    from asynclab.child import CellShell

    # JupyterHub brings aiodns; with it aiohttp would resolve names on a real thread, past the loop.
    sys.modules["aiodns"] = None
    for name in LIBRARIES:
        # One that is not installed is the student's ImportError.
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    out = sys.stdout, sys.stderr
    shell = CellShell()
    for number, source in enumerate(REHEARSAL, 1):
        shell.run_notebook_cell(source, number)
    sys.stdout, sys.stderr = out
    shell = CellShell()
    # The pictures of a cell are shown by the shell that was there when this was first imported.
    with contextlib.suppress(KeyError):
        sys.modules["matplotlib_inline.backend_inline"]._enable_matplotlib_integration()
    wait_for_threads()
    gc.collect()
    gc.freeze()
    gc.disable()
    return shell


def wait_for_threads():
    """A fork keeps one thread; one that has been joined may still be on its way out of the kernel.

    Raises RuntimeError where one stays.
    """
    deadline = time.monotonic() + THREAD_SECONDS
    while (threads := len(os.listdir("/proc/self/task"))) != 1:
        if time.monotonic() > deadline:
            raise RuntimeError(f"{threads} threads")
        time.sleep(0.001)


def serve(control, isolated, shell) -> None:
    """Fork a child for every socket that comes; ends with the other side of `control`."""
    while True:
        request, sockets, _, _ = socket.recv_fds(control, PACKET, 1)
        if not request:
            os._exit(0)
        (descriptor,) = sockets
        try:
            pid = os.fork()
            if pid == 0:
                begin(control, descriptor, isolated, json.loads(request)["folder"], shell)
            if isolated:
                os.waitpid(pid, 0)
            else:
                say(control, {}, os.pidfd_open(pid))
        except OSError as error:
            say(control, {"refused": sandbox.explain(error)})
        os.close(descriptor)
        reap()


def begin(control, descriptor, isolated, folder, shell):
    """In a fork: become the child, by itself or through one more fork. Never returns."""
    try:
        if isolated:
            sandbox.enter_cell()
            if pid := os.fork():
                say(control, {}, os.pidfd_open(pid))
                os._exit(0)
        control.close()
        become_child(descriptor, isolated, folder, shell)
    except BaseException as error:
        with contextlib.suppress(OSError):
            say(control, {"refused": sandbox.explain(error)})
    finally:
        os._exit(1)


def become_child(descriptor, isolated, folder, shell):
    """Shut in or move to the folder, start from a state of its own, serve."""
    from asynclab import child, frames

    sock = socket.socket(fileno=descriptor)
    os.setsid()
    try:
        if isolated:
            sandbox.close_cell()
        else:
            linux.die_with_parent(signal.SIGKILL)
            os.chdir(folder)
            os.environ.update(HOME=folder, TMPDIR=folder)
    except OSError as error:
        frames.send(sock, {"refused": sandbox.explain(error)})
        return
    random.seed()
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()
    if "tempfile" in sys.modules:
        sys.modules["tempfile"].tempdir = None
    gc.enable()
    child.serve(sock, shell)


def say(control, message, descriptor=None) -> None:
    """Answer the grader, with a descriptor."""
    fds = [] if descriptor is None else [descriptor]
    rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))] if fds else []
    control.sendmsg([json.dumps(message).encode()], rights)
    for number in fds:
        os.close(number)


def reap():
    """Take leave of children that have ended."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


if __name__ == "__main__":
    # The imported module, so that nothing of it lives in `__main__`, which becomes the student's.
    from asynclab.grading import warm

    warm.main()
