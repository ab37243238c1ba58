"""Plugins: nbgrader exporters that write one row per student and one column per assignment."""

from __future__ import annotations

from collections import defaultdict

from nbgrader.plugins import ExportPlugin
from traitlets import Bool, Enum, Unicode

from asynclab.errors import CommandError
from asynclab.grading.exports import messages
from asynclab.grading.exports.grades import read_grades
from asynclab.grading.exports.sheet import (
    DELIMITERS,
    defuse,
    format_points,
    is_formula,
    is_plain,
    render_csv,
    write_csv,
)

__all__ = ["ClassroomExport", "MoodleExport"]

# Moodle's form finds the column by itself when it has this title.
TITLES = {
    "idnumber": "ID number",
    "username": "Username",
    "email": "Email address",
    "userid": "User ID",
}


class GradesExport(ExportPlugin):
    """What both exports share; a subclass says which columns stand before the points."""

    default_to = "nilai.csv"

    decimal = Enum([".", ","], default_value=".", help="Decimal separator of points.").tag(
        config=True
    )
    delimiter = Enum(list(DELIMITERS), default_value="comma", help="What separates columns.").tag(
        config=True
    )
    bom = Bool(False, help="Begin with a byte-order mark, for Excel.").tag(config=True)

    def export(self, gradebook):
        """Called by `nbgrader export`; a problem is one sentence, and exit code 1 or 2."""
        try:
            complete, notes = self.write(gradebook)
        except CommandError as error:
            self.log.error(str(error))
            raise SystemExit(error.exit_code) from None
        for sentence in notes:
            self.log.warning(sentence)
        if not complete:
            raise SystemExit(1)

    def write(self, gradebook) -> tuple[bool, list[str]]:
        """Write the file: (whether every student is in it, what a person should know of it).

        Raises CommandError where there is nothing to export or the file can't be written.
        """
        grades = read_grades(
            gradebook, [str(name) for name in self.assignment], [str(name) for name in self.student]
        )
        people, notes = self._identified(grades.people)
        if not people:
            raise CommandError("\n".join(notes))
        rows = [[*self.header(), *map(defuse, grades.assignments)]]
        for person in people:
            points = [grades.points.get((person.id, name)) for name in grades.assignments]
            rows.append(
                [*self.row(person), *(format_points(item, self.decimal) for item in points)]
            )
        write_csv(self.path, render_csv(rows, DELIMITERS[self.delimiter], bom=self.bom))
        self.log.info(messages.written(self.path, len(people), len(grades.assignments)))
        notes += [messages.left_empty(*item) for item in grades.unjudged.items()]
        notes += [messages.needs_look(*item) for item in grades.unsure.items()]
        if self.decimal == "," and self.delimiter == "comma":
            notes.append(messages.DECIMAL_IS_DELIMITER)
        return len(people) == len(grades.people), notes

    @property
    def path(self) -> str:
        """Where it is written."""
        return self.to or self.default_to

    def identifier_of(self, person) -> str:
        """What the system knows this student by; '' where the gradebook lacks it."""
        raise NotImplementedError

    def header(self) -> list[str]:
        """The titles before the assignments."""
        raise NotImplementedError

    def row(self, person) -> list[str]:
        """What stands there of one student."""
        raise NotImplementedError

    def _identified(self, people):
        """(those whom the system can't mistake, sentences about the others): one bad row would stop the whole import."""
        owners, missing, notes = defaultdict(list), [], []
        for person in people:
            owners[self.identifier_of(person).casefold()].append(person)
        good = []
        for key, group in owners.items():
            if not key:
                missing = [person.id for person in group]
            elif len(group) > 1:
                notes.append(messages.shared_identifier(key, [person.id for person in group]))
            elif not is_plain(identifier := self.identifier_of(group[0])):
                formula = is_formula(identifier)
                sentence = messages.formula_identifier if formula else messages.odd_identifier
                notes.append(sentence(group[0].id, identifier))
            else:
                good += group
        if missing:
            notes.insert(0, messages.without_identifier(missing, self.field))
        return good, notes


class MoodleExport(GradesExport):
    """For Moodle: Grades, Import, CSV file."""

    default_to = "nilai-moodle.csv"

    identifier = Enum(
        ["idnumber", "username", "email", "userid"],
        default_value="idnumber",
        help=(
            "What Moodle knows a student by: idnumber or username (the gradebook's student id), "
            "email, or userid (the gradebook's lms_user_id)."
        ),
    ).tag(config=True)

    title = Unicode(
        "", help="Title of the identifying column, where Moodle is not in English."
    ).tag(config=True)

    @property
    def field(self):
        """The gradebook's field that identifies."""
        return {"email": "email", "userid": "lms-user-id"}.get(self.identifier, "id")

    def identifier_of(self, person):
        """By option."""
        return getattr(person, self.field.replace("-", "_"))

    def header(self):
        """Moodle's own titles."""
        return [self.title or TITLES[self.identifier], "First name", "Last name"]

    def row(self, person):
        """The names are for people; Moodle does not read them."""
        return [self.identifier_of(person), defuse(person.first_name), defuse(person.last_name)]


class ClassroomExport(GradesExport):
    """For Google Classroom: the columns of its own grade sheet. Classroom itself imports no file."""

    default_to = "nilai-classroom.csv"
    field = "email"

    def identifier_of(self, person):
        """The Google account; in some courses it is the student id itself."""
        return person.email or (person.id if "@" in person.id else "")

    def header(self):
        """Classroom's own titles."""
        return ["Last Name", "First Name", "Email Address"]

    def row(self, person):
        """In Classroom's order."""
        return [defuse(person.last_name), defuse(person.first_name), self.identifier_of(person)]

    def _identified(self, people):
        good, notes = super()._identified(people)
        # Classroom lists by last name.
        return sorted(good, key=lambda person: (person.last_name, person.first_name)), notes
