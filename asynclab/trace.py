"""Trace: what happened in one run, as plain data; everything else in the project reads it."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import random
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from asynclab import messages
from asynclab.schema import SchemaError, from_json, to_json
from asynclab.values import Outcome, decode

__all__ = [
    "Leftover",
    "Note",
    "Observation",
    "Outcome",
    "Place",
    "Span",
    "TaskRecord",
    "Trace",
    "TraceError",
]

FORMAT = 1
VERDICTS = (
    "finished",
    "failed",
    "deadlock",
    "livelock",
    "horizon",
    "stopped",
    "exited",
    "killed",
    "overflow",
    "broken",
)
OUTCOMES = ("finished", "failed", "cancelled", "open")


class TraceError(Exception):
    """A question that this trace cannot answer; its text is a sentence for the student."""


@dataclass(frozen=True)
class Place:
    """A line of student code: function name, line number within its cell, the line's text, the cell's name."""

    function: str
    line: int
    source: str
    cell: str


@dataclass
class Span:
    """Something with a beginning and an end (seconds of virtual time; `began`/`finished` number all events in order)."""

    kind: str
    name: str
    start: float
    began: int
    end: float | None = None
    finished: int | None = None
    outcome: str = "open"
    data: dict[str, Any] = field(default_factory=dict)
    task: int | None = None

    @property
    def seconds(self) -> float | None:
        """How long it lasted; None while it is open."""
        return None if self.end is None else round(self.end - self.start, 9)


@dataclass
class Note:
    """A value that the scenario wrote down, encoded by `asynclab.values`."""

    key: str
    value: Any
    time: float
    order: int


@dataclass
class Observation:
    """Something noticed on the side: a blocking call, a coroutine never awaited, an unclosed session ..."""

    kind: str
    text: str
    time: float
    place: Place | None = None


@dataclass
class Leftover:
    """What still lived when the scenario had ended, or waited when it was stopped."""

    kind: str
    name: str
    place: Place | None = None
    task: int | None = None


@dataclass
class TaskRecord:
    """The life of one task: `steps` are the (start, end) times at which it ran; between them it waited."""

    number: int
    name: str
    parent: int | None
    coroutine: str
    created: float
    owner: str = "student"
    steps: list[tuple[float, float]] = field(default_factory=list)
    ended: float | None = None
    outcome: str = "open"
    place: Place | None = None


@dataclass
class Trace:
    """One run of one scenario. Made by `asynclab.run`; read by criteria, pictures, feedback and reports.

    Queries (`note`, `notes`, `spans` ...) raise TraceError on a run that did not finish;
    `trace.partial` is the same trace without that rule. Times are seconds of virtual time;
    `wall` holds the real seconds of the run ("seconds") and of its longest step ("longest_step").
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
        return dataclasses.replace(self, verdict="finished", reason={"partial": self.verdict})

    def spans(self, kind: str) -> list[Span]:
        """All spans of a kind in the order in which they began."""
        self.require_finished()
        return [span for span in self.spans_ if span.kind == kind]

    def notes(self, key: str) -> list[tuple[float, Any]]:
        """(seconds, value) of every note under `key`, in order."""
        self.require_finished()
        return [(note.time, decode_note(note)) for note in self.notes_ if note.key == key]

    def note(self, key: str) -> Any:
        """The last value noted under `key`; raises TraceError where there is none."""
        noted = self.notes(key)
        if not noted:
            raise TraceError(messages.no_note(key))
        return noted[-1][1]

    def observed(self, *kinds: str) -> list[Observation]:
        """Observations of the given kinds, in order."""
        self.require_finished()
        return [item for item in self.observations if item.kind in kinds]

    def require_finished(self) -> None:
        """Raise TraceError with the verdict's sentence unless the scenario ran to its end."""
        if self.verdict != "finished":
            raise TraceError(messages.verdict(self))

    def to_json(self) -> dict:
        """The trace as plain JSON."""
        return to_json(self)

    def fingerprint(self) -> str:
        """A hash of everything but real time: equal for two runs in which the same happened."""
        data = json.dumps({**self.to_json(), "wall": {}}, sort_keys=True)
        return hashlib.sha256(data.encode()).hexdigest()

    @classmethod
    def from_json(cls, data: Any) -> Trace:
        """A trace from untrusted JSON; raises TraceError where it is malformed or contradicts itself."""
        try:
            trace = from_json(cls, data)
        except (SchemaError, TypeError, RecursionError) as error:
            raise TraceError(messages.malformed_trace(str(error))) from None
        fault = find_contradiction(trace)
        if fault:
            raise TraceError(messages.inconsistent_trace(fault))
        return trace


def decode_note(note: Note) -> Any:
    """The Python value of a note; raises TraceError where it is not one that `encode` makes."""
    try:
        return decode(note.value)
    except ValueError as error:
        raise TraceError(messages.malformed_trace(str(error))) from None


def find_contradiction(trace: Trace) -> str:
    """What in a trace cannot have happened (time running backwards, an end before its start ...), or ''."""
    if trace.format != FORMAT:
        return f"format {trace.format}"
    if trace.verdict not in VERDICTS:
        return f"verdict {trace.verdict!r}"
    orders = []
    for span in trace.spans_:
        if (
            span.outcome not in OUTCOMES
            or (span.outcome == "open") != (span.end is None)
            or (span.end is None) != (span.finished is None)
        ):
            return f"span {span.name!r}: outcome {span.outcome!r}"
        if span.start < 0 or (span.end is not None and not span.start <= span.end <= trace.ended):
            return f"span {span.name!r}: start {span.start:g}, end {span.end}"
        orders.append((span.began, span.start))
        if span.finished is not None:
            orders.append((span.finished, span.end))
    orders += [(note.order, note.time) for note in trace.notes_]
    orders.sort()
    if len({order for order, _ in orders}) != len(orders):
        return "two events with one number"
    if any(later[1] < earlier[1] for earlier, later in pairwise(orders)):
        return "time runs backwards"
    if orders and not 0 <= orders[-1][1] <= trace.ended:
        return "an event after the end"
    for task in trace.tasks:
        times = [task.created, *(moment for step in task.steps for moment in step)]
        if task.outcome not in OUTCOMES or any(
            later < earlier for earlier, later in pairwise(times)
        ):
            return f"task {task.name!r}"
    return ""
