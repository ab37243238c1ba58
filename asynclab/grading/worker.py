"""Worker: a process of the local pool, from its imports on; importing this module is the costly part."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import tempfile

# It compiles grammars at import, which takes most of nbgrader's start, and nothing here uses it.
sys.modules.setdefault("rfc3987_syntax", None)

import nbgrader.preprocessors  # noqa: E402, F401

import asynclab.grading.execute  # noqa: E402
import asynclab.grading.job  # noqa: E402, F401
from asynclab.grading import linux  # noqa: E402

__all__ = ["prepare"]


def prepare(scratch) -> None:
    """Make this process a worker: it never outlives its grader, and what it writes goes with the grader.

    scratch: the folder for that.
    """
    with contextlib.suppress(AttributeError, OSError):
        linux.die_with_parent(signal.SIGKILL)
    grader = multiprocessing.parent_process()
    if grader is not None and not grader.is_alive():  # killed while this worker was starting
        os._exit(1)
    tempfile.tempdir = scratch
