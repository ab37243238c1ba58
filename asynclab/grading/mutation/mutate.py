"""Mutate: a source broken on purpose in one small place at a time, the way asynchronous code breaks."""

from __future__ import annotations

import difflib
import textwrap
from collections import Counter
from dataclasses import dataclass, replace

from asynclab.grading.mutation.code import Code
from asynclab.grading.mutation.operators import OPERATORS

__all__ = ["Mutation", "mutate"]


@dataclass(frozen=True)
class Mutation:
    """One small change.

    operator: the kind of change; line: where, from 1; before, after: the lines that change, dedented;
    occurrence: 1 for the first change of these very lines, 2 for the next; source: the whole text with it.
    """

    operator: str
    line: int
    before: str
    after: str
    source: str
    occurrence: int = 1

    @property
    def key(self) -> tuple[str, str, int]:
        """What names this mutation as long as its lines stay what they are, wherever they stand."""
        return self.before, self.after, self.occurrence


def mutate(source: str) -> list[Mutation]:
    """Every mutation of a source, in order of place; each differs from the source and compiles.

    Left alone: annotations, docstrings, imports, f-strings and what an exception says.
    Raises SyntaxError where `source` is no Python.
    """
    code = Code(source)
    found: dict[str, Mutation] = {}
    for node in code.nodes:
        for operator in OPERATORS:
            for start, end, text in operator(node, code):
                mutated = code.replaced(start, end, text)
                if mutated in found or mutated == source or not _compiles(mutated):
                    continue
                name = operator.__name__.removeprefix("_").replace("_", "-")
                found[mutated] = _describe(name, source, mutated)
    seen: Counter = Counter()
    numbered = []
    for mutation in sorted(found.values(), key=lambda item: item.line):
        seen[mutation.before, mutation.after] += 1
        numbered.append(replace(mutation, occurrence=seen[mutation.before, mutation.after]))
    return numbered


def _describe(operator, source, mutated):
    old, new = source.splitlines(), mutated.splitlines()
    blocks = [
        block
        for block in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
        if block[0] != "equal"
    ]
    first, last = blocks[0], blocks[-1]
    before, after = old[first[1] : last[2]], new[first[3] : last[4]]
    return Mutation(operator, first[1] + 1, _dedent(before), _dedent(after), mutated)


def _dedent(lines):
    return textwrap.dedent("\n".join(lines)).strip("\n")


def _compiles(source):
    try:
        compile(source, "<mutant>", "exec", dont_inherit=True)
    except SyntaxError:
        return False
    return True
