"""Property checks: pure functions of spans, notes and traces that say whether a property holds, and what happened instead."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from asynclab import messages
from asynclab.trace import Span, Trace
from asynclab.values import Outcome, describe

__all__ = [
    "Finding", "all_ended", "at_moments", "at_most", "cancelled_cleanly", "clean", "equal", "never_blocking",
    "never_idle", "nothing_after", "raised", "reaches", "returned", "same_order", "took", "turns_at_most",
]  # fmt: skip

TOLERANCE = 1e-6


@dataclass(frozen=True)
class Finding:
    """Whether a property holds, and if not: the fact (a sentence), a guess at its cause, and the moment (seconds)."""

    passed: bool
    fact: str = ""
    guess: str = ""
    moment: float | None = None

    def __bool__(self):
        return self.passed


PASSED = Finding(True)


def at_most(spans: list[Span], limit: int) -> Finding:
    """Never more than `limit` of these spans at once; touching ends do not overlap."""
    peak, moment, names = find_peak(spans)
    if peak <= limit:
        return PASSED
    return Finding(
        False, messages.too_many(spans[0].kind, limit, peak, moment, names), moment=moment
    )


def reaches(spans: list[Span], wanted: int, kind: str = "tugas") -> Finding:
    """At some moment `wanted` of these spans (or more) go on at once."""
    if not spans:
        return Finding(False, messages.none_began(kind))
    peak, _, _ = find_peak(spans)
    if peak >= wanted:
        return PASSED
    return Finding(False, messages.never_that_many(spans[0].kind, wanted, peak))


def never_idle(
    spans: list[Span], slots: int, kind: str = "tugas", since: float | None = None
) -> Finding:
    """While work waits (until the last span begins) all `slots` are taken, from `since` seconds on.

    Judged after each moment has settled, so a slot that is given on within one moment is not idle.
    """
    if not spans:
        return Finding(False, messages.none_began(kind))
    first = min(span.start for span in spans) if since is None else since
    last = max(span.start for span in spans)
    moments = sorted(
        {first, *(time for span in spans for time in (span.start, span.end) if time is not None)}
    )
    for moment, following in pairwise(moments):
        if first <= moment < last - TOLERANCE and following - moment > TOLERANCE:
            running = sum(
                span.start <= moment and (span.end is None or span.end > moment) for span in spans
            )
            if running < slots:
                waiting = sum(span.start > moment for span in spans)
                fact = messages.idle_place(
                    spans[0].kind, slots, running, moment, following, waiting
                )
                return Finding(False, fact, moment=moment)
    return PASSED


def find_peak(spans: list[Span]) -> tuple[int, float, list[str]]:
    """The largest number of spans at once, the moment when it was first reached, and their names."""
    changes = [(span.start, span.began, 1, span) for span in spans]
    changes += [(span.end, span.finished, -1, span) for span in spans if span.end is not None]
    # By event number: what ended before another began, at one moment, made room for it.
    running, peak = [], (0, 0.0, [])
    for time, _, change, span in sorted(changes, key=lambda item: item[1]):
        if change > 0:
            running.append(span)
        else:
            running.remove(span)
        if len(running) > peak[0]:
            peak = (len(running), time, [item.name for item in running])
    return peak


def equal(actual, expected, what: str = "Hasil") -> Finding:
    """`actual` (a decoded note) equals `expected` in value and exact types; an Outcome must have returned it."""
    if isinstance(actual, Outcome):
        if not actual.returned:
            return Finding(
                False,
                messages.raised_instead(what, describe(actual.value), actual.at),
                moment=actual.at,
            )
        actual = actual.value
    if same(actual, expected):
        return PASSED
    if isinstance(actual, list) and isinstance(expected, list):
        return same_order(actual, expected, what)
    return Finding(False, messages.wrong_value(what, describe(expected), describe(actual)))


def same_order(actual: list, expected: list, what: str = "Urutan") -> Finding:
    """Two lists are equal; if not, the first difference is named."""
    if not isinstance(actual, list):
        return Finding(False, messages.wrong_value(what, describe(expected), describe(actual)))
    for index, (got, wanted) in enumerate(zip(actual, expected)):
        if not same(got, wanted):
            return Finding(
                False, messages.wrong_order(what, index, describe(wanted), describe(got))
            )
    if len(actual) != len(expected):
        return Finding(False, messages.wrong_count(what, len(expected), len(actual)))
    return PASSED


def same(actual, expected) -> bool:
    """Equal in value and in exact types, all the way down: True is not 1, a tuple is not a list."""
    if type(actual) is not type(expected):
        return False
    if isinstance(expected, (list, tuple)):
        return len(actual) == len(expected) and all(map(same, actual, expected))
    if isinstance(expected, dict):
        return actual.keys() == expected.keys() and all(
            same(actual[key], value) for key, value in expected.items()
        )
    return actual == expected


def returned(outcome: Outcome, what: str) -> Finding:
    """The awaited thing returned (anything), instead of raising."""
    if outcome.returned:
        return PASSED
    return Finding(
        False, messages.raised_instead(what, describe(outcome.value), outcome.at), moment=outcome.at
    )


def raised(outcome: Outcome, name: str, what: str) -> Finding:
    """The awaited thing raised an exception of the type called `name`."""
    if outcome.returned:
        return Finding(
            False,
            messages.returned_instead(what, name, describe(outcome.value), outcome.at),
            moment=outcome.at,
        )
    if not outcome.raised(name):
        return Finding(
            False, messages.raised_other(what, name, describe(outcome.value)), moment=outcome.at
        )
    return PASSED


def cancelled_cleanly(outcome: Outcome, spans: list[Span], what: str) -> Finding:
    """CancelledError came out, every span that ran had ended by then, and none began after the cancel."""
    finding = raised(outcome, "CancelledError", what)
    if not finding:
        return finding
    finding = all_ended(spans, outcome.at)
    if not finding:
        return finding
    return nothing_after(
        spans, outcome.cancelled_at if outcome.cancelled_at is not None else outcome.at
    )


def all_ended(spans: list[Span], moment: float) -> Finding:
    """Every span that had begun by `moment` (seconds) had ended by then."""
    late = [
        span.name
        for span in spans
        if span.start <= moment and (span.end is None or span.end > moment + TOLERANCE)
    ]
    if not late:
        return PASSED
    return Finding(False, messages.ended_after(spans[0].kind, late, moment), moment=moment)


def nothing_after(spans: list[Span], moment: float) -> Finding:
    """No span begins later than `moment` (seconds)."""
    late = [span for span in spans if span.start > moment + TOLERANCE]
    if not late:
        return PASSED
    return Finding(
        False,
        messages.began_after(late[0].kind, [span.name for span in late], moment),
        moment=late[0].start,
    )


def clean(trace: Trace) -> Finding:
    """Nothing was left behind: no task, thread, async generator, session, unawaited coroutine or unseen exception."""
    trace.require_finished()
    if trace.leftovers:
        return Finding(False, messages.left_behind(trace.leftovers), moment=trace.ended)
    noticed = trace.observed(
        "never-awaited",
        "never-retrieved",
        "unclosed",
        "destroyed",
        "callback-failed",
        "thread-failed",
    )
    return Finding(False, messages.noticed(noticed)) if noticed else PASSED


def never_blocking(trace: Trace) -> Finding:
    """Student code never blocked the event loop's thread with a sleep or a file."""
    blocking = trace.observed("blocking")
    return (
        Finding(False, messages.noticed(blocking[:2]), moment=blocking[0].time)
        if blocking
        else PASSED
    )


def turns_at_most(turns: int, limit: int) -> Finding:
    """The event loop turned at most `limit` times (count them with `world.turns()`): waiting without polling."""
    return PASSED if turns <= limit else Finding(False, messages.too_many_turns(turns, limit))


def at_moments(
    times: list[float], expected: list[float], what: str, tolerance: float = TOLERANCE
) -> Finding:
    """Something happened at these moments (seconds), exact up to `tolerance`, neither more nor less often."""
    for number, (time, wanted) in enumerate(zip(times, expected), 1):
        if abs(time - wanted) > tolerance:
            return Finding(False, messages.wrong_moment(what, number, wanted, time), moment=time)
    if len(times) < len(expected):
        missing = expected[len(times)]
        fact = messages.never_happened(what, len(times) + 1, missing)
        return Finding(False, fact, moment=missing)
    if len(times) > len(expected):
        surplus = times[len(expected)]
        fact = messages.happened_again(what, len(expected) + 1, surplus)
        return Finding(False, fact, moment=surplus)
    return PASSED


def took(seconds: float, expected: float, what: str, tolerance: float = TOLERANCE) -> Finding:
    """A duration in virtual seconds, exact up to `tolerance`."""
    if abs(seconds - expected) <= tolerance:
        return PASSED
    return Finding(False, messages.took(what, seconds, f"{messages.number(expected)} detik"))
