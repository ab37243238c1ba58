"""MemoryGradebook: what nbgrader's preprocessors see in a worker in place of the gradebook; it only remembers.

The preprocessors of `nbgrader autograde` ask the gradebook for the assignment's cells and tell it the
scores. Here they ask a Definition and tell a list, which the writer plays back into the real
gradebook: so the engine grades as stock nbgrader does, with its own code.
"""

from __future__ import annotations

import contextlib
import importlib
from types import SimpleNamespace

__all__ = ["MemoryGradebook", "installed"]

USERS = (
    "nbgrader.preprocessors.overwritecells",
    "nbgrader.preprocessors.overwritekernelspec",
    "nbgrader.preprocessors.saveautogrades",
    "asynclab.grading.repair",
)


class MemoryGradebook:
    """Answers the questions of nbgrader's preprocessors about one assignment, and keeps what they say.

    grades: name -> SimpleNamespace(auto_score, manual_score, needs_manual_grade);
    comments: name -> SimpleNamespace(auto_comment).
    """

    def __init__(self, definition):
        self.definition = definition
        self.grades = {}
        self.comments = {}
        self.db = SimpleNamespace(commit=lambda: None)

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        return None

    def find_notebook(self, notebook, assignment):
        """The notebook with its cells; raises nbgrader's MissingEntry where there is none."""
        found = self.definition.notebook(notebook)
        if found is None:
            raise _missing(notebook)
        cells = found.cells
        graded = [
            SimpleNamespace(name=cell.name, max_score=cell.points) for cell in cells if cell.grade
        ]
        solutions = [SimpleNamespace(name=cell.name) for cell in cells if cell.solution]
        return SimpleNamespace(
            kernelspec=found.kernelspec,
            source_cells=list(cells),
            grade_cells=graded,
            solution_cells=solutions,
            task_cells=[],
        )

    def find_source_cell(self, name, notebook, assignment):
        """A cell as it was generated; raises MissingEntry where nbgrader knows none of that name."""
        found = self.definition.notebook(notebook)
        for cell in found.cells if found else ():
            if cell.name == name:
                return cell
        raise _missing(name)

    def find_graded_cell(self, name, notebook, assignment):
        """A graded cell's points."""
        return SimpleNamespace(max_score=self.find_source_cell(name, notebook, assignment).points)

    def find_grade(self, name, notebook, assignment, student):
        """The grade of a cell, to be written to."""
        blank = SimpleNamespace(auto_score=None, manual_score=None, needs_manual_grade=False)
        return self.grades.setdefault((notebook, name), blank)

    def find_comment(self, name, notebook, assignment, student):
        """The comment on a cell, to be written to."""
        return self.comments.setdefault((notebook, name), SimpleNamespace(auto_comment=None))


@contextlib.contextmanager
def installed(gradebook):
    """Within it the preprocessors' `Gradebook(...)` is this one."""
    modules = [importlib.import_module(name) for name in USERS]
    originals = [module.Gradebook for module in modules]
    for module in modules:
        module.Gradebook = lambda *args, **options: gradebook
    try:
        yield gradebook
    finally:
        for module, original in zip(modules, originals):
            module.Gradebook = original


def _missing(name):
    from nbgrader.api import MissingEntry

    return MissingEntry(f"no {name!r}")
