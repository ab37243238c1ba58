"""A backup as a file: what is in it and where that belongs; checked whole before anything is touched."""

from __future__ import annotations

import gzip
import json
import os
import tarfile
import zlib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from asynclab.classroom import messages
from asynclab.classroom.people import Person, parse_people
from asynclab.classroom.settings import Settings
from asynclab.errors import CommandError

__all__ = ["MANIFEST", "VERSION", "Contents", "can_be_placed", "inspect_archive", "places"]

MANIFEST = "manifest.json"
VERSION = 1
MUCH = 1 << 24
DEEPEST = 40
"""Folders in each other; nothing of a class needs more, and a student can make thousands."""

LONGEST = 1000
"""Bytes of a name in the archive; a path has at most 4096, and where it is put back takes some of them."""

FILES = ("people.json", "jupyterhub.sqlite")


@dataclass(frozen=True)
class Contents:
    """What an archive holds.

    course_id: of which course; made: when, as text in UTC; files: how many per part, also 0 for a part that
    is there without any; size: bytes unpacked; people: who was in the class.
    """

    course_id: str
    made: str
    files: Counter = field(default_factory=Counter)
    size: int = 0
    people: tuple[Person, ...] = ()


def places(settings: Settings) -> dict[str, Path]:
    """Where each part of an archive belongs, by its name there: folders and single files."""
    return {
        "course": settings.course,
        "exchange": settings.exchange / settings.course_id,
        "people.json": settings.people,
        "jupyterhub.sqlite": settings.hub_database,
    }


def can_be_placed(name: str) -> bool:
    """Whether something of this name in an archive can be put back on any disk."""
    return name.count("/") < DEEPEST and len(os.fsencode(name)) <= LONGEST


def inspect_archive(path: Path, settings: Settings) -> Contents:
    """Read an archive from its first to its last byte, and write nothing.

    Raises CommandError where it can't be read, is damaged or no backup of this classroom, or where
    anything in it would end up elsewhere than it belongs.
    """
    try:
        with tarfile.open(path, "r:gz") as archive:
            manifest = _read_manifest(archive, path)
            if manifest["course_id"] != settings.course_id:
                raise CommandError(
                    messages.backup_of_other(path, manifest["course_id"], settings.course_id),
                    exit_code=2,
                )
            files, size, names, people = Counter(), 0, set(), ()
            while member := archive.next():
                if member.name in names or not _belongs(member, settings):
                    raise CommandError(messages.backup_unsafe(path, member.name), exit_code=2)
                names.add(member.name)
                files[PurePosixPath(member.name).parts[0]] += member.isreg()
                size += member.size
                if member.name == "people.json":
                    people = _read_people(archive.extractfile(member).read(MUCH))
            # What follows the last member is read too, for the checksum of the whole.
            while archive.fileobj.read(1 << 20):
                pass
    except (EOFError, zlib.error, gzip.BadGzipFile, tarfile.ReadError) as error:
        whole = messages.backup_truncated if _is_gzip(path) else messages.backup_foreign
        raise CommandError(whole(path), exit_code=2) from error
    except OSError as error:
        raise CommandError(messages.backup_unreadable(path, error), exit_code=2) from None
    return Contents(manifest["course_id"], manifest["made"], files, size, people)


def _read_manifest(archive, path):
    member = archive.next()
    if member is None or member.name != MANIFEST or not member.isreg() or member.size > MUCH:
        raise CommandError(messages.backup_foreign(path), exit_code=2)
    try:
        manifest = json.loads(archive.extractfile(member).read())
        if manifest["version"] != VERSION or not all(
            isinstance(manifest[name], str) for name in ("course_id", "made")
        ):
            raise ValueError
    except (ValueError, KeyError, TypeError, RecursionError):
        raise CommandError(messages.backup_foreign(path), exit_code=2) from None
    return manifest


def _read_people(content):
    try:
        return tuple(parse_people(content).values())
    except ValueError as error:
        reason = messages.printable(error, 80)
        raise CommandError(messages.damaged_part("people.json", reason)) from None


def _belongs(member, settings):
    # Not tarfile's own filter: CPython 3.11.2, which Debian 12 brings, has none.
    parts = PurePosixPath(member.name).parts
    if member.name != "/".join(parts) or ".." in parts or "\0" in member.name:
        return False
    if not parts or parts[0] not in places(settings):
        return False
    if parts[0] in FILES:
        return len(parts) == 1 and member.isreg()
    return member.isdir() or (len(parts) > 1 and member.isreg())


def _is_gzip(path):
    with open(path, "rb") as file:
        return file.read(2) == b"\x1f\x8b"
