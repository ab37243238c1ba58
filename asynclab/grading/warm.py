"""Warm parent: a process with everything imported, which forks one child for each submission.

It is started fresh, knows nothing of the course, has one thread and no event loop, and does one
thing: for each socket that comes over a control socket it forks a child that serves on it.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import signal
import socket
import sys
import time

from asynclab import garbage
from asynclab.grading import linux, sandbox
from asynclab.grading.forkserver import Server, say

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
        say(control, json.dumps({"refused": sandbox.explain(error)}).encode())
        os._exit(1)
    say(control, b"{}")
    Server(control, isolated, shell).serve()


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
    garbage.set_aside_for_good()
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


if __name__ == "__main__":
    # The imported module, so that nothing of it lives in `__main__`, which becomes the student's.
    from asynclab.grading import warm

    warm.main()
