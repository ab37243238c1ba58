"""Judge: the instructor's test cell, read again on recorded traces, where student code has never been."""

from __future__ import annotations

import contextlib
import io
from dataclasses import dataclass, field

import asynclab
from asynclab.grading import messages
from asynclab.grading.course import run_test_cell
from asynclab.rendering import rubric_html, rubric_text
from asynclab.rubric import Rubric
from asynclab.run import replayed
from asynclab.schema import to_json
from asynclab.trace import Trace

__all__ = ["Evidence", "Judgement", "judge"]


@dataclass(frozen=True)
class Evidence:
    """What there is about one test cell.

    source: the instructor's cell, visible and hidden part; points: what nbgrader says it is worth.
    traces: its traces in order, a sentence in place of one that is none.
    missing: the sentence for traces that are not there at all; fault: why the cell can't be judged
    whatever the traces say (the instructor's sentence), else ''.
    """

    name: str
    source: str
    points: float
    traces: list[Trace | str] = field(default_factory=list)
    missing: str = ""
    fault: str = ""


@dataclass(frozen=True)
class Judgement:
    """What came out: plain data.

    judged: False is "tidak dinilai": no score, `fault` tells the instructor why.
    html, text: the student's table; '' where there is none.
    """

    name: str
    points: float
    score: float = 0.0
    judged: bool = True
    criteria: list[dict] = field(default_factory=list)
    html: str = ""
    text: str = ""
    fault: str = ""


def judge(cells: list[Evidence], seed: int) -> list[Judgement]:
    """Judge the test cells of one submission in order, in one fresh namespace; runs no student code.

    seed: that of the recording. A cell that breaks is "tidak dinilai"; the others are judged.
    """
    namespace = {name: getattr(asynclab, name) for name in asynclab.__all__}
    namespace["__name__"] = "asynclab_judge"
    return [_judge_cell(cell, seed, namespace) for cell in cells]


def _judge_cell(cell, seed, namespace):
    if cell.fault:
        return Judgement(cell.name, cell.points, judged=False, fault=cell.fault)
    try:
        # What a test cell prints is for the student's screen, not for the grader's.
        with (
            contextlib.redirect_stdout(io.StringIO()),
            contextlib.redirect_stderr(io.StringIO()),
            replayed(cell.traces, seed, cell.missing) as replay,
        ):
            rubric = run_test_cell(cell.source, namespace)
            return _weigh(cell, rubric, replay.position)
    except (Exception, SystemExit) as error:
        text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        fault = messages.judge_broke(cell.name, text[:300])
        return Judgement(cell.name, cell.points, judged=False, fault=fault)


def _weigh(cell, rubric: Rubric, runs):
    fault = ""
    if abs(rubric.points - cell.points) > 1e-9 or abs(rubric.total - cell.points) > 1e-9:
        fault = messages.points_differ(cell.name, rubric.points, rubric.total, cell.points)
    elif not rubric.judged:
        broken = [item for item in rubric.criteria if item.passed is None]
        fault = messages.criterion_broke(cell.name, broken[0].sentence, broken[0].fact)
    elif runs == 0:
        fault = messages.no_runs(cell.name)
    return Judgement(
        cell.name,
        cell.points,
        rubric.score if not fault else 0.0,
        not fault,
        to_json(rubric.criteria),
        rubric_html(rubric),
        rubric_text(rubric),
        fault,
    )
