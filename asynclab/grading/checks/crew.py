"""Crew: processes that judge answers; one that dies or never comes back becomes a result that says so."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
from concurrent.futures import Future, ThreadPoolExecutor

from asynclab.errors import CommandError
from asynclab.grading import linux
from asynclab.grading.checks import answers, messages
from asynclab.grading.checks.answers import Judged
from asynclab.grading.checks.tree import read_readable
from asynclab.grading.checks.trials import judge_source

__all__ = ["Crew"]


class Crew:
    """Judges answers in processes of its own; a context manager, at whose end none of them is left.

    workers: how many answers at once; root: the course folder, whose notebooks each process reads.
    """

    def __init__(self, workers, root):
        self._root = str(root)
        self._threads = ThreadPoolExecutor(workers)
        self._idle, self._members = [], []
        self._open, self._starting = True, threading.Lock()

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        with self._starting:
            self._open = False
            self._threads.shutdown(wait=False, cancel_futures=True)
            for member in self._members:
                member.process.kill()
        self._threads.shutdown()

    def submit(self, slug, source, seed) -> Future:
        """A future of what becomes of one source, a Judged; it fails only where no process can be started."""
        return self._threads.submit(self._judge, (slug, source, seed))

    def _judge(self, trial):
        try:
            member = self._idle.pop()
        except IndexError:
            member = self._start()
        judged = member.judge(trial)
        if judged.ended == "died" and member.judged and self._open:
            # Perhaps something that an earlier answer left behind has ended it: once more, alone.
            member = self._start()
            judged = member.judge(trial)
        if not judged.ended:
            self._idle.append(member)
        return judged

    def _start(self):
        with self._starting:
            if not self._open:
                raise CommandError(messages.NO_WORKER)
            member = _Member(self._root)
            self._members.append(member)
        member.wait_until_ready()
        return member


class _Member:
    """One process and the line to it; judged: how many answers it has given back."""

    def __init__(self, root):
        context = multiprocessing.get_context("spawn")
        self._line, far_end = context.Pipe()
        self.process = context.Process(
            target=_serve, args=(far_end, root, os.getpid()), daemon=True
        )
        self.process.start()
        # So that only the process holds it, and its death is heard.
        far_end.close()
        self.judged = 0

    def wait_until_ready(self):
        """Its imports are not an answer's time. Raises CommandError where it died over them."""
        try:
            self._line.recv()
        except (EOFError, OSError):
            raise CommandError(messages.NO_WORKER) from None

    def judge(self, trial):
        """A Judged, whatever the source does."""
        ended = "died"
        with contextlib.suppress(EOFError, OSError):
            self._line.send(trial)
            if self._line.poll(answers.LIMIT):
                result = self._line.recv()
                self.judged += 1
                return result
            ended = "endless"
            self.process.kill()
        self.process.join()
        self._line.close()
        return Judged(ended=ended, exit_code=self.process.exitcode)


def _serve(line, root, parent):
    """What such a process does: judge what comes down the line, one answer after the other."""
    # It never outlives the command.
    with contextlib.suppress(AttributeError, OSError):
        linux.die_with_parent(signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    assignments = {assignment.slug: assignment for assignment in read_readable(root)}
    line.send(None)
    itself = os.getpid()
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
        while True:
            try:
                slug, source, seed = line.recv()
            except EOFError:
                os._exit(0)
            try:
                judged = judge_source(assignments[slug], source, seed)
            except BaseException as error:
                judged = Judged(fault=f"{type(error).__name__}: {error}")
            if os.getpid() != itself:
                # An answer that forks comes back twice.
                os._exit(1)
            line.send(judged)
