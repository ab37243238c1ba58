"""Lanes: when each task of a real event loop ran and waited, recorded while it happens.

The recorder looks on and changes nothing: it times the callbacks that step a task
(`asyncio.Handle._run`) and notes the tasks that are made (`create_task` of this one loop). It keeps
no task alive, retrieves no exception, and reads the clock that the code itself would read.
"""

from __future__ import annotations

import asyncio
import re
import sys
import time
import weakref
from asyncio import events
from dataclasses import dataclass, field

from asynclab.places import coroutine_name, is_library
from asynclab.timeline.labels import distinguish, has_begun, simple_arguments
from asynclab.trace import TaskRecord

__all__ = ["LaneRecorder", "merge_steps"]

CELL = 0
"""The number of the lane that started the recording: the cell's own."""
STEP_LIMIT = 20_000
"""Steps kept for one task; beyond that, those that lie closest are merged."""
BEFORE = -1.0
"""`created` of a task that is older than the recording."""

_TASK_TYPES = (asyncio.Task, asyncio.tasks._PyTask)
_ASYNCIO = asyncio.__file__.removesuffix("__init__.py")
_UNNAMED = re.compile(r"Task-\d+")


@dataclass
class _Lane:
    """A record and what is needed to complete it; the task is only referred to weakly."""

    record: TaskRecord
    reference: weakref.ref | None = None
    arguments: dict[str, str] = field(default_factory=dict)

    def is_of(self, task) -> bool:
        return self.reference is not None and self.reference() is task


class LaneRecorder:
    """Records the tasks that user code makes on the running loop between `start()` and `stop()`.

    Tasks that libraries make for themselves are left out: a lane is shown when the coroutine, or
    the line that made it a task, is no library's.
    """

    def __init__(self):
        self._lanes: list[_Lane] = []
        self._by_id: dict[int, _Lane] = {}
        self._loop = None
        self._original_run = self._installed_run = self._installed_create = None

    def start(self, name: str) -> None:
        """Begin to record; the task (or plain code) that calls this becomes lane 0, `name`.

        The tasks that are alive by then have the next lanes, whether or not they take a step.
        """
        self._clock = time.perf_counter
        self._cell = TaskRecord(CELL, name, None, "", 0.0)
        self._lanes.append(_Lane(self._cell))
        self._first_step_runs = True
        try:
            self._loop = asyncio.get_running_loop()
        except RuntimeError:
            self._began = self._clock()
            return
        task = asyncio.current_task()
        if task is not None:
            self._lanes[CELL].reference = weakref.ref(task)
            self._by_id[id(task)] = self._lanes[CELL]
        for older in tasks_by_name(asyncio.all_tasks(self._loop) - {task}):
            self._meet(older)
        self._began = self._clock()
        self._watch_steps()
        self._watch_creation()

    def stop(self, outcome: str = "finished") -> list[TaskRecord]:
        """End the recording and return its lanes, lane 0 first; `outcome` is that of lane 0."""
        self.end_first_lane()
        if self._loop is not None:
            self._unwatch()
        self._cell.outcome = outcome
        others = self._lanes[CELL + 1 :]
        for lane in others:
            task = lane.reference()
            if task is not None and lane.record.ended is None:
                self._complete(lane, task, self._now())
        name_lanes(others)
        self._loop = None
        return [lane.record for lane in self._lanes]

    def end_first_lane(self) -> None:
        """Lane 0 ends here, whatever its task does afterwards; a second end changes nothing."""
        if self._cell.ended is not None:
            return
        now = self._cell.ended = self._now()
        if self._first_step_runs:
            self._first_step_runs = False
            self._cell.steps.append((0.0, now))
        elif self._loop and self._lane_of(asyncio.current_task()) is self._lanes[CELL]:
            self._cell.steps.append((self._step_began, now))

    def _now(self) -> float:
        return self._clock() - self._began

    def _watch_steps(self):
        original, loop, by_id = events.Handle._run, self._loop, self._by_id
        clock, began = self._clock, self._began

        def _run(handle):
            task = getattr(handle._callback, "__self__", None)
            lane = by_id.get(id(task))
            if lane is None or lane.reference() is not task:
                lane = self._meet(task) if handle._loop is loop else None
                if lane is None:
                    return original(handle)
            start = self._step_began = clock() - began
            try:
                return original(handle)
            finally:
                self._add_step(lane, task, start, clock() - began)

        def _run_first(handle):
            # The step that called start() began before there was anything to time it: it has ended
            # when the loop runs its next callback.
            if handle._loop is loop:
                self._end_first_step()
                if events.Handle._run is _run_first:
                    self._installed_run = events.Handle._run = _run
            return _run(handle)

        self._original_run = original
        self._installed_run = events.Handle._run = _run_first
        loop.call_soon(_nothing)  # so that the next callback comes at once, not with the next event

    def _watch_creation(self):
        original = self._loop.create_task

        def create_task(coroutine, *args, **kwargs):
            __tracebackhide__ = True
            created = self._now()
            creator = sys._getframe(1)
            arguments = simple_arguments(coroutine)
            task = original(coroutine, *args, **kwargs)
            self._add_lane(task, coroutine, created, creator, arguments)
            return task

        self._installed_create = self._loop.create_task = create_task

    def _unwatch(self):
        if events.Handle._run is self._installed_run:
            events.Handle._run = self._original_run
        if vars(self._loop).get("create_task") is self._installed_create:
            del self._loop.create_task

    def _end_first_step(self):
        if self._first_step_runs:
            self._first_step_runs = False
            self._cell.steps.append((0.0, self._now()))

    def _meet(self, task) -> _Lane | None:
        """The lane of a task made before the recording, or None where it is none of the user's."""
        if not isinstance(task, _TASK_TYPES) or is_library_code(task.get_coro()):
            return None
        coroutine = task.get_coro()
        return self._new_lane(task, coroutine_name(coroutine), BEFORE, None)

    def _add_lane(self, task, coroutine, created, creator, arguments):
        if is_library_code(coroutine) and is_library(outside_asyncio(creator)):
            return
        lane = self._lane_of(task)
        if lane is None:
            parent = self._lane_of(asyncio.current_task())
            number = parent.record.number if parent else None
            lane = self._new_lane(task, coroutine_name(coroutine), created, number)
        lane.arguments = arguments
        if has_begun(coroutine):  # an eager task: its first step ran inside create_task
            self._add_step(lane, task, created, self._now())

    def _lane_of(self, task) -> _Lane | None:
        # The id alone would not do: a new task may have that of one that is gone.
        lane = self._by_id.get(id(task))
        return lane if lane is not None and lane.is_of(task) else None

    def _new_lane(self, task, coroutine, created, parent) -> _Lane:
        record = TaskRecord(len(self._lanes), "", parent, coroutine, created)
        lane = self._by_id[id(task)] = _Lane(record, weakref.ref(task))
        self._lanes.append(lane)
        return lane

    def _add_step(self, lane, task, start, end):
        if self._loop is None or lane.record.ended is not None:
            return  # the rest of the step in which lane 0 or the recording ended
        steps = lane.record.steps
        steps.append((start, end))
        if len(steps) > STEP_LIMIT:
            steps[:] = merge_steps(steps, 2 * end / STEP_LIMIT)
        if task.done():
            self._complete(lane, task, end)

    def _complete(self, lane, task, now):
        record = lane.record
        if record is not self._cell:
            record.name = task.get_name()
        if not task.done():
            return
        record.ended = now
        if task.cancelled():
            record.outcome = "cancelled"
        else:
            # `task.exception()` would silence "exception was never retrieved".
            record.outcome = "failed" if task._exception is not None else "finished"


def _nothing():
    pass


def tasks_by_name(tasks) -> list:
    """Tasks of asyncio's own kinds in the order of their names, Task-9 before Task-10: a loop's
    tasks are a set, and of those without a name this is the order in which they were made."""
    named = [(task.get_name(), task) for task in tasks if isinstance(task, _TASK_TYPES)]
    return [task for _, task in sorted(named, key=lambda pair: (len(pair[0]), pair[0]))]


def merge_steps(steps, gap: float) -> list[tuple[float, float]]:
    """The same steps with those less than `gap` seconds apart joined into one."""
    merged = []
    for start, end in steps:
        if merged and start - merged[-1][1] < gap:
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged


def outside_asyncio(frame) -> str:
    """The file of the innermost frame, from `frame` outwards, that is not asyncio's own."""
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_ASYNCIO):
        frame = frame.f_back
    return frame.f_code.co_filename


def is_library_code(coroutine) -> bool:
    """Whether a coroutine's function is defined by a library; true also where that is unknown."""
    code = getattr(coroutine, "cr_code", None)
    return code is None or is_library(code.co_filename)


def name_lanes(lanes) -> None:
    """Name the lanes whose tasks have no name of their own: after what tells them apart."""
    groups: dict[str, list[_Lane]] = {}
    for lane in lanes:
        if not lane.record.name or _UNNAMED.fullmatch(lane.record.name):
            groups.setdefault(lane.record.coroutine, []).append(lane)
    for function, group in groups.items():
        labels = distinguish(function, [lane.arguments for lane in group])
        for lane, label in zip(group, labels, strict=True):
            lane.record.name = label
