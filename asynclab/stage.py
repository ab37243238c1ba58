"""Stages: inside `recorded` every run is kept, inside `replayed` kept ones stand in for running."""

from __future__ import annotations

import contextlib
import contextvars

from asynclab import messages
from asynclab.trace import Trace

__all__ = ["current_stage", "recorded", "rejected", "replayed"]

_stage = contextvars.ContextVar("asynclab_stage", default=None)


class Recorder:
    """Gives the runs of a grading job their seed and keeps their traces."""

    replays = False

    def __init__(self, seed):
        self.seed, self.traces = seed, []


class Replayer:
    """Gives the n-th call of `run` the n-th trace; `position` counts the calls."""

    replays = True

    def __init__(self, traces, seed, missing):
        self.traces, self.seed, self.missing = traces, seed, missing
        self.position = 0

    def next_trace(self, scenario, seed) -> Trace:
        """The next trace, if it is one of this scenario and seed; else one that says why not."""
        name, seed = getattr(scenario, "__name__", "?"), self.seed if seed is None else seed
        self.position += 1
        if self.position > len(self.traces):
            return rejected(name, seed, self.missing or messages.missing_trace())
        trace = self.traces[self.position - 1]
        if isinstance(trace, str):
            return rejected(name, seed, trace)
        if (trace.scenario, trace.seed) != (name, seed):
            fault = messages.foreign_trace(f"{name}/{seed}", f"{trace.scenario}/{trace.seed}")
            return rejected(name, seed, fault)
        return trace


def current_stage() -> Recorder | Replayer | None:
    """The stage on which this code runs, if any."""
    return _stage.get()


def rejected(name, seed, sentence) -> Trace:
    """A trace that stands where there is none: every question to it answers with the sentence."""
    return Trace(name, seed, "rejected", {"text": sentence})


@contextlib.contextmanager
def recorded(seed):
    """Within it every `run` uses this seed; yields the list to which each trace is appended.

    The lines of test cells are not quoted in these traces: hidden tests stand there.
    """
    with _entered(Recorder(seed)) as recorder:
        yield recorder.traces


@contextlib.contextmanager
def replayed(traces, seed, missing=""):
    """Within it `run` runs nothing: the n-th call returns the n-th of these traces.

    Instead of a trace there may be a sentence that says why there is none; `missing` is the
    sentence for calls beyond the last one. Yields an object whose `position` counts the calls.
    """
    with _entered(Replayer(traces, seed, missing)) as replayer:
        yield replayer


@contextlib.contextmanager
def _entered(stage):
    token = _stage.set(stage)
    try:
        yield stage
    finally:
        _stage.reset(token)
