"""Worker: a process of the local pool, from its imports on; importing this module is the costly part."""

from __future__ import annotations

import contextlib
import gc
import os
import tempfile
import threading

import nbgrader.preprocessors  # noqa: F401

import asynclab.grading.execute
import asynclab.grading.job  # noqa: F401
from asynclab.grading import parents

__all__ = ["prepare"]

GARBAGE = 200_000


def prepare(scratch, grader, shared) -> None:
    """Make this process a worker: it never outlives its grader, and what it writes goes with the grader.

    scratch: the folder for that; grader: the reading end of a pipe that only the grader writes to;
    shared: mode -> the control socket of the grader's warm parent.
    """
    threading.Thread(target=_end_with, args=(grader,), daemon=True).start()
    tempfile.tempdir = scratch
    for mode, control in shared.items():
        parents.join(mode, control)
    # Traces are many small objects and never in cycles: looking for some took a fifth of the time.
    gc.freeze()
    gc.set_threshold(GARBAGE)


def _end_with(grader):
    with contextlib.suppress(EOFError, OSError):
        grader.recv_bytes()
    os._exit(1)
