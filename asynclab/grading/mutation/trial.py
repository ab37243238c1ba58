"""Trial: one mutant judged by the hidden tests, in a child process that may die, up to its first lost criterion."""

from __future__ import annotations

import json
import math
import os
import select
import signal
import tempfile
import time
from dataclasses import asdict, dataclass

from asynclab.grading.course import Assignment, judge_answer, judge_cells
from asynclab.rubric import Rubric
from asynclab.run import recorded

__all__ = ["Verdict", "measure", "try_source"]

MEMORY = 4 * 2**30
PATIENCE = 60.0
"""Real seconds after which a child that neither ends nor computes is given up."""


@dataclass(frozen=True)
class Verdict:
    """What became of a mutant.

    outcome: "lost" (a criterion noticed it), "endless" (it had to be killed), "died" (it ended its
    process), "survived" (full marks), "unjudged" (a criterion broke on it, which no one may see).
    cell, sentence: the test cell and the criterion, '' where there is none.
    """

    outcome: str
    cell: str = ""
    sentence: str = ""

    @property
    def killed(self) -> bool:
        """Whether the hidden tests noticed the mutant."""
        return self.outcome in ("lost", "endless", "died")


class _Decided(BaseException):
    pass


def try_source(assignment: Assignment, source: str, seed: int, limit: float) -> Verdict:
    """Judge one source in a forked child of this process; needs `os.fork`.

    seed: that of the grading job. limit: seconds of processor time after which it is "endless".
    """
    read, write = os.pipe()
    # Made and removed here, since the child may not live to do it.
    with tempfile.TemporaryDirectory() as folder:
        child = os.fork()
        if not child:
            os.close(read)
            try:
                _shut_in(limit, folder)
                verdict = _judge(assignment, source, seed)
                os.write(write, json.dumps(asdict(verdict)).encode())
            finally:
                os._exit(0)
        os.close(write)
        try:
            said, status = _listen(read, child)
        finally:
            os.close(read)
    if said:
        return Verdict(**json.loads(said))
    return Verdict("endless" if os.WIFSIGNALED(status) else "died")


def measure(assignment: Assignment, source: str, seed: int) -> float:
    """Judge a source in this process; returns the seconds of processor time that it took."""
    began = time.process_time()
    with recorded(seed):
        judge_answer(assignment, source)
    return time.process_time() - began


def _listen(read, child):
    ready, _, _ = select.select([read], [], [], PATIENCE)
    said = os.read(read, 65536) if ready else b""
    if not ready:
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return said, status


def _shut_in(limit, folder):
    import resource

    seconds = math.ceil(limit)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    os.chdir(folder)
    tempfile.tempdir = folder


def _judge(assignment, source, seed):
    cells = assignment.ids("grade")
    done = []
    check = Rubric.check

    def check_until_lost(rubric, sentence, *arguments, **options):
        check(rubric, sentence, *arguments, **options)
        passed = rubric.criteria[-1].passed
        if not passed:
            raise _Decided("lost" if passed is False else "unjudged", sentence)

    Rubric.check = check_until_lost
    try:
        with recorded(seed):
            for cell, _ in judge_cells(assignment, source):
                done.append(cell)
    except _Decided as decided:
        outcome, sentence = decided.args
        return Verdict(outcome, cells[len(done)], sentence)
    except Exception as error:
        return Verdict("unjudged", cells[len(done)], f"{type(error).__name__}: {error}")
    return Verdict("survived")
