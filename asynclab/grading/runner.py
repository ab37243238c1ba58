"""Runner: the cells of one submission in a child process; whatever they do, every cell gets an answer.

First the student's cells in order, then the test cells' scenarios. A cell that kills its process,
hangs, or sends rubbish gets a fault; a fresh child runs the cells before it again, takes over its
definitions, and goes on after it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from asynclab import messages
from asynclab.grading.outputs import read_outputs
from asynclab.grading.spawn import Child, ChildError, spawn
from asynclab.grading.untrusted import read_attempt, read_fault, read_trace
from asynclab.trace import Trace

__all__ = ["Cell", "Limits", "Result", "run_cells"]

GRACE = 2.0
# A machine may take so many times as long; only then a child is killed that does not stop itself.
LENIENCE = 4
# Not more, whatever computes: a submission could make the machine busy itself.
MOST_LENIENCE = 16
TRACE_COUNT = 100
ATTEMPT_COUNT = 20
UNASKED = {"what": "speech", "detail": "", "place": None}
# Address space bounds memory and, through their stacks, threads; the sandbox also counts them.
RESOURCES = {"AS": 2 << 30, "FSIZE": 64 << 20, "CORE": 0, "CPU": 300, "NOFILE": 512}


@dataclass(frozen=True)
class Cell:
    """A code cell: its source (a test cell's stripped), and its number among all code cells, from 1.

    scenario: the name of a test cell, '' for a student's cell; definitions: what later test cells
    may need of a test cell, without its runs.
    """

    source: str
    number: int
    scenario: str = ""
    definitions: str = ""


@dataclass(frozen=True)
class Limits:
    """Bounds of one submission. Seconds are real ones, counted as `asynclab.patience` does.

    cell, scenario: for one student's cell, one test cell; cells, scenarios: for all of them.
    restarts: how many fresh children; resources: RLIMIT names without the prefix -> values.
    """

    cell: float = 5.0
    scenario: float = 30.0
    cells: float = 60.0
    scenarios: float = 180.0
    restarts: int = 20
    resources: dict[str, int] = field(default_factory=lambda: dict(RESOURCES))


@dataclass
class Result:
    """What came of one cell.

    outputs: of a student's cell, nbformat's; traces: of a test cell, in order, a sentence in place
    of one that is no trace; fault: a sentence for the student where the cell did not end well, else
    ''; broken: whether it is the test cell itself that does not run; attempts: what it tried beyond
    its closed world, as far as noticed, as plain JSON with "what", "detail" and "place".
    """

    outputs: list[dict] = field(default_factory=list)
    traces: list[Trace | str] = field(default_factory=list)
    fault: str = ""
    broken: bool = False
    attempts: list[dict] = field(default_factory=list)


def run_cells(
    cells: list[Cell],
    *,
    seed: int,
    files: dict[str, str] | None = None,
    limits: Limits | None = None,
    spawn: Callable[..., Child] = spawn,
) -> list[Result]:
    """Run the cells of one submission and return a result for each, in their order.

    seed: for the scenarios and the child's global `random`.
    files: name -> base64 text, beside the notebook; spawn: how a child is made.
    Raises ChildError only where not even an idle child can be had.
    """
    session = _Session(seed, files or {}, limits or Limits(), spawn)
    try:
        results = {}
        session.begin(session.limits.cells)
        for cell in cells:
            if not cell.scenario:
                results[cell.number] = session.run_student(cell)
        session.begin(session.limits.scenarios)
        for cell in cells:
            if cell.scenario:
                results[cell.number] = session.run_scenario(cell)
        session.end()
        return [results[cell.number] for cell in cells]
    finally:
        session.close()


def _lenience():
    """How many times as long this machine may take at present."""
    try:
        load = os.getloadavg()[0] / (os.cpu_count() or 1)
    except OSError:
        load = 1.0
    # Twice, because the average of a minute comes behind.
    return max(LENIENCE, min(2 * load, MOST_LENIENCE))


class _Session:
    def __init__(self, seed, files, limits, spawn):
        self.seed, self.files, self.limits, self.spawn = seed, files, limits, spawn
        self.child = None
        self.starts = 0
        self.done = []  # (cell, how) to run again in a fresh child
        self.attempts = []
        self.budget = self.left = self.seconds = self.asked = self.until = 0.0
        self.lenience = 1.0

    def begin(self, seconds):
        """A new phase with a time of its own."""
        self.budget = self.left = seconds

    def close(self):
        """No child outlives its submission."""
        if self.child is not None:
            self.child.close()
            self.child = None

    def end(self):
        """See to it that nothing lies on the socket after the last answer; if so, it is the last cell's attempt."""
        if self.child is None:
            return
        deadline = time.monotonic() + GRACE
        try:
            self.child.ask(deadline, do="end")
            self.child.answer(deadline)
        except ChildError as error:
            if error.kind in ("unasked", "unreadable"):
                self.attempts.append(dict(UNASKED))

    def run_student(self, cell) -> Result:
        """One of the student's cells."""
        if fault := self._prepare():
            return Result(fault=messages.cell_fault(fault))
        self._send("cell", cell, self.limits.cell)
        answer, fault = self._receive()
        outputs = read_outputs(answer.get("outputs"))
        lost = self.child is None
        self.done.append((cell, "definitions" if lost else "cell"))
        sentence = messages.cell_fault(fault) if fault and fault["kind"] != "error" else ""
        return Result(outputs, fault=sentence, attempts=self.attempts)

    def run_scenario(self, cell) -> Result:
        """One test cell."""
        if fault := self._prepare():
            return Result(fault=messages.scenario_fault(fault))
        result = Result()
        self._send("scenario", cell, self.limits.scenario)
        fault = self._collect(result.traces)
        result.attempts = self.attempts
        if cell.definitions.strip():
            self.done.append((replace(cell, source=cell.definitions), "scenario"))
        if fault:
            result.fault = messages.scenario_fault(fault)
            result.broken = fault["kind"] == "broken"
        return result

    # ---- one exchange

    def _prepare(self):
        """See to it that there is a child in the state after all cells so far; or say why there is none."""
        if self.left <= 0:
            return {"kind": "budget", "seconds": self.budget}
        while self.child is None:
            if self.starts > self.limits.restarts:
                return {"kind": "restarts"}
            self.starts += 1
            self.child = self.spawn(self.seed, self.files, self.limits.resources)
            self._catch_up()
        return None

    def _catch_up(self):
        """Run again, in a fresh child, what ran before; a cell that dies this time is tried no more."""
        for index, (cell, how) in enumerate(self.done):
            self._send(how, cell, self.limits.cell)
            if how == "scenario":
                self._collect([])
            else:
                self._receive()
            if self.child is None:
                if how == "cell":
                    self.done[index] = (cell, "definitions")
                else:
                    del self.done[index]
                return

    def _collect(self, traces):
        """Receive the traces of a scenario until it says that it is done; return its fault or None."""
        while len(traces) <= TRACE_COUNT:
            answer, fault = self._receive()
            if fault or "trace" not in answer:
                return fault
            traces.append(read_trace(answer["trace"]))
        self.close()
        return {"kind": "unreadable"}

    def _send(self, what, cell, seconds):
        """Send a request that may take so many seconds; what goes wrong shows when the answer is read."""
        self.attempts = []
        self.seconds = max(min(seconds, self.left), 0.1)
        # The child stops itself and can say where; only one that is deaf is killed from here.
        self.asked, self.lenience = time.monotonic(), _lenience()
        self.until = self.asked + self.lenience * self.seconds + GRACE
        request = {"do": what, "number": cell.number, "source": cell.source}
        try:
            self.child.ask(
                self.until, **request, name=cell.scenario, seed=self.seed, seconds=self.seconds
            )
        except ChildError:
            pass

    def _charge(self, spent):
        """Take a request's seconds from the budget: what the child says, as far as it can be true."""
        passed = time.monotonic() - self.asked
        told = spent if type(spent) in (int, float) else passed / self.lenience
        self.left -= max(min(told, passed), passed / (2 * self.lenience))

    def _receive(self):
        """(answer, fault): the next message of the child; one that can't go on is closed."""
        if self.child is None:
            return {}, {"kind": "died"}
        try:
            answer = self.child.answer(self.until)
            while "attempt" in answer:
                attempt = read_attempt(answer["attempt"])
                if attempt and len(self.attempts) < ATTEMPT_COUNT:
                    self.attempts.append(attempt)
                answer = self.child.answer(self.until)
        except ChildError as error:
            self.close()
            self._charge(None)
            kind = error.kind
            if kind == "unasked":
                self.attempts.append(dict(UNASKED))
                kind = "unreadable"
            return {}, {"kind": kind, "seconds": round(self.seconds)}
        if "trace" not in answer:
            self._charge(answer.get("spent"))
        fault = read_fault(answer.get("fault"))
        if fault and fault.get("tainted"):
            self.close()
        return answer, fault
