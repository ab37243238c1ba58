"""What a machine has at this moment, read and never changed: accounts, the gradebook's students, modes."""

from __future__ import annotations

import grp
import os
import pwd
import sqlite3
import stat
from dataclasses import dataclass
from pathlib import Path

from asynclab.classroom import messages
from asynclab.classroom.safe_paths import DeadLink, ForeignLink, opened
from asynclab.errors import CommandError

__all__ = [
    "FIRST_PERSONAL_UID",
    "Account",
    "find_account",
    "find_group",
    "path_access",
    "read_students",
]

FIRST_PERSONAL_UID = 1000
"""Below it are the system's own accounts (UID_MIN of Debian and Red Hat alike)."""

NOBODY = (65534, 65535)
"""Whom the kernel takes for unknown ones; what a directory service gives out lies above."""


@dataclass(frozen=True)
class Account:
    """A Unix user; closed: it has expired, so nobody signs in as it."""

    name: str
    uid: int
    home: Path
    closed: bool = False

    @property
    def personal(self) -> bool:
        """Whether it can be somebody's, and not the system's."""
        return self.uid >= FIRST_PERSONAL_UID and self.uid not in NOBODY


def find_account(name: str, shadow: Path = Path("/etc/shadow")) -> Account | None:
    """The Unix user with this name, or None."""
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return Account(name, entry.pw_uid, Path(entry.pw_dir), _closed(name, shadow))


def _closed(name, shadow):
    try:
        lines = shadow.read_text(encoding="utf-8").splitlines()
    except OSError:
        return False  # not root, or accounts live elsewhere
    fields = next((line.split(":") for line in lines if line.startswith(f"{name}:")), [])
    return len(fields) > 7 and fields[7] == "1"


def find_group(name: str) -> tuple[str, ...] | None:
    """The members of a Unix group, or None where there is no such group."""
    try:
        return tuple(grp.getgrnam(name).gr_mem)
    except KeyError:
        return None


def path_access(path: Path, *, follow: bool = True, folder: bool = False) -> tuple[int, str] | None:
    """(mode bits, owner's name or number) of a file or folder, or None where there is nothing.

    follow: False looks at a link at the end itself, for what is only to be there or not; folder: nothing
    else will do. Raises CommandError where it can't be looked at, or a link is in the way that is not
    root's or leads into nothing.
    """
    try:
        with opened(path, follow=follow) as descriptor:
            found = os.fstat(descriptor)
    except ForeignLink as error:
        raise CommandError(messages.foreign_link(error)) from None
    except DeadLink as error:
        raise CommandError(messages.dead_link(error)) from None
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise CommandError(messages.unreadable(path, messages.why(error))) from None
    if folder and not stat.S_ISDIR(found.st_mode):
        raise CommandError(messages.no_folder(path))
    try:
        owner = pwd.getpwuid(found.st_uid).pw_name
    except KeyError:
        owner = str(found.st_uid)
    return stat.S_IMODE(found.st_mode), owner


def read_students(gradebook: Path) -> dict[str, tuple[str, str, str, str]]:
    """{id: (first name, last name, email, number)} in a gradebook; nobody where it does not exist yet.

    Reads without nbgrader, which takes a second to load. Raises CommandError where it is no gradebook.
    """
    if path_access(gradebook, follow=False) is None:
        return {}
    try:
        connection = sqlite3.connect(f"{gradebook.absolute().as_uri()}?mode=ro", uri=True)
        try:
            query = "SELECT id, first_name, last_name, email, lms_user_id FROM student"
            rows = connection.execute(query).fetchall()
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise CommandError(messages.gradebook_unreadable(gradebook, error)) from None
    return {row[0]: tuple(value or "" for value in row[1:]) for row in rows}
