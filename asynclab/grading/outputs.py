"""Outputs: a cell's outputs as a child reports them, reduced to what nbformat knows and bounded."""

from __future__ import annotations

import json

import nbformat

from asynclab.rubric import RUBRIC_MIME

__all__ = [
    "ATTEMPT_MIME", "TRACE_MIME", "read_outputs", "read_record", "write_notebook", "write_record",
]  # fmt: skip

TRACE_MIME = "application/vnd.asynclab.trace+json"
ATTEMPT_MIME = "application/vnd.asynclab.attempts+json"
RECORD = {"seed": int, "missing": str, "traces": list}
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


def write_record(record) -> str:
    """The record of a test cell's traces as it is stored in the notebook: JSON within JSON.

    As plain data it would be indented, copied and checked with all the rest at every step.
    """
    return json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def read_record(outputs) -> dict | None:
    """The record of traces among a cell's outputs; None where there is none, or one that nobody here has written."""
    for output in outputs:
        record = output.get("data", {}).get(TRACE_MIME)
        if record is None:
            continue
        try:
            # An earlier version stored it as plain data.
            record = json.loads(record) if isinstance(record, str) else record
            fits = all(type(record[name]) is kind for name, kind in RECORD.items())
        except (ValueError, TypeError, KeyError, RecursionError):
            return None
        return record if fits else None
    return None


def write_notebook(notebook, version=4) -> str:
    """A notebook as text that ends with a line."""
    text = nbformat.writes(notebook, version=version)
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
