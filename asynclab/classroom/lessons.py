"""Lessons arrive in a student's own folder, read-only and always the newest."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from pathlib import Path

__all__ = ["bring_lessons"]

PATTERNS = ("*.ipynb", "*.md")


def bring_lessons(source: Path, target: Path) -> list[str]:
    """Put the lessons of `source` into `target` as read-only files; returns the names that are new there.

    A file that its owner has made writable is the owner's own work and stays as it is. Raises OSError
    where `target` can't be written.
    """
    target.mkdir(parents=True, exist_ok=True)
    brought = []
    for lesson in sorted(path for pattern in PATTERNS for path in source.glob(pattern)):
        place = target / lesson.name
        if is_own_work(place) or (place.exists() and place.read_bytes() == lesson.read_bytes()):
            continue
        handle, scratch = tempfile.mkstemp(prefix=".pelajaran.", dir=target)
        os.close(handle)
        shutil.copyfile(lesson, scratch)
        os.chmod(scratch, 0o444)
        os.replace(scratch, place)
        brought.append(lesson.name)
    return brought


def is_own_work(place: Path) -> bool:
    """Whether something is there that no lesson has put there."""
    if not os.path.lexists(place):
        return False
    mode = place.lstat().st_mode
    return not stat.S_ISREG(mode) or bool(mode & stat.S_IWUSR)
