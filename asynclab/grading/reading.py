"""Reading: a file that a student handed in, as a notebook of the shape that everything after it relies on.

nbformat reads what Jupyter writes; here comes what editors, browsers, synchronisers and people made of it.
What can be read is kept, what is of an impossible shape is dropped, and only where no cells can be
had at all there is no notebook. Outputs are dropped: grading makes its own.
"""

from __future__ import annotations

import codecs
import json
import re
import warnings

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_notebook
from traitlets.log import get_logger

from asynclab.grading import messages

__all__ = ["UnreadableError", "is_cell_id", "read_notebook"]

TYPES = {"code", "markdown", "raw"}
DEPTH = 12
LARGEST_NUMBER = 300
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"{\0\0\0", "utf-32-le"),
    (b"\0\0\0{", "utf-32-be"),
    (b"{\0", "utf-16-le"),
    (b"\0{", "utf-16-be"),
)


class UnreadableError(Exception):
    """There is no notebook in a file; the text is half a sentence that says why."""


def read_notebook(content: bytes) -> tuple[NotebookNode, list[str]]:
    """(a notebook of version 4 without outputs, what was damaged about it, a sentence each).

    Every cell has a type, a source that is text which can be stored, metadata, and an id of its own.
    Raises UnreadableError.
    """
    text, sentences = _decode(content)
    data = _find_cells(_parse(text))
    metadata = _tidy(data.get("metadata"))
    notebook = new_notebook()
    notebook.metadata = nbformat.from_dict(metadata if isinstance(metadata, dict) else {})
    for name in ("kernelspec", "language_info", "asynclab"):
        if not isinstance(notebook.metadata.get(name, {}), dict):
            del notebook.metadata[name]
    shaped = [_shape_cell(cell) for cell in data["cells"]]
    notebook.cells = [cell for cell in shaped if cell is not None]
    if None in shaped:
        sentences.append(messages.dropped_cells(shaped.count(None)))
    _give_ids(notebook.cells)
    return notebook, sentences


def is_cell_id(value) -> bool:
    """Whether nbformat takes this as a cell's id."""
    return isinstance(value, str) and re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", value) is not None


# ---- text and JSON


def _decode(content):
    encoding = next((name for mark, name in MARKS if content.startswith(mark)), "utf-8")
    try:
        text, sentences = content.decode(encoding), []
    except UnicodeDecodeError:
        text, sentences = content.decode(encoding, "replace"), [messages.DAMAGED_TEXT]
    if not text.strip("\ufeff\0 \t\r\n"):
        raise UnreadableError(messages.EMPTY_FILE)
    return text.lstrip("\ufeff"), sentences


def _parse(text):
    try:
        # Not strict: an editor may have put real line ends and tabs into strings.
        return json.loads(
            text,
            strict=False,
            parse_int=_parse_int,
            parse_float=_parse_float,
            parse_constant=lambda name: None,
        )
    except RecursionError:
        raise UnreadableError(messages.TOO_DEEP) from None
    except json.JSONDecodeError as error:
        if error.pos >= len(text.rstrip()) or "Unterminated" in error.msg:
            raise UnreadableError(messages.CUT_OFF) from None
        raise UnreadableError(messages.not_json(error.lineno)) from None


def _parse_int(digits):
    return int(digits) if len(digits) <= LARGEST_NUMBER else None


def _parse_float(digits):
    number = float(digits)
    return number if abs(number) != float("inf") else None


def _find_cells(data):
    """The notebook as a dict with a list of cells."""
    if not isinstance(data, dict):
        raise UnreadableError(messages.NO_NOTEBOOK)
    if "worksheets" in data and "cells" not in data:
        data = _upgrade(data)
    if not isinstance(data.get("cells"), list):
        raise UnreadableError(messages.NO_NOTEBOOK)
    return data


def _upgrade(data):
    """A notebook of version 2 or 3 in today's."""
    log = get_logger()
    disabled, log.disabled = log.disabled, True
    try:
        # What nbformat warns of is mended here or later; nobody can do anything about it.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return nbformat.convert(nbformat.from_dict(data), 4)
    except Exception:
        # Whatever nbformat stumbles over: the file claims to be old, and is not.
        raise UnreadableError(messages.OLD_FORMAT) from None
    finally:
        log.disabled = disabled


# ---- shapes


def _shape_cell(cell):
    """One cell, or None where there is nothing to keep."""
    if not isinstance(cell, dict):
        return None
    source = cell.get("source", "")
    if isinstance(source, list):
        source = "".join(item for item in source if isinstance(item, str))
    if not isinstance(source, str):
        return None
    kind = cell.get("cell_type")
    metadata = _tidy(cell.get("metadata"))
    shaped = NotebookNode(
        id=cell.get("id") if is_cell_id(cell.get("id")) else None,
        cell_type=kind if isinstance(kind, str) and kind in TYPES else "raw",
        metadata=nbformat.from_dict(metadata if isinstance(metadata, dict) else {}),
        source=_storable(source),
    )
    if shaped.cell_type == "code":
        shaped.outputs, shaped.execution_count = [], None
    elif attachments := _shape_attachments(cell.get("attachments")):
        shaped.attachments = nbformat.from_dict(attachments)
    return shaped


def _shape_attachments(attachments):
    """The attachments that are pictures: name -> kind -> text."""
    if not isinstance(attachments, dict):
        return {}
    bundles = {
        _storable(name): {
            kind: _storable(data)
            for kind, data in bundle.items()
            if isinstance(data, str) and re.fullmatch(r"[\w.+-]+/[\w.+-]+", kind, re.ASCII)
        }
        for name, bundle in attachments.items()
        if isinstance(bundle, dict)
    }
    return {name: bundle for name, bundle in bundles.items() if bundle}


def _tidy(value, depth=DEPTH):
    """A JSON value no deeper than `depth`, with text that can be stored."""
    if isinstance(value, str):
        return _storable(value)
    if isinstance(value, (dict, list)) and not depth:
        return None
    if isinstance(value, dict):
        return {_storable(key): _tidy(item, depth - 1) for key, item in value.items()}
    if isinstance(value, list):
        return [_tidy(item, depth - 1) for item in value]
    return value


def _storable(text):
    # A lone surrogate can be in a Python string and in JSON, but in no file.
    return text.encode("utf-8", "replace").decode()


def _give_ids(cells):
    """Each cell an id of its own; of several with the same one the first keeps it."""
    taken, used, number = {cell.id for cell in cells}, set(), 0
    for cell in cells:
        if cell.id is None or cell.id in used:
            number += 1
            while f"sel-{number}" in taken:
                number += 1
            cell.id = f"sel-{number}"
        used.add(cell.id)
