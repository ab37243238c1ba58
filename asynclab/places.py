"""Where in the student's own code something happens: the innermost frame that belongs to no library."""

from __future__ import annotations

import functools
import linecache
import os
import re
import site
import sysconfig

from asynclab.trace import Place

__all__ = ["coroutine_name", "find_place", "is_library", "place_of_task"]

_LIBRARIES = tuple(
    {
        os.path.realpath(path) + os.sep
        for path in (
            *map(sysconfig.get_path, ("stdlib", "platstdlib", "purelib", "platlib")),
            *site.getsitepackages(),
            os.path.dirname(__file__),
        )
    }
    | {
        path + os.sep
        for path in (
            *map(sysconfig.get_path, ("stdlib", "platstdlib", "purelib", "platlib")),
            *site.getsitepackages(),
            os.path.dirname(__file__),
        )
    }
)


@functools.cache
def is_library(filename: str) -> bool:
    """Whether code of this file belongs to Python, an installed package or asynclab, not to a student or a scenario."""
    return filename.startswith(("<frozen", *_LIBRARIES)) or filename == "<string>"


def find_place(frames) -> Place | None:
    """The place of the last of (code, line number) pairs that is not a library's; None where all are."""
    for code, line in reversed(list(frames)):
        if not is_library(code.co_filename):
            source = linecache.getline(code.co_filename, line).strip()
            return Place(code.co_name, line, source[:200], cell_name(code.co_filename))
    return None


def place_of_stack(frame) -> Place | None:
    """The place of a running thread's frame: the innermost student line on its stack."""
    frames = []
    while frame is not None:
        frames.append((frame.f_code, frame.f_lineno))
        frame = frame.f_back
    return find_place(reversed(frames))


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
        for prefix in ("cr", "gi", "ag"):
            frame = getattr(awaited, f"{prefix}_frame", None)
            if frame is not None:
                frames.append((frame.f_code, frame.f_lineno))
                break
        awaited = next(
            (
                inner
                for inner in (
                    getattr(awaited, name, None)
                    for name in ("cr_await", "gi_yieldfrom", "ag_await")
                )
                if inner is not None
            ),
            None,
        )
    return find_place(frames)


def coroutine_name(coroutine) -> str:
    """The function name of a coroutine, without its class or enclosing functions."""
    name = getattr(coroutine, "__qualname__", None) or type(coroutine).__name__
    return name.rpartition(".")[2]


def cell_name(filename: str) -> str:
    """A short name of a source file: the cell's number where IPython knows it, else the file's name."""
    cell = re.fullmatch(r"<ipython-input-(\d+)-\w+>", filename)
    if cell:
        return cell[1]
    return "" if "ipykernel_" in filename else os.path.basename(filename)
