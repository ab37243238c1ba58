"""Strips: a few lanes of a run, chosen around one moment, as plain data to draw without matplotlib."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from asynclab.messages import number
from asynclab.records import Span, TaskRecord
from asynclab.timeline import OUTCOME_WORDS, as_lanes

__all__ = ["Bar", "Chart", "Strip", "describe_chart", "make_chart", "strips_of_spans", "strips_of_tasks"]  # fmt: skip

LIMIT = 12
NAME_LIMIT = 26
FEW = 3
"""How many times before and after the moment are shown of what happened again and again."""
NEAR = 1e-9


@dataclass(frozen=True)
class Bar:
    """A stretch of virtual seconds; end: None while it went on; outcome: as of a span."""

    start: float
    end: float | None
    outcome: str


@dataclass(frozen=True)
class Strip:
    """One lane: its name, its bars in order, the moments at which it ran, and what is said of it.

    note: where it waits, or ''; label: what to call it where its name says little, or '';
    marked: whether the violation is about it.
    """

    name: str
    bars: tuple[Bar, ...]
    ticks: tuple[float, ...] = ()
    note: str = ""
    label: str = ""
    marked: bool = False


@dataclass(frozen=True)
class Chart:
    """Strips on an axis from `begin` to `end` seconds; hidden: how many are left out.

    moment: the virtual seconds to point at, or None; label: what happened then, or ''.
    Bars may begin before `begin` or end after `end`.
    """

    strips: tuple[Strip, ...]
    begin: float
    end: float
    moment: float | None = None
    label: str = ""
    hidden: int = 0


def strips_of_spans(spans: Iterable[Span]) -> list[Strip]:
    """Spans as strips in the order of their begin; those of one name share a strip while they don't overlap."""
    strips: list[tuple[str, list[Bar]]] = []
    for span in sorted(spans, key=lambda span: span.began):
        bar = Bar(span.start, span.end, span.outcome)
        for name, bars in strips:
            if name == span.name and _is_over(bars[-1], bar.start):
                bars.append(bar)
                break
        else:
            strips.append((span.name, [bar]))
    return [Strip(name, tuple(bars)) for name, bars in strips]


def strips_of_tasks(trace) -> list[Strip]:
    """The student's tasks of a trace as strips; where a run did not end, those that wait say on which line."""
    places = {item.task: item.place for item in [*trace.stuck, *trace.leftovers] if item.place}
    return [_strip_of_task(task, places.get(task.number)) for task in as_lanes(trace)]


def _strip_of_task(task: TaskRecord, place):
    note = f"baris {place.line}" if place and place.line else ""
    if note and place.cell.isdigit():
        note = f"sel [{place.cell}] {note}"
    name = task.name or task.coroutine
    unnamed = name.startswith("Task-") and task.coroutine
    label = f"{task.coroutine} ({name})" if unnamed else name
    ticks = tuple(dict.fromkeys(start for start, _ in task.steps))
    bar = Bar(max(task.created, 0.0), task.ended, task.outcome)
    return Strip(name, (bar,), ticks, note, label)


def _is_over(bar, moment):
    return bar.end is not None and bar.end <= moment + NEAR


def make_chart(strips, ended: float, *, moment=None, label="", names=()) -> Chart:
    """At most LIMIT of the strips: those in `names` (marked), then those around the moment, then the first.

    ended: the last moment of the run, up to which what has no end is drawn. The axis shows no more
    time than the strips that stay, and of what happened again and again only a few times before and
    after the moment.
    """
    marked = [replace(strip, marked=strip.name in names) for strip in strips]
    order = sorted(range(len(marked)), key=lambda index: _distance(marked[index], index, moment))
    shown = [marked[index] for index in sorted(order[:LIMIT])]
    starts = [bar.start for strip in shown for bar in strip.bars]
    ends = [ended if bar.end is None else bar.end for strip in shown for bar in strip.bars]
    moments = [] if moment is None else [moment]
    begin = min([*starts, *moments]) if len(shown) < len(marked) and starts else 0.0
    end = max([*ends, *moments, begin + NEAR])
    narrow = _narrow(shown, moment, begin, end)
    if narrow != (begin, end):
        begin, end = narrow
        shown = [cut for strip in shown if (cut := _cut(strip, begin, end)).bars]
    return Chart(tuple(shown), begin, end, moment, label, len(marked) - len(shown))


def _narrow(strips, moment, begin, end):
    """The stretch to show: all, or a few times around the moment of what comes most often.

    All where the moment is the end: then the question is how it came to that.
    """
    starts = max((_starts(strip) for strip in strips), key=len, default=[])
    if moment is None or moment >= end - NEAR or len(starts) <= 2 * FEW:
        return begin, end
    before = [start for start in starts if start <= moment + NEAR][-FEW:]
    after = [start for start in starts if start > moment + NEAR][:FEW]
    marked = [bar.start for strip in strips if strip.marked for bar in strip.bars]
    nearest = sorted(marked, key=lambda start: abs(start - moment))[:1]
    last = end if len(after) < FEW else max(after)
    narrow = (min([*before, *nearest, moment]), max([last, *nearest]))
    return narrow if 0 < narrow[1] - narrow[0] < (end - begin) * 2 / 3 else (begin, end)


def _starts(strip):
    return sorted({*(bar.start for bar in strip.bars), *strip.ticks})


def _cut(strip, begin, end):
    """The bars and ticks of a strip that are seen between two moments."""
    bars = tuple(
        bar
        for bar in strip.bars
        if bar.start <= end + NEAR and (bar.end is None or bar.end >= begin - NEAR)
    )
    ticks = tuple(tick for tick in strip.ticks if begin - NEAR <= tick <= end + NEAR)
    return replace(strip, bars=bars, ticks=ticks)


def _distance(strip, index, moment):
    """What comes first is shown first: marked ones, those that last over the moment, those near it."""
    if moment is None:
        return (not strip.marked, 0.0, index)
    away = min(
        0.0
        if bar.start - NEAR <= moment and (bar.end is None or moment <= bar.end + NEAR)
        else min(abs(bar.start - moment), abs((bar.end or 0.0) - moment))
        for bar in strip.bars
    )
    return (not strip.marked, away, index)


def describe_strip(strip: Strip) -> str:
    """What happened in a strip: '0–2,5 s · selesai', or how often and how."""
    if len(strip.bars) == 1:
        (bar,) = strip.bars
        if bar.end is None:
            where = f" di {strip.note}" if strip.note else ""
            since = max([bar.start, *strip.ticks])
            return f"sejak {number(since)} s · menunggu{where}"
        moments = number(bar.start)
        if bar.end - bar.start > NEAR:
            moments += f"–{number(bar.end)}"
        return f"{moments} s · {OUTCOME_WORDS[bar.outcome]}"
    counts = Counter(bar.outcome for bar in strip.bars)
    ends = ", ".join(f"{number(counts[key])} {OUTCOME_WORDS[key]}" for key in OUTCOME_WORDS if counts[key])  # fmt: skip
    return f"{number(len(strip.bars))} kali · {ends}"


def _describe_bars(strip):
    """`describe_strip`, and for a few bars also when each began."""
    if 1 < len(strip.bars) <= 2 * FEW:
        starts = "; ".join(number(bar.start) for bar in strip.bars)
        return f"{describe_strip(strip)} (mulai {starts} s)"
    return describe_strip(strip)


def describe_chart(chart: Chart) -> str:
    """The picture in words, in Indonesian."""
    parts = [
        f"{strip.label or strip.name}{' (ditandai)' if strip.marked else ''}: {_describe_bars(strip)}"
        for strip in chart.strips
    ]
    if chart.hidden:
        parts.append(f"{number(chart.hidden)} lajur lain tidak digambar")
    if chart.moment is not None:
        label = f": {chart.label}" if chart.label else ""
        parts.append(f"garis putus-putus pada {number(chart.moment)} s{label}")
    return f"Dari {number(chart.begin)} sampai {number(chart.end)} s (waktu maya). " + "; ".join(parts) + "."  # fmt: skip
