"""Rubrics as HTML and plain text: small functions of data."""

from __future__ import annotations

import re
from html import escape

from asynclab import messages

__all__ = ["rubric_html", "rubric_text"]

SIGNS = {True: "✓", False: "✗", None: "–"}
COLOURS = {True: "#1a7f37", False: "#c0392b", None: "#8a6d00"}
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
    state = messages.TABLE["skipped" if item.skipped else STATES[item.passed]]
    colour = "#777" if item.skipped else COLOURS[item.passed]
    details = "".join(
        f'<div style="margin:.3em 0 0 0">{_line(line)}</div>' for line in item.fact.splitlines()
    )
    if item.guess:
        details += f"<div><em>{messages.TABLE['maybe']}:</em> {_line(item.guess)}</div>"
    if item.hint and not item.skipped:
        details += f'<details style="margin:.3em 0 0 0"><summary>{messages.TABLE["hint"]}</summary>{_line(item.hint)}</details>'
    earned = item.points if item.passed else 0
    cell = "vertical-align:top;text-align:left;padding:.4em .6em;border-top:1px solid #8888;white-space:normal"
    return (
        f'<tr style="background:none"><td style="{cell};color:{colour};font-weight:bold;white-space:nowrap">'
        f'<span aria-hidden="true">{sign(item)}</span> {state}</td>'
        f'<td style="{cell};width:100%"><strong>{_line(item.sentence)}</strong>{details}</td>'
        f'<td style="{cell};white-space:nowrap">{messages.number(earned)} / {messages.number(item.points)}</td></tr>'
    )


def _line(text):
    """Escaped text with `code` in backticks set as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text, quote=False))
