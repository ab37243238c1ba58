"""Pictures: for a failed criterion, the run in which it failed, with the moment and lanes marked."""

from __future__ import annotations

from dataclasses import dataclass

from asynclab.grading.feedback import messages
from asynclab.rubric import Criterion
from asynclab.timeline.strips import describe_chart, make_chart, strips_of_spans, strips_of_tasks
from asynclab.timeline.svg import chart_svg
from asynclab.trace import Trace

__all__ = ["Picture", "draw_picture"]


@dataclass(frozen=True)
class Picture:
    """An inline SVG, the same in words, and what it shows of which run (to say it only once)."""

    svg: str
    words: str
    key: tuple


def draw_picture(criterion: Criterion, traces: list[Trace]) -> Picture | None:
    """The picture of a failed criterion; None where none would help, or its run was not kept."""
    if criterion.passed is not False or criterion.skipped:
        return None
    trace = next((trace for trace in traces if trace.scenario == criterion.scenario), None)
    if trace is None or not _helps(criterion, trace):
        return None
    spans = [span for span in trace.spans_ if span.kind == criterion.kind]
    unfinished = trace.verdict != "finished" or not spans
    strips = strips_of_tasks(trace) if unfinished else strips_of_spans(spans)
    if unfinished and not strips:
        strips = strips_of_spans(trace.spans_)
    if not strips:
        return None
    moment = criterion.moment
    if moment is None and len(criterion.names) == 1:
        starts = [strip.bars[0].start for strip in strips if strip.name == criterion.names[0]]
        moment = starts[0] if starts else None
    chart = make_chart(
        strips,
        trace.ended,
        moment=moment,
        label=messages.MOMENTS.get(trace.verdict, criterion.event),
        names=set(criterion.names),
    )
    return Picture(
        chart_svg(chart),
        describe_chart(chart),
        (criterion.scenario, criterion.kind, moment, tuple(criterion.names)),
    )


def _helps(criterion, trace):
    """Whether time tells anything: not where nothing had happened, nor where a value was wrong."""
    if trace.ended <= 0 and trace.verdict != "deadlock":
        return False
    if trace.verdict != "finished":
        return True
    return criterion.moment is not None or bool(criterion.kind) or bool(criterion.names)
