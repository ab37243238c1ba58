"""Trials: every answer of an assignment is judged, and what comes out is checked."""

from __future__ import annotations

from collections.abc import Iterator

from asynclab.grading.checks import messages
from asynclab.grading.checks.answers import (
    Judged,
    check_answer_text,
    check_points,
    check_repeatable,
    check_right,
    check_unsolved,
    check_wrong,
)
from asynclab.grading.checks.problem import Problem
from asynclab.grading.checks.tree import source_file
from asynclab.grading.course import Assignment, judge_cells
from asynclab.grading.judge import Evidence, judge
from asynclab.run import DEFAULT_SEED, recorded

__all__ = ["check_assignment", "judge_source", "list_trials"]


def judge_source(assignment: Assignment, source: str, seed=DEFAULT_SEED) -> Judged:
    """Judge one source, live and in this process, and its traces once more where it never was."""
    tests = {cell.metadata.nbgrader.grade_id: cell for cell in assignment.tests}
    criteria, points, records, evidence, fault = [], [], [], [], ""
    with recorded(seed) as traces:
        seen = 0
        try:
            for cell, rubric in judge_cells(assignment, source):
                own, seen = traces[seen:], len(traces)
                criteria += [(cell, item) for item in rubric.criteria]
                points.append((cell, rubric.points, rubric.total))
                records.append((cell, " ".join(trace.fingerprint() for trace in own)))
                wanted = tests[cell].metadata.nbgrader.points
                evidence.append(Evidence(cell, tests[cell].source, wanted, own))
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            fault = f"{type(error).__name__}: {error}"
    graded = tuple((item.name, item.score, item.fault) for item in judge(evidence, seed))
    return Judged(tuple(criteria), tuple(points), tuple(records), graded, fault)


def check_assignment(root, assignment, answers, judgements, seed) -> Iterator[Problem]:
    """What the judged answers show.

    judgements: an iterator that gives, in the order of `list_trials`, what became of each.
    """
    file = source_file(assignment)
    reference = next(judgements)
    problems = [
        *check_points(file, assignment, reference),
        *check_right(file, messages.REFERENCE, reference),
        *check_repeatable(file, reference, next(judgements)),
        *check_unsolved(file, next(judgements)),
    ]
    in_grading = next(judgements)
    yield from problems or check_right(file, messages.REFERENCE, in_grading, seed)
    if problems:
        # What is wrong with the tests themselves would be said again for every answer.
        return
    sentences = {item.sentence for _, item in reference.criteria}
    for answer in answers:
        path = answer.path.relative_to(root).as_posix()
        judged = next(judgements)
        if answer.path.parent.name == "wrong":
            yield from check_answer_text(path, answer, sentences)
            yield from check_wrong(path, answer, judged)
            continue
        problems = list(check_right(path, messages.RIGHT, judged))
        yield from problems or check_right(path, messages.RIGHT, next(judgements), seed)
        if problems:
            next(judgements)


def list_trials(assignment, answers, seed) -> list[tuple[str, int]]:
    """The sources to judge for an assignment, each with its seed: students' numbers, and grading's."""
    reference = assignment.solution
    trials = [(reference, DEFAULT_SEED)] * 2 + [("", DEFAULT_SEED), (reference, seed)]
    for answer in answers:
        trials.append((answer.source, DEFAULT_SEED))
        if answer.path.parent.name == "right":
            trials.append((answer.source, seed))
    return trials
