"""The drawing of a timeline: one lane per task, running and waiting told apart, with matplotlib.

In a page the picture is an inline SVG whose ink is `currentColor`: it follows the light or dark
theme around it. Shapes say everything that colours say, and `Timeline.alt` says it in words.
"""

from __future__ import annotations

import hashlib
import html
import io
import math
import warnings

from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, PathPatch
from matplotlib.path import Path
from matplotlib.ticker import FuncFormatter, MaxNLocator

from asynclab.timeline import NOT_BEGUN, OUTCOME_WORDS, digits, seconds

__all__ = ["Timeline", "draw"]

WIDTH = 8.2
"""Inches; at 96 dots per inch the width of a JupyterLab output."""
LANE_LIMIT = 300

INK = "#1f2326"
RUNNING = "#1b7fc4"
WAITING = "#4a93bd"
ENDS = {  # outcome: marker, face, edge, size
    "finished": ("o", RUNNING, RUNNING, 5.5),
    "failed": ("X", "#d55e00", "#d55e00", 9.0),
    "cancelled": ("D", "none", "#c0559a", 6.5),
    "open": (">", "none", WAITING, 7.0),
}
MARK = "#d55e00"
STYLE = {
    "font.family": "sans-serif",
    "font.size": 9.0,
    "svg.fonttype": "none",  # text stays text: sharp, searchable, in the page's own size
    "text.parse_math": False,  # names and titles are what people wrote, also with a "$" in them
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "hatch.linewidth": 0.6,
    "path.simplify": False,
}


class Timeline(Figure):
    """A matplotlib figure with a text alternative, shown in notebooks as themed inline SVG."""

    alt = ""

    def to_svg(self) -> str:
        """The picture as one `<svg>` element for an HTML page, ink in the page's text colour."""
        buffer = io.StringIO()
        salt = hashlib.sha256(self.alt.encode()).hexdigest()[:12]
        with rc_context({**STYLE, "svg.hashsalt": salt}), warnings.catch_warnings():
            # The page's fonts draw the letters; matplotlib's, used to measure, needn't have them.
            warnings.filterwarnings("ignore", "Glyph .* missing", UserWarning)
            self.savefig(buffer, format="svg", transparent=True, metadata={"Date": None})
        drawing = buffer.getvalue()
        drawing = drawing[drawing.index("<svg") :].replace(INK, "currentColor")
        width = f"{self.get_figwidth():g}in"
        opening = (
            f'<svg role="img" aria-label="{html.escape(self.alt)}" '
            f'style="width:{width};max-width:100%;height:auto;display:block" '
        )
        return drawing.replace("<svg ", opening, 1)

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/html": self.to_svg(), "text/plain": self.alt}


def draw(lanes, labels, end, title, marks, alt) -> Timeline:
    """The picture of task records, under their labels, on an axis of `end` seconds."""
    shown, hidden = lanes[:LANE_LIMIT], len(lanes) - LANE_LIMIT
    with rc_context(STYLE):
        figure, axes = lay_out(shown, labels, title, len(marks))
        draw_axis(axes, end)
        draw_lanes(axes, shown, end)
        draw_labels(axes, shown, labels)
        draw_marks(figure, axes, shown, marks)
        draw_legend(figure, axes, shown, hidden)
    figure.alt = alt
    return figure


def lay_out(lanes, labels, title, mark_count):
    """An empty figure, and its axes placed so that labels, legend and marks have their room."""
    count = max(len(lanes), 1)
    lane_height = min(0.3, max(7.5 / count, 0.02))
    gutter = 0.3 + 0.073 * max(map(len, labels), default=0)
    top = 0.36 if title else 0.1
    bottom = 0.78 + 0.2 * mark_count
    height = top + count * lane_height + bottom
    figure = Timeline(figsize=(WIDTH, height))
    width = WIDTH - gutter - 0.5
    axes = figure.add_axes(
        [gutter / WIDTH, bottom / height, width / WIDTH, count * lane_height / height]
    )
    axes.set_ylim(count - 0.5, -0.5)
    if title:
        figure.text(0.1 / WIDTH, 1 - 0.12 / height, title, va="top", weight="bold", size=10.5)
    return figure, axes


def draw_axis(axes, end):
    """The time axis: seconds, in Indonesian figures, with light vertical lines."""
    axes.set_xlim(0, end * 1.012)
    axes.xaxis.set_major_locator(MaxNLocator(8, steps=[1, 2, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: seconds(value)))
    axes.grid(axis="x", color="#808080", alpha=0.35, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.set_xlabel("detik", loc="right", labelpad=1)
    axes.tick_params(length=0)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.patch.set_visible(False)


def draw_lanes(axes, lanes, end):
    """Every lane: dotted until its first step, then hollow where it waits, filled where it runs."""
    pixel = end / (axes.get_position().width * WIDTH * 96)
    waits, runs, scheduled = [], [], []
    for row, lane in enumerate(lanes):
        finish = end if lane.ended is None else lane.ended
        begin = lane.steps[0][0] if lane.steps else finish
        older = lane.created < 0
        if begin - lane.created > 2 * pixel and not older:
            scheduled.append((lane.created, begin, row))
        waits.append((0 if older else begin, finish, row))
        for start, stop in visible_steps(lane.steps, pixel):
            # Most steps are shorter than a pixel: they stay visible, inside their lane.
            visible = min(start + 2.5 * pixel, max(finish, start + pixel))
            runs.append((start, max(stop, visible), row))
    outline = 0.8 if len(lanes) <= 40 else 0.3  # thin lanes would be all outline
    axes.add_artist(
        bars(waits, 0.26, facecolor=WAITING + "38", edgecolor=WAITING, linewidth=outline)
    )
    axes.add_artist(bars(runs, 0.66, facecolor=RUNNING, edgecolor="none"))
    for start, stop, row in scheduled:
        axes.plot([start, stop], [row, row], color=WAITING, linestyle=":", linewidth=1.6)
    draw_ends(axes, lanes, end)


def visible_steps(steps, pixel) -> list[tuple[float, float]]:
    """The steps that can be told apart: joined where a lane hardly waited between them, and of
    those shorter than a pixel none nearer than four pixels to the one before."""
    blocks: list[tuple[float, float]] = []
    for start, stop in steps:
        if blocks and start - blocks[-1][1] < min(pixel, stop - start):
            blocks[-1] = (blocks[-1][0], stop)
        else:
            blocks.append((start, stop))
    visible: list[tuple[float, float]] = []
    for start, stop in blocks:
        if stop - start >= pixel or not visible or start - visible[-1][1] >= 4 * pixel:
            visible.append((start, stop))
    return visible


def bars(spans, height, **style) -> PathPatch:
    """Horizontal bars (start, stop, row) as one shape."""
    vertices, codes = [], []
    for start, stop, row in spans:
        low, high = row - height / 2, row + height / 2
        vertices += [(start, low), (stop, low), (stop, high), (start, high), (start, low)]
        codes += [Path.MOVETO, Path.LINETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY]
    return PathPatch(Path(vertices or [(0, 0)], codes or [Path.MOVETO]), **style)


def draw_ends(axes, lanes, end):
    """How each lane ended: its shape, and its time where there is room."""
    for outcome, (marker, face, edge, size) in ENDS.items():
        rows = [(row, lane) for row, lane in enumerate(lanes) if lane.outcome == outcome]
        times = [end if lane.ended is None else lane.ended for _, lane in rows]
        least = 0.3 if outcome == "finished" else 0.6
        scale = min(1.0, max(least, 20 / max(len(lanes), 1)))
        axes.plot(
            times, [row for row, _ in rows], marker, color=edge, markerfacecolor=face,
            markersize=size * scale, markeredgewidth=1.6 * scale, clip_on=False, zorder=4,
        )  # fmt: skip
    if len(lanes) <= 20:
        for row, lane in enumerate(lanes):
            if lane.ended is not None:
                axes.annotate(
                    seconds(round(lane.ended, digits(end))), (lane.ended, row), (7, 0),
                    textcoords="offset points", va="center", size=8,
                )  # fmt: skip


def draw_labels(axes, lanes, labels):
    """The lanes' names, flush left; every n-th one where they would overlap."""
    height = axes.get_position().height * axes.figure.get_figheight() / max(len(lanes), 1)
    size = 9 if height > 0.16 else 7
    every = max(1, math.ceil(size * 1.15 / 72 / height))
    axes.set_yticks([])
    left = 0.1 / WIDTH
    place = axes.get_yaxis_transform()
    width, origin = axes.get_position().width, axes.get_position().x0
    for row in range(0, len(lanes), every):
        axes.text(
            (left - origin) / width, row, labels[row],
            transform=place, va="center", size=size, clip_on=False,
        )  # fmt: skip


def draw_marks(figure, axes, lanes, marks):
    """Numbered flags on the moments in `marks`, and their texts below the axis."""
    height = figure.get_figheight()
    for number, (moment, lane, text) in enumerate(marks, 1):
        rows = [row for row, x in enumerate(lanes) if lane in (x.number, x.name)]
        low, high = (rows[0] - 0.45, rows[-1] + 0.45) if rows else (-0.5, len(lanes) - 0.5)
        axes.plot([moment] * 2, [low, high], color=MARK, linewidth=1.8, linestyle="--", zorder=5)
        axes.text(
            moment, low, str(number), ha="center", va="center", size=7.5, color="white", zorder=6,
            weight="bold", clip_on=False,
            bbox={"boxstyle": "circle,pad=0.2", "facecolor": MARK, "edgecolor": "none"},
        )  # fmt: skip
        line = 0.2 * (len(marks) - number) + 0.12
        figure.text(0.1 / WIDTH, line / height, f"({number}) pada {seconds(moment)} detik: {text}")


def draw_legend(figure, axes, lanes, hidden):
    """What the shapes mean, for those that occur, in one row under the axis."""
    entries = [
        (Patch(facecolor=RUNNING), "berjalan"),
        (Patch(facecolor=WAITING + "38", edgecolor=WAITING), "menunggu"),
    ]
    if any(len(line.get_xdata()) == 2 and line.get_linestyle() == ":" for line in axes.lines):
        entries.append((Line2D([], [], color=WAITING, linestyle=":", linewidth=1.6), NOT_BEGUN))
    for outcome, (marker, face, edge, size) in ENDS.items():
        if any(lane.outcome == outcome for lane in lanes):
            entries.append(
                (Line2D([], [], color=edge, marker=marker, markerfacecolor=face, markersize=size,
                        linestyle="none", markeredgewidth=1.6), OUTCOME_WORDS[outcome])
            )  # fmt: skip
    place = axes.get_position()
    figure.legend(
        *zip(*entries, strict=True), loc="lower left", ncols=len(entries), frameon=False,
        handlelength=1.3, handletextpad=0.5, columnspacing=1.4, borderaxespad=0,
        bbox_to_anchor=(place.x0, place.y0 - 0.62 / figure.get_figheight()),
    )  # fmt: skip
    if hidden > 0:
        axes.set_xlabel(f"… dan {hidden} task lain yang tidak digambar · detik", loc="right")
