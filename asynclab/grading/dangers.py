"""Dangers: what must not be copied or read of a submission, found and moved aside."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from asynclab.grading import messages
from asynclab.grading.marks import MARK

__all__ = ["ASIDE", "find_dangers", "move_aside"]

FILE_LIMIT = 32 << 20
NOTEBOOK_LIMIT = 64 << 20
TOTAL_LIMIT = 128_000_000
COUNT_LIMIT = 1_000
ASIDE = "disisihkan"


def find_dangers(folder) -> list[tuple[Path, str]]:
    """(path, why) of everything below `folder` that must not be copied or read; links are not followed.

    Notebooks come first, so that it is other files that are too many or too much.
    """
    found: list[tuple[Path, str]] = []
    if os.path.islink(folder):
        return [(Path(folder), messages.LINK)]
    count = total = 0
    for root, folders, names in os.walk(folder):
        for name in sorted([*folders, *names], key=lambda name: (name[-6:] != ".ipynb", name)):
            path = Path(root, name)
            try:
                status = path.lstat()
            except FileNotFoundError:
                continue  # removed meanwhile: nobody can copy it
            count += 1
            if stat.S_ISLNK(status.st_mode):
                found.append((path, messages.LINK))
            elif stat.S_ISDIR(status.st_mode):
                continue
            elif not stat.S_ISREG(status.st_mode):
                found.append((path, messages.SPECIAL))
            elif path == Path(folder, MARK):
                found.append((path, messages.RESERVED))
            elif status.st_size > _limit(path):
                found.append((path, messages.too_large(status.st_size, _limit(path))))
            elif count > COUNT_LIMIT:
                found.append((path, messages.too_many(COUNT_LIMIT)))
            elif total + status.st_size > TOTAL_LIMIT:
                found.append((path, messages.too_much(TOTAL_LIMIT)))
            else:
                total += status.st_size
        folders[:] = [name for name in folders if not os.path.islink(os.path.join(root, name))]
    return found


def _limit(path):
    return NOTEBOOK_LIMIT if path.suffix == ".ipynb" else FILE_LIMIT


def move_aside(path: Path, aside: Path) -> None:
    """Move an entry (a link itself, never its target) to a free name; raises OSError."""
    aside.parent.mkdir(parents=True, exist_ok=True)
    target, number = aside, 1
    while os.path.lexists(target):
        number += 1
        target = aside.with_name(f"{aside.name}.{number}")
    os.rename(path, target)
