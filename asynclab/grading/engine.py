"""Engine: a class graded in parallel by pure jobs on any executor, with one writer; interrupted, it goes on where it was."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, wait
from dataclasses import dataclass, field
from pathlib import Path

from asynclab.grading import messages
from asynclab.grading.definition import Definition, read_extra_files
from asynclab.grading.intake import ASIDE, find_dangers, move_aside
from asynclab.grading.job import Graded, Submission, grade
from asynclab.grading.writer import Writer

__all__ = ["Outcome", "Pending", "find_pending", "grade_all"]

TRIES = 3
AHEAD = 2


@dataclass(frozen=True)
class Pending:
    """A submission that is to be graded: whose, where it lies, and when it was handed in (UTC, or None)."""

    student: str
    folder: Path
    timestamp: datetime.datetime | None = None


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
        new, old = _timestamp(coursedir, path), _timestamp(coursedir, graded)
        again = new is not None and old is not None and new > old
        if force or again or not graded.exists():
            found.append(Pending(student, path, new))
    return found


def grade_all(
    api,
    definition: Definition,
    pending: list[Pending],
    make_executor: Callable[[], Executor],
    *,
    width: int,
) -> Iterator[Outcome]:
    """Grade these submissions and yield each outcome once it is written, in order of completion.

    make_executor: makes a fresh executor, also in place of one whose worker died; width: how many
    jobs it works on at once. A job whose worker dies is tried TRIES times, then "tidak dinilai".
    """
    queue = [(item, 1) for item in pending]
    executor, running = make_executor(), {}
    with Writer(api, definition) as writer:
        try:
            while queue or running:
                while queue and len(running) < width * AHEAD:
                    item, attempt = queue.pop(0)
                    submission, log = read_submission(item, api, definition.slug)
                    running[executor.submit(grade, definition, submission)] = (
                        item,
                        attempt,
                        submission,
                        log,
                    )
                finished, _ = wait(running, return_when=FIRST_COMPLETED)
                broken = False
                for future in finished:
                    item, attempt, submission, log = running.pop(future)
                    try:
                        graded = future.result()
                    except Exception as error:
                        broken = broken or isinstance(error, BrokenExecutor)
                        if attempt < TRIES:
                            queue.insert(0, (item, attempt + 1))
                            continue
                        graded = Graded(item.student, fault=f"{type(error).__name__}: {error}")
                    yield _finish(writer, definition, item, submission, graded, log)
                if broken:
                    # What else was running died with the pool; innocent, it is tried again.
                    queue = [(item, attempt) for item, attempt, _, _ in running.values()] + queue
                    running.clear()
                    executor.shutdown(wait=False, cancel_futures=True)
                    executor, width = make_executor(), 1
        finally:
            executor.shutdown(wait=False, cancel_futures=True)


def read_submission(item: Pending, api, slug) -> tuple[Submission, list[tuple[str, str]]]:
    """The bytes of a submission, and what was kept out of it: links, devices and giants are moved aside."""
    root, log = Path(api.coursedir.root), []
    for path, why in find_dangers(item.folder):
        aside = root / ASIDE / path.relative_to(root)
        try:
            move_aside(path, aside)
            log.append(("WARNING", messages.refused_entry(path, why, aside)))
        except OSError as error:
            log.append(("ERROR", messages.could_not_refuse(path, error.strerror)))
            return Submission(item.student, {}), log
    if not item.folder.is_dir():
        return Submission(item.student, {}), log
    notebooks = {path.stem: path.read_bytes() for path in sorted(item.folder.glob("*.ipynb"))}
    return Submission(
        item.student, notebooks, read_extra_files(item.folder, api.coursedir.ignore)
    ), log


def _finish(writer, definition, item, submission, graded, log):
    outcome = Outcome(item.student, definition.slug, dict(graded.scores), log + graded.log)
    if graded.fault:
        outcome.fault = messages.job_failed(graded.fault)
        return outcome
    try:
        writer.write(graded, submission.files, item.timestamp)
    except OSError as error:
        outcome.fault = messages.unwritable(item.folder, error.strerror)
    return outcome


def _timestamp(coursedir, folder):
    try:
        return coursedir.get_existing_timestamp(str(folder))
    except Exception:
        return None


def _relative(coursedir, directory, student, slug):
    return (
        Path(coursedir.format_path(directory, student, slug)).relative_to(coursedir.root).as_posix()
    )


def _student_part(coursedir):
    marked = Path(_relative(coursedir, coursedir.submitted_directory, "\x00", "x")).parts
    return marked.index("\x00")
