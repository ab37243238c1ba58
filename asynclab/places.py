"""Where in the student's own code something happens: the innermost frame that is nobody else's."""

from __future__ import annotations

import contextlib
import functools
import gc
import linecache
import os
import re
import site
import sys
import sysconfig

from asynclab.records import Place

__all__ = [
    "coroutine_name", "find_place", "is_library", "place_of_coroutine", "place_of_stack",
    "place_of_task", "place_of_thread", "place_of_traceback", "testing",
]  # fmt: skip

SOURCE_LIMIT = 200
WITHHELD = Place("", 0, "", "")
"""The place of a line that students are not shown: it stands in a hidden test."""

# What stands between a coroutine and what it awaits, and does not say what that is.
WRAPPERS = (
    "async_generator_asend",
    "async_generator_athrow",
    "anext_awaitable",
    "coroutine_wrapper",
)
WRAPPED = ("async_generator", "coroutine", "generator", *WRAPPERS)

_FOLDERS = {
    *(sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")),
    *site.getsitepackages(),
    site.getusersitepackages(),
    os.path.dirname(__file__),
}
_LIBRARIES = tuple(
    {os.path.join(form(path), "") for path in _FOLDERS for form in (str, os.path.realpath)}
)
_test_file, _test_hidden = None, False


@functools.cache
def is_library(filename: str) -> bool:
    """Whether code of this file belongs to Python, a package or asynclab, not to a notebook."""
    return filename.startswith(("<frozen", *_LIBRARIES)) or filename == "<string>"


@contextlib.contextmanager
def testing(filename, *, hidden):
    """Within it the code of this file is a test: named only where no student code stands around it.

    hidden: whether even then its lines are not quoted.
    """
    global _test_file, _test_hidden
    before = _test_file, _test_hidden
    _test_file, _test_hidden = filename, hidden
    try:
        yield
    finally:
        _test_file, _test_hidden = before


def find_place(frames) -> Place | None:
    """The place of the last of (code, line) pairs that is a student's; None where none is."""
    in_test = None
    for code, line in reversed(list(frames)):
        if not is_library(code.co_filename):
            if code.co_filename != _test_file:
                return _make_place(code, line)
            in_test = in_test or (code, line)
    if in_test is None:
        return None
    return WITHHELD if _test_hidden else _make_place(*in_test)


def _make_place(code, line):
    source = linecache.getline(code.co_filename, line or 0).strip()[:SOURCE_LIMIT]
    return Place(code.co_name, line or 0, source, cell_name(code.co_filename))


def place_of_stack(frame) -> Place | None:
    """The place of a running thread's frame: the innermost student line on its stack."""
    frames = []
    while frame is not None:
        frames.append((frame.f_code, frame.f_lineno))
        frame = frame.f_back
    return find_place(reversed(frames))


def place_of_thread(thread) -> Place | None:
    """The student line at which a living thread is now; None where it has none or has ended."""
    frame = sys._current_frames().get(thread.ident)
    return frame and place_of_stack(frame)


def place_of_traceback(traceback) -> Place | None:
    """The innermost student line that an exception passed through."""
    frames = []
    while traceback is not None:
        frames.append((traceback.tb_frame.f_code, traceback.tb_lineno))
        traceback = traceback.tb_next
    return find_place(frames)


def place_of_task(task) -> Place | None:
    """The line on which a suspended task waits, found along its chain of awaited coroutines."""
    return place_of_coroutine(task.get_coro())


def place_of_coroutine(awaited) -> Place | None:
    """The innermost student line in a chain of suspended coroutines and generators."""
    frames = []
    while awaited is not None:
        if type(awaited).__name__ in WRAPPERS:
            awaited = _unwrap(awaited)
            continue
        for prefix in ("cr", "gi", "ag"):
            frame = getattr(awaited, f"{prefix}_frame", None)
            if frame is not None:
                frames.append((frame.f_code, frame.f_lineno))
                break
        names = ("cr_await", "gi_yieldfrom", "ag_await")
        following = (getattr(awaited, name, None) for name in names)
        awaited = next((inner for inner in following if inner is not None), None)
    return find_place(frames)


def _unwrap(awaited):
    inside = gc.get_referents(awaited)
    return next((item for item in inside if type(item).__name__ in WRAPPED), None)


def coroutine_name(coroutine) -> str:
    """The function name of a coroutine, without its class or enclosing functions."""
    name = getattr(coroutine, "__qualname__", None) or type(coroutine).__name__
    return str(name).rpartition(".")[2]


def cell_name(filename: str) -> str:
    """A short name of a source file: the number of a notebook's cell, else the file's name."""
    cell = re.fullmatch(r"<ipython-input-(\d+)-\w+>", filename)
    if cell:
        return cell[1]
    if "ipykernel_" in filename:
        return str(_kernel_cells().get(filename, ""))
    return os.path.basename(filename)


def _kernel_cells():
    # A kernel's compiler remembers which cell it wrote to which temporary file.
    ipython = sys.modules.get("IPython")
    shell = ipython and ipython.get_ipython()
    return getattr(getattr(shell, "compile", None), "_filename_map", {})
