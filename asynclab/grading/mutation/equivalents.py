"""Equivalents: the mutants that no test can or may kill, each with its reason, listed in `tests/equivalents/`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from asynclab.errors import CommandError
from asynclab.grading import messages

__all__ = ["Equivalent", "equivalents_path", "read_equivalents", "write_entry"]

FIELDS = {"answer": str, "before": str, "after": str, "occurrence": int, "reason": str}


@dataclass(frozen=True)
class Equivalent:
    """A mutant that keeps the contract, named by its lines, wherever they stand in its answer.

    answer: "acuan" or "right/NAME"; before, after, occurrence: see Mutation; reason: why it is none to kill.
    """

    answer: str
    before: str
    after: str
    reason: str
    occurrence: int = 1

    @property
    def key(self) -> tuple[str, str, str, int]:
        """What names the mutant."""
        return self.answer, self.before, self.after, self.occurrence


def equivalents_path(root, slug) -> Path:
    """The file that lists those of one assignment."""
    return Path(root, "tests", "equivalents", f"{slug}.toml")


def read_equivalents(root, slug) -> list[Equivalent]:
    """Those of one assignment; none where there is no file.

    Raises CommandError where the file is malformed, or an entry has no reason.
    """
    path = equivalents_path(root, slug)
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8")).get("equivalent", [])
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CommandError(messages.unreadable_equivalents(path, error), exit_code=2) from None
    found = []
    for number, entry in enumerate(entries, 1):
        wrong = [key for key, value in entry.items() if not isinstance(value, FIELDS.get(key, ()))]
        missing = {"answer", "before", "after", "reason"} - entry.keys()
        if wrong or missing or not entry["reason"].strip():
            names = ", ".join(sorted({*wrong, *missing} or {"reason"}))
            raise CommandError(messages.bad_equivalent(path, number, names), exit_code=2)
        found.append(
            Equivalent(**entry | {key: entry[key].strip("\n") for key in ("before", "after")})
        )
    return found


def write_entry(equivalent: Equivalent) -> str:
    """The entry as it stands in the file."""
    lines = ["[[equivalent]]", f"answer = {_quote(equivalent.answer)}"]
    lines += [f"before = {_quote(equivalent.before)}", f"after = {_quote(equivalent.after)}"]
    if equivalent.occurrence != 1:
        lines.append(f"occurrence = {equivalent.occurrence}")
    return "\n".join([*lines, f"reason = {_quote(equivalent.reason)}", ""])


def _quote(text):
    # Literal strings, so that code stands as it is; TOML drops the line break after the quotes.
    if "\n" in text or "'" in text:
        return f"'''\n{text}\n'''"
    return f"'{text}'"
