"""Rubric: criteria with points; the object that a test cell ends with is the student's table and nbgrader's number."""

from __future__ import annotations

import dataclasses
import os
import sys
import textwrap
from dataclasses import dataclass, field

from asynclab import messages
from asynclab.findings import Finding
from asynclab.readings import find_reading, reading
from asynclab.schema import from_json, to_json
from asynclab.trace import TraceError

__all__ = ["RUBRIC_MIME", "Criterion", "Rubric"]

RUBRIC_MIME = "application/vnd.asynclab.rubric+json"
"""The MIME type under which a judged rubric stands in a notebook as data, beside its table."""


FORGOTTEN_SHOWN = 3


@dataclass(frozen=True)
class Criterion:
    """One judged criterion.

    passed: True, False, or None where the criterion itself broke (our fault: "tidak dinilai").
    fact: what happened, guess: what it may be, hint: a question for the student; '' where there is none.
    skipped: failed for the very reason of a criterion above, so it is said only once.
    For the picture: moment, the virtual seconds of the violation; names, of the tasks or spans that it
    is about; scenario, the name of the run that was looked at; kind, that of its spans.
    topic: what to read about it, a key of `lessons.SECTIONS` or ''.
    event: what happened at the moment, in a few words, or ''.
    """

    sentence: str
    points: float
    passed: bool | None
    fact: str = ""
    guess: str = ""
    hint: str = ""
    skipped: bool = False
    moment: float | None = None
    names: list[str] = field(default_factory=list)
    scenario: str = ""
    kind: str = ""
    topic: str = ""
    event: str = ""


@dataclass
class Rubric:
    """Collects criteria of one test cell.

    points: what the cell is worth; in an assignment's source the criteria's points add up to it.
    """

    points: float
    criteria: list[Criterion] = field(default_factory=list)

    def check(self, sentence, judge, *, points=1, hint=""):
        """Judge one criterion.

        sentence: the property in the student's words, as it stands in the notebook.
        judge: a Finding, a bool, or a function without arguments that returns one. A TraceError
            from it is a failure with its own sentence, any other exception is our fault.
        points: what it is worth; all or nothing.
        hint: a question that leads on, shown where it fails; left out where the run itself broke for
            a reason that its verdict explains, for then the question leads astray.
        """
        passed, finding, cut, skipped = True, Finding(True), False, False
        readings = []
        try:
            with reading() as readings:
                finding = judge() if callable(judge) else judge
            if isinstance(finding, bool):
                finding = Finding(finding, "" if finding else messages.not_satisfied())
            if not isinstance(finding, Finding):
                raise TypeError(f"criterion gave {type(finding).__name__}")
            passed = finding.passed
        except TraceError as error:
            passed, cut = False, True
            finding = Finding(
                False, str(error), error.guess, error.moment, error.names, error.topic
            )
            hint = "" if error.explained else hint
        except Exception as error:
            passed, finding = (
                None,
                Finding(False, messages.unjudged(f"{type(error).__name__}: {error}")),
            )
        if passed:
            self.criteria.append(Criterion(sentence, points, True))
        else:
            read = find_reading(readings, finding.moment, finding.names)
            if passed is False:
                finding = _with_forgotten(finding, read.trace)
            fact, guess = finding.fact, finding.guess
            if cut and any(item.fact == fact for item in self.criteria):
                skipped, fact, guess = True, messages.same_reason(), ""
            about = [finding.moment, list(finding.names), read.scenario, read.kind]
            about += [finding.topic, finding.event]
            self.criteria.append(
                Criterion(sentence, points, passed, fact, guess, hint, skipped, *about)
            )

    @property
    def total(self) -> float:
        """What the criteria seen so far are worth; less than `points` where hidden ones are missing."""
        return sum(criterion.points for criterion in self.criteria)

    @property
    def earned(self) -> float:
        """The points of the criteria that passed."""
        return sum(criterion.points for criterion in self.criteria if criterion.passed)

    @property
    def score(self) -> float:
        """Points between 0 and `points`: the share earned of the criteria that are there.

        In a student's copy the hidden criteria are missing; passing all visible ones must show as
        full marks there, or nbgrader's Validate button would call it a failure.
        """
        if self.total <= 0:
            return 0.0
        return round(min(max(self.points * self.earned / self.total, 0.0), self.points), 6)

    @property
    def judged(self) -> bool:
        """Whether every criterion could be judged."""
        return all(criterion.passed is not None for criterion in self.criteria)

    def __repr__(self):
        # nbgrader reads the last value of a test cell as its points; a string or a negative number
        # would count as full marks there.
        return f"{float(self.score)}"

    def _repr_mimebundle_(self, include=None, exclude=None):
        from asynclab.rendering import rubric_html, rubric_text

        if os.environ.get("NBGRADER_VALIDATING") and self.score < self.points:
            # nbgrader's Validate button shows a failed cell's stderr and nothing else, and cuts
            # its lines.
            for line in rubric_text(self).splitlines():
                print(textwrap.fill(line, 84, subsequent_indent="    "), file=sys.stderr)
        return {
            "text/plain": repr(self),
            "text/html": rubric_html(self),
            RUBRIC_MIME: to_json(self),
        }

    @classmethod
    def from_json(cls, data) -> Rubric:
        """A rubric from the JSON of its MIME bundle; raises SchemaError where it is malformed."""
        return from_json(cls, _completed(data), "rubric")


def _with_forgotten(finding, trace):
    """The finding with what its run has recorded of coroutines that were never awaited: a likelier cause than a guess."""
    said = dict.fromkeys(map(messages.observation, trace.forgotten)) if trace else {}
    new = [sentence for sentence in said if sentence not in finding.fact][:FORGOTTEN_SHOWN]
    if not new:
        return finding
    fact = " ".join([finding.fact, *new])
    if trace.verdict != "finished":
        # Why a run was cut off is still worth a guess.
        return dataclasses.replace(finding, fact=fact, topic=finding.topic or "forgotten")
    return dataclasses.replace(finding, fact=fact, guess="", topic="forgotten")


# What rubrics of older notebooks say nothing about.
LATER = {"names": [], "scenario": "", "kind": "", "topic": "", "event": ""}


def _completed(data):
    if not isinstance(data, dict) or not isinstance(data.get("criteria"), list):
        return data
    items = [{**LATER, **item} if isinstance(item, dict) else item for item in data["criteria"]]
    return {**data, "criteria": items}
