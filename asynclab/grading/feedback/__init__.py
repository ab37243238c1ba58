"""HideTests: what a student's feedback page must not show, taken out of the graded notebook.

Hidden tests, tracebacks that quote them, and the raw traces go; the table of criteria, the sentences and
the student's own outputs stay.
"""

from __future__ import annotations

from nbgrader import utils
from nbgrader.preprocessors import ClearHiddenTests

from asynclab.grading import messages
from asynclab.grading.outputs import ATTEMPT_MIME, TRACE_MIME
from asynclab.rubric import RUBRIC_MIME

__all__ = ["HideTests"]


class HideTests(ClearHiddenTests):
    """In `c.GenerateFeedback.preprocessors`, before the page is made."""

    def preprocess(self, nb, resources):
        """Leave out the instructor's notes, then clean cell by cell."""
        nb.cells = [cell for cell in nb.cells if not is_for_instructor(cell)]
        return super().preprocess(nb, resources)

    def preprocess_cell(self, cell, resources, cell_index):
        """Clean one cell."""
        if cell.cell_type != "code":
            return cell, resources
        if utils.is_grade(cell) or utils.is_locked(cell):
            if self._remove_hidden_test_region(cell):
                cell.source = f"{cell.source.rstrip()}\n\n{messages.HIDDEN_PART}"
            for output in cell.outputs:
                if output.output_type == "error":
                    output.traceback = [f"{output.ename}: {output.evalue}"]
        cell.outputs = [output for output in map(_without_records, cell.outputs) if output]
        return cell, resources


def is_for_instructor(cell) -> bool:
    """Whether a cell is a note that only the instructor reads."""
    return cell.cell_type == "markdown" and cell.source.startswith(messages.FOR_INSTRUCTOR)


def _without_records(output):
    """An output without the data that only programs read; None where nothing else is in it."""
    if "data" not in output:
        return output
    for kind in (TRACE_MIME, RUBRIC_MIME, ATTEMPT_MIME):
        output.data.pop(kind, None)
    return output if output.data else None
