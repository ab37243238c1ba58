"""Results: verdicts on mutants, kept in a file, so that a run goes on where an earlier one stopped."""

from __future__ import annotations

import contextlib
import hashlib
import json
from dataclasses import asdict
from pathlib import Path

from asynclab.grading.mutation.trial import Verdict

__all__ = ["Results"]

IRRELEVANT = {
    "__main__",
    "cli",
    "doctor",
    "environment",
    "guesses",
    "messages",
    "practice",
    "rendering",
}
"""Modules of the package that words and commands live in: what they say changes no verdict."""


class Results:
    """Verdicts kept in a file, a line each as soon as it is known, so that a killed run goes on where it was.

    A verdict holds as long as the mutant, the cells up to the one that decided, their seed and the
    package are the same.
    """

    def __init__(self, path, assignment, seed):
        self.path = Path(path)
        self._cells = [cell.metadata.nbgrader.grade_id for cell in assignment.tests]
        digest = hashlib.sha256(f"{package_digest()} {seed} {assignment.preparation}".encode())
        self._prefixes = {}
        for cell in assignment.tests:
            digest.update(cell.source.encode())
            self._prefixes[cell.metadata.nbgrader.grade_id] = digest.hexdigest()[:16]
        self._known = {}
        with contextlib.suppress(OSError):
            for line in self.path.read_text(encoding="utf-8").splitlines():
                # The last line of a killed run may be half written.
                with contextlib.suppress(ValueError, TypeError, KeyError):
                    entry = json.loads(line)
                    verdict = Verdict(**entry["verdict"])
                    self._known[entry["mutant"], entry["cells"]] = verdict

    def find(self, source: str) -> Verdict | None:
        """The verdict on this source, if it still holds."""
        mutant = _digest(source)
        for cell, prefix in self._prefixes.items():
            verdict = self._known.get((mutant, prefix))
            if verdict is not None and self._deciding(verdict) == cell:
                return verdict
        return None

    def keep(self, source: str, verdict: Verdict) -> None:
        """Write a verdict down."""
        key = _digest(source), self._prefixes[self._deciding(verdict)]
        self._known[key] = verdict
        entry = {"mutant": key[0], "cells": key[1], "verdict": asdict(verdict)}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry, ensure_ascii=False) + "\n")

    def _deciding(self, verdict):
        return verdict.cell if verdict.cell in self._prefixes else self._cells[-1]


def package_digest() -> str:
    """What the verdicts depend on beside mutant and cells: the package as it runs student code."""
    package = Path(__file__).parent.parent.parent
    files = [path for path in package.glob("*.py") if path.stem not in IRRELEVANT]
    files += [*package.glob("network/*.py"), Path(__file__).with_name("trial.py")]
    return _digest("".join(path.read_text(encoding="utf-8") for path in sorted(files)))


def _digest(text):
    return hashlib.sha256(text.encode()).hexdigest()[:16]
