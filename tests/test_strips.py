"""A few lanes of a run, chosen around one moment."""

from asynclab.records import Leftover, Place, Span, TaskRecord
from asynclab.timeline.strips import (
    Bar,
    describe_chart,
    make_chart,
    strips_of_spans,
    strips_of_tasks,
)
from asynclab.trace import Trace


def spans(*times):
    """Spans (name, start, end) in the order in which they began."""
    return [
        Span("tugas", name, start, number, end, number + 100, "finished")
        for number, (name, start, end) in enumerate(times)
    ]


def test_spans_of_one_name_share_a_strip_until_they_overlap():
    """An overlap is seen as two strips."""
    strips = strips_of_spans(spans(("a", 0, 1), ("b", 0, 2), ("a", 1, 3), ("a", 2, 4)))

    assert [(strip.name, len(strip.bars)) for strip in strips] == [("a", 2), ("b", 1), ("a", 1)]


def test_tasks_say_where_they_wait():
    """Only those of the student; the note names cell and line."""
    tasks = [
        TaskRecord(1, "utama", None, "run", 0, steps=[(0, 0)]),
        TaskRecord(2, "Task-2", 1, "worker", 0, steps=[(0, 0), (1.5, 1.5)]),
        TaskRecord(3, "dunia", None, "scenario", 0, owner="world"),
    ]
    stuck = [Leftover("task", "Task-2", Place("worker", 7, "await queue.get()", "4"), 2)]
    trace = Trace("s", 11, "deadlock", ended=2, tasks=tasks, stuck=stuck)
    chart = make_chart(
        strips_of_tasks(trace), 2, moment=2, label="semua menunggu", names={"Task-2"}
    )

    assert describe_chart(chart) == (
        "Dari 0 sampai 2 s (waktu maya). utama: sejak 0 s · menunggu; worker (Task-2) (ditandai): "
        "sejak 1,5 s · menunggu di sel [4] baris 7; garis putus-putus pada 2 s: semua menunggu."
    )


def test_what_is_shown_of_many_is_near_the_moment():
    """Marked ones first; the axis shows no more than those."""
    strips = strips_of_spans(spans(*((f"t{n}", n, n + 1) for n in range(100))))
    chart = make_chart(strips, 200, moment=50, names={"t3"})
    names = [strip.name for strip in chart.strips]

    assert (len(names), chart.hidden) == (12, 88)
    assert names[0] == "t3"
    assert {"t49", "t50"} <= set(names)
    assert (chart.begin, chart.end) == (3, 55)


def test_without_a_moment_the_first_are_shown():
    """In their order."""
    chart = make_chart(strips_of_spans(spans(*((f"t{n}", n, n + 1) for n in range(20)))), 30)

    assert [strip.name for strip in chart.strips] == [f"t{n}" for n in range(12)]


def test_repeated_bars_are_counted():
    """How often, and how they ended."""
    first, second = spans(("a", 0, 1), ("a", 2, 3))
    second.outcome = "cancelled"
    chart = make_chart(strips_of_spans([first, second]), 5)

    assert "a: 2 kali · 1 selesai, 1 dibatalkan (mulai 0; 2 s)." in describe_chart(chart)


def test_what_has_no_end_lasts_as_long_as_the_run():
    """The axis goes so far."""
    (strip,) = strips_of_spans([Span("tugas", "a", 1, 0)])

    assert strip.bars == (Bar(1, None, "open"),)
    assert make_chart([strip], 9).end == 9


def test_of_what_comes_again_and_again_a_few_times_around_the_moment_are_shown():
    """Three before and three after; what lies elsewhere is counted, and numbers say when each began."""
    often = [("a", 10 * n, 10 * n + 1) for n in range(100)]
    chart = make_chart(strips_of_spans(spans(*often, ("b", 995, 996))), 1000, moment=500)

    assert (chart.begin, chart.end, chart.hidden) == (480, 530, 1)
    assert "(mulai 480; 490; 500; 510; 520; 530 s)" in describe_chart(chart)


def test_all_is_shown_where_the_moment_is_the_end():
    """There the question is how it came to that."""
    often = spans(*(("a", 10 * n, 10 * n + 10) for n in range(100)))

    assert make_chart(strips_of_spans(often), 1000, moment=1000).begin == 0


def test_a_marked_bar_stays_in_the_picture():
    """However far from the moment it began."""
    often = spans(*(("a", n, n + 1) for n in range(100)), ("b", 20, 70))
    chart = make_chart(strips_of_spans(often), 100, moment=50, names={"b"})

    assert chart.begin == 20
