"""Findings: pure functions of spans and traces that say whether a property holds, or what happened."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from itertools import pairwise

from asynclab import guesses, lessons, messages
from asynclab.equality import equal, same, same_order
from asynclab.finding import PASSED, Finding
from asynclab.trace import Span, Trace
from asynclab.values import Outcome, describe

__all__ = [
    "PASSED", "Finding", "all_ended", "at_moments", "at_most", "cancelled_cleanly", "clean", "equal",
    "explained", "never_blocking", "never_idle", "nothing_after", "raised", "reaches", "returned", "same",
    "same_order", "took", "turns_at_most",
]  # fmt: skip

TOLERANCE = 1e-6
FORGOTTEN = (
    "never-awaited", "never-retrieved", "unclosed", "destroyed", "callback-failed", "thread-failed",
)  # fmt: skip


def at_most(spans: list[Span], limit: int, kind: str = "tugas") -> Finding:
    """Never more than `limit` of these spans at once; touching ends do not overlap.

    Where nothing ever began the limit was not kept either: then it fails, unless `limit` is 0.
    """
    if not spans and limit > 0:
        return Finding(False, messages.none_began(kind))
    peak, moment, names = find_peak(spans)
    if peak <= limit:
        return PASSED
    fact = messages.too_many(spans[0].kind, limit, peak, moment, names)
    guess = guesses.guess_peak(peak, limit, len(spans))
    event = messages.so_many_at_once(peak)
    return Finding(False, fact, guess, moment, tuple(names), "semaphore", event)


def reaches(spans: list[Span], wanted: int, kind: str = "tugas") -> Finding:
    """At some moment `wanted` of these spans (or more) go on at once."""
    if not spans:
        return Finding(False, messages.none_began(kind))
    peak, _, _ = find_peak(spans)
    if peak >= wanted:
        return PASSED
    fact = messages.never_that_many(spans[0].kind, wanted, peak)
    topic = "together" if peak == 1 else "semaphore"
    return Finding(False, fact, guesses.guess_peak(peak, wanted, len(spans)), topic=topic)


def never_idle(
    spans: list[Span], slots: int, kind: str = "tugas", since: float | None = None
) -> Finding:
    """While work waits (until the last span begins) all `slots` are taken, from `since` seconds on.

    Judged after each moment has settled, so a slot that is given on within one moment is not idle.
    """
    if not spans:
        return Finding(False, messages.none_began(kind))
    starts = sorted(span.start for span in spans)
    ends = sorted(span.end for span in spans if span.end is not None)
    first, last = starts[0] if since is None else since, starts[-1]
    for moment, following in pairwise(sorted({first, *starts, *ends})):
        if first <= moment < last - TOLERANCE and following - moment > TOLERANCE:
            waiting = len(starts) - bisect_right(starts, moment)
            running = len(starts) - waiting - bisect_right(ends, moment)
            if running < slots:
                fact = messages.idle_place(
                    spans[0].kind, slots, running, moment, following, waiting
                )
                at_once = bisect_right(starts, following) - bisect_right(starts, moment)
                guess = guesses.guess_idle(at_once, slots)
                return Finding(
                    False, fact, guess, moment, topic="semaphore", event=messages.FREE_PLACE
                )
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


def returned(outcome: Outcome, what: str) -> Finding:
    """The awaited thing returned (anything), instead of raising."""
    if outcome.returned:
        return PASSED
    fact = messages.raised_instead(what, describe(outcome.value), outcome.at)
    return Finding(False, fact, moment=outcome.at, event=messages.RAISED)


def raised(outcome: Outcome, name: str, what: str) -> Finding:
    """The awaited thing raised an exception of the class called `name`, or of one derived from it."""
    if outcome.raised(name):
        return PASSED
    guess = guesses.guess_swallowed(name)
    topic = "swallowed" if name == "CancelledError" else ""
    if outcome.returned:
        fact = messages.returned_instead(what, name, describe(outcome.value), outcome.at)
        return Finding(False, fact, guess, outcome.at, topic=topic, event=messages.RETURNED)
    fact = messages.raised_other(what, name, describe(outcome.value))
    return Finding(False, fact, moment=outcome.at, topic=topic, event=messages.RAISED)


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


def all_ended(spans: list[Span], moment: float, event: str = messages.RETURNED) -> Finding:
    """Every span that had begun by `moment` (seconds) had ended by then.

    event: what happened at the moment, as it stands after "ketika".
    """
    late = [
        span.name
        for span in spans
        if span.start <= moment and (span.end is None or span.end > moment + TOLERANCE)
    ]
    if not late:
        return PASSED
    fact = messages.ended_after(spans[0].kind, late, moment, event)
    guess = guesses.guess_unfinished()
    return Finding(False, fact, guess, moment, tuple(late), "cancel-and-wait", event)


def nothing_after(spans: list[Span], moment: float) -> Finding:
    """No span begins later than `moment` (seconds)."""
    late = [span for span in spans if span.start > moment + TOLERANCE]
    if not late:
        return PASSED
    names = [span.name for span in late]
    fact = messages.began_after(late[0].kind, names, moment)
    guess, event = guesses.guess_went_on(spans, late, moment), messages.begins(names[0])
    return Finding(False, fact, guess, late[0].start, tuple(names), "cancel-and-wait", event)


def clean(trace: Trace) -> Finding:
    """Nothing was left behind: no task, thread, generator, session, coroutine or unseen exception."""
    trace.require_finished()
    if trace.leftovers:
        guess = guesses.guess_absence(trace.leftovers[0].kind)
        fact, names = messages.left_behind(trace.leftovers), [item.name for item in trace.leftovers]
        topic = lessons.topic_of_leftover(trace.leftovers[0].kind)
        return Finding(False, fact, guess, trace.ended, tuple(names), topic, messages.SCENARIO_OVER)
    return _none_noticed(trace, *FORGOTTEN)


def never_blocking(trace: Trace) -> Finding:
    """Student code never blocked the event loop's thread with a sleep or a file."""
    return _none_noticed(trace, "blocking")


def _none_noticed(trace, *kinds):
    noticed = trace.observed(*kinds)
    if not noticed:
        return PASSED
    guess = guesses.guess_noticed(noticed[0].kind, noticed[0].text)
    moment = noticed[0].time if noticed[0].kind == "blocking" else None
    topic = lessons.topic_of_observation(noticed[0])
    fact, event = messages.noticed(noticed), messages.BLOCKED if moment is not None else ""
    return Finding(False, fact, guess, moment, topic=topic, event=event)


def explained(finding: Finding, trace: Trace) -> Finding:
    """A failed finding that also says which exception was logged first, such as that of a server's handler."""
    logged = [item for item in trace.observed("log") if item.place is not None]
    if finding.passed or not logged:
        return finding
    return replace(finding, fact=f"{finding.fact}\n{messages.logged(logged[0])}")


def turns_at_most(turns: int, limit: int) -> Finding:
    """The event loop turned at most `limit` times (count them with `world.turns()`): no polling."""
    if turns <= limit:
        return PASSED
    fact = messages.too_many_turns(turns, limit)
    return Finding(False, fact, guesses.guess_polling(), topic="polling")


def at_moments(
    times: list[float],
    expected: list[float],
    what: str,
    tolerance: float = TOLERANCE,
    verb: str = "",
    why: str = "",
) -> Finding:
    """Something happened at these moments (seconds), exact up to `tolerance`, neither more nor less often.

    what: what is counted, and verb: what it does, such as "panggilan" and "mulai"; why: why it should
    be then, to end the sentence with.
    """
    for number, (time, wanted) in enumerate(zip(times, expected), 1):
        if abs(time - wanted) > tolerance:
            fact = messages.wrong_moment(what, number, wanted, time, verb, why)
            return Finding(False, fact, moment=time, event=messages.count_event(what, number))
    if len(times) < len(expected):
        missing = expected[len(times)]
        fact = messages.never_happened(what, len(times) + 1, missing, verb)
        return Finding(False, fact, moment=missing, event=messages.EXPECTED)
    if len(times) > len(expected):
        surplus = times[len(expected)]
        fact = messages.happened_again(what, len(expected) + 1, surplus, verb)
        event = messages.count_event(what, len(expected) + 1)
        return Finding(False, fact, moment=surplus, event=event)
    return PASSED


def took(seconds: float, expected: float, what: str, tolerance: float = TOLERANCE) -> Finding:
    """A duration in virtual seconds, exact up to `tolerance`."""
    if abs(seconds - expected) <= tolerance:
        return PASSED
    return Finding(False, messages.took(what, seconds, f"{messages.number(expected)} detik"))
