"""Page: the report as one HTML file that asks for nothing and in which nothing of a student's can run."""

from __future__ import annotations

import base64
import hashlib
import re
import statistics
from collections.abc import Callable
from importlib.resources import files

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup, escape

from asynclab.grading.report import messages
from asynclab.grading.report.charts import (
    draw_handins,
    draw_scores,
    draw_tasks,
    on_screen,
    short_title,
)
from asynclab.grading.report.records import AssignmentReport, Report
from asynclab.messages import number

__all__ = ["render"]

PAIRS = 30
"""Of the pairs that are alike, so many are shown for each assignment, with their texts."""
TEXT_LIMIT = 20_000
NAMES = 8
CRITERIA = 8
# Characters that turn the text around them, or that no screen shows: a name could hide in them.
UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)


def render(report: Report, zone) -> str:
    """The page. zone: the time zone in which moments are said."""
    sources = {name: _load(name) for name in ("page.html", "page.css", "page.js")}
    environment = Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined
    )
    environment.finalize = seen
    environment.filters |= {
        "code": set_code,
        "number": lambda value, digits=1: number(value, digits),
        "moment": lambda when: messages.moment(when, zone),
        "duration": messages.duration,
        "percent": messages.percent,
        "people": describe_people,
    }
    environment.globals |= {
        "charts": lambda assignment: draw_charts(assignment, zone),
        "summary": summarise,
        "short_title": short_title,
        "long_title": lambda task: task.title.partition(":")[2].strip() or task.title,
        "sides": set_sides,
        "sandbox": lambda item: messages.sandbox(
            len(item.graded), len(item.unsandboxed), len(item.unrecorded)
        ),
        "pending_command": messages.pending_command,
        "repair_commands": lambda item: messages.commands(
            "again", item.slug, [student for student, _ in item.problems]
        ),
        "pair_limit": PAIRS,
        "criterion_limit": CRITERIA,
        "name_limit": NAMES,
    }
    return environment.from_string(sources["page.html"]).render(
        report=report,
        totals=sum_up(report),
        style=Markup(sources["page.css"]),
        script=Markup(sources["page.js"]),
        script_hash=base64.b64encode(hashlib.sha256(sources["page.js"].encode()).digest()).decode(),
    )


def seen(value):
    """A text in which every character shows; markup of our own stays as it is."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return UNSEEN.sub("\N{REPLACEMENT CHARACTER}", value)
    return value


def set_code(text) -> Markup:
    """Escaped text in which what stands in backticks is set as code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(seen(text)))))


def describe_people(students, limit=NAMES) -> str:
    """Names with commas between; beyond `limit` they are counted."""
    names = [student.label for student in students[:limit]]
    rest = len(students) - limit
    return ", ".join([*names, f"dan {rest} lagi"] if rest > 0 else names)


def summarise(assignment: AssignmentReport) -> dict:
    """The numbers of one assignment: class, graded, late, median (or None), unjudged, notices, pairs."""
    totals = [row.total for row in assignment.graded if row.judged]
    return {
        "people": len(assignment.rows),
        "graded": len(assignment.graded),
        "late": sum(row.late > 0 for row in assignment.graded),
        "median": statistics.median(totals) if totals else None,
        "unjudged": sum(not row.judged for row in assignment.graded),
        "notices": len(assignment.notices),
        "pairs": len(assignment.pairs),
    }


def sum_up(report: Report) -> list[tuple]:
    """(student, row or None for each assignment, sum of points) for the table of the whole class."""
    people, rows = {}, {}
    for place, assignment in enumerate(report.assignments):
        for row in assignment.rows:
            people.setdefault(row.student.id, row.student)
            rows[row.student.id, place] = row
    places = range(len(report.assignments))
    return [
        (student, mine, sum(row.total for row in mine if row and row.graded))
        for id, student in people.items()
        for mine in [[rows.get((id, place)) for place in places]]
    ]


def draw_charts(assignment: AssignmentReport, zone) -> list[tuple[str, str, Markup]]:
    """(title, caption, picture) of an assignment's charts."""
    drawers: list[tuple[str, Callable]] = [
        ("Sebaran nilai", draw_scores),
        ("Nilai per tugas", draw_tasks),
    ]
    if any(row.handed_in for row in assignment.graded):
        drawers.append(("Pengumpulan", lambda item: draw_handins(item, zone)))
    charts = [(title, draw(assignment)) for title, draw in drawers]
    return [(title, chart.caption, Markup(on_screen(chart))) for title, chart in charts]


def set_sides(assignment: AssignmentReport, pair) -> list[tuple]:
    """(name, text with the matching lines marked) of either answer of a pair."""
    people = {row.student.id: row.student for row in assignment.rows}
    sides = []
    for key, matching in zip((pair.first, pair.second), pair.matches):
        lines = assignment.answers[key][:TEXT_LIMIT].splitlines()
        marked = [
            _mark(line) if at in matching else line for at, line in enumerate(map(seen, lines), 1)
        ]
        text = Markup("\n").join(marked)
        sides.append((people[key].label, text))
    return sides


def _mark(line):
    """The line with its text marked, its indentation left out."""
    text = line.lstrip()
    return Markup("{}<mark>{}</mark>").format(line[: len(line) - len(text)], text) if text else line


def _load(name) -> str:
    return (files("asynclab.grading.report") / name).read_text(encoding="utf-8")
