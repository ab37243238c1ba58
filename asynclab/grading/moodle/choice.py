"""Choice: which of a student's notebooks is the assignment's, whatever its name has become on the way."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath

__all__ = ["Choice", "choose", "is_notebook", "read_sources"]

SHORTEST = 20
COPY = re.compile(r"\s*\(\d+\)|[-_ ]*(copy|salinan)\s*\d*( of| dari)?", re.IGNORECASE)


@dataclass
class Choice:
    """What to collect.

    chosen: the released notebook's name -> path; others: for the same notebook, not chosen;
    foreign: path -> slug of the assignment that it belongs to; unsure: chosen for want of another.
    """

    chosen: dict[str, str] = field(default_factory=dict)
    others: dict[str, list[str]] = field(default_factory=dict)
    foreign: dict[str, str] = field(default_factory=dict)
    unsure: list[str] = field(default_factory=list)


def read_sources(content: bytes) -> list[str] | None:
    """The cells' sources of a notebook; None where it can't be read as one."""
    try:
        data = json.loads(content.decode("utf-8-sig"))
        if isinstance(data.get("worksheets"), list):
            data = data["worksheets"][0]
        cells = data["cells"]
        texts = [cell.get("source", cell.get("input", "")) for cell in cells]
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError):
        return None
    joined = ["".join(map(str, text)) if isinstance(text, list) else text for text in texts]
    return [text.strip() for text in joined if isinstance(text, str)]


def is_notebook(content: bytes) -> bool:
    """Whether these bytes are a notebook, whatever the file's name says."""
    head = content[:200].lstrip(b"\xef\xbb\xbf \t\r\n")
    return head.startswith(b"{") and b'"nbformat"' in content and read_sources(content) is not None


def choose(
    notebooks: dict[str, list[str] | None], released: dict[tuple[str, str], list[str]], slug: str
) -> Choice:
    """Choose among a student's notebooks.

    notebooks: path -> sources, None where unreadable; released: (slug, notebook's name without
    ending) -> sources of the student version; slug: the assignment that is collected.
    """
    wanted = {name: sources for (owner, name), sources in released.items() if owner == slug}
    choice = Choice()
    ranked: dict[str, list] = {name: [] for name in wanted}
    for path, sources in sorted(notebooks.items()):
        best, shared = _find_owner(sources, released)
        if best is not None and best[0] != slug:
            choice.foreign[path] = best[0]
            continue
        name = best[1] if best else _match_name(path, wanted)
        if name is not None:
            ranked[name].append((_rank(path, sources, name, wanted[name], shared), path))
    for name, found in ranked.items():
        if not found:
            continue
        found.sort(key=lambda item: item[0], reverse=True)
        choice.chosen[name] = found[0][1]
        if len(found) > 1:
            choice.others[name] = [path for _, path in found[1:]]
        if not found[0][0][0] and notebooks[found[0][1]] is not None:
            choice.unsure.append(found[0][1])
    return choice


def _find_owner(sources, released):
    """((slug, notebook) that shares the most cells with it, how many); (None, 0) where none does."""
    texts = {text for text in sources or () if len(text) >= SHORTEST}
    shared = {key: len(texts & set(cells)) for key, cells in released.items()}
    best = max(shared, key=shared.get, default=None)
    return (best, shared[best]) if best is not None and shared[best] else (None, 0)


def _match_name(path, wanted):
    """The notebook that a file's name means; the only one there is, whatever the name."""
    stem = _plain(path)
    close = [name for name in wanted if name.casefold() in stem]
    if close:
        return max(close, key=len)
    return next(iter(wanted)) if len(wanted) == 1 else None


def _rank(path, sources, name, stub, shared):
    """The higher, the more likely it is what the student wanted to hand in."""
    stem = PurePosixPath(path).stem
    answered = any(text not in stub for text in sources or ())
    return (shared > 0, sources is not None, answered, stem == name, _plain(path) == name, shared)


def _plain(path):
    return COPY.sub("", PurePosixPath(path).stem).strip().casefold()
