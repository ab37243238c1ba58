"""Engine: a class graded in parallel by pure jobs on any executor, with one writer; interrupted, it goes on where it was."""

from __future__ import annotations

import datetime
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from dataclasses import dataclass, field
from pathlib import Path

from asynclab.grading import messages
from asynclab.grading.definition import Definition, read_extra_files
from asynclab.grading.intake import ASIDE, find_dangers, move_aside
from asynclab.grading.job import Graded, NotRunError, Submission, grade
from asynclab.grading.writer import Writer

__all__ = ["Outcome", "Pending", "find_pending", "grade_all"]

TRIES = 3
AHEAD = 2
TIMESTAMP = "timestamp.txt"


@dataclass(frozen=True)
class Pending:
    """A submission that is to be graded: whose, where it lies, and when it was handed in (UTC, or None).

    note: what is wrong with the time, or ''.
    """

    student: str
    folder: Path
    timestamp: datetime.datetime | None = None
    note: str = ""


@dataclass
class Outcome:
    """What became of one submission.

    scores: (notebook, cell) -> points, None where not judged; log: (level, sentence) in order;
    fault: why it was not graded at all, else ''.
    """

    student: str
    slug: str
    scores: dict[tuple[str, str], float | None] = field(default_factory=dict)
    log: list[tuple[str, str]] = field(default_factory=list)
    fault: str = ""

    @property
    def judged(self) -> bool:
        """Whether every cell was judged."""
        return not self.fault and all(score is not None for score in self.scores.values())


def find_pending(api, slug, *, force=False, students=()) -> list[Pending]:
    """The submissions of an assignment that `nbgrader autograde` would grade now, by student.

    That is: not graded yet, or handed in again since, or all with `force`; of these students, or of all.
    """
    coursedir = api.coursedir
    found = []
    for path in sorted(
        Path(coursedir.root).glob(_relative(coursedir, coursedir.submitted_directory, "*", slug))
    ):
        student = path.relative_to(coursedir.root).parts[_student_part(coursedir)]
        if students and student not in students:
            continue
        graded = Path(coursedir.format_path(coursedir.autograded_directory, student, slug))
        (new, note), (old, _) = read_timestamp(path), read_timestamp(graded)
        again = new is not None and old is not None and new > old
        if force or again or not graded.exists():
            found.append(Pending(student, path, new, note))
    return found


def grade_all(
    api,
    work: Iterable[tuple[Definition, list[Pending]]],
    make_executor: Callable[[Path], Executor],
    *,
    width: int,
    scratch: Path | None = None,
) -> Iterator[Outcome]:
    """Grade these submissions and yield each outcome once it is written, in order of completion.

    work: assignments, each with what was submitted; no worker waits between two of them.
    make_executor: makes a fresh executor, also in place of one whose worker died, given a folder
    for what its workers write in between (`scratch`, or one of this call's own); width: how many jobs
    it works on at once. When a worker dies, the
    jobs that were running are tried again one at a time, so that only the guilty one fails again;
    after TRIES it is "tidak dinilai".
    """
    queue = deque(_Job(definition, item) for definition, pending in work for item in pending)
    alone: deque[_Job] = deque()
    running: dict[Future, _Job] = {}
    with Writer(api, scratch) as writer:
        executor = make_executor(writer.scratch)
        try:
            while queue or alone or running:
                broken = False
                waiting = alone or queue
                room = 1 if alone or any(job.tries for job in running.values()) else width * AHEAD
                while waiting and len(running) < room and not broken:
                    job = waiting.popleft()
                    if job.submission is None:
                        job.submission, job.log, job.fault = read_submission(
                            job.item, api, job.definition
                        )
                    if job.fault:
                        slug = job.definition.slug
                        yield Outcome(job.item.student, slug, {}, job.log, job.fault)
                        continue
                    try:
                        running[executor.submit(grade, job.definition, job.submission)] = job
                    except BrokenExecutor:
                        waiting.appendleft(job)
                        broken = True
                finished = wait(running, return_when=FIRST_COMPLETED)[0] if running else ()
                for future in [future for future in running if future in finished]:
                    job = running.pop(future)
                    try:
                        graded = future.result()
                    except Exception as error:
                        broken = broken or isinstance(error, BrokenExecutor)
                        job.tries += 1
                        if job.tries < TRIES:
                            alone.append(job)
                            continue
                        graded = Graded(job.item.student, fault=_describe(error))
                    yield _finish(writer, job, graded)
                if broken:
                    # What else was running died with the pool.
                    alone.extend(running.values())
                    running.clear()
                    executor.shutdown(wait=False, cancel_futures=True)
                    executor = make_executor(writer.scratch)
        except BaseException:
            executor.shutdown(wait=False, cancel_futures=True)
            raise
        executor.shutdown()


def read_submission(item: Pending, api, definition) -> tuple[Submission, list, str]:
    """(the bytes of a submission, what was kept out of it, why it can't be graded or '').

    Links, devices and giants are moved aside; the second is a list of (level, sentence).
    """
    root = Path(api.coursedir.root)
    log = [("WARNING", item.note)] if item.note else []
    submission = Submission(item.student, {})
    for path, why in find_dangers(item.folder):
        aside = root / ASIDE / path.relative_to(root)
        try:
            move_aside(path, aside)
            log.append(("WARNING", messages.refused_entry(path, why, aside)))
        except OSError as error:
            return submission, log, messages.could_not_refuse(path, error.strerror)
    try:
        known = [notebook.name for notebook in definition.notebooks]
        paths = [item.folder / f"{name}.ipynb" for name in known]
        notebooks = {path.stem: path.read_bytes() for path in paths if path.is_file()}
        files = read_extra_files(item.folder, api.coursedir.ignore)
    except OSError as error:
        return submission, log, messages.unreadable_folder(item.folder, error.strerror)
    if not notebooks:
        return submission, log, messages.nothing_left(item.folder)
    return Submission(item.student, notebooks, files), log, ""


def read_timestamp(folder) -> tuple[datetime.datetime | None, str]:
    """(when a submission was handed in, what is wrong with its timestamp.txt or '')."""
    from nbgrader.utils import parse_utc

    path = Path(folder, TIMESTAMP)
    try:
        text = path.read_text(encoding="utf-8").strip()
        return (parse_utc(text), "") if text else (None, messages.bad_timestamp(path))
    except FileNotFoundError:
        return None, ""
    except (OSError, ValueError, OverflowError):
        return None, messages.bad_timestamp(path)


@dataclass
class _Job:
    definition: Definition
    item: Pending
    tries: int = 0
    submission: Submission | None = None
    log: list[tuple[str, str]] = field(default_factory=list)
    fault: str = ""


def _finish(writer, job, graded):
    from sqlalchemy.exc import SQLAlchemyError

    log = job.log + graded.log
    outcome = Outcome(job.item.student, job.definition.slug, dict(graded.scores), log)
    if graded.fault:
        outcome.fault = messages.job_failed(graded.fault)
        return outcome
    try:
        writer.write(job.definition, graded, job.submission.files, job.item.timestamp)
    except OSError as error:
        outcome.fault = messages.not_written(error.filename or job.item.folder, error.strerror)
    except SQLAlchemyError as error:
        outcome.fault = messages.gradebook_refused(getattr(error, "orig", error))
    return outcome


def _describe(error):
    if isinstance(error, BrokenExecutor):
        return messages.WORKER_DIED
    if isinstance(error, NotRunError):
        return str(error)
    return f"{type(error).__name__}: {error}"


def _relative(coursedir, directory, student, slug):
    return (
        Path(coursedir.format_path(directory, student, slug)).relative_to(coursedir.root).as_posix()
    )


def _student_part(coursedir):
    marked = Path(_relative(coursedir, coursedir.submitted_directory, "\x00", "x")).parts
    return marked.index("\x00")
