"""The test cell read again on traces."""

import copy

import pytest
from tiny_course import TEST_GREET, TEST_TOTAL

from asynclab.grading.judge import Evidence, judge
from asynclab.grading.untrusted import read_trace
from asynclab.run import recorded
from asynclab.stripping import strip

SEED = 5


def record(source, answer):
    """The traces of a stripped test cell beside an answer, as JSON."""
    namespace = {}
    exec("import asyncio\n" + answer, namespace)
    with recorded(SEED) as traces:
        exec(strip([source])[0].source, namespace)
    return [trace.to_json() for trace in traces]


@pytest.fixture(scope="module")
def good():
    """Traces of a right answer."""
    answer = "async def total(numbers):\n    await asyncio.sleep(1)\n    return sum(numbers)"
    return record(TEST_TOTAL, answer)


def judged(traces, source=TEST_TOTAL, points=4, **more):
    """The judgement of one cell on these traces (JSON)."""
    evidence = Evidence("tugas-1", source, points, [read_trace(item) for item in traces], **more)
    return judge([evidence], SEED)[0]


def test_a_right_answer_has_full_marks(good):
    """Score, criteria and table come from the traces alone."""
    result = judged(good)

    assert (result.score, result.judged, result.fault) == (4, True, "")
    assert [item["passed"] for item in result.criteria] == [True, True, True]
    assert "Satu detik" in result.html


def test_a_wrong_answer_loses_what_it_misses():
    """Each criterion on its own."""
    traces = record(TEST_TOTAL, "async def total(numbers):\n    return sum(numbers)")

    assert judged(traces).score == 3


def test_student_names_are_absent(good):
    """A criterion that calls student code is our fault, not the student's: no score, and a reason."""
    source = TEST_TOTAL.replace('equal(trace.note("hasil"), 6', "equal(total, 6")
    result = judged(good, source)

    assert (result.judged, result.score) == (False, 0)
    assert "Menjumlahkan tiga angka" in result.fault
    assert "NameError" in result.fault


def test_scenarios_are_not_run_again():
    """Judging runs no body of a scenario, even of a cell that has none on record."""
    source = TEST_GREET.replace('await greet("Ani")', "1 / 0")
    result = judged([], source, points=3, missing="Prosesnya mati.")

    assert result.score == 0
    assert result.judged
    assert result.criteria[0]["fact"] == "Prosesnya mati."


def test_a_missing_trace_fails_its_criteria_only(good):
    """The first run is on record, the second is not."""
    result = judged(good[:1], missing="Prosesnya mati.")

    assert result.score == 2
    assert [item["fact"] for item in result.criteria] == ["", "", "Prosesnya mati."]


FORGERIES = {
    "no trace": lambda trace: "4.0",
    "field missing": lambda trace: trace.pop("spans_"),
    "wrong type": lambda trace: trace.update(ended="1"),
    "unknown verdict": lambda trace: trace.update(verdict="rejected", reason={"text": "lulus"}),
    "broken reason": lambda trace: trace.update(verdict="stopped", reason={"place": {}}),
    "other scenario": lambda trace: trace.update(scenario="many"),
    "other seed": lambda trace: trace.update(seed=1),
    "time backwards": lambda trace: trace["notes_"][0].update(time=99.0),
    "two of one number": lambda trace: trace["notes_"][1].update(order=1),
    "unknown value": lambda trace: trace["notes_"][0].update(value={"$": "pickle"}),
    "endless": lambda trace: trace.update(ended=1e999),
}


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
def test_a_forged_trace_fails_with_a_sentence(good, forge):
    """Malformed or impossible: failed criteria that say so, never a judge that breaks."""
    trace = copy.deepcopy(good[0])
    replacement = forge(trace)
    result = judged([replacement if isinstance(replacement, str) else trace, good[1]])

    assert result.judged
    assert result.score == 2
    assert [item["passed"] for item in result.criteria] == [False, False, True]
    assert result.criteria[0]["fact"].startswith("Catatan jalannya program")


BROKEN = {
    "raises": (TEST_TOTAL.replace("Rubric(points=4)", "Rubric(points=4 / 0)"), "ZeroDivisionError"),
    "no rubric at its end": (TEST_TOTAL.removesuffix("rubric"), "rubric"),
    "other points": (TEST_TOTAL.replace("points=4", "points=5"), "di metadata 4, di Rubric 5"),
    "criteria do not add up": (TEST_TOTAL.replace("points=2", "points=1"), "jumlah kriterianya 3"),
    "nothing run": (
        "rubric = Rubric(points=4)\nrubric.check('a', True, points=4)\nrubric",
        "run(...)",
    ),
    "exits": ("raise SystemExit", "SystemExit"),
}


@pytest.mark.parametrize(("source", "reason"), BROKEN.values(), ids=BROKEN)
def test_a_broken_test_cell_gives_no_score(good, source, reason):
    """ "Tidak dinilai": the instructor is told why, nobody gets 0 points for it."""
    result = judged(good, source)

    assert (result.judged, result.score) == (False, 0)
    assert reason in result.fault


def test_one_broken_cell_leaves_the_others(good):
    """The next cell is judged as if nothing had happened."""
    traces = [read_trace(item) for item in good]
    cells = [Evidence("a", "1 / 0", 4), Evidence("b", TEST_TOTAL, 4, traces)]

    assert [(item.judged, item.score) for item in judge(cells, SEED)] == [(False, 0), (True, 4)]


def test_what_a_test_cell_prints_stays_inside(good, capsys):
    """Judging is silent."""
    judged(good, TEST_TOTAL.replace("rubric = ", "print('rahasia')\nrubric = "))

    assert capsys.readouterr() == ("", "")
