"""Readings: which run, and which of its spans, a criterion looked at, so that its picture shows the same."""

from __future__ import annotations

import contextlib
import contextvars
from dataclasses import dataclass, field

__all__ = ["Reading", "find_reading", "note_reading", "reading"]

NEAR = 1e-6

_readings = contextvars.ContextVar("asynclab_readings", default=None)


@dataclass(frozen=True)
class Reading:
    """One question to a trace: the name of its scenario, and the kind of spans asked for or ''.

    spans: what the answer was; trace: the run itself.
    """

    scenario: str = ""
    kind: str = ""
    spans: tuple = field(default=(), compare=False, repr=False)
    trace: object = field(default=None, compare=False, repr=False)


@contextlib.contextmanager
def reading():
    """Within it every question to a trace is written down; yields the list of Readings."""
    token = _readings.set([])
    try:
        yield _readings.get()
    finally:
        _readings.reset(token)


def note_reading(scenario: str, kind: str = "", spans=(), trace=None) -> None:
    """Write a question down, where somebody listens."""
    if (readings := _readings.get()) is not None:
        readings.append(Reading(scenario, kind, tuple(spans), trace))


def find_reading(readings: list[Reading], moment: float | None = None, names=()) -> Reading:
    """The run that a finding is about, with the kind of its spans that was asked for last.

    That is the last one in which a span called one of `names` went on at `moment` (seconds): a
    criterion may also ask a run only to compare with. Where there is none, the run asked last.
    """
    if not readings:
        return Reading()
    about = [item for item in readings if any(_shows(span, moment, names) for span in item.spans)]
    if about:
        return about[-1]
    scenario = readings[-1].scenario
    kinds = [item.kind for item in readings if item.scenario == scenario and item.kind]
    return Reading(scenario, kinds[-1] if kinds else "", trace=readings[-1].trace)


def _shows(span, moment, names):
    if moment is None or span.name not in names:
        return False
    return span.start - NEAR <= moment and (span.end is None or moment <= span.end + NEAR)
