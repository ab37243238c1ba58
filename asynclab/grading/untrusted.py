"""Untrusted: what comes back from a child process, checked before anything else looks at it."""

from __future__ import annotations

from asynclab import messages
from asynclab.recording import EVENT_LIMIT, TASK_LIMIT
from asynclab.schema import SchemaError, from_json
from asynclab.trace import Place, Trace, TraceError

__all__ = ["read_attempt", "read_fault", "read_trace"]

ATTEMPTS = ("file", "connect", "process", "kill", "inside")
KINDS = ("error", "stopped", "deadlock", "livelock", "horizon", "exited", "broken", "deaf")


def read_trace(data) -> Trace | str:
    """A trace from a child's JSON, or the sentence that says why it is none."""
    try:
        trace = Trace.from_json(data)
        if len(trace.notes_) + len(trace.spans_) > EVENT_LIMIT or len(trace.tasks) > TASK_LIMIT:
            raise TraceError(messages.malformed_trace("terlalu panjang"))
        # What a criterion would stumble over is the trace's fault, not the criterion's.
        for key in {note.key for note in trace.notes_}:
            trace.partial.notes(key)
        for kind in {span.kind for span in trace.spans_}:
            trace.partial.spans(kind)
        if trace.verdict != "finished":
            messages.verdict(trace)
    except TraceError as error:
        return str(error)
    except Exception as error:
        return messages.malformed_trace(type(error).__name__)
    return trace


def read_fault(data) -> dict | None:
    """A fault from a child's JSON, only its known parts; None where there is none."""
    if data is None:
        return None
    if not isinstance(data, dict) or data.get("kind") not in KINDS:
        return {"kind": "unreadable", "tainted": True}
    fault = {"kind": data["kind"], "tainted": data.get("tainted") is True}
    fault["place"] = _read_place(data.get("place"))
    fault["text"] = data["text"][:500] if isinstance(data.get("text"), str) else ""
    seconds = data.get("seconds", 0)
    fault["seconds"] = round(seconds) if type(seconds) in (int, float) and seconds < 1e6 else 0
    waiting = data.get("waiting")
    fault["waiting"] = [
        {"name": str(item.get("name"))[:100], "place": _read_place(item.get("place"))}
        for item in (waiting if isinstance(waiting, list) else [])[:8]
        if isinstance(item, dict)
    ]
    return fault


def read_attempt(data) -> dict | None:
    """An attempt from a child's JSON, only its known parts; None where it is none."""
    if not isinstance(data, dict) or data.get("what") not in ATTEMPTS:
        return None
    detail = data.get("detail")
    if not isinstance(detail, str):
        return None
    detail = "".join(sign if sign.isprintable() else "?" for sign in detail[:200])
    return {"what": data["what"], "detail": detail, "place": _read_place(data.get("place"))}


def _read_place(data):
    try:
        place = from_json(Place, data)
    except (SchemaError, TypeError, RecursionError):
        return None
    return {
        "function": place.function[:100],
        "line": place.line,
        "source": place.source[:200],
        "cell": place.cell[:100],
    }
