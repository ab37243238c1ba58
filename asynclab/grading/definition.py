"""Definition: one assignment as it is graded, as plain data that can be sent to any worker."""

from __future__ import annotations

import fnmatch
import os
from dataclasses import dataclass, field
from pathlib import Path

from asynclab.errors import CommandError
from asynclab.grading import messages

__all__ = ["CellDefinition", "Definition", "NotebookDefinition", "read_definition"]


@dataclass(frozen=True)
class CellDefinition:
    """A cell that nbgrader knows, as `nbgrader generate_assignment` put it into the gradebook.

    points: None for a cell that is not graded.
    """

    name: str
    source: str
    checksum: str
    cell_type: str
    locked: bool
    grade: bool
    solution: bool
    points: float | None = None


@dataclass(frozen=True)
class NotebookDefinition:
    """One notebook: its cells with hidden tests, its kernel, and the student version as JSON text."""

    name: str
    kernelspec: str | None
    release: str
    cells: tuple[CellDefinition, ...]


@dataclass(frozen=True)
class Definition:
    """All that grading one submission needs besides the submission.

    config: nbgrader's configuration as a plain dict; files: those of `source/` that lie beside the
    notebooks, by relative path: they replace a student's.
    """

    slug: str
    course: str
    notebooks: tuple[NotebookDefinition, ...]
    config: dict = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)

    def notebook(self, name) -> NotebookDefinition | None:
        """The notebook of this name, or None."""
        return next((item for item in self.notebooks if item.name == name), None)

    def files_with(self, theirs: dict[str, bytes]) -> dict[str, bytes]:
        """A student's files and these; these stay also where the one's file is the other's folder."""
        ours = [f"{name}/" for name in self.files]
        clear = {
            name: content
            for name, content in theirs.items()
            if not any(f"{name}/".startswith(own) or own.startswith(f"{name}/") for own in ours)
        }
        return {**clear, **self.files}


def read_definition(api, slug) -> Definition:
    """The definition of an assignment, from its gradebook, release/ and source/.

    api: nbgrader's API on the course (see `release.open_course`).
    Raises CommandError where the assignment was never generated, or its release is gone.
    """
    from nbgrader.api import MissingEntry

    coursedir = api.coursedir
    root = Path(coursedir.root)
    with api.gradebook as gradebook:
        try:
            assignment = gradebook.find_assignment(slug)
        except MissingEntry:
            raise CommandError(messages.not_generated(slug), exit_code=2) from None
        notebooks = []
        for item in sorted(assignment.notebooks, key=lambda item: item.name):
            path = Path(
                coursedir.format_path(coursedir.release_directory, ".", slug), f"{item.name}.ipynb"
            )
            if not path.is_file():
                raise CommandError(messages.no_reference(path.relative_to(root)), exit_code=2)
            cells = tuple(_read_cell(cell, item) for cell in item.source_cells)
            notebooks.append(
                NotebookDefinition(
                    item.name, item.kernelspec, path.read_text(encoding="utf-8"), cells
                )
            )
    source = Path(coursedir.format_path(coursedir.source_directory, ".", slug))
    return Definition(
        slug,
        coursedir.course_id,
        tuple(notebooks),
        plain(api.config),
        read_extra_files(source, coursedir.ignore),
    )


def read_extra_files(folder, ignore) -> dict[str, bytes]:
    """Every regular file below `folder` that is no notebook and that nbgrader does not ignore, by relative path."""
    found = {}
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not _ignored(name, ignore))
        for name in sorted(names):
            path = Path(root, name)
            if (
                not name.endswith(".ipynb")
                and not _ignored(name, ignore)
                and path.is_file()
                and not path.is_symlink()
            ):
                found[path.relative_to(folder).as_posix()] = path.read_bytes()
    return found


def plain(config) -> dict:
    """A traitlets configuration as nested plain dicts, with what can't be sent to a worker left out."""
    result = {}
    for key, value in config.items():
        if hasattr(value, "items"):
            result[key] = plain(value)
        elif isinstance(value, (str, int, float, bool, list, tuple, type(None))):
            result[key] = value
    return result


def _ignored(name, patterns):
    return any(fnmatch.fnmatch(name, pattern) for pattern in patterns)


def _read_cell(cell, notebook):
    graded = {item.name: item for item in notebook.grade_cells}
    solutions = {item.name for item in notebook.solution_cells}
    points = graded[cell.name].max_score if cell.name in graded else None
    return CellDefinition(
        cell.name,
        cell.source,
        cell.checksum,
        str(cell.cell_type),
        cell.locked,
        cell.name in graded,
        cell.name in solutions,
        points,
    )
