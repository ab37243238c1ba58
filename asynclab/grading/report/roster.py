"""Roster: the class and its points, read from nbgrader's gradebook in a few queries however many students there are."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from pathlib import Path

from asynclab.errors import CommandError
from asynclab.grading.report import messages
from asynclab.grading.report.records import Student

__all__ = ["Entry", "Listed", "check_gradebook", "read_roster"]


@dataclass
class Entry:
    """One submission in the gradebook: scores by (notebook, cell), None where not judged."""

    handed_in: datetime.datetime | None
    extension: datetime.timedelta
    scores: dict[tuple[str, str], float | None] = field(default_factory=dict)
    penalty: float = 0.0


@dataclass
class Listed:
    """One assignment in the gradebook: its due date (UTC or None), the points of its cells, its submissions by student id."""

    slug: str
    due: datetime.datetime | None
    points: dict[tuple[str, str], float] = field(default_factory=dict)
    entries: dict[str, Entry] = field(default_factory=dict)

    def late(self, student) -> float:
        """Hours after the student's own due date."""
        entry = self.entries[student]
        if self.due is None or entry.handed_in is None:
            return 0.0
        return max((entry.handed_in - self.due - entry.extension).total_seconds() / 3600, 0.0)


def check_gradebook(api) -> None:
    """Raises CommandError where there is no gradebook yet, or one of another nbgrader; makes none."""
    import nbgrader
    from alembic.script import ScriptDirectory
    from sqlalchemy import create_engine, inspect, text

    url = api.coursedir.db_url
    if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).is_file():
        raise CommandError(messages.NO_GRADEBOOK, exit_code=2)
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            known = "alembic_version" in inspect(connection).get_table_names()
            found = (
                connection.scalar(text("select version_num from alembic_version")) if known else ""
            )
    finally:
        engine.dispose()
    head = ScriptDirectory(str(Path(nbgrader.__file__).parent / "alembic")).get_current_head()
    if found != head:
        # As text, an engine's address has no password in it.
        raise CommandError(messages.other_version(str(engine.url).removeprefix("sqlite:///")))


def read_roster(gradebook) -> tuple[list[Student], dict[str, Listed]]:
    """(the class by student id, its assignments by slug)."""
    from nbgrader import api
    from sqlalchemy import select

    rows = gradebook.db.execute
    students = [
        Student(str(id), " ".join(part for part in (first, last) if part).strip())
        for id, first, last in rows(
            select(api.Student.id, api.Student.first_name, api.Student.last_name).order_by(
                api.Student.id
            )
        )
    ]
    query = select(api.Assignment.id, api.Assignment.name, api.Assignment.duedate)
    listed = {id: Listed(name, due) for id, name, due in rows(query.order_by(api.Assignment.name))}
    for kind in (api.GradeCell, api.TaskCell):
        query = select(api.Notebook.assignment_id, api.Notebook.name, kind.name, kind.max_score)
        for id, notebook, cell, points in rows(
            query.join(kind, kind.notebook_id == api.Notebook.id)
        ):
            listed[id].points[notebook, cell] = points
    _read_entries(rows, listed)
    return students, {item.slug: item for item in listed.values()}


def _read_entries(rows, listed):
    # SQLite does not see to it that what a row belongs to is there.
    from nbgrader.api import BaseCell, Grade, Notebook, SubmittedAssignment, SubmittedNotebook
    from sqlalchemy import select

    columns = ("id", "assignment_id", "student_id", "timestamp", "extension")
    entries, owners = {}, {}
    for id, assignment, student, handed_in, extension in rows(
        select(*(getattr(SubmittedAssignment, column) for column in columns))
    ):
        if assignment in listed:
            entries[id] = Entry(handed_in, extension or datetime.timedelta(0))
            listed[assignment].entries[str(student)] = entries[id]
    for id, submission, notebook, penalty in rows(
        select(
            SubmittedNotebook.id,
            SubmittedNotebook.assignment_id,
            Notebook.name,
            SubmittedNotebook.late_submission_penalty,
        ).join(Notebook, SubmittedNotebook.notebook_id == Notebook.id)
    ):
        if submission in entries:
            owners[id] = entries[submission], notebook
            entries[submission].penalty += penalty or 0.0
    query = select(
        Grade.notebook_id, BaseCell.name, Grade.auto_score, Grade.manual_score, Grade.extra_credit
    )
    for id, cell, automatic, manual, extra in rows(
        query.join(BaseCell, Grade.cell_id == BaseCell.id)
    ):
        if id in owners:
            entry, notebook = owners[id]
            score = automatic if manual is None else manual
            entry.scores[notebook, cell] = None if score is None else score + (extra or 0.0)
