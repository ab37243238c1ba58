"""Grades: who has how many points in which assignment, read from nbgrader's gradebook as plain data."""

from __future__ import annotations

from dataclasses import dataclass, field

from asynclab.errors import CommandError
from asynclab.grading.exports import messages

__all__ = ["Grades", "Person", "read_grades", "read_people"]


@dataclass(frozen=True)
class Person:
    """A student as the gradebook knows him; what it does not know is ''."""

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_user_id: str = ""


@dataclass
class Grades:
    """The points of a class.

    points: (student id, assignment) -> points after the late penalty; no entry where nothing was
    handed in or not every cell is judged. unjudged, unsure: assignment -> student ids that were
    graded in part, and whose scores wait for a person's look.
    """

    people: list[Person]
    assignments: list[str]
    points: dict[tuple[str, str], float] = field(default_factory=dict)
    unjudged: dict[str, list[str]] = field(default_factory=dict)
    unsure: dict[str, list[str]] = field(default_factory=dict)


def read_grades(gradebook, assignments=(), students=()) -> Grades:
    """The grades of these assignments and students, or of all, by id.

    Raises CommandError, exit code 2, for an assignment or student that the gradebook does not know.
    """
    known = {item.name: item for item in gradebook.assignments}
    people = {person.id: person for person in read_people(gradebook)}
    for name in assignments:
        if name not in known:
            raise CommandError(messages.unknown_assignment(name, sorted(known)), exit_code=2)
    for name in students:
        if name not in people:
            raise CommandError(messages.unknown_student(name), exit_code=2)
    if not people:
        raise CommandError(messages.NO_STUDENTS)
    if not known:
        raise CommandError(messages.NO_ASSIGNMENTS)
    chosen = list(dict.fromkeys(assignments)) or sorted(known)
    grades = Grades([people[name] for name in sorted(set(students) or people)], chosen)
    wanted = {person.id for person in grades.people}
    for assignment in chosen:
        for submission in gradebook.assignment_submissions(assignment):
            if submission.student_id in wanted:
                _read_submission(grades, assignment, submission)
    return grades


def read_people(gradebook) -> list[Person]:
    """Every student of the gradebook."""
    fields = ("first_name", "last_name", "email", "lms_user_id")
    return [
        Person(item.id, *(_clean(getattr(item, name) or "") for name in fields))
        for item in gradebook.students
    ]


def _clean(text):
    """On one line, without what no printer prints."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _read_submission(grades, assignment, submission):
    cells = [grade for notebook in submission.notebooks for grade in notebook.grades]
    student = submission.student_id
    if any(cell.auto_score is None and cell.manual_score is None for cell in cells):
        grades.unjudged.setdefault(assignment, []).append(student)
        return
    if any(cell.needs_manual_grade for cell in cells):
        grades.unsure.setdefault(assignment, []).append(student)
    penalty = submission.late_submission_penalty or 0.0
    grades.points[student, assignment] = max(0.0, submission.score - penalty)
