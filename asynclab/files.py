"""Files: a working folder of one run's own, and whether the right files are in it at the end."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from pathlib import Path

from asynclab import messages
from asynclab.finding import Finding

__all__ = ["Folder", "same_files", "summarize"]


class Folder:
    """A new, empty folder that is the working directory until `remove`; names in it are relative.

    Its methods may be called in a scenario: they never count as blocking calls of student code.
    """

    def __init__(self):
        self._before = os.getcwd()
        self.path = Path(tempfile.mkdtemp(prefix="asynclab-"))
        os.chdir(self.path)

    def write(self, name, data: bytes):
        """Put a file there, as if it had been there before."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    def files(self) -> dict[str, list]:
        """Every file in it as [size in bytes, hash], by relative name: small enough for a note."""
        paths = sorted(path for path in self.path.rglob("*") if path.is_file())
        return {
            path.relative_to(self.path).as_posix(): summarize(path.read_bytes()) for path in paths
        }

    def size(self) -> int:
        """Bytes in all its files together, as written so far."""
        return sum(path.stat().st_size for path in self.path.rglob("*") if path.is_file())

    def remove(self):
        """Go back to the working directory of before and delete the folder with all that is in it."""
        os.chdir(self._before)
        shutil.rmtree(self.path, ignore_errors=True)


def summarize(data: bytes) -> list:
    """[size in bytes, hash]: what two files must have in common to count as the same."""
    return [len(data), hashlib.sha256(data).hexdigest()[:16]]


def same_files(actual, expected: dict[str, bytes]) -> Finding:
    """The noted `folder.files()` are exactly these files with exactly these contents."""
    if not isinstance(actual, dict):
        return Finding(False, messages.no_files())
    for name, data in expected.items():
        if name not in actual:
            return Finding(False, messages.file_missing(name, list(actual)))
        size, digest = actual[name]
        if size != len(data):
            return Finding(False, messages.file_size(name, size, len(data)))
        if [size, digest] != summarize(data):
            return Finding(False, messages.file_content(name, size))
    extra = {name: size for name, (size, _) in actual.items() if name not in expected}
    return Finding(False, messages.file_extra(extra)) if extra else Finding(True)
