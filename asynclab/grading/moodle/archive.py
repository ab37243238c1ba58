"""Archive: zips unpacked so that nothing in them can leave the folder, fill the disk, or stop the rest."""

from __future__ import annotations

import os
import shutil
import stat
import time
import unicodedata
import zipfile
import zlib
from pathlib import Path

from nbgrader.plugins import ExtractorPlugin

from asynclab.grading.dangers import FILE_LIMIT, NOTEBOOK_LIMIT
from asynclab.grading.moodle import messages
from asynclab.grading.moodle.choice import is_notebook

__all__ = ["MoodleExtractor", "find_target", "unpack"]

DEPTH = 3
CLASS_FILES, CLASS_BYTES = 100_000, 16 << 30
STUDENT_FILES, STUDENT_BYTES = 1_000, 256 << 20
LONGEST_NAME = 200
CHUNK = 1 << 20
UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, OSError)


class MoodleExtractor(ExtractorPlugin):
    """For `c.ZipCollectApp.extractor_plugin`: what lies in `archive/`, unpacked into `extracted/`."""

    def extract(self, archive_path, extracted_path):
        """Unpack or copy every file; what can't be unpacked is named and stays."""
        source, target = Path(archive_path), Path(extracted_path)
        for root, folders, names in os.walk(source):
            folders.sort()
            for name in sorted(names):
                path = Path(root, name)
                into = target / path.relative_to(source)
                if not stat.S_ISREG(path.lstat().st_mode) or is_junk(path.name):
                    continue
                if path.suffix.lower() == ".zip":
                    self._unpack_class(path, _free(into.with_suffix("")))
                else:
                    into.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy2(path, into)
        for path in sorted(target.rglob("*")):
            if path.is_file():
                reveal_notebook(path)

    def _unpack_class(self, path, into):
        try:
            told = unpack(path, into, CLASS_FILES, CLASS_BYTES)
        except (*UNREADABLE, RuntimeError):
            self.log.error(messages.bad_archive(path))
            return
        for sentence in told:
            self.log.warning(sentence)
        # The newest download counts; see MoodleCollector.
        status = path.stat()
        os.utime(into, (status.st_mtime, status.st_mtime))


def unpack(path: Path, into: Path, files: int, size: int, depth: int = 1) -> list[str]:
    """Unpack a zip, and the zips in it, into a folder; returns what had to be left out, a sentence each.

    files, size: how many files and bytes at most. Raises one of UNREADABLE, or RuntimeError for a
    password, where it is no zip that can be read.
    """
    told: list[str] = []
    into.mkdir(parents=True, exist_ok=True)
    inner = []
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            target = find_target(into, _decode_name(member))
            if target is None or member.is_dir():
                continue
            files -= 1
            if files < 0 or size <= 0:
                told.append(messages.too_much(path, STUDENT_FILES, STUDENT_BYTES))
                break
            limit = NOTEBOOK_LIMIT if target.suffix.lower() == ".ipynb" else FILE_LIMIT
            limit = min(limit if target.suffix.lower() != ".zip" else STUDENT_BYTES, size)
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
                written = _copy(archive, member, target, limit)
            except UNREADABLE as error:
                # One member that is damaged; the others are whole.
                reason = getattr(error, "strerror", None) or messages.BROKEN
                told.append(messages.bad_member(target, reason))
                continue
            if written is None:
                told.append(messages.too_large(target, limit))
                continue
            size -= written
            if target.suffix.lower() == ".zip":
                inner.append(target)
    for nested in inner:
        told += _unpack_nested(nested, depth + 1)
    return told


def _unpack_nested(path, depth):
    """A student's zip in place of which a folder comes; one that can't be opened stays."""
    if depth > DEPTH:
        return [messages.bad_inner_archive(path, messages.TOO_DEEP)]
    into = _free(path.with_suffix(""))
    try:
        told = unpack(path, into, STUDENT_FILES, STUDENT_BYTES, depth)
    except RuntimeError:
        reason = messages.ENCRYPTED
    except UNREADABLE:
        reason = messages.BROKEN
    else:
        if not told:
            path.unlink()
        return told
    shutil.rmtree(into, ignore_errors=True)
    return [messages.bad_inner_archive(path, reason)]


def _copy(archive, member, target, limit):
    """Bytes written, with the time that the archive gives; None where it is larger than `limit`."""
    written = 0
    try:
        with archive.open(member) as source, target.open("wb") as out:
            while chunk := source.read(CHUNK):
                written += len(chunk)
                if written > limit:
                    raise OverflowError
                out.write(chunk)
    except OverflowError:
        target.unlink()
        return None
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    try:
        moment = time.mktime((*member.date_time, 0, 0, -1))
        os.utime(target, (moment, moment))
    except (ValueError, OverflowError, OSError):
        pass
    return written


def find_target(into: Path, name: str) -> Path | None:
    """A free path below `into` for a member of an archive; None for what nobody needs."""
    parts = [_clean(part) for part in name.replace("\\", "/").split("/")]
    parts = [part for part in parts if part not in ("", ".", "..")]
    if not parts or any(is_junk(part) for part in parts):
        return None
    return _free(into.joinpath(*parts))


def is_junk(name: str) -> bool:
    """What systems add to archives by themselves."""
    return name in ("__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini") or name.startswith("._")


def reveal_notebook(path: Path) -> None:
    """Give a notebook with another ending (.ipynb.txt, .json, .IPYNB, none) its own, behind it."""
    if path.suffix == ".ipynb" or path.stat().st_size > NOTEBOOK_LIMIT:
        return
    if path.suffix.lower() == ".ipynb":
        path.rename(_free(path.with_suffix(".ipynb")))
    elif is_notebook(path.read_bytes()):
        path.rename(_free(path.with_name(f"{path.name}.ipynb")))


def _decode_name(member):
    """A member's name; many programs write UTF-8 and don't say so."""
    if member.flag_bits & 0x800:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return member.filename


def _clean(part):
    part = unicodedata.normalize("NFC", part)
    part = "".join(sign for sign in part if sign.isprintable() and sign not in ':*?"<>|')
    part = part.encode("utf-8", "replace").decode().strip().rstrip(".") or ""
    if len(part.encode()) <= LONGEST_NAME:
        return part
    suffix = Path(part).suffix[:20]
    short = part.encode()[: LONGEST_NAME - len(suffix.encode())].decode("utf-8", "ignore")
    return f"{short}{suffix}"


def _free(path):
    """The path, or one with a number where it is taken."""
    target, number = path, 1
    while os.path.lexists(target):
        number += 1
        target = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return target
