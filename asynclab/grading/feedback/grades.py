"""ReadGrades: what the gradebook knows about one notebook, written into it for its feedback page."""

from __future__ import annotations

from nbgrader.preprocessors import GetGrades

__all__ = ["ReadGrades"]


class ReadGrades(GetGrades):
    """nbgrader's GetGrades, and also what waits for a person and how late the submission was.

    In `resources["nbgrader"]`: "seconds_late". In a graded cell's metadata under "nbgrader": "judged",
    False where it has no score yet; "manual", whether a person gave the score; "extra", their credit.
    """

    def preprocess(self, nb, resources):
        """Read grades, comments and the lateness of one notebook."""
        nb, resources = super().preprocess(nb, resources)
        about = resources["nbgrader"]
        with self.gradebook as gradebook:
            submission = gradebook.find_submission(about["assignment"], about["student"])
            about["seconds_late"] = submission.total_seconds_late
            about["name"] = (
                f"{submission.student.first_name or ''} {submission.student.last_name or ''}"
            ).strip()
        return nb, resources

    def _get_score(self, cell, resources):
        super()._get_score(cell, resources)
        data = cell.metadata["nbgrader"]
        grade = self.gradebook.find_grade(
            data["grade_id"], self.notebook_id, self.assignment_id, self.student_id
        )
        data["judged"] = grade.auto_score is not None or grade.manual_score is not None
        data["manual"] = grade.manual_score is not None
        data["extra"] = grade.extra_credit or 0
