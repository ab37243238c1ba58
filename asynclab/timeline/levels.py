"""Levels: how much there was of something from moment to moment, such as the depth of a queue.

The picture is a sister of the timeline: the same axis, themes, and text alternative.
"""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib import rc_context
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from asynclab.timeline import digits, seconds
from asynclab.timeline.drawing import MARK, RUNNING, STYLE, WAITING, WIDTH, Timeline, draw_axis
from asynclab.timeline.labels import one_line

__all__ = ["describe_levels", "levels"]

GUTTER, RIGHT, PLOT, BOTTOM = 0.88, 0.5, 1.1, 0.78
"""Inches: left (as for lanes with names of 8 letters) and right of the axes, their height, below."""


def levels(
    history: Sequence[tuple[float, float]],
    *,
    title: str = "",
    name: str = "isi antrean",
    limit: float | None = None,
) -> Timeline:
    """Draw a level that changes by jumps.

    history: (seconds, level) of every change, in order, as `Trace.notes` gives them; before the
        first change the level is 0, and nothing is known after the last.
    title: a line above the picture. name: what the level measures.
    limit: a level to draw a dashed line at, such as a queue's `maxsize`.
    Returns a matplotlib Figure whose `alt` is its text alternative.
    """
    title, name = one_line(title), one_line(name)
    times, values = zip((0.0, 0), *history, strict=True)
    end = times[-1] or 1.0
    top = 0.36 if title else 0.1
    height = top + PLOT + BOTTOM
    with rc_context(STYLE):
        figure = Timeline(figsize=(WIDTH, height))
        box = (GUTTER / WIDTH, BOTTOM / height, (WIDTH - GUTTER - RIGHT) / WIDTH, PLOT / height)
        axes = figure.add_axes(box)
        draw_axis(axes, end)
        draw_level(axes, times, values, limit)
        draw_names(figure, axes, name, limit)
        if title:
            figure.text(0.1 / WIDTH, 1 - 0.12 / height, title, va="top", weight="bold", size=10.5)
    figure.alt = describe_levels(times, values, title, name, limit)
    return figure


def draw_level(axes, times, values, limit):
    """The level as a filled staircase, and its limit as a dashed line."""
    axes.fill_between(times, values, step="post", color=WAITING + "38", linewidth=0)
    axes.step(times, values, where="post", color=RUNNING, linewidth=1.6)
    if limit is not None:
        axes.axhline(limit, color=MARK, linestyle="--", linewidth=1.4)
    axes.set_ylim(0, max(*values, limit or 0, 1) * 1.08)
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: seconds(value)))


def draw_names(figure, axes, name, limit):
    """What the shapes mean, in one row under the axis."""
    entries = [(Patch(facecolor=WAITING + "38", edgecolor=RUNNING), name)]
    if limit is not None:
        line = Line2D([], [], color=MARK, linestyle="--", linewidth=1.4)
        entries.append((line, f"batas: {seconds(limit)}"))
    place = axes.get_position()
    figure.legend(
        *zip(*entries, strict=True), loc="lower left", ncols=len(entries), frameon=False,
        handlelength=1.6, handletextpad=0.5, columnspacing=1.4, borderaxespad=0,
        bbox_to_anchor=(place.x0, place.y0 - 0.62 / figure.get_figheight()),
    )  # fmt: skip


def describe_levels(times, values, title: str, name: str, limit: float | None) -> str:
    """The picture in words, in Indonesian: its highest level and when it was first reached."""
    places = digits(times[-1])
    peak = max(values)
    first = f"{times[values.index(peak)]:.{places}f}".replace(".", ",")
    whole = f"{times[-1]:.{places}f}".replace(".", ",")
    heading = f"{title}: " if title else ""
    bound = "" if limit is None else f"; batas {seconds(limit)}"
    return (
        f"{heading}{name} selama {whole} detik; paling banyak {seconds(peak)}, "
        f"pertama kali pada {first} detik{bound}; terakhir {seconds(values[-1])}."
    )
