"""Puts a backup back: unpacked beside, looked over, then exchanged; what was there is moved aside, never lost."""

from __future__ import annotations

import contextlib
import datetime
import grp
import os
import pwd
import shutil
import sqlite3
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from asynclab.classroom import messages
from asynclab.classroom.archive import MANIFEST, Contents, places
from asynclab.classroom.settings import Settings
from asynclab.errors import CommandError

__all__ = ["Exchange", "find_users", "plan_restore", "restore"]

SPARE = 50_000_000
"""Bytes that a disk should still have after a restore."""


@dataclass(frozen=True)
class Exchange:
    """One part that is put back: name in the archive, where it belongs, where what is there goes (or None)."""

    name: str
    place: Path
    aside: Path | None


def plan_restore(
    settings: Settings, contents: Contents, now: datetime.datetime | None = None
) -> list[Exchange]:
    """What a restore would put back, and what it would move aside."""
    now = now or datetime.datetime.now(datetime.UTC)
    suffix = f".sebelum-{now:%Y%m%d-%H%M%S}"
    return [
        Exchange(name, place, place.with_name(place.name + suffix) if place.exists() else None)
        for name, place in places(settings).items()
        if contents.files[name] or name == "exchange"
    ]


def restore(settings: Settings, path: Path, contents: Contents, plan: list[Exchange]) -> None:
    """Do it; either every part is exchanged or none.

    path: an archive that `inspect_archive` has found good, with these contents.
    Raises CommandError where there is no room, or it can't be written; everything is then as before.
    """
    for part in plan:
        part.place.parent.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(part.place.parent).free
        if free < contents.size + SPARE:
            needed = contents.size + SPARE
            raise CommandError(messages.no_room(part.place.parent, needed, free))
    with contextlib.ExitStack() as stack:
        try:
            staged = {
                part.name: Path(
                    stack.enter_context(
                        tempfile.TemporaryDirectory(
                            prefix=f".{part.place.name}.pulih-", dir=part.place.parent
                        )
                    )
                )
                for part in plan
            }
            _unpack(path, settings, staged)
            _look_over(staged)
            _swap(plan, staged)
        except OSError as error:
            raise CommandError(messages.restore_failed(path, error)) from None


def find_users(paths) -> dict[Path, int]:
    """{path: process number} of those files that some process has open; needs root for others' processes."""
    wanted = {os.path.realpath(path): Path(path) for path in paths}
    found = {}
    for folder in Path("/proc").glob("[0-9]*/fd"):
        with contextlib.suppress(OSError):
            for entry in folder.iterdir():
                with contextlib.suppress(OSError):
                    if (target := os.readlink(entry)) in wanted and folder.parent.name != "self":
                        found[wanted[target]] = int(folder.parent.name)
    return {path: number for path, number in found.items() if number != os.getpid()}


def _unpack(path, settings, staged):
    folders = []
    with tarfile.open(path, "r:gz") as archive:
        for member in archive:
            part = PurePosixPath(member.name).parts[0]
            if member.name == MANIFEST or part not in staged:
                continue
            target = staged[part] / member.name
            if member.isdir():
                target.mkdir(parents=True, exist_ok=True)
                folders.append((member, target))
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            with open(target, "xb") as file:
                shutil.copyfileobj(archive.extractfile(member), file)
            _set_attributes(member, target, settings)
    # Last, and the innermost first: a folder's mode may forbid what its content still needs.
    for member, target in reversed(folders):
        _set_attributes(member, target, settings)


def _set_attributes(member, target, settings):
    if os.geteuid() == 0:
        user, group = _owner(member, settings)
        os.chown(target, user, group, follow_symlinks=False)
    # Never set-user-id; set-group-id and the sticky bit are the exchange's own.
    os.chmod(target, member.mode & (0o3777 if member.isdir() else 0o777))
    os.utime(target, (member.mtime, member.mtime))


def _owner(member, settings):
    # By name: numbers belong to others on another server. Who is unknown here owned a submission;
    # that then belongs to the course, never to a stranger.
    for name in (member.uname, settings.account):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            group = entry.pw_gid
            if name == member.uname:
                with contextlib.suppress(KeyError):
                    group = grp.getgrnam(member.gname).gr_gid
            return entry.pw_uid, group
    return os.geteuid(), os.getegid()


def _look_over(staged):
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


def _swap(plan, staged):
    done = []
    try:
        for part in plan:
            new = staged[part.name] / part.name
            if not new.exists():
                continue
            if part.aside:
                # With a database goes what SQLite would still apply to it, which is not the new one's.
                for end in ("", "-journal", "-wal", "-shm"):
                    now, aside = (
                        path.with_name(path.name + end) for path in (part.place, part.aside)
                    )
                    if now.exists():
                        os.rename(now, aside)
                        done.append((aside, now))
            os.rename(new, part.place)
            done.append((part.place, new))
    except BaseException:
        for now, before in reversed(done):
            os.rename(now, before)
        raise
    for part in plan:
        # Or nbgrader would offer the old assignments beside the new ones.
        if part.name == "exchange" and part.aside and part.aside.exists():
            part.aside.chmod(0o700)
