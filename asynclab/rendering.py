"""Rubrics as HTML and plain text: small functions of data."""

from __future__ import annotations

import re
from html import escape

from asynclab import messages

__all__ = ["rubric_html", "rubric_text"]

SIGNS = {True: "✓", False: "✗", None: "–"}
# White on these is readable, and they stand out from white and from black pages.
COLOURS = {"passed": "#1a7f37", "failed": "#b62324", "unjudged": "#8a5a00", "skipped": "#656d76"}
CELL = "vertical-align:top;text-align:left;padding:.5em .6em;border-top:1px solid #8888"
STATES = {True: "passed", False: "failed", None: "unjudged"}


def sign(criterion) -> str:
    """✓ passed, ✗ failed, – not reached or not judged."""
    return "–" if criterion.skipped else SIGNS[criterion.passed]


def rubric_text(rubric) -> str:
    """The rubric as lines of plain text."""
    lines = [messages.score(rubric)]
    for item in rubric.criteria:
        lines.append(f"{sign(item)} {item.sentence} ({messages.number(item.points)})")
        lines += [f"    {line}" for line in item.fact.splitlines()]
        lines += [f"    {messages.TABLE['maybe']}: {item.guess}"] if item.guess else []
        lines += (
            [f"    {messages.TABLE['hint']}: {item.hint}"] if item.hint and not item.skipped else []
        )
    return "\n".join(lines)


def rubric_html(rubric) -> str:
    """The rubric as an HTML table that works in light and dark themes and needs no style sheet."""
    rows = "".join(_row(item) for item in rubric.criteria)
    return (
        '<div class="asynclab-rubric" style="max-width:60em">'
        f"<p><strong>{messages.score(rubric)}</strong></p>"
        f'<table style="border-collapse:collapse;table-layout:auto;width:100%;text-align:left">{rows}</table></div>'
    )


def _row(item):
    state = "skipped" if item.skipped else STATES[item.passed]
    badge = (
        f'<span style="background:{COLOURS[state]};color:#fff;border-radius:3px;padding:.15em .5em;white-space:nowrap">'
        f'<span aria-hidden="true">{sign(item)}</span> {messages.TABLE[state]}</span>'
    )
    details = "".join(_paragraph(_line(line)) for line in item.fact.splitlines())
    if item.guess:
        details += _paragraph(f"<em>{messages.TABLE['maybe']}:</em> {_line(item.guess)}")
    if item.hint and not item.skipped:
        summary = f"<summary>{messages.TABLE['hint']}</summary>"
        details += f'<details style="margin-top:.3em">{summary}{_line(item.hint)}</details>'
    points = (
        f"{messages.number(item.points if item.passed else 0)} / {messages.number(item.points)}"
    )
    return (
        f'<tr style="background:none"><td style="{CELL}">{badge}</td>'
        f'<td style="{CELL};width:100%"><strong>{_line(item.sentence)}</strong>{details}</td>'
        f'<td style="{CELL};white-space:nowrap">{points}</td></tr>'
    )


def _paragraph(html):
    return f'<div style="margin-top:.3em">{html}</div>'


def _line(text):
    """Escaped text with `code` in backticks set as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text, quote=False))
