"""`asynclab regrade`: stored traces judged again by the test cells as they are now in source/; runs no student code."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import nbformat

from asynclab.errors import CommandError
from asynclab.grading import messages
from asynclab.grading.definition import Definition, read_definition, read_extra_files
from asynclab.grading.job import Graded
from asynclab.grading.release import CONFIG, open_course
from asynclab.grading.writer import Writer

__all__ = ["Regraded", "add_arguments", "read_tests", "regrade_all", "rejudge", "run"]


@dataclass
class Regraded:
    """What became of one student's submission.

    changes: (cell, score before, score now), None for not judged; faults: (cell, why it could not be
    judged again), with '' for the whole submission.
    """

    student: str
    changes: list[tuple[str, float | None, float | None]] = field(default_factory=list)
    faults: list[tuple[str, str]] = field(default_factory=list)


def add_arguments(parser):
    """Arguments of `asynclab regrade`."""
    parser.add_argument("slug", help="tugas yang kriterianya berubah")


def run(arguments) -> int:
    """0 if every submission was judged again, 1 if one could not be."""
    from asynclab.grading.grade import usable_gradebook

    root = Path.cwd()
    if not (root / CONFIG).is_file():
        raise CommandError(messages.no_course(root), exit_code=2)
    api = open_course(root)
    count = changed = 0
    left = []
    with usable_gradebook():
        definition = read_definition(api, arguments.slug)
        for regraded in regrade_all(api, definition, read_tests(api, definition)):
            count += 1
            changed += bool(regraded.changes)
            left += [(regraded.student, *fault) for fault in regraded.faults]
            for change in regraded.changes:
                print(messages.regrade_change(regraded.student, *change))
    if not count:
        raise CommandError(messages.nothing_graded(arguments.slug), exit_code=2)
    print(messages.regrade_summary(count, changed))
    for student, cell, reason in left:
        print("  " + messages.regrade_fault(student, cell, reason))
    return 1 if left else 0


def read_tests(api, definition) -> dict[str, dict[str, str]]:
    """notebook -> test cell -> its source as it stands in source/ now.

    Raises CommandError where cells or points are other than in the gradebook: scores would not fit.
    """
    coursedir = api.coursedir
    tests = {}
    for notebook in definition.notebooks:
        folder = coursedir.format_path(coursedir.source_directory, ".", definition.slug)
        path = Path(folder, f"{notebook.name}.ipynb")
        try:
            cells = nbformat.read(path, 4).cells
        except Exception as error:
            raise CommandError(messages.unreadable_source(path, error), exit_code=2) from None
        found = {cell.metadata.nbgrader["grade_id"]: cell for cell in cells if _is_test(cell)}
        points = {name: cell.metadata.nbgrader["points"] for name, cell in found.items()}
        if points != {cell.name: cell.points for cell in notebook.cells if cell.grade}:
            raise CommandError(messages.generate_first(definition.slug), exit_code=2)
        tests[notebook.name] = {name: cell.source for name, cell in found.items()}
    return tests


def regrade_all(api, definition: Definition, tests) -> Iterator[Regraded]:
    """Judge every graded submission again and yield what changed, by student; only what changed is written.

    tests: see read_tests.
    """
    coursedir = api.coursedir
    with Writer(api, definition) as writer:
        submissions = writer.gradebook.assignment_submissions(definition.slug)
        students = sorted(submission.student_id for submission in submissions)
        for student in students:
            folder = Path(
                coursedir.format_path(coursedir.autograded_directory, student, definition.slug)
            )
            if folder.is_dir():
                yield _regrade_one(writer, definition, tests, student, folder, coursedir.ignore)


def _regrade_one(writer, definition, tests, student, folder, ignore):
    from sqlalchemy.exc import SQLAlchemyError

    regraded, graded = Regraded(student), Graded(student)
    written = False
    try:
        before = _read_scores(writer.gradebook, definition.slug, student)
        for path in sorted(folder.glob("*.ipynb")):
            content = path.read_bytes()
            graded.notebooks[path.stem] = content
            if path.stem not in tests:
                continue
            now, scores, faults = rejudge(content, tests[path.stem])
            regraded.faults += faults
            written = written or now != content
            graded.notebooks[path.stem] = now
            for name, score in scores.items():
                key = (path.stem, name)
                if score != before.get(key):
                    graded.scores[key] = score
                    regraded.changes.append((name, before.get(key), score))
        if written or graded.scores:
            writer.write(graded, read_extra_files(folder, ignore), None)
    except OSError as error:
        fault = messages.not_written(error.filename or folder, error.strerror)
        return Regraded(student, faults=[("", fault)])
    except SQLAlchemyError as error:
        fault = messages.gradebook_refused(getattr(error, "orig", error))
        return Regraded(student, faults=[("", fault)])
    return regraded


def rejudge(content: bytes, tests: dict[str, str]):
    """(the notebook judged anew, {cell: points or None}, [(cell, why it could not be)]).

    content: an autograded notebook; tests: test cell -> its source now. A cell without usable traces stays as it was.
    """
    # Not at the top: `asynclab regrade --help` needs none of it.
    from asynclab.grading.execute import find_fault
    from asynclab.grading.judge import Evidence, judge
    from asynclab.grading.outputs import write_notebook
    from asynclab.stripping import strip

    try:
        notebook = json.loads(content)
        cells = {_meta(cell)["grade_id"]: cell for cell in notebook["cells"] if _is_test(cell)}
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
        record = _find_record(cells[name])
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


def _find_record(cell):
    from asynclab.grading.outputs import TRACE_MIME

    bundles = (output.get("data", {}) for output in cell["outputs"])
    return next((data[TRACE_MIME] for data in bundles if TRACE_MIME in data), None)


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


def _read_scores(gradebook, slug, student):
    notebooks = gradebook.find_submission(slug, student).notebooks
    return {
        (item.name, grade.name): grade.auto_score for item in notebooks for grade in item.grades
    }


def _is_test(cell):
    meta = _meta(cell)
    return cell["cell_type"] == "code" and meta.get("grade") and not meta.get("solution")


def _meta(cell):
    return cell["metadata"].get("nbgrader", {})
