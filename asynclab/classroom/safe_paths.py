"""Paths as root may take them: a link leads on only where root made it, for folders on the way are others'.

The course account owns the course and most of the exchange. Whoever works as it could put a link in the
place of a folder, and root would give away, or write into, what the link leads to.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

__all__ = ["DeadLink", "ForeignLink", "open_path", "opened", "settle"]

MOST_LINKS = 40
"""The kernel's own limit on the links of one path."""


class ForeignLink(OSError):
    """A link on the way that is not root's; filename: where it is, owner: the number of whose it is.

    A second name for a link of root, which would pass for one, is refused by Linux itself
    (fs.protected_hardlinks, 1 on every distribution).
    """

    def __init__(self, path: Path, owner: int):
        super().__init__(errno.ELOOP, FOREIGN_LINK, str(path))
        self.owner = owner


class DeadLink(FileNotFoundError):
    """A link on the way to a disk that is not mounted; filename: where it is, missing: where it leads."""

    def __init__(self, path: Path, missing: Path):
        super().__init__(errno.ENOENT, DEAD_LINK, str(path))
        self.missing = missing


def open_path(
    path: Path, flags: int = os.O_PATH, *, make: bool = False, follow: bool = True
) -> int:
    """A descriptor of what is at `path`; whatever is exchanged afterwards, it stays that one.

    flags: as for os.open; make: make the folders that are lacking, the last one too; follow: False opens
    a link at the very end itself. Nothing is made where a link leads into nothing: what is there would be
    hidden once the disk is mounted. Raises ForeignLink, DeadLink, or another OSError that names the place.
    """
    here, place, rest, dead = _walk(path, make, follow)
    if rest:
        os.close(here)
        if dead:
            raise dead
        missing = place.joinpath(*rest)
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(missing))
    if flags == os.O_PATH:
        return here
    try:
        return os.open(f"/proc/self/fd/{here}", (flags | os.O_CLOEXEC) & ~os.O_NOFOLLOW)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(place)) from None
    finally:
        os.close(here)


@contextlib.contextmanager
def opened(path: Path, flags: int = os.O_PATH, **options) -> Iterator[int]:
    """`open_path` for a `with`."""
    descriptor = open_path(path, flags, **options)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def settle(path: Path) -> Path:
    """Where `path` leads, also where there is nothing yet; raises as `open_path`."""
    here, place, rest, _ = _walk(path, make=False, follow=True)
    os.close(here)
    return place.joinpath(*rest)


def _walk(path, make, follow):
    """(descriptor, its path without links, parts that are not there, the DeadLink to them or None)."""
    parts = list(reversed(Path(path).absolute().parts[1:]))
    here, place, links = os.open("/", os.O_PATH | os.O_CLOEXEC), Path("/"), 0
    # Of links that lead to links the outermost, until its target is reached; and how many parts come after.
    link, behind = None, len(parts)
    try:
        while parts:
            if len(parts) <= behind:
                link = None
            entry = _step(here, parts[-1], place, make and not link)
            if entry is None:
                dead = link and DeadLink(link, place.joinpath(*reversed(parts[behind:])))
                return here, place, parts[::-1], dead
            name = parts.pop()
            found = os.fstat(entry)
            if not stat.S_ISLNK(found.st_mode) or not (parts or follow):
                os.close(here)
                here, place = entry, place.parent if name == ".." else place / name
                continue
            target, place_of_link = Path(os.readlink("", dir_fd=entry)), place / name
            os.close(entry)
            links += 1
            # Who is not root gives nothing away that is not the own already.
            if found.st_uid != 0 and os.geteuid() == 0:
                raise ForeignLink(place_of_link, found.st_uid)
            if links > MOST_LINKS:
                raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(place_of_link))
            if target.is_absolute():
                os.close(here)
                here, place = os.open("/", os.O_PATH | os.O_CLOEXEC), Path("/")
            if link is None:
                link, behind = place_of_link, len(parts)
            parts += reversed([part for part in target.parts if part != "/"])
    except BaseException:
        os.close(here)
        raise
    return here, place, [], None


def _step(here, name, place, make):
    flags = os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        with contextlib.suppress(FileNotFoundError):
            return os.open(name, flags, dir_fd=here)
        if not make:
            return None
        with contextlib.suppress(FileExistsError):
            os.mkdir(name, dir_fd=here)
        return os.open(name, flags, dir_fd=here)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(place / name)) from None


DEAD_LINK = "tautan ke sesuatu yang tidak ada"
FOREIGN_LINK = "itu tautan yang bukan dibuat root, jadi tidak diikuti"
