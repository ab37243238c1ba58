"""Readings: which run, and which of its spans, a criterion looked at, so that its picture shows the same."""

from __future__ import annotations

import contextlib
import contextvars
from dataclasses import dataclass

__all__ = ["Reading", "note_reading", "read_last", "reading"]

_readings = contextvars.ContextVar("asynclab_readings", default=None)


@dataclass(frozen=True)
class Reading:
    """One question to a trace: the name of its scenario, and the kind of spans asked for or ''."""

    scenario: str = ""
    kind: str = ""


@contextlib.contextmanager
def reading():
    """Within it every question to a trace is written down; yields the list of Readings."""
    token = _readings.set([])
    try:
        yield _readings.get()
    finally:
        _readings.reset(token)


def note_reading(scenario: str, kind: str = "") -> None:
    """Write a question down, where somebody listens."""
    if (readings := _readings.get()) is not None:
        readings.append(Reading(scenario, kind))


def read_last(readings: list[Reading]) -> Reading:
    """The run that was asked last, with the kind of its spans that was asked for last."""
    if not readings:
        return Reading()
    scenario = readings[-1].scenario
    kinds = [item.kind for item in readings if item.scenario == scenario and item.kind]
    return Reading(scenario, kinds[-1] if kinds else "")
