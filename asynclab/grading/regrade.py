"""`asynclab regrade`: stored traces judged again by the test cells as they are now in source/; runs no student code."""

from __future__ import annotations

import collections
import contextlib
import functools
import itertools
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import nbformat

from asynclab.errors import CommandError
from asynclab.grading import messages
from asynclab.grading.definition import Definition, read_definition, read_extra_files
from asynclab.grading.job import Graded
from asynclab.grading.pools import local_pool
from asynclab.grading.rejudge import is_test, rejudge_folder
from asynclab.grading.release import CONFIG, open_course
from asynclab.grading.slugs import read_slug
from asynclab.grading.writer import Writer, describe_failure

__all__ = [
    "Regraded", "add_arguments", "find_graded", "read_tests", "regrade_all", "run",
]  # fmt: skip

# A worker imports for a second, in which a hundred submissions are judged again.
WORTH_A_WORKER = 50
CHUNK = 8


@dataclass
class Regraded:
    """What became of one student's submission.

    changes: (cell, score before, score now), None for not judged; faults: (cell, why it could not be
    judged again), with '' for the whole submission.
    """

    student: str
    changes: list[tuple[str, float | None, float | None]] = field(default_factory=list)
    faults: list[tuple[str, str]] = field(default_factory=list)


def add_arguments(parser):
    """Arguments of `asynclab regrade`."""
    parser.add_argument("slug", nargs="+", type=read_slug, help="tugas yang kriterianya berubah")
    parser.add_argument(
        "--workers",
        type=int,
        default=None,
        metavar="N",
        help="banyaknya proses (bawaan: satu per inti)",
    )


def run(arguments) -> int:
    """0 if every submission was judged again, 1 if one could not be."""
    from asynclab.grading.grade import usable_gradebook

    root = Path.cwd()
    if not (root / CONFIG).is_file():
        raise CommandError(messages.no_course(root), exit_code=2)
    if arguments.workers is not None and arguments.workers < 1:
        raise CommandError(messages.few_workers(arguments.workers), exit_code=2)
    api = open_course(root)
    with usable_gradebook(), contextlib.ExitStack() as stack:
        plans = []
        for slug in dict.fromkeys(arguments.slug):
            definition = read_definition(api, slug)
            if not (students := find_graded(api, definition)):
                raise CommandError(messages.nothing_graded(slug), exit_code=2)
            plans.append((definition, read_tests(api, definition), students))
        count = sum(len(students) for *_, students in plans)
        workers = min(arguments.workers or os.cpu_count() or 1, count // WORTH_A_WORKER)
        apply = map
        if workers > 1:
            scratch = stack.enter_context(tempfile.TemporaryDirectory(prefix="asynclab-"))
            pool = stack.enter_context(local_pool(workers, scratch, None))
            apply = functools.partial(pool.map, chunksize=CHUNK)
        changed, left = 0, []
        for definition, tests, students in plans:
            for item in regrade_all(api, definition, tests, students, apply):
                who = f"{definition.slug}  {item.student}"
                changed += bool(item.changes)
                count -= any(not cell for cell, _ in item.faults)
                left += [(who, *fault) for fault in item.faults]
                for change in item.changes:
                    print(messages.regrade_change(who, *change), flush=True)
    print(messages.regrade_summary(count, changed))
    for who, cell, reason in left:
        print("  " + messages.regrade_fault(who, cell, reason))
    return 1 if left else 0


def read_tests(api, definition) -> dict[str, dict[str, str]]:
    """notebook -> test cell -> its source as it stands in source/ now.

    Raises CommandError where cells or points are other than in the gradebook: scores would not fit.
    """
    coursedir = api.coursedir
    tests = {}
    for notebook in definition.notebooks:
        folder = coursedir.format_path(coursedir.source_directory, ".", definition.slug)
        path = Path(folder, f"{notebook.name}.ipynb")
        try:
            cells = nbformat.read(path, 4).cells
        except Exception as error:
            raise CommandError(messages.unreadable_source(path, error), exit_code=2) from None
        found = {cell.metadata.nbgrader["grade_id"]: cell for cell in cells if is_test(cell)}
        points = {name: cell.metadata.nbgrader["points"] for name, cell in found.items()}
        if points != {cell.name: cell.points for cell in notebook.cells if cell.grade}:
            raise CommandError(messages.generate_first(definition.slug), exit_code=2)
        tests[notebook.name] = {name: cell.source for name, cell in found.items()}
    return tests


def find_graded(api, definition) -> dict[str, Path]:
    """student -> folder, which may be gone, of every submission that the gradebook knows, by student."""
    coursedir = api.coursedir
    with api.gradebook as gradebook:
        students = sorted(
            item.student_id for item in gradebook.assignment_submissions(definition.slug)
        )
    return {
        student: Path(
            coursedir.format_path(coursedir.autograded_directory, student, definition.slug)
        )
        for student in students
    }


def regrade_all(
    api, definition: Definition, tests, students: dict[str, Path], apply=map
) -> Iterator[Regraded]:
    """Judge these graded submissions again and yield what changed, by student; only what changed is written.

    tests: see read_tests; students: see find_graded; apply: `map`, or an executor's.
    """
    with Writer(api) as writer:
        before = _read_scores(writer.gradebook, definition.slug)
        results = apply(rejudge_folder, students.values(), itertools.repeat(tests))
        for (student, folder), rejudged in zip(students.items(), results):
            yield _write(writer, definition, student, folder, rejudged, before[student])


def _write(writer, definition, student, folder, rejudged, before):
    if rejudged.lost:
        return Regraded(student, faults=[("", rejudged.lost)])
    regraded, graded = Regraded(student, faults=rejudged.faults), Graded(student)
    try:
        for key, score in rejudged.scores.items():
            if score != before.get(key):
                graded.scores[key] = score
                regraded.changes.append((key[1], before.get(key), score))
        if rejudged.notebooks or graded.scores:
            unchanged = {path.stem: path.read_bytes() for path in sorted(folder.glob("*.ipynb"))}
            graded.notebooks = {**unchanged, **rejudged.notebooks}
            extra = read_extra_files(folder, writer.coursedir.ignore)
            writer.write(definition, graded, extra, None)
    except Exception as error:
        return Regraded(student, faults=[("", describe_failure(error, folder))])
    return regraded


def _read_scores(gradebook, slug) -> dict[str, dict[tuple[str, str], float | None]]:
    """student -> (notebook, cell) -> automatic score; nbgrader's own way takes a query per student and more."""
    from nbgrader.api import (
        Assignment,
        BaseCell,
        Grade,
        Notebook,
        SubmittedAssignment,
        SubmittedNotebook,
    )

    query = gradebook.db.query(
        SubmittedAssignment.student_id, Notebook.name, BaseCell.name, Grade.auto_score
    )
    rows = (
        query.select_from(Grade)
        .join(BaseCell, BaseCell.id == Grade.cell_id)
        .join(SubmittedNotebook, SubmittedNotebook.id == Grade.notebook_id)
        .join(Notebook, Notebook.id == SubmittedNotebook.notebook_id)
        .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .filter(Assignment.name == slug)
    )
    scores = collections.defaultdict(dict)
    for student, notebook, cell, score in rows:
        scores[student][notebook, cell] = score
    return scores
