"""Steps: what would be done to a machine, as data that can be shown before it happens."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from asynclab.classroom.people import Person

__all__ = [
    "CopyMissing",
    "MakeFolder",
    "RecordStudents",
    "RunCommand",
    "SetAccess",
    "Step",
    "WritePeople",
    "WriteText",
]


@dataclass(frozen=True)
class Step:
    """One step; `sentence` says to a person what it does."""

    sentence: str


@dataclass(frozen=True)
class RunCommand(Step):
    """Run a program with these arguments; no shell is involved."""

    argv: tuple[str, ...]


@dataclass(frozen=True)
class MakeFolder(Step):
    """Make a folder with these mode bits; owner: an account, '' for whoever runs this."""

    path: Path
    mode: int
    owner: str = ""


@dataclass(frozen=True)
class SetAccess(Step):
    """Give an existing folder or file these mode bits and this owner."""

    path: Path
    mode: int
    owner: str = ""


@dataclass(frozen=True)
class WriteText(Step):
    """Write a new file; it is never written over an existing one."""

    path: Path
    text: str
    mode: int = 0o644


@dataclass(frozen=True)
class CopyMissing(Step):
    """Copy a file or folder to where nothing is yet."""

    source: Path
    target: Path
    owner: str = ""


@dataclass(frozen=True)
class WritePeople(Step):
    """Replace the list of people."""

    path: Path
    people: tuple[Person, ...]


@dataclass(frozen=True)
class RecordStudents(Step):
    """Enter students into the gradebook of the course in `course`, as its account ('' for oneself)."""

    course: Path
    account: str
    students: tuple[Person, ...]
