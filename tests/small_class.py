"""What the tests of the engine share: a course that is generated once, a definition of it, executors that run at once."""

import shutil
from concurrent.futures import Executor, Future
from types import SimpleNamespace

import nbformat
from nbgrader.utils import compute_checksum
from tiny_course import SLUG, TinyCourse, answered, make_release, make_source

from asynclab.grading.definition import CellDefinition, Definition, NotebookDefinition
from asynclab.grading.job import Graded
from asynclab.grading.release import open_course

CELLS = ("tugas-1", "tugas-2")


def make_definition(edit=str, **changes):
    """The tiny assignment as data, without a gradebook; `edit` makes a cell's source another."""
    cells = []
    for cell in make_source().cells:
        cell.source = edit(cell.source)
        if meta := cell.metadata.get("nbgrader"):
            cells.append(
                CellDefinition(
                    meta["grade_id"],
                    cell.source,
                    compute_checksum(cell),
                    cell.cell_type,
                    meta["locked"],
                    meta["grade"],
                    meta["solution"],
                    meta.get("points"),
                )
            )
    kernel = '{"display_name": "Python 3", "language": "python", "name": "python3"}'
    notebook = NotebookDefinition(SLUG, kernel, nbformat.writes(make_release()), tuple(cells))
    return Definition(SLUG, "modul11", (notebook,), **changes)


def generated_course(folder):
    """A tiny course whose assignment is generated, with nbgrader's API on it."""
    course = TinyCourse(folder)
    api = open_course(folder)
    result = api.generate_assignment(SLUG)
    assert result["success"], result["log"]
    return course, api


def copy_course(original, folder):
    """A fresh copy of a generated course, so that each test has one of its own."""
    shutil.copytree(original.folder, folder, dirs_exist_ok=True)
    course = TinyCourse.__new__(TinyCourse)
    course.folder = folder
    return course, open_course(folder)


def hand_in(course, *students, stamp=None):
    """The same good answer from each of these students."""
    for student in students:
        folder = course.submit(student, answered(course.release))
        if stamp:
            (folder / "timestamp.txt").write_text(stamp)


def full_marks(definition, submission):
    """In place of a job: everything right, nothing run."""
    scores = {(SLUG, "tugas-1"): 4.0, (SLUG, "tugas-2"): 3.0}
    return Graded(submission.student, dict(submission.notebooks), scores)


class AtOnce(Executor):
    """Runs each job where it is submitted."""

    def submit(self, function, /, *args):
        future = Future()
        try:
            future.set_result(function(*args))
        except Exception as error:
            future.set_exception(error)
        return future


def grades(api, student):
    """{cell: (automatic score, needs a manual one)} of a student in the gradebook."""
    with api.gradebook as gradebook:
        (notebook,) = gradebook.find_submission(SLUG, student).notebooks
        found = {item.name: (item.auto_score, item.needs_manual_grade) for item in notebook.grades}
        return dict(sorted(found.items()))


def shown():
    """Something that a course can be graded with, which keeps what it is told."""
    record = []
    return SimpleNamespace(
        record=record,
        begin=record.append,
        advance=lambda outcome: record.append(outcome.student),
    )
