"""Results: who got what and why, read from the gradebook and the autograded notebooks, and shown as a table."""

from __future__ import annotations

import json
import textwrap
from dataclasses import dataclass
from pathlib import Path

from asynclab.rubric import RUBRIC_MIME, Rubric
from asynclab.schema import SchemaError

__all__ = ["Result", "read_results", "render_results"]


@dataclass(frozen=True)
class Result:
    """One student's result for one assignment.

    scores: points per test cell in the notebook's order, None where it was not judged;
    reasons: the first sentence of every failed criterion, in order; late: hours after the due date;
    submitted: whether anything was handed in.
    """

    student: str
    name: str
    slug: str
    scores: dict[str, float | None]
    points: float
    reasons: tuple[str, ...] = ()
    late: float = 0.0
    submitted: bool = True

    @property
    def total(self) -> float:
        """The points of all judged cells."""
        return sum(score for score in self.scores.values() if score is not None)

    @property
    def judged(self) -> bool:
        """Whether every cell was judged."""
        return self.submitted and all(score is not None for score in self.scores.values())


def read_results(gradebook, folder, slug) -> list[Result]:
    """The results of one assignment for every student in the gradebook, by student id.

    folder: the course folder with `autograded/`.
    """
    assignment = gradebook.find_assignment(slug)
    (notebook,) = assignment.notebooks
    # The student version keeps the order of the cells; the gradebook doesn't.
    cells = {cell.name: cell.max_score for cell in notebook.grade_cells}
    order = sorted(cells, key=lambda name: (len(name), name))
    submitted = {item.student_id: item for item in gradebook.assignment_submissions(slug)}
    results = []
    for student in sorted(gradebook.students, key=lambda student: student.id):
        name = f"{student.first_name or ''} {student.last_name or ''}".strip()
        submission = submitted.get(student.id)
        if submission is None:
            results.append(
                Result(
                    student.id,
                    name,
                    slug,
                    dict.fromkeys(order),
                    sum(cells.values()),
                    submitted=False,
                )
            )
            continue
        grades = {grade.name: grade for grade in submission.notebooks[0].grades}
        scores = {key: _score(grades.get(key)) for key in order}
        reasons = _read_reasons(Path(folder, "autograded", student.id, slug, f"{slug}.ipynb"))
        late = submission.total_seconds_late / 3600
        results.append(Result(student.id, name, slug, scores, sum(cells.values()), reasons, late))
    return results


def render_results(results: list[Result], width: int = 100) -> str:
    """The results as plain text, one table an assignment: points per task, and why on a line below, at most `width` wide."""
    slugs = dict.fromkeys(result.slug for result in results)
    return "\n\n".join(
        "\n".join(_table([result for result in results if result.slug == slug], width))
        for slug in slugs
    )


def _table(rows, width):
    names = max(len(COLUMNS["student"]), *(len(row.name or row.student) for row in rows))
    tasks = range(1, len(rows[0].scores) + 1)
    yield rows[0].slug
    yield (
        f"  {COLUMNS['student']:{names}}  "
        + "".join(f"{task:>5}" for task in tasks)
        + f"{COLUMNS['total']:>8}"
    )
    for row in rows:
        points = "".join(
            f"{UNKNOWN if score is None else format(score, 'g'):>5}"
            for score in row.scores.values()
        )
        total = format(row.total, "g") if row.submitted else UNKNOWN
        yield f"  {row.name or row.student:{names}}  {points}{total:>8}"
        if reason := explain(row):
            yield from textwrap.wrap(
                reason,
                width,
                initial_indent="      ",
                subsequent_indent="      ",
                max_lines=2,
                placeholder=" …",
            )


def explain(result: Result) -> str:
    """Why a result is what it is, in a line."""
    if not result.submitted:
        return WORDS["missing"]
    parts = [WORDS["late"].format(hours=round(result.late))] if result.late > 0 else []
    if not result.judged:
        parts.append(WORDS["unjudged"])
    if result.reasons:
        count = len(result.reasons)
        parts.append((WORDS["more"].format(count=count) if count > 1 else "") + result.reasons[0])
    return " ".join(parts)


COLUMNS = {"student": "Mahasiswa", "total": "Nilai"}
UNKNOWN = "–"
WORDS = {
    "missing": "Tidak mengumpulkan, atau berkasnya tidak dapat dibaca.",
    "late": "Terlambat {hours} jam.",
    "unjudged": "Ada sel yang tidak dinilai.",
    "more": "(1 dari {count}) ",
}


def _score(grade):
    if grade is None or (grade.auto_score is None and grade.manual_score is None):
        return None
    return grade.score


def _read_reasons(path) -> tuple[str, ...]:
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        bundles = [output.get("data", {}) for cell in cells for output in cell.get("outputs", [])]
        rubrics = [Rubric.from_json(data[RUBRIC_MIME]) for data in bundles if RUBRIC_MIME in data]
    except (OSError, ValueError, KeyError, AttributeError, SchemaError):
        return ()
    failed = [
        item
        for rubric in rubrics
        for item in rubric.criteria
        if not item.passed and not item.skipped
    ]
    return tuple(dict.fromkeys(item.fact.splitlines()[0] for item in failed if item.fact))
