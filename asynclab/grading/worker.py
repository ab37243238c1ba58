"""Worker: a process of the local pool, from its imports on; importing this module is the costly part."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
import threading

# It compiles grammars at import, which takes most of nbgrader's start, and nothing here uses it.
sys.modules.setdefault("rfc3987_syntax", None)

import nbgrader.preprocessors  # noqa: E402, F401

import asynclab.grading.execute  # noqa: E402
import asynclab.grading.job  # noqa: E402, F401

__all__ = ["prepare"]


def prepare(scratch, grader) -> None:
    """Make this process a worker: it never outlives its grader, and what it writes goes with the grader.

    scratch: the folder for that; grader: the reading end of a pipe that only the grader writes to.
    """
    threading.Thread(target=_end_with, args=(grader,), daemon=True).start()
    tempfile.tempdir = scratch


def _end_with(grader):
    with contextlib.suppress(EOFError, OSError):
        grader.recv_bytes()
    os._exit(1)
