"""Consistency: what in a trace cannot have happened; a forged one is easily caught contradicting."""

from __future__ import annotations

from itertools import chain

from asynclab.records import OUTCOMES, VERDICTS, Place
from asynclab.schema import SchemaError, from_json

__all__ = ["find_contradiction"]

SLACK = 1e-6
OWNERS = ("student", "world")
LEFTOVERS = ("task", "thread", "generator", "connection")
REASONS = {
    "type": str, "text": str, "place": Place | None, "limit": float, "progress": bool,
    "threads": list[str], "count": int,
}  # fmt: skip


def find_contradiction(trace) -> str:
    """The first thing in a trace that cannot have happened (time running backwards ...), or ''."""
    finders = (_in_frame, _in_spans, _in_order, _in_tasks, _in_sides, _in_network)
    return next((fault for finder in finders if (fault := finder(trace))), "")


def _in_frame(trace):
    if trace.verdict not in VERDICTS:
        return f"verdict {trace.verdict!r}"
    if trace.ended < 0 or trace.turns < 0:
        return f"ended {trace.ended:g}, turns {trace.turns}"
    for name, value in trace.reason.items():
        try:
            from_json(REASONS[name], value, f"reason.{name}")
        except (KeyError, SchemaError):
            return f"reason {name[:40]!r}"
    return ""


def _in_spans(trace):
    for span in trace.spans_:
        name = f"span {span.name[:40]!r}"
        is_open = span.outcome == "open"
        if span.outcome not in OUTCOMES:
            return f"{name}: outcome {span.outcome[:40]!r}"
        if is_open != (span.end is None) or is_open != (span.finished is None):
            return f"{name}: {span.outcome}, end {span.end}"
        if not is_open and (span.end < span.start or span.finished <= span.began):
            return f"{name}: start {span.start:g}, end {span.end:g}"
    return ""


def _in_order(trace):
    events = [(span.began, span.start) for span in trace.spans_]
    events += [(span.finished, span.end) for span in trace.spans_ if span.end is not None]
    events += [(note.order, note.time) for note in trace.notes_]
    events.sort()
    if len({order for order, _ in events}) != len(events):
        return "two events with one number"
    times = [time for _, time in events]
    if times != sorted(times):
        return "time runs backwards"
    if times and not (times[0] >= 0 and times[-1] <= trace.ended + SLACK and events[0][0] > 0):
        return "an event before the beginning or after the end"
    began = [span.began for span in trace.spans_]
    if began != sorted(began):
        return "spans out of order"
    return ""


def _in_tasks(trace):
    previous = 0
    for task in trace.tasks:
        name = f"task {task.name[:40]!r}"
        times = [0.0, task.created, *chain.from_iterable(task.steps)]
        times += [task.ended] if task.ended is not None else []
        if task.outcome not in OUTCOMES or (task.outcome == "open") != (task.ended is None):
            return f"{name}: {task.outcome[:40]}, ended {task.ended}"
        if times != sorted(times):
            return f"{name}: time runs backwards"
        if times[-1] > trace.ended + SLACK:
            return f"{name}: after the end"
        if task.number <= previous or not 0 <= (task.parent or 0) < task.number:
            return f"{name}: number {task.number}, parent {task.parent}"
        if task.owner not in OWNERS:
            return f"{name}: owner {task.owner[:40]!r}"
        previous = task.number
    return ""


def _in_sides(trace):
    if any(not 0 <= item.time <= trace.ended + SLACK for item in trace.observations):
        return "an observation before the beginning or after the end"
    for item in (*trace.leftovers, *trace.stuck):
        if item.kind not in LEFTOVERS:
            return f"leftover {item.kind[:40]!r}"
    return ""


def _in_network(trace):
    for item in trace.connections_:
        closed = [time for time in (item.client_closed, item.server_closed) if time is not None]
        if item.opened < 0 or item.sent < 0 or item.received < 0:
            return f"connection {item.number}: negative"
        if any(time < item.opened for time in closed):
            return f"connection {item.number}: closed before it was opened"
    for item in trace.failures_:
        if not 0 <= item.began <= item.ended:
            return f"failed connection to {item.host[:40]!r}: ended before it began"
    return ""
