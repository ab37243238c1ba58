"""Equivalents: the mutants that no test can or may kill, each with its reason, listed in `tests/equivalents/`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from asynclab.errors import CommandError
from asynclab.grading.mutation import messages

__all__ = ["Equivalent", "equivalents_path", "read_equivalents", "write_entries"]

FIELDS = {"answers": list, "before": str, "after": str, "occurrence": int, "reason": str}


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
        missing = {"answers", "before", "after", "reason"} - entry.keys()
        if wrong or missing or not entry["reason"].strip():
            names = ", ".join(sorted({*wrong, *missing} or {"reason"}))
            raise CommandError(messages.bad_equivalent(path, number, names), exit_code=2)
        before, after = entry["before"].strip("\n"), entry["after"].strip("\n")
        occurrence, reason = entry.get("occurrence", 1), entry["reason"]
        found += [
            Equivalent(answer, before, after, reason, occurrence) for answer in entry["answers"]
        ]
    return found


def write_entries(equivalents: list[Equivalent]) -> str:
    """The entries as they stand in the file: one for all answers that share the change and the reason."""
    groups: dict[tuple, list[str]] = {}
    for item in equivalents:
        key = (item.before, item.after, item.occurrence, item.reason)
        groups.setdefault(key, []).append(item.answer)
    return "\n".join(_write_entry(answers, *key) for key, answers in groups.items())


def _write_entry(answers, before, after, occurrence, reason):
    names = ", ".join(_quote(answer) for answer in answers)
    lines = ["[[equivalent]]", f"answers = [{names}]"]
    lines += [f"before = {_quote(before)}", f"after = {_quote(after)}"]
    if occurrence != 1:
        lines.append(f"occurrence = {occurrence}")
    return "\n".join([*lines, f"reason = {_quote(reason)}", ""])


def _quote(text):
    # Literal strings, so that code stands as it is; TOML drops the line break after the quotes.
    if "\n" in text or "'" in text:
        return f"'''\n{text}\n'''"
    return f"'{text}'"
