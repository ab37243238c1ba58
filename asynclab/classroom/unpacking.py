"""Unpacks a backup into folders beside its places: names, owners, modes and times; and looks its databases over."""

from __future__ import annotations

import contextlib
import errno
import grp
import os
import pwd
import shutil
import sqlite3
import tarfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from asynclab.classroom import messages
from asynclab.classroom.archive import MANIFEST, can_be_placed
from asynclab.classroom.settings import Settings
from asynclab.errors import CommandError

__all__ = ["look_over", "unpack"]

UNSUITABLE = (errno.ENAMETOOLONG, errno.EILSEQ, errno.EINVAL)
"""What a disk says to a name that it does not take."""


def unpack(path: Path, settings: Settings, staged: Mapping[str, Path]) -> list[str]:
    """Unpack the parts of an archive, each into its folder; returns the names that the disk does not take.

    path: an archive that `inspect_archive` has found good. Raises OSError.
    """
    folders, skipped = [], []
    with tarfile.open(path, "r:gz") as archive:
        for member in archive:
            part = PurePosixPath(member.name).parts[0]
            if member.name == MANIFEST or part not in staged:
                continue
            target = staged[part] / member.name
            try:
                if not can_be_placed(member.name):
                    skipped.append(member.name)
                elif member.isdir():
                    target.mkdir(parents=True, exist_ok=True)
                    folders.append((member, target))
                else:
                    target.parent.mkdir(parents=True, exist_ok=True)
                    with open(target, "xb") as file:
                        shutil.copyfileobj(archive.extractfile(member), file)
                    _set_attributes(member, target, settings)
            except OSError as error:
                # One that a student has sent must not keep all the others from coming back.
                if error.errno not in UNSUITABLE:
                    raise
                skipped.append(member.name)
    # Last, and the innermost first: a folder's mode may forbid what its content still needs.
    for member, target in reversed(folders):
        _set_attributes(member, target, settings)
    return skipped


def _set_attributes(member, target, settings):
    if os.geteuid() == 0:
        user, group = _owner(member, settings)
        os.chown(target, user, group, follow_symlinks=False)
    # Never set-user-id; set-group-id and the sticky bit are the exchange's own.
    os.chmod(target, member.mode & (0o3777 if member.isdir() else 0o777))
    with contextlib.suppress(OverflowError, ValueError):  # a time of a student's choice
        os.utime(target, (member.mtime, member.mtime))


def _owner(member, settings):
    # By name: numbers belong to others on another server. Who is unknown here owned a submission;
    # that then belongs to the course, never to a stranger.
    for name in (member.uname, settings.account):
        with contextlib.suppress(KeyError, ValueError):
            entry = pwd.getpwnam(name)
            group = entry.pw_gid
            if name == member.uname:
                with contextlib.suppress(KeyError, ValueError):
                    group = grp.getgrnam(member.gname).gr_gid
            return entry.pw_uid, group
    return os.geteuid(), os.getegid()


def look_over(staged: Mapping[str, Path]) -> None:
    """Raises CommandError where a database that was unpacked is damaged."""
    for folder in staged.values():
        for name in ("course/gradebook.db", "jupyterhub.sqlite"):
            database = folder / name
            if database.is_file() and (reason := _damage(database)):
                raise CommandError(messages.damaged_part(name, reason))


def _damage(database):
    try:
        uri = f"{database.as_uri()}?mode=ro&immutable=1"
        with contextlib.closing(sqlite3.connect(uri, uri=True)) as connection:
            (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        return str(error)
    return "" if verdict == "ok" else verdict
