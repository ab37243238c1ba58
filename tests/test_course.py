"""The course proves itself, as `asynclab verify` does: one test per assignment and per answer."""

import contextlib
import logging
from pathlib import Path

import pytest
from _pytest.logging import LogCaptureHandler
from tiny_course import WAY

from asynclab.grading.checks import answers as checks
from asynclab.grading.checks import messages
from asynclab.grading.checks.tree import check_folders, check_text, source_file
from asynclab.grading.checks.trials import judge_source
from asynclab.grading.course import read_answers, read_assignments
from asynclab.grading.judge import Evidence, judge
from asynclab.grading.runner import Cell, run_cells
from asynclab.grading.settings import grading_seed
from asynclab.run import DEFAULT_SEED
from asynclab.stripping import strip

ROOT = Path(__file__).parent.parent
SEEDS = [DEFAULT_SEED, grading_seed(ROOT)]
ASSIGNMENTS = read_assignments(ROOT)
ANSWERS = [
    (assignment, answer)
    for assignment in ASSIGNMENTS
    for answer in read_answers(ROOT, assignment.slug)
]
RIGHT = [pair for pair in ANSWERS if pair[1].path.parent.name == "right"]
WRONG = [pair for pair in ANSWERS if pair[1].path.parent.name == "wrong"]
# The first of each assignment, and those that open files: `open` in a cell is IPython's own.
IN_A_CHILD = [
    pair
    for number, pair in enumerate(WRONG)
    if number == 0 or pair[0] is not WRONG[number - 1][0] or " open(" in pair[1].source
]

each_assignment = pytest.mark.parametrize("assignment", ASSIGNMENTS, ids=lambda item: item.slug)
each_seed = pytest.mark.parametrize("seed", SEEDS)


@contextlib.contextmanager
def no_kept_log():
    """pytest keeps what is logged, tracebacks included, and so alive what an answer has let go; a grader doesn't."""
    root = logging.getLogger()
    handlers = [item for item in root.handlers if isinstance(item, LogCaptureHandler)]
    for handler in handlers:
        root.removeHandler(handler)
    try:
        yield
    finally:
        for handler in handlers:
            root.addHandler(handler)


def each(pairs):
    return pytest.mark.parametrize(
        ("assignment", "answer"), pairs, ids=[f"{a.slug}-{b.name}" for a, b in pairs]
    )


def test_there_are_assignments():
    """The seven assignments are here; nothing in source/ or beside it belongs to none."""
    assert len(ASSIGNMENTS) >= 7
    assert list(check_folders(ROOT)) == []


@each_assignment
def test_assignment_keeps_to_the_form(assignment):
    """Title, cells, numbers, points, links, form of the test cells, and enough answers."""
    others = [other for other in ASSIGNMENTS if other is not assignment]

    assert list(check_text(ROOT, assignment, others)) == []


@each_assignment
def test_reference_scores_everything(assignment):
    """The reference passes every criterion, each cell's points agree, and what is recorded comes again."""
    file = source_file(assignment)
    first, again = (judge_source(assignment, assignment.solution) for _ in range(2))

    assert len(first.criteria) >= 6
    assert list(checks.check_right(file, messages.REFERENCE, first)) == []
    assert list(checks.check_points(file, assignment, first)) == []
    assert list(checks.check_repeatable(file, first, again)) == []


@each_assignment
def test_reference_scores_everything_in_grading(assignment):
    """The reference passes every criterion with the numbers that are drawn in grading."""
    judged = judge_source(assignment, assignment.solution, SEEDS[1])

    assert list(checks.check_right("", messages.REFERENCE, judged, SEEDS[1])) == []


@each_seed
@each(RIGHT)
def test_right_answer_scores_everything(assignment, answer, seed):
    """An answer that keeps the contract scores full marks, however it is written."""
    with no_kept_log():
        judged = judge_source(assignment, answer.source, seed)

    assert judged.criteria
    assert list(checks.check_right(answer.name, messages.RIGHT, judged, seed)) == []


@each(WRONG)
def test_wrong_answer_loses_exactly_its_criteria(assignment, answer):
    """A wrong answer loses the criteria its docstring names, no other one, and gets its sentence."""
    with no_kept_log():
        judged = judge_source(assignment, answer.source)
    sentences = {item.sentence for _, item in judged.criteria}

    assert sentences
    assert list(checks.check_answer_text(answer.name, answer, sentences)) == []
    assert list(checks.check_wrong(answer.name, answer, judged)) == []


def lost_in_a_child(assignment, source):
    """The criteria that an answer loses where it is graded: in a cell, in the sandbox, from its traces."""
    parts = strip([cell.source for cell in assignment.tests])
    names = [cell.metadata.nbgrader.grade_id for cell in assignment.tests]
    plan = [Cell(assignment.preparation, 1), Cell(source, 2)]
    for number, (name, part) in enumerate(zip(names, parts), 3):
        plan.append(Cell(part.source, number, name, part.definitions))
    results = run_cells(plan, seed=DEFAULT_SEED, spawn=WAY)[2:]
    evidence = [
        Evidence(
            name, cell.source, float(cell.metadata.nbgrader.points), result.traces, result.fault
        )
        for name, cell, result in zip(names, assignment.tests, results)
    ]
    return {
        item["sentence"]
        for judgement in judge(evidence, DEFAULT_SEED)
        for item in judgement.criteria
        if not item["passed"]
    }


@pytest.mark.heavy
@each(IN_A_CHILD)
def test_wrong_answer_loses_the_same_in_grading(assignment, answer):
    """What a wrong answer loses here it also loses in a child process, where IPython runs its cells."""
    assert lost_in_a_child(assignment, answer.source) == set(answer.lost)


@each_assignment
def test_unsolved_scores_nothing(assignment):
    """The notebook as shipped passes no criterion."""
    judged = judge_source(assignment, "")

    assert judged.criteria
    assert list(checks.check_unsolved("", judged)) == []
