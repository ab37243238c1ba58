"""Puts a backup back: unpacked beside, looked over, then exchanged; what was there is moved aside, never lost."""

from __future__ import annotations

import contextlib
import datetime
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from asynclab.classroom import messages
from asynclab.classroom.archive import Contents, places
from asynclab.classroom.safe_paths import ForeignLink, opened, settle
from asynclab.classroom.settings import Settings
from asynclab.classroom.unpacking import look_over, unpack
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
    """What a restore would put back, and what it would move aside.

    A course that root has moved to another disk and linked is put back on that disk. Raises CommandError
    where somebody else has put a link in the way.
    """
    now = now or datetime.datetime.now(datetime.UTC)
    suffix = f".sebelum-{now:%Y%m%d-%H%M%S}"
    try:
        found = {name: settle(place) for name, place in places(settings).items()}
    except OSError as error:
        raise CommandError(_why_not(error)) from None
    return [
        Exchange(name, place, place.with_name(place.name + suffix) if place.exists() else None)
        for name, place in found.items()
        if contents.files[name] or name == "exchange"
    ]


def restore(settings: Settings, path: Path, contents: Contents, plan: list[Exchange]) -> list[str]:
    """Do it; either every part is exchanged or none. Returns the names that the disk does not take.

    path: an archive that `inspect_archive` has found good, with these contents.
    Raises CommandError where there is no room, or it can't be written; everything is then as before.
    """
    with contextlib.ExitStack() as stack:
        parents = {}
        try:
            for part in plan:
                parents[part.name] = stack.enter_context(opened(part.place.parent, make=True))
                free = shutil.disk_usage(f"/proc/self/fd/{parents[part.name]}").free
                if free < contents.size + SPARE:
                    needed = contents.size + SPARE
                    raise CommandError(messages.no_room(part.place.parent, needed, free))
            staged = {
                part.name: stack.enter_context(_stage(parents[part.name], part.place.name))
                for part in plan
            }
            skipped = unpack(path, settings, staged)
            look_over(staged)
            _swap(plan, staged, parents)
        except ForeignLink as error:
            raise CommandError(messages.foreign_link(error)) from None
        except OSError as error:
            raise CommandError(messages.restore_failed(path, _named(error, plan))) from None
    return skipped


@contextlib.contextmanager
def _stage(parent, name):
    # By descriptors: the folder beside the course is the course account's, which could exchange a
    # folder of root in it, but not enter it.
    beside = f"/proc/self/fd/{parent}"
    with tempfile.TemporaryDirectory(prefix=f".{name}.pulih-", dir=beside) as folder:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            if os.fstat(descriptor).st_uid != os.geteuid():
                raise ForeignLink(Path(folder), os.fstat(descriptor).st_uid)
            yield Path(f"/proc/self/fd/{descriptor}")
        finally:
            os.close(descriptor)


def _named(error, plan):
    """The error with the place that it is about instead of a descriptor."""
    name = str(error.filename or "")
    if name.startswith("/proc/self/fd/"):
        inside = PurePosixPath(name).parts[5:]
        part = next((part for part in plan if inside[:1] == (part.name,)), None)
        error.filename = str(part.place.joinpath(*inside[1:])) if part else "/".join(inside)
    return error


def _why_not(error):
    if isinstance(error, ForeignLink):
        return messages.foreign_link(error)
    return messages.unreadable(error.filename, messages.why(error))


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


def _swap(plan, staged, parents):
    done = []
    try:
        for part in plan:
            new = staged[part.name] / part.name
            place = Path(f"/proc/self/fd/{parents[part.name]}", part.place.name)
            if not new.exists():
                continue
            if part.aside:
                # With a database goes what SQLite would still apply to it, which is not the new one's.
                for end in ("", "-journal", "-wal", "-shm"):
                    now, aside = (
                        place.with_name(path.name + end) for path in (part.place, part.aside)
                    )
                    if now.exists():
                        os.rename(now, aside)
                        done.append((aside, now))
            os.rename(new, place)
            done.append((place, new))
    except BaseException:
        for now, before in reversed(done):
            os.rename(now, before)
        raise
    for part in plan:
        # Or nbgrader would offer the old assignments beside the new ones.
        if part.name == "exchange" and part.aside:
            with contextlib.suppress(FileNotFoundError, ForeignLink):
                with opened(part.aside) as descriptor:
                    os.chmod(f"/proc/self/fd/{descriptor}", 0o700)
