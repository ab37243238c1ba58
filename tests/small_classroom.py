"""What the tests of the classroom share: settings of a server and of a trial, people, a folder that is a course."""

from pathlib import Path

from asynclab.classroom.machine import Account
from asynclab.classroom.membership import Roster
from asynclab.classroom.people import INSTRUCTOR, Person
from asynclab.classroom.settings import Settings

ANI = Person("ani", "Ani", "Lestari", "ani@contoh.ac.id")
BUDI = Person("m211", "Budi", "", "", number="211")
DOSEN = Person("dewi", "Dewi", "Kartika", role=INSTRUCTOR)

SERVER = Settings()
"""A classroom with everything where it is by default; nothing in the tests touches it."""


def trial(folder: Path) -> Settings:
    """A classroom below `folder` in which everybody is one Unix user."""
    return Settings(
        course=folder / "kursus", exchange=folder / "exchange", state=folder / "hub", trial=True
    )


def variables(settings: Settings) -> dict[str, str]:
    """The environment that names these settings."""
    return {
        "MODUL11_TRIAL": str(int(settings.trial)),
        "MODUL11_COURSE_ID": settings.course_id,
        "MODUL11_COURSE": str(settings.course),
        "MODUL11_EXCHANGE": str(settings.exchange),
        "MODUL11_STATE": str(settings.state),
    }


def account(name: str, uid: int = 1500, closed: bool = False) -> Account:
    """A Unix user."""
    return Account(name, uid, Path("/home", name), closed)


def row(person: Person) -> tuple[str, str, str, str]:
    """What the gradebook says of somebody who is in it."""
    return person.first_name, person.last_name, person.email, person.number


def roster(*people: Person, members=None) -> Roster:
    """Where these people are in already, wholly."""
    names = [person.id for person in people]
    return Roster(
        {person.id: person for person in people},
        {name: account(name) for name in names},
        {person.id: row(person) for person in people if person.role != INSTRUCTOR},
        frozenset(names if members is None else members),
    )


EMPTY = Roster({}, {}, {})
