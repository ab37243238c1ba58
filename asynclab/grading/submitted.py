"""Submitted: which submissions are to be graded, and each of them read as it was at one moment."""

from __future__ import annotations

import datetime
import os
import stat
import time
from dataclasses import dataclass
from pathlib import Path

from asynclab.grading import messages
from asynclab.grading.dangers import ASIDE, find_dangers, move_aside
from asynclab.grading.definition import read_extra_files
from asynclab.grading.job import Submission
from asynclab.grading.marks import MARK, is_alive

__all__ = ["Pending", "find_pending", "handed_in_at", "read_submission"]

TIMESTAMP = "timestamp.txt"
TIMESTAMP_LIMIT = 200
# Seconds: how long to wait for a submission that is being replaced, and between two looks at it; and
# how long nothing has changed before it is taken for whole.
PATIENCE, PAUSE, SETTLED = 2.0, 0.02, 0.1


@dataclass(frozen=True)
class Pending:
    """A submission that is to be graded: whose, where it lies, and why it can't be graded, or ''."""

    student: str
    folder: Path
    fault: str = ""


def find_pending(api, slug, *, force=False, students=()) -> list[Pending]:
    """The submissions of an assignment that `nbgrader autograde` would grade now, by student.

    That is: not graded to the end yet, or handed in again since, or all with `force`; of these
    students, or of all.
    """
    coursedir = api.coursedir
    found = []
    for path in sorted(
        Path(coursedir.root).glob(_relative(coursedir, coursedir.submitted_directory, "*", slug))
    ):
        student = path.relative_to(coursedir.root).parts[_student_part(coursedir)]
        if students and student not in students:
            continue
        fault = "" if _is_text(student) else messages.undecodable_folder(path)
        try:
            due = fault or force or _is_due(path, _graded_folder(api, student, slug))
        except OSError as error:
            due = fault = messages.unreadable_folder(error.filename or path, error.strerror)
        if due:
            found.append(Pending(student, path, fault))
    return found


def read_submission(item: Pending, api, definition) -> tuple[Submission, list, str]:
    """(the bytes of a submission, what was kept out of it, why it can't be graded or '').

    Links, devices and giants are moved aside; the second is a list of (level, sentence). All bytes
    are of one moment: while `nbgrader collect --update` replaces the submission, it is read again.
    Never raises for what is in the submission, or happens to it.
    """
    log: list[tuple[str, str]] = []
    nothing = Submission(item.student, {})
    if item.fault:
        return nothing, log, item.fault
    graded = _graded_folder(api, item.student, definition.slug)
    if is_alive(graded / MARK):
        return nothing, log, messages.graded_elsewhere(graded)
    try:
        notebooks, files = _read_at_one_moment(item.folder, api, definition, log)
    except _RefusedError as error:
        return nothing, log, str(error)
    except OSError as error:
        return nothing, log, messages.unreadable_folder(item.folder, error.strerror or error)
    except Exception as error:
        detail = f"{type(error).__name__}: {error}"
        return nothing, log, messages.unreadable_folder(item.folder, detail)
    _, note = _parse_timestamp(files.get(TIMESTAMP), item.folder)
    log[:0] = [("WARNING", note)] if note else []
    if not notebooks:
        return nothing, log, messages.nothing_left(item.folder)
    return Submission(item.student, notebooks, files), log, ""


def handed_in_at(submission: Submission) -> datetime.datetime | None:
    """When these very bytes were handed in (UTC), as far as they say so."""
    return _parse_timestamp(submission.files.get(TIMESTAMP), "")[0]


class _RefusedError(Exception):
    """Why a submission can't be read, as a sentence."""


def _read_at_one_moment(folder, api, definition, log):
    """(notebooks, files) as they lie there; read until nothing has changed meanwhile. Raises OSError, _RefusedError."""
    known = [notebook.name for notebook in definition.notebooks]
    deadline, moved = time.monotonic() + PATIENCE, False
    while True:
        try:
            before = _look(folder)
            # What nobody has touched for a while is not half of a copy whose other half is to come.
            if moved or not _is_fresh(before):
                if _refuse_dangers(folder, api, log):
                    moved = True
                    continue
                paths = [folder / f"{name}.ipynb" for name in known]
                notebooks = {path.stem: path.read_bytes() for path in paths if path.is_file()}
                files = read_extra_files(folder, api.coursedir.ignore)
                if _look(folder) == before:
                    return notebooks, files
        except FileNotFoundError:
            if moved and not os.path.lexists(folder):
                return {}, {}
            # Between its removal and its copying, the whole folder is gone.
            if time.monotonic() > deadline:
                raise
        if time.monotonic() > deadline:
            raise _RefusedError(messages.still_changing(folder))
        time.sleep(PAUSE)


def _look(folder) -> list[tuple]:
    """What is another if anything below a folder, or the folder, was replaced or written meanwhile."""
    paths = [str(folder)]
    # A submission that is a link itself may lead anywhere.
    for root, folders, names in () if os.path.islink(folder) else os.walk(folder):
        paths += [os.path.join(root, name) for name in (*folders, *names)]
    states = [(path, os.lstat(path)) for path in sorted(paths)]
    return [(path, it.st_ino, it.st_size, it.st_mtime_ns, it.st_ctime_ns) for path, it in states]


def _is_fresh(look) -> bool:
    """Whether the newest change is from a moment ago; never for a clock that is ahead of this one."""
    return 0 <= time.time() - max(state[-1] for state in look) / 1e9 < SETTLED


def _refuse_dangers(folder, api, log) -> bool:
    """Move what must not be read out of a submission; whether there was such a thing."""
    root = Path(api.coursedir.root)
    dangers = find_dangers(folder)
    for path, why in dangers:
        aside = root / ASIDE / path.relative_to(root)
        try:
            move_aside(path, aside)
        except FileNotFoundError:
            raise
        except OSError as error:
            raise _RefusedError(messages.could_not_refuse(path, error.strerror)) from None
        log.append(("WARNING", messages.refused_entry(path, why, aside)))
    return bool(dangers)


def _is_due(folder, graded) -> bool:
    if not graded.exists() or (graded / MARK).exists():
        return True
    new, old = _read_timestamp(folder), _read_timestamp(graded)
    return new is not None and old is not None and new > old


def _read_timestamp(folder):
    path = Path(folder, TIMESTAMP)
    try:
        # Before it was looked through, a submission may hold a pipe of this name, or an endless file.
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode) or status.st_size > TIMESTAMP_LIMIT:
            return None
        return _parse_timestamp(path.read_bytes(), folder)[0]
    except OSError:
        return None


def _parse_timestamp(content, folder) -> tuple[datetime.datetime | None, str]:
    """(when, what is wrong with what timestamp.txt holds or '')."""
    from nbgrader.utils import parse_utc

    if content is None:
        return None, ""
    try:
        text = content.decode().strip()
        if text and len(content) <= TIMESTAMP_LIMIT:
            return parse_utc(text), ""
    except (ValueError, OverflowError):
        pass
    return None, messages.bad_timestamp(Path(folder, TIMESTAMP))


def _is_text(name) -> bool:
    """Whether a name can be written into a gradebook."""
    try:
        os.fsencode(name).decode()
    except UnicodeDecodeError:
        return False
    return True


def _graded_folder(api, student, slug):
    coursedir = api.coursedir
    return Path(coursedir.format_path(coursedir.autograded_directory, student, slug))


def _relative(coursedir, directory, student, slug):
    return (
        Path(coursedir.format_path(directory, student, slug)).relative_to(coursedir.root).as_posix()
    )


def _student_part(coursedir):
    marked = Path(_relative(coursedir, coursedir.submitted_directory, "\x00", "x")).parts
    return marked.index("\x00")
