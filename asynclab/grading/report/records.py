"""Records: what the report says, as plain data, before anything is drawn or written."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

from asynclab.grading.report.similarity import Pair

__all__ = [
    "AssignmentReport",
    "CriterionCount",
    "Evidence",
    "Notice",
    "Report",
    "Row",
    "Student",
    "Task",
    "Unjudged",
]


@dataclass(frozen=True)
class Student:
    """Somebody of the class; the name may be ''."""

    id: str
    name: str = ""

    @property
    def label(self) -> str:
        """The name, or the id where there is none."""
        return self.name or self.id


@dataclass(frozen=True)
class Task:
    """A graded cell: its key (notebook, cell), the heading above it, and what it is worth."""

    key: tuple[str, str]
    title: str
    points: float


@dataclass(frozen=True)
class Notice:
    """Something in an answer to look at: count of the cell, line in it, what it is, and the line's text.

    tried: whether it was noticed while the code ran, not in its text.
    """

    cell: int
    line: int
    what: str
    text: str = ""
    tried: bool = False


@dataclass(frozen=True)
class Evidence:
    """What one graded notebook holds.

    criteria: (cell, Criterion) in order; faults: (cell, why it was not judged); answer: the student's
    own code; sandboxed: None where the notebook does not say; problem: why it can't be read, or ''.
    """

    criteria: tuple = ()
    faults: tuple[tuple[str, str], ...] = ()
    notices: tuple[Notice, ...] = ()
    answer: str = ""
    sandboxed: bool | None = None
    problem: str = ""


@dataclass(frozen=True)
class Row:
    """One student's result for one assignment.

    scores: points per task, None where not judged; penalty: points that nbgrader takes off for being late;
    handed_in: the moment (UTC) or None where it is unknown; late: hours after the student's own due
    date; graded: whether the gradebook knows a submission.
    """

    student: Student
    scores: tuple[float | None, ...] = ()
    penalty: float = 0.0
    handed_in: datetime.datetime | None = None
    late: float = 0.0
    graded: bool = True

    @property
    def total(self) -> float:
        """The points of all judged tasks, less the penalty, at least 0."""
        return max(sum(score for score in self.scores if score is not None) - self.penalty, 0.0)

    @property
    def has_points(self) -> bool:
        """Whether there is any score to show."""
        return self.graded and any(score is not None for score in self.scores)

    @property
    def judged(self) -> bool:
        """Whether every task has points."""
        return self.graded and None not in self.scores


@dataclass(frozen=True)
class CriterionCount:
    """One criterion of one task, and who did not meet it.

    failed: students in order; judged: how many were judged by it; examples: (what happened, students) from
    the most frequent on; unreached: how many failed it only for the reason of a criterion before it.
    """

    task: Task
    sentence: str
    points: float
    judged: int
    failed: tuple[Student, ...] = ()
    examples: tuple[tuple[str, tuple[Student, ...]], ...] = ()
    unreached: int = 0


@dataclass(frozen=True)
class Unjudged:
    """Why something was not judged, whom it concerns, and the steps that mend it: sentences and commands."""

    reason: str
    students: tuple[Student, ...]
    tasks: tuple[Task, ...]
    advice: str
    commands: tuple[str, ...] = ()


@dataclass(frozen=True)
class AssignmentReport:
    """All about one assignment.

    rows: the whole class, by student id; due: UTC, or None; pending: students whose hand-in is not graded yet; problems:
    (student, sentence) for notebooks that can't be read; answers: the texts of those in `pairs`; blank: who handed
    in what was given, without an answer; unsandboxed, unrecorded: whose code ran without a sandbox, or nobody knows.
    """

    slug: str
    title: str
    due: datetime.datetime | None
    tasks: tuple[Task, ...]
    rows: tuple[Row, ...]
    criteria: tuple[CriterionCount, ...] = ()
    unjudged: tuple[Unjudged, ...] = ()
    pending: tuple[Student, ...] = ()
    problems: tuple[tuple[Student, str], ...] = ()
    notices: tuple[tuple[Student, tuple[Notice, ...]], ...] = ()
    pairs: tuple[Pair, ...] = ()
    answers: dict[str, str] = field(default_factory=dict)
    blank: tuple[Student, ...] = ()
    unsandboxed: tuple[Student, ...] = ()
    unrecorded: tuple[Student, ...] = ()

    @property
    def points(self) -> float:
        """What all tasks are worth."""
        return sum(task.points for task in self.tasks)

    @property
    def graded(self) -> list[Row]:
        """The rows of those who have a graded submission."""
        return [row for row in self.rows if row.graded]

    @property
    def missing(self) -> list[Student]:
        """Who has handed in nothing."""
        waiting = {student.id for student in self.pending}
        return [
            row.student for row in self.rows if not row.graded and row.student.id not in waiting
        ]


@dataclass(frozen=True)
class Report:
    """The whole page: the course's id, when it was made, its assignments, and those of which nothing is graded."""

    course: str
    made: datetime.datetime
    assignments: tuple[AssignmentReport, ...]
    ungraded: tuple[str, ...] = ()
