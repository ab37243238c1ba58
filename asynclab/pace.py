"""Findings about pace: how many spans begin within any window of time, and whether one begins too late."""

from __future__ import annotations

from itertools import zip_longest

from asynclab import messages
from asynclab.findings import PASSED, Finding
from asynclab.trace import Span

__all__ = ["MILLISECOND", "at_most_within", "began_by"]

MILLISECOND = 1e-3
"""How exact a pace is judged, in seconds: `time.time()` itself is coarser than a tick."""


def at_most_within(spans: list[Span], limit: int, seconds: float, kind: str = "tugas") -> Finding:
    """At most `limit` of these spans begin within any `seconds`, however the window is laid.

    The window is half-open: a span that begins exactly `seconds` after another is outside its window.
    Where nothing ever began the limit was not kept either: then it fails, unless `limit` is 0.
    """
    if not spans and limit > 0:
        return Finding(False, messages.none_began(kind))
    begun = sorted(spans, key=lambda span: span.start)
    for first, after in zip(begun, begun[limit:]):
        if after.start - first.start < seconds - MILLISECOND:
            inside = [
                span
                for span in begun
                if first.start <= span.start < first.start + seconds - MILLISECOND
            ]
            fact = messages.too_many_within(
                first.kind,
                limit,
                seconds,
                first.start,
                inside[-1].start,
                [span.name for span in inside],
            )
            names = tuple(span.name for span in inside)
            event = messages.one_too_many(first.kind, limit + 1, seconds)
            return Finding(False, fact, moment=after.start, names=names, topic="rate", event=event)
    return PASSED


def began_by(spans: list[Span], moments: list[float], kind: str = "tugas") -> Finding:
    """In order of their start, each span begins at its moment (seconds) or before, and none is missing."""
    begun = sorted(spans, key=lambda span: span.start)
    for number, (span, moment) in enumerate(zip_longest(begun, moments), 1):
        if span is None:
            fact, event = messages.never_began(kind, number, moment), messages.EXPECTED
            return Finding(False, fact, moment=moment, event=event)
        if moment is not None and span.start > moment + MILLISECOND:
            fact = messages.began_late(span.kind, span.name, number, span.start, moment)
            event = messages.begins(span.name)
            return Finding(False, fact, moment=span.start, names=(span.name,), event=event)
    return PASSED
