"""The timeline: the lives of tasks as data to draw, and their picture in words.

`timeline()` is the door; matplotlib, in `drawing`, is only imported when it is called.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from asynclab.timeline.labels import one_line
from asynclab.trace import Span, TaskRecord, Trace

__all__ = ["describe", "timeline"]

LABEL_LIMIT = 34
OUTCOME_WORDS = {
    "finished": "selesai",
    "failed": "gagal",
    "cancelled": "dibatalkan",
    "open": "belum selesai",
}
NOT_BEGUN = "belum mulai"


def timeline(
    source: Trace | Iterable[TaskRecord | Span],
    *,
    title: str = "",
    marks: Sequence[tuple[float, int | str | None, str]] = (),
):
    """Draw when each task ran and waited.

    source: a Trace (its student's tasks), task records, or spans (each drawn as one wait).
    title: a line above the picture.
    marks: (seconds, lane, text) of moments to point at; lane is a task's number or name, or None
        for all lanes. The texts stand below the picture, in their order.
    Returns a `drawing.Timeline`: a matplotlib Figure whose `alt` is its text alternative.
    """
    from asynclab.timeline.drawing import draw

    lanes = as_lanes(source)
    title = one_line(title)
    marks = [(moment, lane, one_line(text)) for moment, lane, text in marks]
    end = last_moment(lanes, source, marks)
    alt = describe(lanes, end, title, marks)
    return draw(lanes, indent(lanes), end or 1.0, title, marks, alt)


def as_lanes(source) -> list[TaskRecord]:
    """The task records of a trace, or of records and spans; parents before children."""
    if isinstance(source, Trace):
        source = [task for task in source.tasks if task.owner == "student"]
    lanes = [
        lane_of_span(item, number) if isinstance(item, Span) else item
        for number, item in enumerate(source)
    ]
    numbers = {lane.number for lane in lanes}
    children: dict[int | None, list[TaskRecord]] = {}
    for lane in lanes:
        children.setdefault(lane.parent if lane.parent in numbers else None, []).append(lane)
    ordered, waiting = [], children.pop(None, [])[::-1]
    while waiting:
        ordered.append(waiting.pop())
        waiting += children.pop(ordered[-1].number, [])[::-1]
    return ordered + [lane for rest in children.values() for lane in rest]


def lane_of_span(span: Span, number: int) -> TaskRecord:
    """A span as a lane that waits from its start to its end."""
    start, end = span.start, span.end
    steps = [(start, start)] if end is None else [(start, start), (end, end)]
    return TaskRecord(
        number, span.name, None, span.kind, start, steps=steps, ended=end, outcome=span.outcome
    )


def last_moment(lanes, source, marks) -> float:
    """The last moment that is known of, in seconds."""
    moments = [step[1] for lane in lanes for step in lane.steps[-1:]]
    moments += [lane.ended for lane in lanes if lane.ended is not None]
    moments += [lane.created for lane in lanes] + [moment for moment, _, _ in marks]
    if isinstance(source, Trace):
        moments.append(source.ended)
    return max(moments, default=0.0)


def indent(lanes) -> list[str]:
    """The lanes' labels, those of nested tasks (not of the first level) indented."""
    depth: dict[int, int] = {}
    labels = []
    for lane in lanes:
        depth[lane.number] = depth.get(lane.parent, -1) + 1 if lane.parent is not None else 0
        label = one_line(lane.name or lane.coroutine)
        if label.startswith("Task-") and lane.coroutine:
            label = f"{lane.coroutine} {label.removeprefix('Task-')}"
        prefix = "   " * max(depth[lane.number] - 2, 0) + ("└ " if depth[lane.number] > 1 else "")
        room = LABEL_LIMIT - len(prefix)
        labels.append(prefix + (label if len(label) <= room else label[: room - 1] + "…"))
    return labels


def describe(lanes, end: float, title: str = "", marks=()) -> str:
    """The picture in words, in Indonesian: how many tasks, how long, how each (or all) ended."""
    places = digits(end)

    def show(moment):
        return f"{moment:.{places}f}".replace(".", ",")

    parts = []
    if len(lanes) <= 12:
        for lane in lanes:
            finish = end if lane.ended is None else lane.ended
            begun = lane.steps[0][0] if lane.steps else finish
            # When an older task began is not known; the picture has no dots for it either.
            waited = lane.created >= 0 and begun - lane.created > end / 20
            late = f", {NOT_BEGUN} sampai {show(begun)}" if waited else ""
            ran = sum(stop - start for start, stop in lane.steps)
            busy = f", berjalan {show(ran)} detik" if ran > end / 20 else ""
            word = OUTCOME_WORDS[lane.outcome]
            life = f"{show(max(lane.created, 0))}–{show(finish)} {word}"
            parts.append(f"{lane.name} {life}{late}{busy}")
    else:
        for outcome, word in OUTCOME_WORDS.items():
            names = [lane.name for lane in lanes if lane.outcome == outcome]
            if names:
                named = outcome != "finished" and len(names) < 6
                parts.append(f"{len(names)} {word}" + (f" ({', '.join(names)})" if named else ""))
    parts += [f"pada {seconds(moment)} detik: {text}" for moment, _, text in marks]
    heading = f"{title}: " if title else ""
    return one_line(f"{heading}{len(lanes)} lajur, {show(end)} detik; " + "; ".join(parts) + ".")


def digits(end: float) -> int:
    """How many decimals tell moments apart on an axis of `end` seconds."""
    return 1 if end >= 1 or end <= 0 else min(6, 1 - math.floor(math.log10(end)))


def seconds(value: float) -> str:
    """A number of seconds in Indonesian figures: 0,5 and 1.000."""
    text = f"{value:,.6f}".rstrip("0").rstrip(".")
    return text.translate(str.maketrans(",.", ".,"))
