"""Swap: a folder put in the place of another, so that at no moment both are lost."""

from __future__ import annotations

import ctypes
import functools
import os
import sys
from pathlib import Path

__all__ = ["put_back", "put_in_place"]

# renameat2(2)
HERE, EXCHANGE = -100, 2


def put_in_place(made: Path, target: Path, old: Path) -> None:
    """Rename the folder `made` to `target`; what was there is then at `made` or `old`. Raises OSError.

    Where it raises, `target` is what it was; killed in between, that is at `old` (see put_back).
    """
    if not target.exists():
        os.rename(made, target)
    elif not _exchange(made, target):
        os.rename(target, old)
        try:
            os.rename(made, target)
        except BaseException:
            os.rename(old, target)
            raise


def put_back(old: Path, target: Path) -> None:
    """What was moved to `old` is at `target` again, unless something else took its place. Raises OSError."""
    if not os.path.lexists(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        os.rename(old, target)


def _exchange(first, second) -> bool:
    """Have two paths change places at once; False where the system or the file system can't, or it failed."""
    call = _renameat2()
    return bool(call) and call(HERE, os.fsencode(first), HERE, os.fsencode(second), EXCHANGE) == 0


@functools.cache
def _renameat2():
    if sys.platform != "linux":
        return None
    call = getattr(ctypes.CDLL(None), "renameat2", None)
    if call:
        call.argtypes = [
            ctypes.c_int,
            ctypes.c_char_p,
            ctypes.c_int,
            ctypes.c_char_p,
            ctypes.c_uint,
        ]
    return call
