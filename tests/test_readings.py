"""Which run and which spans a criterion looked at."""

from asynclab.readings import Reading, note_reading, read_last, reading
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

    assert read_last(questions) == Reading("b", "tugas")
    assert read_last([*questions, Reading("c")]) == Reading("c")
    assert read_last([]) == Reading()


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
