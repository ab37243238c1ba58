"""Rendering of a feedback page: one self-contained HTML file in which nothing runs and nothing is loaded."""

from __future__ import annotations

import functools
import re
from html import escape
from pathlib import Path

import jinja2
from markupsafe import Markup
from nbconvert.filters import markdown2html
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from asynclab.grading.book import anchor
from asynclab.grading.feedback import messages
from asynclab.grading.feedback.page import Page
from asynclab.grading.feedback.student import clean_html
from asynclab.messages import number

__all__ = ["render_page"]

FOLDER = Path(__file__).parent
SIGNS = {"passed": "✓", "failed": "✗", "skipped": "–", "unjudged": "–"}
LINE = re.compile(r"sel \[(\d+)\] baris (\d+)")


def render_page(page: Page, book_url: str = "") -> str:
    """The page as HTML; the same page gives the same bytes.

    book_url: where the lessons are published, '' where they are only named.
    """
    answers = [cell for cell in page.answers if cell.type == "code"]
    numbers = {str(cell.number) for cell in [*answers, *page.others] if cell.number is not None}
    quoted = _quoted_lines(page)
    return _template().render(
        page=page,
        m=messages,
        signs=SIGNS,
        style=Markup((FOLDER / "feedback.css").read_text(encoding="utf-8")),
        number=lambda value: number(value, 2),
        prose=lambda text: Markup(_prose(text, numbers)),
        line=lambda text: Markup(_backticks(text)),
        markdown=lambda text: Markup(clean_html(markdown2html(text))),
        listing=lambda cell: Markup(_listing(cell, quoted)),
        quoted={cell for cell, _ in quoted},
        section_url=lambda section: _section_url(section, book_url),
        trusted=Markup,
    )


@functools.cache
def _template():
    loader = jinja2.FileSystemLoader(FOLDER)
    environment = jinja2.Environment(
        loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("feedback.html.j2")


def _quoted_lines(page):
    """(cell, line) of every line of theirs that a fact speaks of."""
    facts = [item.criterion.fact for task in page.tasks for item in task.items]
    facts += [sentence for _, sentence in page.broken]
    return {(int(cell), int(line)) for fact in facts for cell, line in LINE.findall(fact)}


def _prose(text, numbers):
    """Escaped text with `code` set as code, and the lines of the student's cells linked."""

    def link(found):
        cell, line = found.groups()
        if cell not in numbers:
            return found[0]
        return f'<a href="#sel-{cell}-baris-{line}">{found[0]}</a>'

    return LINE.sub(link, _backticks(text))


def _backticks(text):
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text, quote=False))


def _listing(cell, quoted):
    """A cell's source with a number and an address for every line; quoted lines stand out."""
    source = highlight(cell.source, _lexer(), _formatter()).rstrip("\n")
    rows = []
    for index, line in enumerate(source.split("\n"), 1):
        marked = ' class="quoted"' if (cell.number, index) in quoted else ""
        name = f' id="sel-{cell.number}-baris-{index}"' if cell.number is not None else ""
        rows.append(f"<li{name}{marked}><code>{line or ' '}</code></li>")
    return f'<ol class="listing">{"".join(rows)}</ol>'


@functools.cache
def _lexer():
    return PythonLexer(stripnl=False)


@functools.cache
def _formatter():
    return HtmlFormatter(nowrap=True)


def _section_url(section, book_url):
    if not book_url:
        return ""
    return f"{book_url.rstrip('/')}/{section.lesson}.html#{anchor(section.heading)}"
