"""Rejudge: a graded notebook judged again from its stored traces; a pure function that runs no student code."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import nbformat

from asynclab.grading import messages
from asynclab.grading.marks import MARK

__all__ = ["Rejudged", "is_test", "rejudge", "rejudge_folder"]


@dataclass
class Rejudged:
    """What came of one student's folder.

    notebooks: name -> the bytes of one that has changed; scores: (notebook, cell) -> points, None for not
    judged; faults: (cell, why it could not be judged again), with '' for a whole notebook; lost: why
    nothing could be read at all, or ''.
    """

    notebooks: dict[str, bytes] = field(default_factory=dict)
    scores: dict[tuple[str, str], float | None] = field(default_factory=dict)
    faults: list[tuple[str, str]] = field(default_factory=list)
    lost: str = ""


def rejudge_folder(folder: Path, tests: dict[str, dict[str, str]]) -> Rejudged:
    """The graded notebooks in a folder, judged anew; tests: notebook -> test cell -> its source now."""
    rejudged = Rejudged()
    try:
        paths = [path for path in sorted(folder.glob("*.ipynb")) if path.stem in tests]
        if not paths or (folder / MARK).exists():
            rejudged.lost = (messages.half_graded if paths else messages.none_graded)(folder)
            return rejudged
        for path in paths:
            content = path.read_bytes()
            now, scores, faults = rejudge(content, tests[path.stem])
            if now != content:
                rejudged.notebooks[path.stem] = now
            rejudged.scores.update({(path.stem, cell): score for cell, score in scores.items()})
            rejudged.faults += faults
    except OSError as error:
        rejudged.lost = messages.unreadable_folder(error.filename or folder, error.strerror)
    except Exception as error:
        rejudged.lost = messages.engine_broke(f"{type(error).__name__}: {error}")
    return rejudged


def rejudge(content: bytes, tests: dict[str, str]):
    """(the notebook judged anew, {cell: points or None}, [(cell, why it could not be)]).

    content: an autograded notebook; tests: test cell -> its source now. A cell without usable traces stays as it was.
    """
    # Not at the top: `asynclab regrade --help` needs none of it.
    from asynclab.grading.execute import find_fault
    from asynclab.grading.judge import Evidence, judge
    from asynclab.grading.outputs import read_record, write_notebook
    from asynclab.stripping import strip

    try:
        notebook = json.loads(content)
        cells = {_meta(cell)["grade_id"]: cell for cell in notebook["cells"] if is_test(cell)}
        sources = {name: _text(cell["source"]) for name, cell in cells.items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        return content, {}, [("", messages.REGRADE_UNREADABLE)]
    names = [name for name in cells if name in tests]
    old = dict(zip(names, strip([sources[name] for name in names])))
    new = dict(zip(names, strip([tests[name] for name in names])))
    faults = [(name, messages.REGRADE_NO_TRACE) for name in tests if name not in cells]
    evidence, seed = [], 0
    for name in names:
        cell_fault = find_fault(name, tests[name], new[name])
        record = read_record(cells[name]["outputs"])
        if record is None or record.get("dropped") or not (record["traces"] or record["missing"]):
            faults.append((name, messages.REGRADE_NO_TRACE))
            continue
        if not cell_fault and old[name].source != new[name].source:
            faults.append((name, messages.REGRADE_OTHER_RUN))
            continue
        seed = record["seed"]
        points = float(_meta(cells[name])["points"])
        traces = [_read_trace(item) for item in record["traces"]]
        evidence.append(Evidence(name, tests[name], points, traces, record["missing"], cell_fault))
    scores, changed = {}, False
    for judgement in judge(evidence, seed):
        changed |= _write_judgement(cells[judgement.name], tests[judgement.name], judgement)
        scores[judgement.name] = float(judgement.score) if judgement.judged else None
        if not judgement.judged:
            faults.append((judgement.name, judgement.fault))
    if changed:
        content = write_notebook(nbformat.reads(json.dumps(notebook), 4)).encode()
    return content, scores, faults


def _read_trace(data):
    from asynclab.grading.untrusted import read_trace

    return data["rejected"] if "rejected" in data else read_trace(data)


def _write_judgement(cell, source, judgement) -> bool:
    """Put a judgement into its cell; whether anything has changed by that."""
    from nbgrader.utils import compute_checksum

    from asynclab.grading.execute import judgement_outputs

    kept = [output for output in cell["outputs"] if not _is_judgement(output)]
    outputs = judgement_outputs(judgement, cell["execution_count"]) + kept
    if _text(cell["source"]) == source and list(map(_joined, cell["outputs"])) == outputs:
        return False
    cell["source"], cell["outputs"] = source, outputs
    meta = _meta(cell)
    if "checksum" in meta:
        meta["checksum"] = compute_checksum(nbformat.from_dict(cell))
    return True


def _is_judgement(output):
    data = output.get("data", {})
    is_record = any(kind.startswith("application/vnd.asynclab.") for kind in data)
    return not is_record or "text/html" in data or "text/plain" in data


def _joined(output):
    """An output as it is in memory: on disk a text is a list of lines."""
    texts = {kind: _text(value) for kind, value in output.get("data", {}).items()}
    return {**output, "data": texts} if texts else output


def _text(value):
    is_lines = isinstance(value, list) and all(isinstance(line, str) for line in value)
    return "".join(value) if is_lines else value


def is_test(cell) -> bool:
    """Whether a notebook's cell is one that is judged by its traces."""
    meta = _meta(cell)
    return bool(cell["cell_type"] == "code" and meta.get("grade") and not meta.get("solution"))


def _meta(cell):
    return cell["metadata"].get("nbgrader", {})
