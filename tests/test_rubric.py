"""Rubrics: criteria become points; whatever a criterion does, the number stays right."""

import asyncio
import json

import pytest

from asynclab import Finding, Rubric, TraceError, clean, run
from asynclab.rubric import RUBRIC_MIME
from asynclab.schema import SchemaError


def rubric_of(*judges, points=None):
    """A rubric with one criterion of a point for each judge."""
    rubric = Rubric(points=len(judges) if points is None else points)
    for number, judge in enumerate(judges):
        rubric.check(f"Sifat {number}", judge, hint="Mengapa?")
    return rubric


def states(rubric):
    return [item.passed for item in rubric.criteria]


def cannot_answer():
    raise TraceError("Kebuntuan.", "antrean kosong.")


def test_findings_and_bools_are_judged():
    """A finding or a bool, as it is or from a function."""
    rubric = rubric_of(
        True, False, lambda: True, Finding(True), lambda: Finding(False, "Salah.", "sebab.", 3.0)
    )

    assert states(rubric) == [True, False, True, True, False]
    assert (rubric.score, rubric.judged) == (3.0, True)
    last = rubric.criteria[-1]
    assert (last.fact, last.guess, last.hint, last.moment) == ("Salah.", "sebab.", "Mengapa?", 3.0)


def test_passed_criteria_say_nothing():
    """What passed has neither fact nor hint."""
    (item,) = rubric_of(Finding(True, "diabaikan", "diabaikan")).criteria

    assert (item.fact, item.guess, item.hint) == ("", "", "")


def test_a_trace_that_cannot_answer_is_a_failure_said_once():
    """The sentence and its guess stand at the first criterion; later ones refer to it."""
    first, second, third = rubric_of(cannot_answer, cannot_answer, lambda: True).criteria

    assert (first.passed, first.fact, first.guess) == (False, "Kebuntuan.", "antrean kosong.")
    assert (second.passed, second.skipped, second.guess) == (False, True, "")
    assert second.fact == "Tidak sampai diperiksa: sebab yang sama seperti di atas."
    assert third.passed


@pytest.mark.parametrize("judge", [lambda: 1 / 0, lambda: None, lambda: "ya", lambda: 1])
def test_a_criterion_that_breaks_is_our_fault(judge):
    """An exception, or anything but a finding or a bool, is "tidak dinilai", never the student's."""
    rubric = rubric_of(judge, True)

    assert (states(rubric), rubric.judged) == ([None, True], False)
    assert "Ini bukan kesalahan Anda" in rubric.criteria[0].fact


@pytest.mark.parametrize(
    ("judges", "points", "shown"),
    [
        ([True, True], 2, "2.0"),
        ([False, False], 2, "0.0"),
        ([True, False], 2, "1.0"),
        ([True] * 2, 8, "8.0"),
        ([True, False], 8, "4.0"),
        ([], 5, "0.0"),
        ([lambda: 1 / 0], 1, "0.0"),
    ],
)
def test_the_repr_is_the_number_that_nbgrader_reads(judges, points, shown):
    """A number between 0 and the cell's points, whatever the criteria add up to."""
    assert repr(rubric_of(*judges, points=points)) == shown


def test_more_criteria_than_points_give_no_more():
    """A score above the maximum would make nbgrader drop the submission."""
    rubric = rubric_of(True, True, True, points=2)

    assert 0 <= float(repr(rubric)) <= 2


def test_odd_points_add_up():
    """Thirds and tenths leave no residue in the number."""
    rubric = Rubric(points=1)
    for _ in range(10):
        rubric.check("Sifat", True, points=0.1)

    assert repr(rubric) == "1.0"


def test_the_bundle_for_jupyter():
    """Text for nbgrader, a table for people, data for the grader: all of them storable."""
    bundle = rubric_of(True, lambda: 1 / 0)._repr_mimebundle_()

    assert bundle["text/plain"] == "1.0"
    assert bundle["text/html"].startswith("<div")
    assert Rubric.from_json(json.loads(json.dumps(bundle[RUBRIC_MIME]))).score == 1.0


def test_forged_data_is_refused():
    """A rubric's JSON of another shape raises."""
    data = rubric_of(True)._repr_mimebundle_()[RUBRIC_MIME]

    with pytest.raises(SchemaError):
        Rubric.from_json({**data, "score": 100})


async def rest():
    await asyncio.sleep(1)


def wrong(trace):
    """A finding that fails after asking the run, with a guess."""
    trace.require_finished()
    return Finding(False, "Salah.", "sebab.")


def test_a_forgotten_await_is_said_where_its_run_failed():
    """As a fact, with its name and line and what to read, in place of a guess."""

    async def scenario(world):
        rest()

    trace = run(scenario)
    (item,) = rubric_of(lambda: wrong(trace)).criteria

    assert item.fact.startswith("Salah. Coroutine `rest` dibuat tetapi tidak pernah di-await (di ")
    assert "`rest()`" in item.fact
    assert (item.guess, item.topic) == ("", "forgotten")


def test_a_forgotten_await_is_said_only_of_the_run_that_failed():
    """Not where that run has none, nor twice where the finding says it itself."""

    async def forgets(world):
        rest()

    async def waits(world):
        await rest()

    first, second = run(forgets), run(waits)
    other, itself = rubric_of(lambda: wrong(second), lambda: clean(first)).criteria

    assert (other.fact, other.guess) == ("Salah.", "sebab.")
    assert itself.fact.count("tidak pernah di-await") == 1


def test_coroutines_of_a_run_that_was_cut_off_are_no_forgotten_ones():
    """What only the end has left behind is no cause; why it ended is still guessed at."""

    async def scenario(world):
        for coroutine in [asyncio.get_running_loop().create_future(), rest()]:
            await coroutine

    trace = run(scenario)
    (item,) = rubric_of(trace.require_finished).criteria

    assert [found.text for found in trace.observations] == ["rest"]
    assert "tidak pernah di-await" not in item.fact
    assert item.topic == ""


def test_a_whole_cell():
    """From a scenario to the table's lines, as a test cell does it."""

    async def scenario(world):
        world.note("hasil", 41)
        await asyncio.sleep(1)

    trace = run(scenario)
    rubric = Rubric(points=3)
    rubric.check("Jawabannya 42", lambda: trace.note("hasil") == 42, points=2)
    rubric.check("Sampai selesai", lambda: trace.ended == 1.0)

    assert (repr(rubric), states(rubric)) == ("1.0", [False, True])
    assert rubric.criteria[0].fact == "Tidak terpenuhi."
