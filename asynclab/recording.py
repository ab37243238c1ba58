"""Recording: the open notebook in which a run writes down what happens, while it happens."""

from __future__ import annotations

import contextvars
import inspect

from asynclab.encoding import encode, measure
from asynclab.places import coroutine_name, place_of_task
from asynclab.records import Note, Observation, Span, TaskRecord
from asynclab.values import clean_text

__all__ = ["Overflow", "Recording", "owner"]

EVENT_LIMIT = 20_000
EVENT_SIZE = 100
DATA_LIMIT = 4_000_000
TASK_LIMIT = 2_000
STEP_LIMIT = 500
ALL_STEPS_LIMIT = 50_000
OBSERVATION_LIMIT = 200
NAME_LIMIT = 200
OBSERVATION_TEXT_LIMIT = 500

owner = contextvars.ContextVar("asynclab_owner", default="student")
"""Whose a new task or connection is: what the scenario's world serves is the "world"'s."""


class Overflow(BaseException):
    """The run wrote more than a trace may hold."""


class Recording:
    """Collects what a trace is made of. `now` is a function that returns virtual seconds."""

    # So that its methods can't be replaced.
    __slots__ = (
        "_frozen", "_order", "_size", "_steps", "notes", "now", "observations", "overflowed", "spans",
        "task_count", "tasks",
    )  # fmt: skip

    def __init__(self, now):
        self.now = now
        self.spans: list[Span] = []
        self.notes: list[Note] = []
        self.tasks: list[TaskRecord] = []
        self.observations: list[Observation] = []
        self.task_count = 0
        self.overflowed = False
        self._order = 0
        self._size = 0
        self._steps = 0
        self._frozen = False

    def freeze(self):
        """The scenario is over: from now on only observations are added, at this moment."""
        if not self._frozen:
            moment = self.now()
            self.now, self._frozen = lambda: moment, True

    def note(self, key, value):
        """Write down `value` under `key`, encoded at once, so that later changes do not show."""
        if not self._frozen:
            key, value = clean_text(key, NAME_LIMIT), encode(value)
            order = self._next_order(len(key) + measure(value))
            self.notes.append(Note(key, value, self.now(), order))

    def begin(self, kind, name, data, task) -> Span:
        """Begin a span and return it."""
        kind, name = clean_text(kind, NAME_LIMIT), clean_text(name, NAME_LIMIT)
        if self._frozen:
            return Span(kind, name, self.now(), 0)
        data = encode(data)
        order = self._next_order(len(kind) + len(name) + measure(data))
        span = Span(kind, name, self.now(), order, data=data, task=task)
        self.spans.append(span)
        return span

    def end(self, span, outcome):
        """End a span as "finished", "failed" or "cancelled"; a second end changes nothing."""
        if span.outcome == "open" and not self._frozen:
            span.finished, span.end, span.outcome = self._next_order(0), self.now(), outcome

    def observe(self, kind, text, place=None):
        """Write down something noticed on the side, at most OBSERVATION_LIMIT of them."""
        if len(self.observations) < OBSERVATION_LIMIT:
            text = clean_text(text, OBSERVATION_TEXT_LIMIT)
            self.observations.append(Observation(kind, text, self.now(), place))

    def task_created(self, coroutine, name, parent) -> TaskRecord:
        """Start the record of a new task; one without a name is named by its number."""
        self.task_count += 1
        number = self.task_count
        record = TaskRecord(
            number,
            f"Task-{number}" if name is None else clean_text(name, NAME_LIMIT),
            parent,
            clean_text(coroutine_name(coroutine), NAME_LIMIT),
            self.now(),
            owner.get(),
        )
        if number <= TASK_LIMIT and not self._frozen:
            self.tasks.append(record)
        return record

    def task_ran(self, task, start):
        """Add the step that `task` has just run (it began at `start` seconds), and its end."""
        if self._frozen:
            return
        record = task.record
        if len(record.steps) < STEP_LIMIT and self._steps < ALL_STEPS_LIMIT:
            self._steps += 1
            record.steps.append((start, self.now()))
        if task.done():
            record.ended = self.now()
            if task.cancelled():
                record.outcome = "cancelled"
            else:
                # `task.exception()` would silence "exception was never retrieved".
                record.outcome = "failed" if task._exception is not None else "finished"

    def locate_tasks(self, tasks):
        """Give every recorded task of `tasks`, all of them alive, the place at which it waits."""
        for task in tasks[:TASK_LIMIT]:
            record = getattr(task, "record", None)
            if record is not None and inspect.iscoroutine(task.get_coro()):
                record.place = place_of_task(task)

    def _next_order(self, size):
        self._order += 1
        self._size += size + EVENT_SIZE
        if self._order > EVENT_LIMIT or self._size > DATA_LIMIT:
            self.overflowed = True
            raise Overflow
        return self._order
