"""Which run and which spans a criterion looked at."""

import pytest

from asynclab.readings import Reading, find_reading, note_reading, reading
from asynclab.records import Span
from asynclab.rubric import Rubric
from asynclab.trace import Trace


def test_nobody_listens_outside():
    """Questions are only written down inside; those of an inner listener are its own."""
    note_reading("a")
    with reading() as outer:
        note_reading("b", "tugas")
        with reading() as inner:
            note_reading("c")

    assert (outer, inner) == ([Reading("b", "tugas")], [Reading("c")])


def test_the_last_run_counts_with_its_own_spans():
    """Spans of another run are not taken for this one's."""
    questions = [Reading("a", "unduhan"), Reading("b", "tugas"), Reading("b")]

    assert find_reading(questions) == Reading("b", "tugas")
    assert find_reading([*questions, Reading("c")]) == Reading("c")
    assert find_reading([]) == Reading()


@pytest.mark.parametrize(
    ("moment", "run"), [(20, "lambat"), (10, "pembanding"), (15, "pembanding")]
)
def test_a_run_to_compare_with_is_not_taken_for_the_one_that_failed(moment, run):
    """The run in which a span of that name went on at the moment; else the one asked last."""

    def spans(start):
        return (Span("panggilan", "desa-2", start, 1, start + 0.01, 2, "finished"),)

    questions = [
        Reading("lambat", "panggilan", spans(20)),
        Reading("pembanding", "panggilan", spans(10)),
    ]

    assert find_reading(questions, moment, ["desa-2"]).scenario == run


def test_a_failed_criterion_names_its_run():
    """Through the queries of the trace; one that passed needs no picture."""
    trace, rubric = Trace("pasien", 11), Rubric(points=2)
    rubric.check("gagal", lambda: trace.spans("tugas") == [1])
    rubric.check("lulus", lambda: trace.spans("tugas") == [])

    assert [(item.scenario, item.kind) for item in rubric.criteria] == [
        ("pasien", "tugas"),
        ("", ""),
    ]


def test_a_run_that_did_not_end_is_named_too():
    """With the moment of its end and what to read."""
    trace = Trace("pasien", 11, "livelock", ended=2.5)
    rubric = Rubric(points=1)
    rubric.check("gagal", lambda: trace.note("hasil"))
    (item,) = rubric.criteria

    assert (item.scenario, item.kind, item.moment, item.topic) == ("pasien", "", 2.5, "polling")


FAILED = Trace("rusak", 11, "failed", {"type": "NameError", "text": "TaskQueue"})


@pytest.mark.parametrize(
    ("trace", "hint"), [(FAILED, ""), (Trace("macet", 11, "deadlock", ended=2), "Siapa?")]
)
def test_a_hint_is_left_out_where_the_verdict_explains(trace, hint):
    """An exception says itself what to mend; of most deadlocks a hint still says more."""
    rubric = Rubric(points=1)
    rubric.check("gagal", trace.require_finished, hint="Siapa?")

    assert rubric.criteria[0].hint == hint
