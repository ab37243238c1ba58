"""Charts: the report's few pictures, drawn like the lessons' timelines; shapes and numbers say what colours say."""

from __future__ import annotations

import datetime
import statistics

from matplotlib import rc_context
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from asynclab.grading.report import messages
from asynclab.grading.report.records import AssignmentReport
from asynclab.messages import number
from asynclab.timeline.drawing import INK, MARK, RUNNING, STYLE, WAITING, Timeline

__all__ = ["Chart", "draw_handins", "draw_scores", "draw_tasks", "on_screen"]

WIDTH, HEIGHT = 3.9, 2.35
"""Inches; three stand side by side on a screen, and one fills a phone's."""
BINS = 10
GREY = "#7a8288"
PLAIN = {**STYLE, "text.parse_math": False}
PARTS = (  # what became of a task: word, face, edge, hatch, colour of its number
    ("penuh", RUNNING, RUNNING, "", "white"),
    ("sebagian", "#a9d2ea", WAITING, "", "#1f2327"),
    ("nol", MARK, MARK, "", "white"),
    ("tidak dinilai", "none", GREY, "////", ""),
)


class Chart(Timeline):
    """A picture whose ink follows the page's theme; `alt` says all of it in words, `caption` what to see in it."""

    caption = ""


def on_screen(chart: Chart) -> str:
    """The picture as `<svg>`; the style element goes, since the page has the same rule."""
    svg = chart.to_svg()
    start = svg.find("<style")
    return svg[:start] + svg[svg.index("</style>") + len("</style>") :] if start >= 0 else svg


def draw_scores(report: AssignmentReport) -> Chart:
    """How the totals of the judged submissions are spread."""
    totals = [row.total for row in report.graded if row.judged]
    middle = statistics.median(totals) if totals else 0.0
    points = report.points or 1.0
    counts = [0] * BINS
    for total in totals:
        counts[min(int(total / points * BINS), BINS - 1)] += 1
    with rc_context(PLAIN):
        chart, axes = _lay_out()
        width = points / BINS
        bars = axes.bar(
            [width * place for place in range(BINS)],
            counts,
            width * 0.9,
            align="edge",
            color=RUNNING,
        )
        axes.bar_label(bars, [str(count) if count else "" for count in counts], padding=2)
        axes.set_xlim(0, points)
        axes.set_ylim(0, max([*counts, 1]) * 1.22)
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value, 1)))
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        if totals:
            axes.axvline(middle, color=INK, linewidth=1.2, linestyle="--")
            left = middle > points / 2
            axes.annotate(
                f"median {number(middle, 1)}", (middle, 1), (-4 if left else 4, -1),
                xycoords=("data", "axes fraction"), textcoords="offset points",
                ha="right" if left else "left", va="top",
            )  # fmt: skip
        axes.set_xlabel("nilai", loc="right", labelpad=1)
    chart.alt = chart.caption = messages.scores_alt(
        report.title or report.slug, totals, report.points, middle
    )
    return chart


def draw_tasks(report: AssignmentReport) -> Chart:
    """For each task how many got all of its points, a part, none, or were not judged."""
    rows = []
    for place, task in enumerate(report.tasks):
        scores = [row.scores[place] for row in report.graded]
        judged = [score for score in scores if score is not None]
        full = sum(score >= task.points for score in judged)
        none = sum(score <= 0 < task.points for score in judged)
        parts = (full, len(judged) - full - none, none, len(scores) - len(judged))
        rows.append((short_title(task), *parts))
    with rc_context(PLAIN):
        chart, axes = _lay_out(max(HEIGHT, 0.75 + 0.22 * len(rows)), left=0.85, bottom=0.42)
        starts = [0] * len(rows)
        for at, (_, face, edge, hatch, ink) in enumerate(PARTS):
            lengths = [row[at + 1] for row in rows]
            bars = axes.barh(
                range(len(rows)), lengths, 0.72, starts,
                facecolor=face, edgecolor=edge, hatch=hatch, linewidth=0.6,
            )  # fmt: skip
            # A number that does not fit its bar would stand in the next one.
            least = 0.07 * max(map(sum, (row[1:] for row in rows)), default=1)
            labels = [str(length) if length >= max(least, 1) else "" for length in lengths]
            if ink:
                axes.bar_label(bars, labels, label_type="center", color=ink)
            starts = [start + length for start, length in zip(starts, lengths)]
        axes.set_yticks(range(len(rows)), [row[0] for row in rows])
        axes.set_ylim(max(len(rows), 1) - 0.5, -0.5)
        axes.set_xlim(0, max([*starts, 1]))
        axes.set_xticks([])
        axes.spines[["left", "bottom"]].set_visible(False)
        used = [part for at, part in enumerate(PARTS) if any(row[at + 1] for row in rows)]
        patches = [Patch(facecolor=p[1], edgecolor=p[2], hatch=p[3], linewidth=0.6) for p in used]
        chart.legend(
            patches, [part[0] for part in used], loc="lower left", ncols=4, frameon=False,
            handlelength=1, handletextpad=0.4, columnspacing=1, bbox_to_anchor=(0.0, 0.0),
        )  # fmt: skip
    chart.alt, chart.caption = messages.tasks_alt(rows), messages.tasks_caption(rows)
    return chart


def draw_handins(report: AssignmentReport, zone) -> Chart:
    """How many had handed in by which moment, and the due date."""
    rows = sorted((row for row in report.graded if row.handed_in), key=lambda row: row.handed_in)
    moments = [messages.in_zone(row.handed_in, zone).replace(tzinfo=None) for row in rows]
    late = [
        (moment, count) for count, (row, moment) in enumerate(zip(rows, moments), 1) if row.late > 0
    ]
    with rc_context(PLAIN):
        chart, axes = _lay_out(left=0.42)
        due = (
            None if report.due is None else messages.in_zone(report.due, zone).replace(tzinfo=None)
        )
        ends = [*moments, *([due] if due else [])] or [datetime.datetime(2000, 1, 1)]
        room = max((max(ends) - min(ends)) * 0.06, datetime.timedelta(hours=2))
        first, last = min(ends) - room, max(ends) + room
        steps = [0, *range(1, len(moments) + 1), len(moments)]
        axes.step([first, *moments, last], steps, where="post", color=RUNNING, linewidth=2)
        if late:
            axes.plot(*zip(*late), "D", color=MARK, markersize=5, zorder=4)
            axes.annotate("terlambat", late[-1], (4, -15), textcoords="offset points", ha="right")
        if due:
            axes.axvline(due, color=INK, linewidth=1.2, linestyle="--")
            right = (due - first) > (last - first) / 2
            axes.annotate(
                "tenggat", (due, 0), (-4 if right else 4, 4), xycoords=("data", "axes fraction"),
                textcoords="offset points", ha="right" if right else "left",
            )  # fmt: skip
        axes.set_xlim(first, last)
        axes.set_ylim(0, max(len(report.rows), 1) * 1.04)
        axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
        _write_days(axes, first, last)
        axes.grid(axis="y", color="#808080", alpha=0.35, linewidth=0.8)
        axes.set_axisbelow(True)
    unknown = len(report.graded) - len(rows)
    chart.alt = chart.caption = messages.handins_alt(
        len(rows) - len(late), len(late), unknown, report.due
    )
    return chart


def short_title(task) -> str:
    """The part of a heading before its colon: 'Tugas 3'."""
    return task.title.partition(":")[0].strip()[:14]


def _lay_out(height=HEIGHT, left=0.12, bottom=0.45):
    chart = Chart(figsize=(WIDTH, height))
    box = [
        left / WIDTH,
        bottom / height,
        (WIDTH - left - 0.12) / WIDTH,
        (height - bottom - 0.1) / height,
    ]
    axes = chart.add_axes(box)
    axes.spines[["top", "right"]].set_visible(False)
    axes.patch.set_visible(False)
    axes.tick_params(length=0)
    return chart, axes


def _write_days(axes, first, last):
    """At most four days below the axis, in Indonesian."""
    days = max((last - first).days, 1)
    midnight = datetime.datetime.combine(first.date(), datetime.time()) + datetime.timedelta(days=1)
    step = datetime.timedelta(days=-(-days // 4))
    ticks = []
    while midnight <= last and len(ticks) < 6:
        ticks.append(midnight)
        midnight += step
    axes.set_xticks(ticks, [f"{tick.day} {messages.MONTHS[tick.month - 1][:3]}" for tick in ticks])
