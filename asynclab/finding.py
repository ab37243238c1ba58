"""Finding: the answer to one question about a run."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["PASSED", "Finding"]


@dataclass(frozen=True)
class Finding:
    """Whether a property holds, and if not, why.

    fact: a sentence that says what happened; guess: what it may come from, or ''; moment: when
    (virtual seconds), or None; names: of the spans or tasks that it is about; topic: what to read
    about it, a key of `lessons.SECTIONS` or ''; event: what happened at the moment, in a few words.
    """

    passed: bool
    fact: str = ""
    guess: str = ""
    moment: float | None = None
    names: tuple[str, ...] = ()
    topic: str = ""
    event: str = ""

    def __bool__(self):
        return self.passed


PASSED = Finding(True)
