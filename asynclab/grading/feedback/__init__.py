"""Feedback: the page a student gets, made by stock `nbgrader generate_feedback` with two lines of configuration.

The page is built from data (scores, judged criteria, recorded runs, the student's own cells), never by
showing the notebook: what is not put into it, hidden tests above all, cannot be in it.
"""

from __future__ import annotations

from nbconvert.exporters import Exporter
from traitlets import Unicode, default

from asynclab.grading.feedback.grades import ReadGrades
from asynclab.grading.feedback.page import read_page
from asynclab.grading.feedback.rendering import render_page

__all__ = ["FeedbackExporter", "ReadGrades"]


class FeedbackExporter(Exporter):
    """In `c.GenerateFeedback.exporter_class`, with ReadGrades as the only preprocessor."""

    book_url = Unicode(
        "",
        help="Where the course's book is published; lessons are then linked, else only named.",
    ).tag(config=True)

    output_mimetype = "text/html"

    @default("file_extension")
    def _file_extension_default(self):
        return ".html"

    def from_notebook_node(self, nb, resources=None, **kw):
        """One graded notebook as a page: (HTML, resources)."""
        nb, resources = super().from_notebook_node(nb, resources, **kw)
        page = read_page(nb, resources.get("nbgrader", {}))
        return render_page(page, self.book_url), resources
