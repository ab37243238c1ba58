"""Trace: what happened in one run, as plain data; everything else in the project reads it."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import random
from dataclasses import dataclass, field
from typing import Any

from asynclab import guesses, lessons, messages
from asynclab.consistency import find_contradiction
from asynclab.encoding import decode
from asynclab.readings import note_reading
from asynclab.records import (
    Connection,
    Failure,
    Leftover,
    Note,
    Observation,
    Place,
    Span,
    TaskRecord,
)
from asynclab.schema import SchemaError, from_json, to_json
from asynclab.values import Outcome

__all__ = [
    "FORMAT", "Connection", "Failure", "Leftover", "Note", "Observation", "Outcome", "Place",
    "Span", "TaskRecord", "Trace", "TraceError",
]  # fmt: skip

FORMAT = 1


class TraceError(Exception):
    """A question that this trace cannot answer; its text is a sentence for the student.

    guess: what the cause may be, or ''; moment: when it came to that, in virtual seconds, or None;
    names: of the tasks that it is about; topic: what to read about it (see `lessons`), or '';
    explained: whether the text and the guess say what to mend, whatever else was asked.
    """

    def __init__(self, text, guess="", moment=None, names=(), topic="", explained=False):
        super().__init__(text)
        self.guess, self.moment, self.names, self.topic = guess, moment, tuple(names), topic
        self.explained = explained


@dataclass
class Trace:
    """One run of one scenario. Made by `asynclab.run`; read by criteria, pictures and reports.

    Queries (`note`, `notes`, `spans` ...) raise TraceError on a run that did not finish;
    `partial` is the same trace without that rule. Times are seconds of virtual time; `wall` holds
    the real ones of the run ("seconds") and of its longest step ("longest_step").
    """

    scenario: str
    seed: int
    verdict: str = "finished"
    reason: dict[str, Any] = field(default_factory=dict)
    ended: float = 0.0
    turns: int = 0
    notes_: list[Note] = field(default_factory=list)
    spans_: list[Span] = field(default_factory=list)
    tasks: list[TaskRecord] = field(default_factory=list)
    connections_: list[Connection] = field(default_factory=list)
    failures_: list[Failure] = field(default_factory=list)
    observations: list[Observation] = field(default_factory=list)
    leftovers: list[Leftover] = field(default_factory=list)
    stuck: list[Leftover] = field(default_factory=list)
    wall: dict[str, float] = field(default_factory=dict)
    format: int = FORMAT

    def random(self) -> random.Random:
        """A fresh generator with the run's seed: draws what `world.random` drew in the scenario."""
        return random.Random(self.seed)

    @property
    def partial(self) -> Trace:
        """This trace for questions about a run that did not finish."""
        return dataclasses.replace(self, verdict="finished")

    def spans(self, kind: str) -> list[Span]:
        """All spans of a kind in the order in which they began, `data` as it was given."""
        self.require_finished()
        spans = [_decoded(span) for span in self.spans_ if span.kind == kind]
        note_reading(self.scenario, kind, spans, self)
        return spans

    def notes(self, key: str) -> list[tuple[float, Any]]:
        """(seconds, value) of every note under `key`, in order."""
        self.require_finished()
        return [(note.time, _decode(note.value)) for note in self.notes_ if note.key == key]

    def note(self, key: str) -> Any:
        """The last value noted under `key`; raises TraceError where there is none."""
        noted = self.notes(key)
        if not noted:
            raise TraceError(messages.no_note(key))
        return noted[-1][1]

    def connections(self, host: str | None = None) -> list[Connection]:
        """The connections that student code opened (to one host), in order."""
        self.require_finished()
        return [
            item
            for item in self.connections_
            if item.client_owner == "student" and host in (None, item.host)
        ]

    def failures(self, host: str | None = None) -> list[Failure]:
        """The attempts of student code to connect (to one host) that failed, in order."""
        self.require_finished()
        return [
            item for item in self.failures_ if item.owner == "student" and host in (None, item.host)
        ]

    def observed(self, *kinds: str) -> list[Observation]:
        """Observations of the given kinds, in order."""
        self.require_finished()
        return [item for item in self.observations if item.kind in kinds]

    @property
    def forgotten(self) -> list[Observation]:
        """The coroutines that a line the student may see has made, and that nothing ever awaited.

        Where the run was cut off, only those noticed before: what is cut off leaves some behind itself.
        """
        whole = self.verdict == "finished"
        return [
            item
            for item in self.observations
            if item.kind == "never-awaited"
            and (whole or item.time < self.ended)
            and item.place is not None
            and item.place.line
        ]

    def require_finished(self) -> None:
        """Raise TraceError with the verdict's sentence unless the scenario ran to its end."""
        note_reading(self.scenario, trace=self)
        if self.verdict != "finished":
            names = [item.name for item in self.stuck]
            guess, topic = guesses.guess_verdict(self), lessons.topic_of_verdict(self)
            # An exception has its own words; who waits at a join() is told why.
            explained = self.verdict == "failed" or topic == "task-done"
            text = messages.verdict(self)
            raise TraceError(text, guess, self.ended, names, topic, explained)

    def to_json(self) -> dict:
        """The trace as plain JSON."""
        return to_json(self)

    def fingerprint(self) -> str:
        """A hash of everything but real time: equal for two runs in which the same happened."""
        data = json.dumps({**self.to_json(), "wall": {}}, sort_keys=True)
        return hashlib.sha256(data.encode()).hexdigest()

    @classmethod
    def from_json(cls, data: Any) -> Trace:
        """A trace from untrusted JSON; raises TraceError where it is malformed or impossible."""
        try:
            trace = from_json(cls, data)
        except SchemaError as error:
            raise TraceError(messages.malformed_trace(str(error))) from None
        if trace.format != FORMAT:
            raise TraceError(messages.malformed_trace(f"format {trace.format}"))
        fault = find_contradiction(trace)
        if fault:
            raise TraceError(messages.inconsistent_trace(fault))
        return trace


def _decoded(span):
    if not span.data:
        return span
    # dataclasses.replace takes several times as long, and criteria ask for thousands of spans.
    times = span.start, span.began, span.end, span.finished
    return Span(span.kind, span.name, *times, span.outcome, _decode(span.data), span.task)


def _decode(data):
    try:
        return decode(data)
    except ValueError as error:
        raise TraceError(messages.malformed_trace(str(error))) from None
