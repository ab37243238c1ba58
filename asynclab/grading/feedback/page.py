"""Page: everything that stands on one student's feedback page, as plain data read from the graded notebook."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from nbgrader import utils

from asynclab.grading import messages as grading_messages
from asynclab.grading.feedback import messages
from asynclab.grading.feedback.picture import Picture, draw_picture
from asynclab.grading.feedback.student import CodeCell, read_cell
from asynclab.grading.feedback.syllabus import topic_of_task
from asynclab.grading.outputs import read_record
from asynclab.lessons import SECTIONS, Section
from asynclab.rubric import RUBRIC_MIME, Criterion, Rubric
from asynclab.schema import SchemaError
from asynclab.trace import Trace, TraceError

__all__ = ["Comment", "Item", "Page", "Task", "read_page"]

TITLE = re.compile(r"#+\s*(.+)")
# How IPython names a cell in the text of a SyntaxError.
INPUT = re.compile(r"<ipython-input-(\d+)-\w+>, line (\d+)")
NO_RESPONSE = "No response."
"""What nbgrader itself writes at an answer that nobody has touched; the criteria say it better."""
STATES = {True: "passed", False: "failed", None: "unjudged"}


@dataclass(frozen=True)
class Item:
    """One criterion on the page; repeated: its picture is the one above."""

    criterion: Criterion
    picture: Picture | None = None
    repeated: bool = False
    section: Section | None = None

    @property
    def state(self) -> str:
        """ "passed", "failed", "skipped" or "unjudged"."""
        return "skipped" if self.criterion.skipped else STATES[self.criterion.passed]


@dataclass(frozen=True)
class Task:
    """One graded cell. score: None while it waits for a person; sentence: where there are no criteria."""

    name: str
    title: str
    score: float | None
    points: float
    items: list[Item] = field(default_factory=list)
    sentence: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Comment:
    """What the teacher wrote at a cell (Markdown)."""

    name: str
    text: str


@dataclass(frozen=True)
class Page:
    """A feedback page. score: after the penalty; seconds_late: 0 where it was in time.

    broken: a sentence for every answer that stopped while it was loaded, with its cell's number.
    """

    title: str
    student: str
    score: float
    points: float
    penalty: float = 0.0
    seconds_late: float = 0.0
    tasks: list[Task] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    answers: list[CodeCell] = field(default_factory=list)
    others: list[CodeCell] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    broken: list[tuple[int, str]] = field(default_factory=list)

    @property
    def waits(self) -> bool:
        """Whether something still waits for a person."""
        return any(task.score is None for task in self.tasks)

    def shows_hint(self, criterion: Criterion) -> bool:
        """Whether its hint helps: not where only a name is missing since an answer could not be loaded."""
        return bool(criterion.hint) and not (self.broken and "NameError" in criterion.fact)


def read_page(notebook, about) -> Page:
    """The page of one graded notebook.

    about: nbgrader's resources of it: student, notebook, score, max_score, late_penalty, seconds_late.
    """
    tasks, comments, answers, others, notices, broken = [], [], [], [], [], []
    unreadable = False
    heading = title = ""
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and not _is_nbgrader(cell):
            if cell.source.startswith(grading_messages.UNREADABLE):
                unreadable, notices = True, [messages.UNREADABLE]
            elif cell.source.startswith(grading_messages.REPAIRED):
                notices += _read_notice(cell.source)
            elif not cell.source.startswith(grading_messages.FOR_INSTRUCTOR):
                found = TITLE.match(cell.source)
                heading = found[1] if found else heading
                title = title or (found[1] if found else "")
            continue
        comment = cell.metadata.get("nbgrader", {}).get("comment")
        if comment and comment != NO_RESPONSE:
            comments.append(Comment(cell.metadata.nbgrader["grade_id"], comment))
        if utils.is_grade(cell) or utils.is_task(cell):
            tasks.append(_read_task(cell, heading, about.get("assignment", ""), unreadable))
        if not _is_test(cell) and (cell.cell_type == "code" or utils.is_solution(cell)):
            kept = answers if utils.is_solution(cell) else others
            if cell.source.strip():
                kept.append(read_cell(cell))
            if utils.is_solution(cell) and (error := _read_error(cell)):
                broken.append((cell.get("execution_count"), INPUT.sub(r"sel [\1] baris \2", error)))
    failed = any(_has_failed(task) for task in tasks)
    return Page(
        title or about.get("notebook", ""),
        about.get("name") or about.get("student", ""),
        about.get("score", 0.0),
        about.get("max_score", 0.0),
        about.get("late_penalty", 0.0),
        about.get("seconds_late", 0.0),
        tasks,
        comments,
        answers,
        others,
        notices,
        [(number, messages.broken_answer(number, error, failed)) for number, error in broken],
    )


def _has_failed(task):
    """Whether a criterion failed, or the whole test cell did."""
    broke = bool(task.sentence) and task.score is not None
    return broke or any(item.criterion.passed is False for item in task.items)


def _is_nbgrader(cell):
    return utils.is_grade(cell) or utils.is_solution(cell) or utils.is_task(cell)


def _is_test(cell):
    return utils.is_grade(cell) and not utils.is_solution(cell)


def _read_notice(source):
    """The lines of a note that a repaired notebook begins with, without Markdown's signs."""
    return [
        line.removeprefix("- ").replace("**", "") for line in source.splitlines() if line.strip()
    ]


def _read_task(cell, heading, assignment, unreadable):
    data = cell.metadata.nbgrader
    judged, points = data.get("judged", True), data.get("points", 0.0)
    score = data.get("score", 0.0) if judged else None
    notes = [messages.BY_HAND] if data.get("manual") else []
    notes += [messages.extra(data["extra"])] if data.get("extra") else []
    rubric = _read_rubric(cell) if _is_test(cell) else None
    topic = topic_of_task(assignment, data["grade_id"])
    items = _read_items(rubric, _read_traces(cell), topic) if rubric else []
    sentence = ""
    if not judged:
        known = _is_test(cell) and not unreadable
        sentence = messages.UNJUDGED if known else messages.NOT_RUN
    elif not items and _is_test(cell) and not data.get("manual"):
        sentence = _read_error(cell)
    title = heading or data["grade_id"]
    return Task(data["grade_id"], title, score, points, items, sentence, tuple(notes))


def _read_rubric(cell) -> Rubric | None:
    for output in cell.get("outputs", []):
        if RUBRIC_MIME in output.get("data", {}):
            try:
                return Rubric.from_json(output.data[RUBRIC_MIME])
            except SchemaError:
                return None
    return None


def _read_traces(cell) -> list[Trace]:
    record, traces = read_record(cell.get("outputs", [])) or {}, []
    for data in record.get("traces", []):
        try:
            traces.append(Trace.from_json(data))
        except TraceError:
            continue
    return traces


def _read_items(rubric, traces, topic):
    items, drawn = [], set()
    for criterion in rubric.criteria:
        picture = draw_picture(criterion, traces)
        repeated = picture is not None and picture.key in drawn
        if picture:
            drawn.add(picture.key)
        section = SECTIONS.get(
            criterion.topic or ("" if _never_began(criterion, traces) else topic)
        )
        items.append(Item(criterion, None if repeated else picture, repeated, section))
    return items


def _never_began(criterion, traces):
    """Whether what is missing is the answer itself: no lesson helps there."""
    runs = [trace for trace in traces if trace.scenario == criterion.scenario]
    return any(trace.verdict == "failed" and trace.ended <= 0 for trace in runs)


def _read_error(cell):
    """An error's own words, never its traceback; '' where there is none."""
    for output in cell.get("outputs", []):
        if output.output_type == "error":
            return f"{output.ename}: {output.evalue}" if output.evalue else output.ename
    return ""
