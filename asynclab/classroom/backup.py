"""Backs a classroom up into one file while it is in use: databases through SQLite, the rest file by file."""

from __future__ import annotations

import contextlib
import datetime
import errno
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
from asynclab.classroom.archive import (
    MANIFEST,
    VERSION,
    Contents,
    can_be_placed,
    inspect_archive,
    places,
)
from asynclab.classroom.safe_paths import DeadLink, ForeignLink, opened
from asynclab.classroom.settings import Settings
from asynclab.errors import CommandError

__all__ = ["Backup", "make_backup"]

LEFT_OUT = frozenset({"__pycache__", ".ipynb_checkpoints", ".git", ".venv", ".nbgrader.log"})
DATABASE = frozenset(f"gradebook.db{end}" for end in ("", "-journal", "-wal", "-shm"))
LARGEST = 1 << 30
"""Bytes of a file that is kept: a student can make a file that is huge and empty."""

OF_INIT = frozenset(f"exchange/{name}" for name in ("inbound", "outbound", "feedback"))
"""Folders that `init` makes, and lets root move elsewhere and link."""

IN_MEMORY = 1 << 25
FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
WITHOUT_LINKS = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS)
"""What FAT and exFAT say to a second name for a file."""


@dataclass
class Backup:
    """What was kept, and what was not: links, pipes, giants, what lies too deep; scratch: a folder with room."""

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
        if Path(os.path.realpath(target)).is_relative_to(os.path.realpath(place)):
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
                found = _add_classroom(archive, settings, result)
            file.flush()
            os.fsync(file.fileno())
            result.size = file.tell()
        result.contents = inspect_archive(Path(scratch), settings)
        if lost := found - result.contents.files.keys():
            raise CommandError(messages.backup_incomplete(sorted(lost)))
        _publish(scratch, target)
    except FileExistsError:
        raise CommandError(messages.backup_exists(target), exit_code=2) from None
    except OSError as error:
        raise CommandError(messages.backup_unwritable(target, error)) from None
    except sqlite3.Error as error:
        raise CommandError(messages.backup_database(error)) from None
    finally:
        with contextlib.suppress(OSError):
            os.unlink(scratch)
    return result


def _publish(scratch, target):
    try:
        os.link(scratch, target)  # unlike a renaming, it never replaces what has come meanwhile
    except OSError as error:
        if error.errno not in WITHOUT_LINKS:
            raise
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        try:
            os.replace(scratch, target)
        except BaseException:
            os.unlink(target)
            raise


def _add_classroom(archive, settings, result):
    # A link into nothing is a disk that is not mounted: to be said, not to be left out.
    found = {name: path for name, path in places(settings).items() if os.path.lexists(path)}
    if "course" not in found:
        raise CommandError(messages.not_initialised(settings), exit_code=2)
    # The databases first: a submission that arrives meanwhile is then graded after a restore, whereas
    # a database that is newer than the files would call it graded.
    if os.path.lexists(settings.gradebook):
        _add_database(archive, "course/gradebook.db", settings.gradebook, result)
    if "jupyterhub.sqlite" in found:
        _add_database(archive, "jupyterhub.sqlite", settings.hub_database, result)
    if "people.json" in found:
        people = Path(os.path.realpath(settings.people))
        _add_file(archive, "people.json", people, people, None, result)
    for name in ("course", "exchange"):
        if name in found:
            _add_tree(archive, name, found[name], result)
    return found.keys()


def _add_database(archive, name, path, result):
    if not path.is_file():
        raise CommandError(messages.backup_database(messages.no_file(path)))
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
    try:
        with opened(top, FOLDER) as descriptor:
            _add_folder(archive, name, top, descriptor, result)
    except ForeignLink as error:
        raise CommandError(messages.foreign_link(error)) from None
    except DeadLink as error:
        raise CommandError(messages.dead_link(error)) from None
    except (FileNotFoundError, NotADirectoryError) as error:
        raise CommandError(messages.backup_source(top, error)) from None


def _add_folder(archive, inside, place, descriptor, result):
    # By folder descriptors: a student who swaps a folder for a link meanwhile leads nowhere.
    archive.addfile(_describe(inside, os.fstat(descriptor)))
    for entry in sorted(set(os.listdir(descriptor)) - LEFT_OUT):
        if inside == "course" and entry in DATABASE:
            continue  # kept already
        name, path = f"{inside}/{entry}", place / entry
        if not can_be_placed(name):
            result.skipped.append(path)
        elif name in OF_INIT and _is(stat.S_ISLNK, entry, descriptor):
            _add_tree(archive, name, path, result)
        elif not _is(stat.S_ISDIR, entry, descriptor):
            _add_file(archive, name, entry, path, descriptor, result)
        else:
            try:
                folder = os.open(entry, FOLDER, dir_fd=descriptor)
            except OSError:
                result.skipped.append(path)  # gone, or closed to a trial's owner
                continue
            try:
                _add_folder(archive, name, path, folder, result)
            finally:
                os.close(folder)


def _is(kind, entry, descriptor):
    try:
        return kind(os.stat(entry, dir_fd=descriptor, follow_symlinks=False).st_mode)
    except FileNotFoundError:
        return False


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
