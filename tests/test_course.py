"""The course proves itself: every reference scores 100, every right answer too, every wrong one loses exactly its criteria."""

import ast
from pathlib import Path

import pytest

from asynclab.grading.course import judge_answer, read_answers, read_assignments

ROOT = Path(__file__).parent.parent
ASSIGNMENTS = read_assignments(ROOT)
ANSWERS = [
    (assignment, answer)
    for assignment in ASSIGNMENTS
    for answer in read_answers(ROOT, assignment.slug)
]
RIGHT = [pair for pair in ANSWERS if pair[1].path.parent.name == "right"]
WRONG = [pair for pair in ANSWERS if pair[1].path.parent.name == "wrong"]

each_assignment = pytest.mark.parametrize("assignment", ASSIGNMENTS, ids=lambda item: item.slug)


def each(pairs):
    return pytest.mark.parametrize(
        ("assignment", "answer"), pairs, ids=[f"{a.slug}-{b.name}" for a, b in pairs]
    )


def criteria(rubrics):
    return [item for rubric in rubrics.values() for item in rubric.criteria]


@each_assignment
def test_reference_scores_everything(assignment):
    """The reference solution passes every criterion."""
    failed = [
        (item.sentence, item.fact)
        for item in criteria(judge_answer(assignment, assignment.solution))
        if not item.passed
    ]

    assert failed == []


@each(RIGHT)
def test_right_answer_scores_everything(assignment, answer):
    """An answer that keeps the contract scores full marks, however it is written."""
    failed = [
        (item.sentence, item.fact)
        for item in criteria(judge_answer(assignment, answer.source))
        if not item.passed
    ]

    assert failed == []


@each(WRONG)
def test_wrong_answer_loses_exactly_its_criteria(assignment, answer):
    """A wrong answer loses the criteria its docstring names, no other one, and gets its sentence."""
    judged = criteria(judge_answer(assignment, answer.source))
    facts = "\n".join(item.fact for item in judged if not item.passed)

    assert sorted(item.sentence for item in judged if not item.passed) == sorted(answer.lost)
    assert None not in [item.passed for item in judged]
    assert answer.sentence
    assert answer.sentence in facts


@each_assignment
def test_unsolved_scores_nothing(assignment):
    """The notebook as shipped passes no criterion."""
    assert [item.sentence for item in criteria(judge_answer(assignment, "")) if item.passed] == []


@each_assignment
def test_points_add_up(assignment):
    """Each cell's criteria are worth the cell's points, and the cells are worth 100."""
    rubrics = judge_answer(assignment, assignment.solution)

    assert {
        cell.metadata.nbgrader.grade_id: cell.metadata.nbgrader.points for cell in assignment.tests
    } == {grade_id: rubric.points for grade_id, rubric in rubrics.items()}
    assert all(rubric.total == rubric.points for rubric in rubrics.values())
    assert assignment.points == 100


@each_assignment
def test_there_are_answers_enough(assignment):
    """At least 6 right and 12 wrong answers stand beside every assignment."""
    right = [answer for owner, answer in RIGHT if owner is assignment]
    wrong = [answer for owner, answer in WRONG if owner is assignment]

    assert len(right) >= 6
    assert len(wrong) >= 12


@each_assignment
def test_numbers_agree(assignment):
    """Task numbers are equal in grade ids, prose cells and the first line of each test cell."""
    numbers = [cell.metadata.nbgrader.grade_id.removeprefix("tugas-") for cell in assignment.tests]
    prose = {cell.get("id") for cell in assignment.cells if cell.cell_type == "markdown"}

    assert numbers == [str(number + 1) for number in range(len(numbers))]
    assert all(f"tugas-{number}-soal" in prose for number in numbers)
    assert all(
        cell.source.startswith(f"# Tugas {number}: sel uji.")
        for cell, number in zip(assignment.tests, numbers)
    )


@each_assignment
def test_test_cells_keep_to_the_form(assignment):
    """The top level of a test cell holds only imports, definitions, constants, runs and the rubric."""
    for cell in assignment.tests:
        for node in ast.parse(cell.source).body:
            allowed = (
                ast.Import,
                ast.ImportFrom,
                ast.FunctionDef,
                ast.AsyncFunctionDef,
                ast.ClassDef,
                ast.Assign,
                ast.Expr,
            )
            assert isinstance(node, allowed), (
                f"{cell.metadata.nbgrader.grade_id} line {node.lineno}"
            )
            if isinstance(node, ast.Assign):
                name = ast.unparse(node.targets[0])
                call = ast.unparse(node.value).split("(")[0]
                assert name.isupper() or call in ("run", "Rubric"), (
                    f"{cell.metadata.nbgrader.grade_id}: {name}"
                )
            if isinstance(node, ast.Expr):
                assert ast.unparse(node.value).startswith("rubric"), (
                    f"{cell.metadata.nbgrader.grade_id} line {node.lineno}"
                )
