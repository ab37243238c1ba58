"""Findings: whether a property holds, and the sentence that says what happened instead."""

import asyncio
import logging
import time

import pytest

from asynclab import (
    TraceError,
    all_ended,
    at_moments,
    at_most,
    cancelled_cleanly,
    clean,
    equal,
    explained,
    never_blocking,
    never_idle,
    nothing_after,
    raised,
    reaches,
    returned,
    run,
    took,
    turns_at_most,
)
from asynclab.encoding import decode, encode
from asynclab.trace import Span, Trace
from asynclab.values import Outcome


def span(name, start, end):
    return Span("tugas", name, start, 0, end, None if end is None else 1)


def test_moments_are_kept_exactly():
    """Equal moments pass, also those that differ by less than the tolerance."""
    assert at_moments([0.0, 10.0], [0, 10], "Detak").passed
    assert at_moments([0.0, 10.2], [0, 10], "Detak", tolerance=0.5).passed


@pytest.mark.parametrize(
    ("times", "fact", "moment"),
    [
        ([0, 12.7], "Detak ke-2 pada t=12,7 s; seharusnya t=10 s.", 12.7),
        ([0], "Detak ke-2 tidak pernah ada; seharusnya pada t=10 s.", 10),
        ([0, 10, 11.5], "Detak ke-3 pada t=11,5 s seharusnya tidak ada.", 11.5),
    ],
)
def test_first_wrong_moment_is_named(times, fact, moment):
    """Too late, missing or one too many: the first difference is said, with its moment."""
    finding = at_moments(times, [0, 10], "Detak")

    assert (finding.passed, finding.fact, finding.moment) == (False, fact, moment)


def test_all_ended_names_what_was_still_running():
    """Spans that end later, or never, are named; those that begin later do not count."""
    spans = [span("a", 0, 2), span("b", 1, 3.5), span("c", 2, None), span("d", 4, 5)]
    finding = all_ended(spans, 3.0)

    assert not finding
    assert "Pada t=3 s" in finding.fact
    assert finding.fact.endswith("b, c.")
    assert all_ended(spans[:1], 3.0).passed


def test_explained_says_what_was_logged():
    """A failed finding gets the first exception that was logged, with its line; others stay as they are."""

    async def scenario(world):
        try:
            int("dua")
        except ValueError:
            logging.getLogger("server").exception("permintaan gagal")

    trace = run(scenario)
    failed = explained(equal(500, 101, "Status"), trace)

    assert failed.fact.splitlines()[0] == equal(500, 101, "Status").fact
    assert "permintaan gagal: ValueError: invalid literal" in failed.fact.splitlines()[1]
    assert '`int("dua")`' in failed.fact
    assert explained(equal(101, 101), trace) == equal(101, 101)
    assert explained(equal(1, 2), Trace("x", 1)) == equal(1, 2)


# ---- how many at once


def spans(*times, kind="tugas"):
    """Spans (start, end) in order of time; at one moment ends come before starts."""
    made = [Span(kind, f"t{number}", start, 0, end) for number, (start, end) in enumerate(times)]
    events = [(item.start, 1, item) for item in made]
    events += [(item.end, 0, item) for item in made if item.end is not None]
    for number, (_, is_start, item) in enumerate(sorted(events, key=lambda event: event[:2]), 1):
        if is_start:
            item.began = number
        else:
            item.finished, item.outcome = number, "finished"
    return made


FOUR = [(0, 2), (0, 3), (2, 4), (3, 5)]


def test_at_most():
    """Touching ends make room; one more at a time is named with its moment and its names."""
    assert at_most(spans(*FOUR), 2)
    finding = at_most(spans(*FOUR, (1, 2)), 2)

    assert finding.fact == "Pada t=1 s ada 3 tugas sekaligus (t0, t1, t4); batasnya 2."
    assert finding.moment == 1


def test_a_limit_that_nothing_tried_is_not_kept():
    """Where nothing ever began there is nothing to praise, unless nothing was wanted."""
    assert at_most([], 3, "unduhan").fact == "Tidak ada unduhan yang pernah dimulai."
    assert at_most([], 0)


def test_reaches():
    """The allowed number is really used; if not, the most there were is said."""
    assert reaches(spans(*FOUR), 2)
    assert reaches(spans(*FOUR), 3).fact == (
        "Tidak pernah lebih dari 2 tugas berjalan sekaligus; seharusnya sampai 3."
    )
    assert not reaches([], 1)


@pytest.mark.parametrize(
    ("times", "passed"),
    [
        ([(0, 1), (0, 2), (1, 3), (2, 4)], True),
        ([(0, 1), (0, 2), (2, 3), (2, 4)], False),
        ([(0, 1), (1, 2), (2, 3)], False),
        ([(0, 5), (0, 5)], True),
        ([(0, None), (0, None)], True),
        ([(0, None), (0, 1), (1.5, 2)], False),
    ],
)
def test_never_idle(times, passed):
    """Two places are taken as long as something still waits; what waits no more may end."""
    assert bool(never_idle(spans(*times), 2)) == passed


def test_the_idle_place_is_named():
    """From when to when how many were taken, and how many waited."""
    finding = never_idle(spans((0, 1), (0, 2), (2, 3), (2, 4)), 2)

    assert finding.fact == (
        "Dari t=1 s sampai t=2 s hanya 1 dari 2 tempat terisi, padahal masih ada 2 tugas menunggu."
    )
    assert (finding.moment, "kelompok" in finding.guess) == (1, True)


def test_idle_before_the_first():
    """From a given moment on, waiting to begin at all counts as idle."""
    late = spans((3, 4), (3, 4))

    assert never_idle(late, 2)
    assert never_idle(late, 2, since=1.0).fact.startswith("Dari t=1 s sampai t=3 s hanya 0 dari 2")


def test_a_place_given_on_within_a_moment_is_not_idle():
    """An end and a start at one moment, in whatever order, leave no gap."""
    items = spans((0, 1), (1, 2))
    items[0].finished, items[1].began = items[1].began, items[0].finished

    assert never_idle(items, 1)


def test_many_spans_are_judged_quickly():
    """Thousands of spans cost no noticeable time."""
    many = spans(*((number // 5, number // 5 + 1) for number in range(10_000)))
    start = time.process_time()

    assert at_most(many, 5)
    assert never_idle(many, 5)
    assert time.process_time() - start < 3


# ---- how something ended


def outcome(how, value, at=2.0, cancelled_at=None):
    return decode(encode(Outcome(how, value, at, cancelled_at)))


def test_returned_and_raised():
    """What came out instead is said with its moment."""
    failed = outcome("raised", ValueError("x"))

    assert returned(outcome("returned", None), "`run()`")
    assert returned(failed, "`run()`").fact == (
        "`run()` melempar ValueError('x') pada t=2 s; seharusnya mengembalikan nilai."
    )
    assert raised(failed, "ValueError", "`run()`")
    assert raised(failed, "KeyError", "`run()`").fact == (
        "`run()` melempar ValueError('x'); seharusnya KeyError."
    )
    assert raised(outcome("returned", 3), "KeyError", "`run()`").fact == (
        "`run()` mengembalikan 3 pada t=2 s; seharusnya melempar KeyError."
    )


def test_a_subclass_of_the_wanted_exception_is_one():
    """Whoever raises an exception of their own that is a ValueError has raised a ValueError."""

    class TooSmall(ValueError):
        pass

    assert raised(outcome("raised", TooSmall()), "ValueError", "`RateLimiter(0)`")


def test_cancelled_cleanly():
    """CancelledError came out, everything had ended by then, nothing began afterwards."""
    cancelled = outcome("raised", asyncio.CancelledError(), 3.0, 3.0)

    assert cancelled_cleanly(cancelled, spans((0, 1), (0, 3)), "`run()`")
    assert not cancelled_cleanly(outcome("returned", 1), [], "`run()`")
    assert "belum selesai dibereskan: t0" in cancelled_cleanly(cancelled, spans((0, 4)), "x").fact
    assert (
        "masih dimulai tugas: t1" in cancelled_cleanly(cancelled, spans((0, 3), (5, 6)), "x").fact
    )


def test_nothing_after():
    """A span that begins later than a moment is named."""
    assert nothing_after(spans((0, 9), (3, 4)), 3.0)
    assert nothing_after(spans((0, 9), (3.5, 4)), 3.0).moment == 3.5


# ---- what was noticed


def test_clean_names_what_was_left():
    """Tasks at one line share a line of the fact."""

    async def scenario(world):
        for number in range(6):
            asyncio.create_task(asyncio.sleep(9), name=f"w{number}")
        await asyncio.sleep(1)

    finding = clean(run(scenario))

    assert finding.fact.splitlines() == [
        "Masih tertinggal sesudah skenario selesai:",
        "• w0, w1, w2, w3, dan 2 lagi menunggu",
    ]


def test_clean_names_what_was_forgotten():
    """Without leftovers, forgotten coroutines and exceptions are what is not clean."""

    async def forgotten():
        pass

    async def scenario(world):
        forgotten()

    assert clean(run(scenario)).fact.startswith("Coroutine `forgotten` dibuat tetapi tidak pernah")


def test_a_clean_run_is_clean():
    """Nothing left and nothing forgotten; a log is no fault."""

    async def scenario(world):
        logging.getLogger("x").warning("biasa")
        await asyncio.gather(asyncio.sleep(1), asyncio.sleep(2))

    assert clean(run(scenario))
    assert never_blocking(run(scenario))


def test_blocking_is_named():
    """The call, the moment, the line."""

    async def scenario(world):
        await asyncio.sleep(2)
        time.sleep(1)

    finding = never_blocking(run(scenario))

    assert finding.fact.startswith("`time.sleep(1)` memblokir event loop pada t=2 s (di scenario()")
    assert (finding.moment, bool(finding.guess)) == (2.0, True)


def test_turns_and_durations():
    """Polling and wrong durations are said in numbers."""
    assert turns_at_most(100, 100)
    assert turns_at_most(1_234, 100).fact == (
        "Event loop berputar 1.234 kali; menunggu tanpa polling cukup paling banyak 100 kali."
    )
    assert took(2.0, 2, "`run()`")
    assert took(3.5, 2, "`run()`").fact == (
        "`run()` memakan 3,5 detik (waktu maya); seharusnya 2 detik."
    )


@pytest.mark.parametrize(
    "question",
    [clean, never_blocking, lambda trace: at_most(trace.spans("tugas"), 1)],
)
def test_findings_about_a_run_that_did_not_finish(question):
    """They raise its sentence instead of judging half a run."""

    async def scenario(world):
        await asyncio.Event().wait()

    with pytest.raises(TraceError):
        question(run(scenario))


def test_what_is_counted_may_do_something_and_have_a_reason():
    """The sentence names both, so that it can be read aloud."""
    facts = [
        at_moments(times, [1, 3], "Sesudah itu, panggilan", verb="mulai", why="begitu boleh").fact
        for times in ([1, 4], [1], [1, 3, 5])
    ]

    assert facts == [
        "Sesudah itu, panggilan ke-2 mulai pada t=4 s; seharusnya t=3 s, begitu boleh.",
        "Sesudah itu, panggilan ke-2 tidak pernah mulai; seharusnya pada t=3 s.",
        "Sesudah itu, panggilan ke-3 mulai pada t=5 s; seharusnya tidak ada.",
    ]
    assert at_moments([1, 4], [1, 3], "Sesudah itu, panggilan").event == "panggilan ke-2"
