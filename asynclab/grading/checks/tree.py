"""Tree: what lies in source/, tests/answers/ and release/, looked at without running anything."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import nbformat

from asynclab.errors import CommandError
from asynclab.grading.checks import form, messages
from asynclab.grading.checks.answers import check_numbers_enough
from asynclab.grading.checks.problem import Problem
from asynclab.grading.course import Assignment, read_answers
from asynclab.grading.release import find_drift

__all__ = ["check_folders", "check_releases", "check_text", "read_readable", "source_file"]


def check_folders(root, slugs=()) -> Iterator[Problem]:
    """Every folder of source/ holds one notebook of its own name; nothing stands beside that belongs to none.

    slugs: only these assignments; all by default.
    """
    root = Path(root)
    folders = sorted(path.name for path in root.glob("source/*") if path.is_dir())
    for slug in slugs or folders:
        names = sorted(path.name for path in root.glob(f"source/{slug}/*.ipynb"))
        if f"{slug}.ipynb" not in names:
            yield Problem(f"source/{slug}", *messages.no_notebook(slug, names))
            continue
        for name in names:
            if name != f"{slug}.ipynb":
                yield Problem(f"source/{slug}/{name}", *messages.second_notebook(slug, name))
        try:
            notebook = nbformat.read(root / "source" / slug / f"{slug}.ipynb", 4)
            nbformat.validate(notebook)
        except Exception as error:
            reason = (str(error).splitlines() or [type(error).__name__])[0]
            words = messages.unreadable_notebook(reason)
            yield Problem(f"source/{slug}/{slug}.ipynb", *words, fatal=True)
            continue
        yield from form.check_notebook(f"source/{slug}/{slug}.ipynb", notebook)
        yield from form.check_marks(f"source/{slug}/{slug}.ipynb", notebook)
    if not slugs:
        for folder in ("release", "tests/answers", "tests/equivalents"):
            for path in sorted(root.glob(f"{folder}/*")):
                if not path.name.startswith(".") and path.stem not in folders:
                    file = path.relative_to(root).as_posix()
                    yield Problem(file, *messages.orphans(file, path.stem))


def check_text(root, assignment: Assignment, others=()) -> Iterator[Problem]:
    """What can be said of an assignment and its answers without running anything.

    others: the other assignments of the course.
    """
    file = source_file(assignment)
    yield from form.check_cells(file, assignment, others)
    yield from form.check_tests(file, assignment)
    yield from form.check_links(file, assignment, Path(root, file).parent)
    folder = f"tests/answers/{assignment.slug}"
    if not Path(root, folder).is_dir():
        yield Problem(folder, *messages.no_answers(assignment.slug))
        return
    broken = [
        Problem(path.relative_to(root).as_posix(), *words, fatal=True)
        for path in sorted(Path(root, folder).glob("*/*.py"))
        if (words := _find_obstacle(path))
    ]
    yield from broken or check_numbers_enough(folder, read_answers(root, assignment.slug))


def _find_obstacle(path):
    """Why a file can't be an answer and what mends it, or None."""
    # A pipe would never end.
    if not path.is_file():
        return messages.no_file()
    try:
        compile(path.read_text(encoding="utf-8"), path.name, "exec", dont_inherit=True)
    except (SyntaxError, UnicodeDecodeError) as error:
        line = getattr(error, "lineno", None) or 1
        return messages.bad_answer(line, getattr(error, "msg", "bukan teks UTF-8"))
    except Exception as error:
        return messages.unreadable_answer(getattr(error, "strerror", None) or repr(error))
    return None


def check_releases(root, slugs) -> Iterator[Problem]:
    """release/ is what nbgrader makes of source/."""
    try:
        drift = find_drift(root, slugs)
    except CommandError as error:
        yield Problem("source", *messages.not_released(str(error)))
        return
    for path in drift:
        exists = Path(root, "release", path).is_file()
        yield Problem(f"release/{path}", *messages.drift(path.split("/")[0], exists))


def source_file(assignment) -> str:
    """The notebook of an assignment, relative to the course."""
    return f"source/{assignment.slug}/{assignment.slug}.ipynb"


def read_readable(root) -> Iterator[Assignment]:
    """The assignments whose notebook is one; the others are named by check_folders."""
    for path in sorted(Path(root, "source").glob("*/*.ipynb")):
        if path.stem == path.parent.name:
            with contextlib.suppress(Exception):
                yield Assignment(path.stem, nbformat.read(path, 4).cells)
