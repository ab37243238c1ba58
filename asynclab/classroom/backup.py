"""Backs a classroom up into one file while it is in use: databases through SQLite, the rest file by file."""

from __future__ import annotations

import contextlib
import datetime
import grp
import io
import json
import os
import pwd
import shutil
import sqlite3
import stat
import tarfile
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from asynclab.classroom import messages
from asynclab.classroom.archive import MANIFEST, VERSION, Contents, inspect_archive, places
from asynclab.classroom.settings import Settings
from asynclab.errors import CommandError

__all__ = ["Backup", "make_backup"]

LEFT_OUT = frozenset({"__pycache__", ".ipynb_checkpoints", ".git", ".venv", ".nbgrader.log"})
DATABASE = frozenset(f"gradebook.db{end}" for end in ("", "-journal", "-wal", "-shm"))
LARGEST = 1 << 30
"""Bytes of a file that is kept: a student can make a file that is huge and empty."""

IN_MEMORY = 1 << 25


@dataclass
class Backup:
    """What was kept, and what was not: paths of links, pipes and giants; scratch: a folder with room."""

    scratch: Path
    contents: Contents = None
    size: int = 0
    skipped: list[Path] = field(default_factory=list)


def make_backup(settings: Settings, target: Path, now: datetime.datetime | None = None) -> Backup:
    """Write `target`, a .tar.gz that only its owner can read; it appears under its name when it is whole.

    Raises CommandError where there is a file of that name, no classroom, or it can't be written.
    """
    target = Path(target).absolute()
    if target.exists():
        raise CommandError(messages.backup_exists(target), exit_code=2)
    for place in places(settings).values():
        if target.is_relative_to(place):
            raise CommandError(messages.backup_inside(target, place), exit_code=2)
    now = now or datetime.datetime.now(datetime.UTC)
    result = Backup(target.parent)
    try:
        handle, scratch = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    except OSError as error:
        raise CommandError(messages.backup_unwritable(target, error)) from None
    try:
        with open(handle, "wb") as file:
            with tarfile.open(fileobj=file, mode="w:gz", format=tarfile.PAX_FORMAT) as archive:
                manifest = {
                    "version": VERSION,
                    "course_id": settings.course_id,
                    "made": now.strftime("%Y-%m-%d %H:%M:%S UTC"),
                }
                _add_bytes(archive, MANIFEST, json.dumps(manifest).encode())
                _add_classroom(archive, settings, result)
            file.flush()
            os.fsync(file.fileno())
            result.size = file.tell()
        result.contents = inspect_archive(Path(scratch), settings)
        os.link(scratch, target)  # unlike a renaming, it never replaces what has come meanwhile
    except OSError as error:
        raise CommandError(messages.backup_unwritable(target, error)) from None
    except sqlite3.Error as error:
        raise CommandError(messages.backup_database(error)) from None
    finally:
        with contextlib.suppress(OSError):
            os.unlink(scratch)
    return result


def _add_classroom(archive, settings, result):
    found = {name: path for name, path in places(settings).items() if path.exists()}
    if "course" not in found:
        raise CommandError(messages.not_initialised(settings), exit_code=2)
    # The databases first: a submission that arrives meanwhile is then graded after a restore, whereas
    # a database that is newer than the files would call it graded.
    if settings.gradebook.is_file():
        _add_database(archive, "course/gradebook.db", settings.gradebook, result)
    if "jupyterhub.sqlite" in found:
        _add_database(archive, "jupyterhub.sqlite", settings.hub_database, result)
    if "people.json" in found:
        _add_file(archive, "people.json", settings.people, settings.people, None, result)
    for name in ("course", "exchange"):
        if name in found:
            _add_tree(archive, name, found[name], result)


def _add_database(archive, name, path, result):
    info = _describe(name, path.stat())
    # Where the backup goes is room; /tmp may be small.
    with tempfile.TemporaryDirectory(prefix=".cadangan-", dir=result.scratch) as folder:
        copy = Path(folder, "copy.sqlite")
        uri = f"{path.absolute().as_uri()}?mode=ro"
        with contextlib.closing(sqlite3.connect(uri, uri=True, timeout=60)) as source:
            with contextlib.closing(sqlite3.connect(copy)) as target:
                source.backup(target)
        info.size = copy.stat().st_size
        with open(copy, "rb") as file:
            archive.addfile(info, file)


def _add_tree(archive, name, top, result):
    # By folder descriptors: a student who swaps a folder for a link meanwhile leads nowhere.
    for folder, folders, files, descriptor in os.fwalk(top, follow_symlinks=False):
        place = Path(folder)
        inside = "/".join((name, *place.relative_to(top).parts))
        archive.addfile(_describe(inside, os.fstat(descriptor)))
        for entry in sorted(folders):
            if stat.S_ISLNK(os.stat(entry, dir_fd=descriptor, follow_symlinks=False).st_mode):
                result.skipped.append(place / entry)
        folders[:] = sorted(set(folders) - LEFT_OUT)
        for entry in sorted(set(files) - LEFT_OUT):
            path = place / entry
            if name == "course" and place == top and entry in DATABASE:
                continue  # kept already
            _add_file(archive, f"{inside}/{entry}", entry, path, descriptor, result)


def _add_file(archive, name, entry, path, descriptor, result):
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        file = os.fdopen(os.open(entry, flags, dir_fd=descriptor), "rb")
    except FileNotFoundError:
        return  # gone since the folder was listed
    except OSError:
        result.skipped.append(path)  # a link or a socket
        return
    with file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode) or found.st_size > LARGEST:
            result.skipped.append(path)
            return
        # A copy first: the file may shrink or grow while it is read, and a size comes before its bytes.
        with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY, dir=result.scratch) as copy:
            shutil.copyfileobj(file, copy)
            info = _describe(name, found)
            info.size = copy.tell()
            copy.seek(0)
            archive.addfile(info, copy)


def _add_bytes(archive, name, content):
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(content), 0o600
    archive.addfile(info, io.BytesIO(content))


def _describe(name, found):
    info = tarfile.TarInfo(name)
    info.mode, info.mtime = stat.S_IMODE(found.st_mode), int(found.st_mtime)
    info.uid, info.gid = found.st_uid, found.st_gid
    info.type = tarfile.DIRTYPE if stat.S_ISDIR(found.st_mode) else tarfile.REGTYPE
    with contextlib.suppress(KeyError):
        info.uname = pwd.getpwuid(found.st_uid).pw_name
    with contextlib.suppress(KeyError):
        info.gname = grp.getgrgid(found.st_gid).gr_name
    return info
