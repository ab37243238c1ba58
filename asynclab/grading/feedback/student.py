"""The student's own cells for a page: source, and outputs made harmless."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field

import bleach
from nbconvert.filters import strip_ansi

__all__ = ["CodeCell", "Output", "clean_html", "read_cell"]

TEXT_LIMIT = 20_000
TAGS = {
    "a", "b", "blockquote", "br", "caption", "code", "dd", "del", "div", "dl", "dt", "em", "h1", "h2", "h3",
    "h4", "h5", "h6", "hr", "i", "kbd", "li", "ol", "p", "pre", "s", "span", "strong", "sub", "sup", "table",
    "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul",
}  # fmt: skip
ATTRIBUTES = {"a": ["href", "title"], "td": ["colspan", "rowspan"], "th": ["colspan", "rowspan"]}
PROTOCOLS = {"http", "https", "mailto"}
# Their text is no text for people.
DROPPED = re.compile(
    r"<(script|style|svg|template|math|iframe|object)\b.*?(</\1\s*>|\Z)", re.S | re.I
)
PICTURES = ("image/png", "image/jpeg", "image/gif", "image/svg+xml")
FOREIGN_FRAME = re.compile(r"File .*?[\\/:]")


@dataclass(frozen=True)
class Output:
    """One output: kind "text", "error", "html" (cleaned) or "image" (a data URL)."""

    kind: str
    content: str


@dataclass(frozen=True)
class CodeCell:
    """A cell of the student's: its grade id or '', its number where it ran, its type, source, outputs."""

    name: str
    number: int | None
    type: str
    source: str
    outputs: list[Output] = field(default_factory=list)


def read_cell(cell) -> CodeCell:
    """A notebook's cell with its outputs made harmless."""
    name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
    outputs = [_read_output(output) for output in cell.get("outputs", [])]
    outputs = _joined(output for output in outputs if output and output.content.strip())
    return CodeCell(name, cell.get("execution_count"), cell.cell_type, cell.source, outputs)


def clean_html(html: str) -> str:
    """HTML in which nothing runs, loads or styles; '' where nothing to read is left."""
    cleaned = bleach.clean(
        DROPPED.sub("", html),
        tags=TAGS,
        attributes=ATTRIBUTES,
        protocols=PROTOCOLS,
        strip=True,
        strip_comments=True,
    )
    return cleaned if re.sub(r"<[^>]*>", "", cleaned).strip() else ""


def _joined(outputs):
    """Neighbouring texts as one."""
    joined = []
    for output in outputs:
        if joined and output.kind == joined[-1].kind == "text":
            joined[-1] = Output("text", joined[-1].content + output.content)
        else:
            joined.append(output)
    return joined


def _read_output(output):
    if output.output_type == "stream":
        return Output("text", _shorten(strip_ansi(_text(output.text))))
    if output.output_type == "error":
        return Output("error", _shorten(_read_traceback(output)))
    return _read_data(output.get("data", {}))


def _read_traceback(output):
    """The student's own lines of a traceback and its last line; no frame of a library or of the grader."""
    entries = [strip_ansi(_text(entry)) for entry in output.traceback]
    frames = [part for entry in entries for part in re.split(r"\n(?=File |Cell |Input )", entry)]
    own = [frame for frame in frames if not FOREIGN_FRAME.match(frame) and frame.strip("-\n")]
    return "\n".join(own) or f"{output.ename}: {output.evalue}"


def _read_data(data):
    for kind in PICTURES:
        if url := _picture_url(kind, data.get(kind)):
            return Output("image", url)
    if "text/html" in data and (html := clean_html(_text(data["text/html"])[:TEXT_LIMIT])):
        return Output("html", html)
    return Output("text", _shorten(_text(data.get("text/plain", ""))) + "\n")


def _picture_url(kind, content):
    """A data URL: in an `<img>` no picture can run or load anything."""
    if content is None:
        return ""
    if kind == "image/svg+xml":
        encoded = base64.b64encode(_text(content).encode("utf-8", "replace")).decode()
    else:
        encoded = re.sub(r"\s", "", _text(content))
        if not re.fullmatch(r"[A-Za-z0-9+/]+=*", encoded):
            return ""
    return f"data:{kind};base64,{encoded}"


def _shorten(text):
    return text if len(text) <= TEXT_LIMIT else text[:TEXT_LIMIT] + "\n…"


def _text(value):
    return "".join(map(str, value)) if isinstance(value, list) else str(value)
