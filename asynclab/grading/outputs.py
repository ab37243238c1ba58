"""Outputs: a cell's outputs as a child reports them, reduced to what nbformat knows and bounded."""

from __future__ import annotations

import json
import uuid

import nbformat

from asynclab.rubric import RUBRIC_MIME

__all__ = ["ATTEMPT_MIME", "TRACE_MIME", "read_outputs", "write_notebook"]

TRACE_MIME = "application/vnd.asynclab.trace+json"
ATTEMPT_MIME = "application/vnd.asynclab.attempts+json"
OUTPUT_LIMIT = 200
SIZE_LIMIT = 4_000_000


def read_outputs(data) -> list[dict]:
    """Well-formed nbformat outputs from a child's JSON; what is none of these is left out."""
    kept, size = [], 0
    for item in (data if isinstance(data, list) else [])[:OUTPUT_LIMIT]:
        output = _read_output(item)
        if output is None:
            continue
        size += len(json.dumps(output))
        if size > SIZE_LIMIT:
            break
        kept.append(output)
    return kept


def write_notebook(notebook, version=4) -> str:
    """A notebook as JSON text like nbformat's, except that each record of traces stands on one line."""
    held = {}
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            if TRACE_MIME in output.get("data", {}):
                key = f"{TRACE_MIME} {uuid.uuid4()}"
                held[json.dumps(key)] = output.data[TRACE_MIME]
                output.data[TRACE_MIME] = key
    text = nbformat.writes(notebook, version=version)
    for key, record in held.items():
        text = text.replace(key, json.dumps(record, ensure_ascii=False, sort_keys=True))
    return text if text.endswith("\n") else f"{text}\n"


def _read_output(item):
    reader = _READERS.get(item.get("output_type")) if isinstance(item, dict) else None
    try:
        return reader and reader(item)
    except (KeyError, TypeError, ValueError):
        return None


def _read_stream(item):
    name, text = item["name"], _text(item["text"])
    if name not in ("stdout", "stderr"):
        raise ValueError(name)
    return {"output_type": "stream", "name": name, "text": text}


def _read_error(item):
    lines = [_text(line) for line in item["traceback"]]
    return {
        "output_type": "error",
        "ename": _text(item["ename"]),
        "evalue": _text(item["evalue"]),
        "traceback": lines,
    }


def _read_display(item):
    # Traces and rubrics belong to test cells; nobody else writes them.
    data = {
        _text(kind): value
        for kind, value in item["data"].items()
        if kind not in (TRACE_MIME, RUBRIC_MIME, ATTEMPT_MIME)
    }
    for kind, value in data.items():
        if not kind.endswith("json"):
            _text(value)
    if not data:
        raise ValueError("nothing to show")
    return {"output_type": "display_data", "data": data, "metadata": _metadata(item)}


def _read_result(item):
    count = item.get("execution_count")
    return {
        **_read_display(item),
        "output_type": "execute_result",
        "execution_count": count if type(count) is int else None,
    }


_READERS = {
    "stream": _read_stream,
    "error": _read_error,
    "display_data": _read_display,
    "execute_result": _read_result,
}


def _metadata(item):
    metadata = item.get("metadata")
    return metadata if isinstance(metadata, dict) else {}


def _text(value):
    if not isinstance(value, str):
        raise TypeError(type(value).__name__)
    # A lone surrogate can be in a Python string, but in no file.
    return value.encode("utf-8", "replace").decode("utf-8")
