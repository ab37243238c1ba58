"""The list of people: who may sign in and as what; a JSON file that the Hub reads at every sign-in.

So nobody has to restart the Hub, and no service needs a token, for a person to be added or removed.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
import unicodedata
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from asynclab.classroom import messages
from asynclab.errors import CommandError

__all__ = [
    "INSTRUCTOR",
    "LONGEST_ID",
    "STUDENT",
    "UNIX_NAME",
    "Person",
    "groups_of",
    "parse_people",
    "read_people",
    "write_people",
]

STUDENT = "student"
INSTRUCTOR = "instructor"
VERSION = 1
LONGEST_ID = 31
UNIX_NAME = re.compile(r"[a-z](?:[a-z0-9._-]*[a-z0-9_-])?")
"""What an id is made of: it goes into the arguments of useradd and the names of folders."""


@dataclass(frozen=True, order=True)
class Person:
    """One person.

    id: the name for signing in, the Unix user and the student id in the gradebook;
    role: STUDENT or INSTRUCTOR; number: the university's own number where the id is another.
    """

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    role: str = STUDENT
    number: str = ""

    @property
    def name(self) -> str:
        """First and last name, or the id."""
        return f"{self.first_name} {self.last_name}".strip() or self.id


def read_people(path: Path) -> dict[str, Person]:
    """Everybody by id, in order; nobody where the file does not exist yet.

    Raises CommandError where it can't be read or is no list of people.
    """
    try:
        return parse_people(Path(path).read_bytes())
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise CommandError(messages.people_unreadable(path, messages.why(error))) from None
    except ValueError:
        raise CommandError(messages.people_damaged(path)) from None


def parse_people(content: bytes) -> dict[str, Person]:
    """Everybody in the bytes of such a file, by id and in order; raises ValueError where it is none."""
    try:
        data = json.loads(content)
        people = [Person(**item) for item in data["people"]]
        version = data["version"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ValueError(messages.NO_PEOPLE) from None
    if version != VERSION:
        raise ValueError(version)
    for person in people:
        _demand_sound(person)
    return {person.id: person for person in sorted(people)}


def _demand_sound(person):
    # It may come from an archive that anybody could have written.
    texts = list(asdict(person).values())
    if not all(isinstance(text, str) for text in texts):
        raise ValueError(person.id)
    if any(unicodedata.category(sign) in ("Cc", "Cs") for text in texts for sign in text):
        raise ValueError(repr(person.id))
    if not UNIX_NAME.fullmatch(person.id) or len(person.id) > LONGEST_ID:
        raise ValueError(repr(person.id))
    if person.role not in (STUDENT, INSTRUCTOR):
        raise ValueError(repr(person.role))


def write_people(path: Path, people: Iterable[Person]) -> None:
    """Put the list in place at once: whoever reads meanwhile sees the old one or the new one.

    Raises OSError where that is impossible; the old list is then untouched.
    """
    path = Path(path)
    data = {"version": VERSION, "people": [asdict(person) for person in sorted(people)]}
    text = json.dumps(data, ensure_ascii=False, indent=1) + "\n"
    handle, scratch = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with open(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(scratch, path)
    except BaseException:
        os.unlink(scratch)
        raise


def groups_of(people: Iterable[Person], course_id: str) -> dict[str, list[str]]:
    """The Hub's groups: {"nbgrader-<course>": students, "formgrade-<course>": instructors}, ids in order."""
    people = sorted(people)
    return {
        f"nbgrader-{course_id}": [person.id for person in people if person.role == STUDENT],
        f"formgrade-{course_id}": [person.id for person in people if person.role == INSTRUCTOR],
    }
