"""Evidence: what one graded notebook holds, read from its bytes; whatever is in them, nothing is raised."""

from __future__ import annotations

import json
import re

from asynclab.grading import messages as grading_messages
from asynclab.grading import suspicion
from asynclab.grading.outputs import ATTEMPT_MIME
from asynclab.grading.report import messages
from asynclab.grading.report.records import Evidence, Notice
from asynclab.rubric import RUBRIC_MIME, Rubric
from asynclab.schema import SchemaError

__all__ = ["Given", "read_evidence", "read_given"]

NOTICE_LIMIT = 20
ANSWER_LIMIT = 60_000
TEXT_LIMIT = 200
UNJUDGED = "TidakDinilai"


class Given:
    """What everybody was given: sources of code cells, and the heading above each graded cell."""

    def __init__(self, sources=(), headings=None, order=()):
        self.sources = frozenset(sources)
        self.headings = headings or {}
        self.order = tuple(order)


def read_given(content: bytes) -> Given:
    """The student version of a notebook; an empty Given where it can't be read."""
    try:
        _, cells = _read(content)
    except ValueError:
        return Given()
    sources, headings, heading = [], {}, ""
    for cell in cells:
        source = _source(cell)
        if cell.get("cell_type") == "markdown":
            for line in source.splitlines():
                if found := re.match(r"#{1,3} (.+)", line):
                    heading = found[1].strip()
        elif cell.get("cell_type") == "code":
            sources.append(source.strip())
            if name := _grade_id(cell, "grade"):
                headings[name] = heading
    title = next((m[1].strip() for cell in cells if (m := re.match(r"# (.+)", _source(cell)))), "")
    return Given(sources, {**headings, "": title}, [name for name in headings if name])


def read_evidence(content: bytes, given: Given) -> Evidence:
    """What a graded notebook says; `problem` where it can't be read."""
    try:
        metadata, cells = _read(content)
    except ValueError as error:
        return Evidence(problem=messages.unreadable(str(error)[:80]))
    criteria, faults, notices, answer = [], [], [], []
    inspector = suspicion.Inspector()
    for cell in cells:
        if cell.get("cell_type") != "code":
            continue
        source, name = _source(cell), _grade_id(cell, "grade")
        if name and not _grade_id(cell, "solution"):
            criteria += [(name, item) for item in _read_rubric(cell)]
            faults += [(name, fault) for fault in _read_faults(cell)]
        elif source.strip() not in given.sources:
            answer.append(source)
            notices += _read_suspicions(inspector, cell, source)
        notices += _read_attempts(cell, source)
    return Evidence(
        tuple(criteria),
        tuple(faults),
        tuple(notices[:NOTICE_LIMIT]),
        "\n\n\n".join(answer)[:ANSWER_LIMIT],
        _read_sandboxed(metadata, cells),
    )


def _read(content):
    """(metadata, cells) of a notebook; raises ValueError where it is none."""
    try:
        notebook = json.loads(content)
        metadata, cells = notebook.get("metadata"), notebook["cells"]
    except (KeyError, TypeError, AttributeError):
        raise ValueError(messages.NO_CELLS) from None
    except (ValueError, RecursionError):
        raise ValueError(messages.NO_JSON) from None
    if not isinstance(cells, list):
        raise ValueError(messages.NO_CELLS)
    return metadata, [cell for cell in cells if isinstance(cell, dict)]


def _source(cell):
    source = cell.get("source", "")
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    return source if isinstance(source, str) else ""


def _grade_id(cell, kind):
    """The cell's grade id where it is of this kind ("grade" or "solution"), else ''."""
    try:
        meta = cell["metadata"]["nbgrader"]
        return meta["grade_id"] if meta.get(kind) and isinstance(meta["grade_id"], str) else ""
    except (KeyError, TypeError, AttributeError):
        return ""


def _data(cell, kind):
    """What the cell's outputs hold of this MIME type."""
    outputs = cell.get("outputs")
    for output in outputs if isinstance(outputs, list) else []:
        data = output.get("data") if isinstance(output, dict) else None
        if isinstance(data, dict) and kind in data:
            yield data[kind]


def _read_rubric(cell):
    try:
        return [
            item for data in _data(cell, RUBRIC_MIME) for item in Rubric.from_json(data).criteria
        ]
    except (SchemaError, TypeError, ValueError):
        return []


def _read_faults(cell):
    outputs = cell.get("outputs")
    for output in outputs if isinstance(outputs, list) else []:
        if isinstance(output, dict) and output.get("ename") == UNJUDGED:
            before, after = grading_messages.not_judged("\0").split("\0")
            yield str(output.get("evalue", "")).removeprefix(before).removesuffix(after)


def _read_suspicions(inspector, cell, source):
    lines = source.splitlines()
    for item in inspector.inspect(source):
        sentence = grading_messages.suspicion(0, item).partition(": ")[2]
        yield Notice(_count(cell), item.line, sentence, _line(lines, item.line))


def _read_attempts(cell, source):
    lines = source.splitlines()
    for data in _data(cell, ATTEMPT_MIME):
        for item in data if isinstance(data, list) else []:
            try:
                sentence = grading_messages.attempt(0, item).partition(": ")[2]
                place = item["place"] or {}
                line = int(place.get("line") or 0)
                text = str(place.get("source") or "")[:TEXT_LIMIT] or _line(lines, line)
            except (KeyError, TypeError, ValueError, AttributeError):
                continue
            here = str(place.get("cell") or _count(cell))
            number = int(here) if here.isdecimal() and len(here) < 6 else _count(cell)
            yield Notice(number, line, sentence[:TEXT_LIMIT], text, tried=True)


def _line(lines, number):
    return lines[number - 1].strip()[:TEXT_LIMIT] if 0 < number <= len(lines) else ""


def _count(cell):
    count = cell.get("execution_count")
    return count if type(count) is int else 0


def _read_sandboxed(metadata, cells):
    about = metadata.get("asynclab") if isinstance(metadata, dict) else None
    said = about.get("sandbox") if isinstance(about, dict) else None
    if isinstance(said, bool):
        return said
    # Notebooks of earlier versions say only where there was none.
    notes = [_source(cell) for cell in cells if cell.get("cell_type") == "markdown"]
    start = grading_messages.FOR_INSTRUCTOR
    told = any(note.startswith(start) and grading_messages.TRUSTED_NOTE in note for note in notes)
    return False if told else None
