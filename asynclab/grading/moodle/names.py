"""Names: what the names of Moodle's folders and files say, and names of people made comparable."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

__all__ = ["Participant", "find_numbers", "make_key", "parse_part"]

# "Nama_12_assignsubmission_file_/x.ipynb" up to Moodle 3.11, "Nama_12_assignsubmission_file/x.ipynb"
# since, "Nama_12_assignsubmission_file_x.ipynb" where folders are switched off.
PART = re.compile(
    r"(?P<name>.*)_(?P<number>\d+)_assignsubmission_(?P<kind>[a-z0-9]+)(?:_(?P<rest>.*))?",
    re.DOTALL,
)


@dataclass(frozen=True)
class Participant:
    """Someone as the archive names him: Moodle's number within the assignment, and a full name."""

    number: str
    name: str


def parse_part(part: str) -> tuple[Participant, str, str] | None:
    """(participant, kind of submission, what follows) of a folder or file name; None where it is not Moodle's."""
    found = PART.fullmatch(part)
    if found is None:
        return None
    return (
        Participant(found["number"], " ".join(found["name"].split())),
        found["kind"],
        found["rest"] or "",
    )


def make_key(name: str) -> str:
    """A name without what systems write differently: case, accents, apostrophes, points, hyphens, blanks."""
    plain = unicodedata.normalize("NFKD", name.replace("_", " ")).casefold()
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    words = re.sub(r"['’ʼ‘`´\"<>&|:\\/]", "", plain)
    return " ".join(re.findall(r"\w+", words))


def find_numbers(name: str) -> set[str]:
    """The words of a name that can be a student's number: with four digits at least."""
    words = re.findall(r"[\w.@-]+", name.casefold())
    return {word for word in words if sum(map(str.isdigit, word)) >= 4}
