"""Form: an assignment's notebook is written so that it can be released, graded and read."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from asynclab.grading.checks import messages
from asynclab.grading.checks.problem import Problem

__all__ = ["check_cells", "check_links", "check_marks", "check_notebook", "check_tests"]

SOLUTION = ("### BEGIN SOLUTION", "### END SOLUTION")
MARKS = ("grade", "solution", "task", "locked")
HIDDEN = ("### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS")
ALLOWED = (
    ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Assign, ast.Expr,
)  # fmt: skip


def check_notebook(file: str, notebook) -> Iterator[Problem]:
    """Format, outputs and ids of any notebook that is committed."""
    if (notebook.nbformat, notebook.nbformat_minor) != (4, 5):
        version = f"{notebook.nbformat}.{notebook.nbformat_minor}"
        yield Problem(file, *messages.old_format(version))
    ids = Counter(cell.get("id", "") for cell in notebook.cells)
    for name, count in ids.items():
        if count > 1:
            yield Problem(file, *messages.double_id(name))
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) or re.fullmatch(r"[0-9a-f]{8,}", name):
            yield Problem(file, *messages.bad_id(name))
    for cell in notebook.cells:
        if cell.get("outputs") or cell.get("execution_count"):
            yield Problem(file, *messages.has_output(cell.get("id", "?")))


def check_marks(file: str, notebook) -> Iterator[Problem]:
    """What nbgrader knows a cell by: a name for each cell that it minds, and for no two the same."""
    names = Counter()
    for cell in notebook.cells:
        data = cell.metadata.get("nbgrader", {})
        marked = not isinstance(data, dict) or any(map(data.get, MARKS))
        name = data.get("grade_id") if isinstance(data, dict) else None
        if marked and not (isinstance(name, str) and name):
            yield Problem(file, *messages.no_grade_id(cell.get("id", "?")), fatal=True)
        elif marked:
            names[name] += 1
    for name, count in names.items():
        if count > 1:
            yield Problem(file, *messages.double_grade_id(name, count), fatal=True)


def check_cells(file: str, assignment, others=()) -> Iterator[Problem]:
    """What an assignment consists of: title, preparation, solution and test cells, numbers and points.

    others: the other assignments of the course.
    """
    title = read_title(assignment)
    if not title:
        yield Problem(file, *messages.no_title())
    for other in others:
        if title and read_title(other) == title:
            yield Problem(file, *messages.same_title(title, other.slug))
    if not assignment.preparation:
        yield Problem(file, *messages.no_preparation())
    for kind in ("solution", "grade"):
        if not assignment.ids(kind):
            yield Problem(file, *messages.no_cells(kind), fatal=True)
    for cell in assignment.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        if grade_id and cell.get("id") != grade_id:
            yield Problem(file, *messages.id_differs(cell.get("id"), grade_id))
        if cell.metadata.get("nbgrader", {}).get("solution") and not _paired(cell, *SOLUTION):
            yield Problem(file, *messages.no_region(grade_id, *SOLUTION))
    yield from _check_python(file, assignment)
    yield from _check_numbers(file, assignment)
    for cell in assignment.tests:
        if not isinstance(cell.metadata.nbgrader.get("points"), (int, float)):
            words = messages.no_points(cell.metadata.nbgrader.grade_id)
            yield Problem(file, *words, fatal=True)
            return
    if assignment.tests and assignment.points != 100:
        yield Problem(file, *messages.points_sum(assignment.points))


def _check_python(file, assignment):
    """What students run before the first test, and the reference, can be loaded as they are judged: as modules."""
    for cell in assignment.cells:
        name = cell.get("id", "?")
        solution = cell.metadata.get("nbgrader", {}).get("solution")
        if cell.cell_type != "code" or not (solution or name == "persiapan"):
            continue
        try:
            compile(cell.source, f"<{name}>", "exec", dont_inherit=True)
        except (SyntaxError, ValueError) as error:
            reason = getattr(error, "msg", error)
            words = messages.no_python(name, getattr(error, "lineno", None) or 1, reason)
            yield Problem(file, *words, fatal=True)


def read_title(assignment) -> str:
    """The heading of the first cell; '' where there is none."""
    first = assignment.cells[0] if assignment.cells else None
    if first is None or first.cell_type != "markdown" or not first.source.startswith("# "):
        return ""
    return first.source.splitlines()[0].removeprefix("# ").strip()


def _check_numbers(file, assignment):
    prose = {cell.get("id"): cell for cell in assignment.cells if cell.cell_type == "markdown"}
    for number, name in enumerate(assignment.ids("grade"), 1):
        if name != f"tugas-{number}":
            yield Problem(file, *messages.wrong_number(name, number))
            continue
        cell = prose.get(f"tugas-{number}-soal")
        if cell is None:
            yield Problem(file, *messages.no_prose(number))
        elif not cell.source.startswith(f"## Tugas {number}:"):
            heading = (cell.source.splitlines() or [""])[0]
            yield Problem(file, *messages.prose_number(number, heading))


def check_tests(file: str, assignment) -> Iterator[Problem]:
    """Test cells keep to the form in which they can be recorded and judged."""
    for number, cell in enumerate(assignment.tests, 1):
        name = cell.metadata.nbgrader.grade_id
        wanted = f"# Tugas {number}: sel uji. Jalankan; jangan diubah."
        if not cell.source.startswith(f"# Tugas {number}: sel uji."):
            yield Problem(file, *messages.first_line(name, wanted))
        if not _paired(cell, *HIDDEN, optional=True):
            yield Problem(file, *messages.no_region(name, *HIDDEN))
        try:
            tree = ast.parse(cell.source)
        except SyntaxError as error:
            words = messages.no_python(name, error.lineno, error.msg)
            yield Problem(file, *words, fatal=True)
            continue
        for node in tree.body:
            if not _is_allowed(node):
                line = ast.unparse(node).splitlines()[0]
                yield Problem(file, *messages.form(name, node.lineno, line))
    yield from _check_judgeable(file, assignment)


def _is_allowed(node):
    if isinstance(node, ast.Assign):
        name = ast.unparse(node.targets[0])
        return name.isupper() or ast.unparse(node.value).split("(")[0] in ("run", "Rubric")
    if isinstance(node, ast.Expr):
        return ast.unparse(node.value).startswith("rubric")
    return isinstance(node, ALLOWED)


def _check_judgeable(file, assignment):
    # What the engine itself would say of these cells.
    from asynclab.grading.execute import find_fault
    from asynclab.stripping import strip

    for cell, stripped in zip(assignment.tests, strip([cell.source for cell in assignment.tests])):
        parses = stripped.fault is None or stripped.fault.reason == "run-in-criterion"
        name = cell.metadata.nbgrader.grade_id
        if parses and (fault := find_fault(name, cell.source, stripped)):
            yield Problem(file, *messages.unjudgeable(fault))


def _paired(cell, begin, end, *, optional=False):
    lines = [line.strip() for line in cell.source.splitlines()]
    marks = [line for line in lines if line in (begin, end)]
    whole = sum(begin in line or end in line for line in cell.source.splitlines()) == len(marks)
    pairs = [begin, end] * (len(marks) // 2)
    return whole and marks == pairs and (bool(marks) or optional)


def check_links(file: str, assignment, folder) -> Iterator[Problem]:
    """Every relative link leads to a file or folder, and one leads to a lesson.

    folder: where the notebook lies.
    """
    lessons = 0
    for cell in assignment.cells:
        if cell.cell_type != "markdown":
            continue
        for target in re.findall(r"\]\(([^)\s#]+)(?:#[^)]*)?\)", cell.source):
            if "://" in target or target.startswith(("mailto:", "attachment:")):
                continue
            if not Path(folder, target).exists():
                yield Problem(file, *messages.dead_link(cell.get("id"), target))
            lessons += target.startswith("../../notebooks/")
    if not lessons:
        yield Problem(file, *messages.no_lesson())
