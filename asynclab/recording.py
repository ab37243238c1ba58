"""Recording: the open notebook in which a run writes its spans, notes, tasks and observations as they happen."""

from __future__ import annotations

import contextvars
import inspect

from asynclab.places import coroutine_name, place_of_task
from asynclab.trace import Note, Observation, Span, TaskRecord
from asynclab.values import encode

__all__ = ["Overflow", "Recording", "owner"]

EVENT_LIMIT = 20_000
TASK_LIMIT = 2_000
STEP_LIMIT = 500
OBSERVATION_LIMIT = 200

owner = contextvars.ContextVar("asynclab_owner", default="student")
"""Whose a new task is: the scenario's world serves its own sites as "world", so that they are never leftovers."""


class Overflow(BaseException):
    """The run wrote more events than a trace may hold."""


class Recording:
    """Collects what a trace is made of. `now` is a function that returns virtual seconds."""

    def __init__(self, now):
        self.now = now
        self.spans: list[Span] = []
        self.notes: list[Note] = []
        self.tasks: list[TaskRecord] = []
        self.observations: list[Observation] = []
        self.task_count = 0
        self._order = 0
        self._frozen = False

    def freeze(self):
        """The scenario is over: from now on only observations are added, at this moment."""
        self._frozen = True
        moment = self.now()
        self.now = lambda: moment

    def next_order(self) -> int:
        """The number of the next event; raises Overflow beyond the limit."""
        self._order += 1
        if self._order > EVENT_LIMIT:
            raise Overflow
        return self._order

    def note(self, key, value):
        """Write down `value` (anything; encoded at once, so that later changes do not show) under `key`."""
        if not self._frozen:
            self.notes.append(Note(str(key), encode(value), self.now(), self.next_order()))

    def begin(self, kind, name, data, task) -> Span:
        """Begin a span and return it."""
        if self._frozen:
            return Span(str(kind), str(name), self.now(), 0)
        span = Span(
            str(kind), str(name), self.now(), self.next_order(), data=encode(data), task=task
        )
        self.spans.append(span)
        return span

    def end(self, span, outcome):
        """End a span as "finished", "failed" or "cancelled"; a second end changes nothing."""
        if span.outcome == "open" and not self._frozen:
            span.end, span.finished, span.outcome = self.now(), self.next_order(), outcome

    def observe(self, kind, text, place=None):
        """Write down something noticed on the side, at most OBSERVATION_LIMIT of them."""
        if len(self.observations) < OBSERVATION_LIMIT:
            self.observations.append(Observation(kind, str(text)[:500], self.now(), place))

    def task_created(self, coroutine, name, parent) -> TaskRecord:
        """Start the record of a new task; names it by number, so that names are equal in every run."""
        self.task_count += 1
        number = self.task_count
        record = TaskRecord(
            number,
            name or f"Task-{number}",
            parent,
            coroutine_name(coroutine),
            self.now(),
            owner.get(),
        )
        if number <= TASK_LIMIT and not self._frozen:
            self.tasks.append(record)
        return record

    def task_ran(self, task, start):
        """Add the step that `task` has just run (it began at `start` seconds), and its end if it is done."""
        record = task.record
        if self._frozen:
            return
        if len(record.steps) < STEP_LIMIT:
            record.steps.append((start, self.now()))
        if task.done():
            self.task_done(task)

    def task_done(self, task):
        """Close the record of a task that has ended, without marking its exception as retrieved."""
        record = task.record
        record.ended = self.now()
        if task.cancelled():
            record.outcome = "cancelled"
        else:
            # `task.exception()` would silence "exception was never retrieved".
            record.outcome = "failed" if task._exception is not None else "finished"

    def close_tasks(self, tasks):
        """Give every task in `tasks` that still lives the place at which it waits."""
        for task in tasks:
            record = getattr(task, "record", None)
            if record is not None and inspect.iscoroutine(task.get_coro()):
                record.place = place_of_task(task)
