"""Mutants: the mutations of the reference and of every right answer of an assignment."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from asynclab.grading.mutation.mutate import Mutation, mutate

__all__ = ["REFERENCE", "Mutant", "make_mutants"]

REFERENCE = "acuan"
"""What the reference solution is called among the answers."""


@dataclass(frozen=True)
class Mutant:
    """A mutation of one answer: "acuan" or "right/NAME"; `original` is the answer as it was."""

    answer: str
    mutation: Mutation
    original: str

    @property
    def key(self) -> tuple[str, str, str, int]:
        """What names it in tests/equivalents/."""
        return (self.answer, *self.mutation.key)

    @property
    def diff(self) -> str:
        """What was changed."""
        lines = difflib.unified_diff(
            self.original.splitlines(), self.mutation.source.splitlines(), lineterm="", n=2
        )
        return "\n".join([*lines][2:])


def make_mutants(assignment, answers, per_answer=None) -> list[Mutant]:
    """Every mutant of the reference and of the right ones among `answers`.

    per_answer: how many of each, evenly spread over the answer; None for all.
    """
    sources = {REFERENCE: assignment.solution}
    sources |= {item.name: item.source for item in answers if item.name.startswith("right/")}
    mutants = []
    for name, source in sources.items():
        found = mutate(source)
        if per_answer and len(found) > per_answer:
            found = [found[len(found) * n // per_answer] for n in range(per_answer)]
        mutants += [Mutant(name, mutation, source) for mutation in found]
    return mutants
