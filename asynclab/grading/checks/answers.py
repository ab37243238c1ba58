"""Answers: judged, they show that the tests let every right one pass and notice every wrong one."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass

from asynclab.grading.checks import messages
from asynclab.grading.checks.problem import Problem
from asynclab.rubric import Criterion

__all__ = [
    "LIMIT",
    "Judged",
    "check_answer_text",
    "check_ended",
    "check_numbers_enough",
    "check_points",
    "check_repeatable",
    "check_right",
    "check_unsolved",
    "check_wrong",
]

LEAST = {"right": 6, "wrong": 12}
LIMIT = 120.0
"""Real seconds after which an answer is given up; the slowest of this course takes a few, on a busy machine some more."""


@dataclass(frozen=True)
class Judged:
    """What became of one answer, as plain data.

    criteria: (test cell, criterion) in order; points: test cell -> (the rubric's points, the sum of its criteria);
    records: test cell -> a digest of its traces; graded: test cell -> (points, why it is not judged or '')
    when its traces are judged where student code never was; fault: why judging ended early, or ''.
    ended: "died" (it ended its process, with `exit_code`) or "endless" (it had to be killed), else ''.
    """

    criteria: tuple[tuple[str, Criterion], ...] = ()
    points: tuple[tuple[str, float, float], ...] = ()
    records: tuple[tuple[str, str], ...] = ()
    graded: tuple[tuple[str, float, str], ...] = ()
    fault: str = ""
    ended: str = ""
    exit_code: int | None = None


def check_numbers_enough(folder: str, answers) -> Iterator[Problem]:
    """At least 6 right and 12 wrong answers stand beside every assignment."""
    for kind, least in LEAST.items():
        count = sum(answer.path.parent.name == kind for answer in answers)
        if count < least:
            yield Problem(f"{folder}/{kind}", *messages.too_few(kind, count, least))


def check_answer_text(file: str, answer, sentences) -> Iterator[Problem]:
    """A wrong answer says what its feedback must say and names the criteria it loses.

    sentences: those of all criteria of the assignment; empty where they are not known.
    """
    if answer.path.parent.name != "wrong":
        return
    if not answer.sentence:
        yield Problem(file, *messages.no_sentence())
    if not answer.lost:
        yield Problem(file, *messages.no_losses())
    for sentence in answer.lost:
        if sentences and sentence not in sentences:
            close = difflib.get_close_matches(sentence, sentences, n=1)
            yield Problem(file, *messages.unknown_criterion(sentence, close))


def check_ended(file: str, what: str, judged: Judged) -> Iterator[Problem]:
    """An answer is judged to its end: no test cell breaks, no process dies or runs on for ever.

    what: "Jawaban acuan" or so.
    """
    if judged.ended == "endless":
        yield Problem(file, *messages.endless(what, LIMIT))
    elif judged.ended:
        yield Problem(file, *messages.died(what, judged.exit_code))
    if judged.fault:
        yield Problem(file, *messages.cell_broke(what.lower(), judged.fault))


def check_right(file: str, what: str, judged: Judged, seed=None) -> Iterator[Problem]:
    """An answer that keeps the contract passes every criterion.

    what: "Jawaban acuan" or so; seed: where it is not the one that students see.
    """
    yield from check_ended(file, what, judged)
    for cell, item in judged.criteria:
        if item.passed is None:
            yield Problem(file, *messages.unjudged(what, cell, item.sentence, item.fact))
        elif not item.passed and seed is not None:
            words = messages.lost_by_seed(what, cell, item.sentence, item.fact, seed)
            yield Problem(file, *words)
        elif not item.passed:
            yield Problem(file, *messages.lost_points(what, cell, item.sentence, item.fact))


def check_wrong(file: str, answer, judged: Judged) -> Iterator[Problem]:
    """A wrong answer loses exactly the criteria that its docstring names, and gets its sentence."""
    if judged.fault or judged.ended:
        yield from check_ended(file, messages.THIS, judged)
        return
    named, also = list(answer.lost), []
    for cell, item in judged.criteria:
        if item.passed is None:
            yield Problem(file, *messages.unjudged(messages.THIS, cell, item.sentence, item.fact))
        elif item.passed and item.sentence in named:
            yield Problem(file, *messages.not_lost(cell, item.sentence))
        elif not item.passed and item.sentence not in named:
            also.append((cell, item.sentence, item.fact))
    if also:
        yield Problem(file, *messages.also_lost(also))
    facts = [item.fact for _, item in judged.criteria if not item.passed]
    if answer.sentence and answer.sentence not in "\n".join(facts):
        yield Problem(file, *messages.sentence_missing(answer.sentence, facts))


def check_unsolved(file: str, judged: Judged) -> Iterator[Problem]:
    """The notebook as shipped passes no criterion."""
    yield from check_ended(file, messages.UNSOLVED, judged)
    for cell, item in judged.criteria:
        if item.passed:
            yield Problem(file, *messages.scored_unsolved(cell, item.sentence))


def check_points(file: str, assignment, judged: Judged) -> Iterator[Problem]:
    """Each cell's criteria are worth the cell's points."""
    wanted = {
        cell.metadata.nbgrader.grade_id: cell.metadata.nbgrader.points for cell in assignment.tests
    }
    for cell, points, total in judged.points:
        if abs(points - wanted[cell]) > 1e-9 or abs(total - wanted[cell]) > 1e-9:
            yield Problem(file, *messages.points_differ(cell, wanted[cell], points, total))


def check_repeatable(file: str, judged: Judged, again: Judged) -> Iterator[Problem]:
    """Grading twice gives equal records, and the judge who never saw student code gives equal points."""
    if not judged.fault and not judged.ended:
        yield from check_ended(file, messages.REFERENCE, again)
    for (cell, record), (_, other) in zip(judged.records, again.records):
        if record != other:
            yield Problem(file, *messages.not_repeatable(cell))
    live = {}
    # A cell that can't even be weighed is named by check_points, a broken criterion by check_right.
    sound = all(abs(points - total) < 1e-9 for _, points, total in judged.points)
    sound = sound and all(item.passed is not None for _, item in judged.criteria)
    for cell, item in judged.criteria:
        live[cell] = live.get(cell, 0) + (item.points if item.passed else 0)
    for cell, points, fault in judged.graded:
        if sound and (fault or abs(points - live[cell]) > 1e-6):
            yield Problem(file, *messages.other_in_grading(cell, live[cell], points, fault))
