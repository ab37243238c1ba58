"""Engine: a class graded in parallel by pure jobs on any executor, with one writer; interrupted, it goes on where it was."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from dataclasses import dataclass, field
from pathlib import Path

from asynclab.grading import messages
from asynclab.grading.definition import Definition
from asynclab.grading.job import Graded, NotRunError, Submission, grade
from asynclab.grading.submitted import Pending, find_pending, handed_in_at, read_submission
from asynclab.grading.writer import Writer, describe_failure

__all__ = ["Outcome", "Pending", "find_pending", "grade_all"]

TRIES = 3
AHEAD = 2
LOOK_SECONDS = 5.0


@dataclass
class Outcome:
    """What became of one submission.

    scores: (notebook, cell) -> points, None where not judged; log: (level, sentence) in order;
    fault: why it was not graded at all, else ''.
    """

    student: str
    slug: str
    scores: dict[tuple[str, str], float | None] = field(default_factory=dict)
    log: list[tuple[str, str]] = field(default_factory=list)
    fault: str = ""

    @property
    def judged(self) -> bool:
        """Whether every cell was judged."""
        return not self.fault and all(score is not None for score in self.scores.values())


def grade_all(
    api,
    work: Iterable[tuple[Definition, list[Pending]]],
    make_executor: Callable[[Path], Executor],
    *,
    width: int,
    scratch: Path | None = None,
) -> Iterator[Outcome]:
    """Grade these submissions and yield each outcome once it is written, in order of completion.

    work: assignments, each with what was submitted; no worker waits between two of them.
    make_executor: makes a fresh executor, also in place of one whose worker died, given a folder
    for what its workers write in between (`scratch`, or one of this call's own); width: how many jobs
    it works on at once. When a worker dies, the
    jobs that were running are tried again one at a time, so that only the guilty one fails again;
    after TRIES it is "tidak dinilai". An executor may have a `look()`, which raises where it will
    never do anything any more; it is called while nothing gets done.
    """
    queue = deque(_Job(definition, item) for definition, pending in work for item in pending)
    alone: deque[_Job] = deque()
    running: dict[Future, _Job] = {}
    with Writer(api, scratch) as writer:
        executor = make_executor(writer.scratch)
        try:
            while queue or alone or running:
                broken = False
                waiting = alone or queue
                room = 1 if alone or any(job.tries for job in running.values()) else width * AHEAD
                while waiting and len(running) < room and not broken:
                    job = waiting.popleft()
                    if job.submission is None:
                        job.submission, job.log, job.fault = read_submission(
                            job.item, api, job.definition
                        )
                    if job.fault:
                        slug = job.definition.slug
                        yield Outcome(job.item.student, slug, {}, job.log, job.fault)
                        continue
                    try:
                        running[executor.submit(grade, job.definition, job.submission)] = job
                    except BrokenExecutor:
                        waiting.appendleft(job)
                        broken = True
                finished = _wait_for_one(running, executor) if running else ()
                for future in [future for future in running if future in finished]:
                    job = running.pop(future)
                    try:
                        graded = future.result()
                    except Exception as error:
                        broken = broken or isinstance(error, BrokenExecutor)
                        # A cluster has tried it on several workers by then; once more, alone.
                        job.tries += TRIES - 1 if _is_killed(error) else 1
                        if job.tries < TRIES:
                            alone.append(job)
                            continue
                        graded = Graded(job.item.student, fault=_describe(error))
                    yield _finish(writer, job, graded)
                if broken:
                    # What else was running died with the pool.
                    alone.extend(running.values())
                    running.clear()
                    executor.shutdown(wait=False, cancel_futures=True)
                    executor = make_executor(writer.scratch)
        except BaseException:
            executor.shutdown(wait=False, cancel_futures=True)
            raise
        executor.shutdown()


@dataclass
class _Job:
    definition: Definition
    item: Pending
    tries: int = 0
    submission: Submission | None = None
    log: list[tuple[str, str]] = field(default_factory=list)
    fault: str = ""


def _wait_for_one(running, executor):
    while not (finished := wait(running, LOOK_SECONDS, FIRST_COMPLETED)[0]):
        if hasattr(executor, "look"):
            executor.look()
    return finished


def _finish(writer, job, graded):
    log = job.log + graded.log
    outcome = Outcome(job.item.student, job.definition.slug, dict(graded.scores), log)
    if graded.fault:
        outcome.fault = messages.job_failed(graded.fault)
        return outcome
    try:
        submission = job.submission
        writer.write(job.definition, graded, submission.files, handed_in_at(submission))
    except Exception as error:
        outcome.fault = describe_failure(error, job.item.folder)
    return outcome


def _is_killed(error):
    """Whether it is dask.distributed's for a job under which one worker after the other has died."""
    return type(error).__name__ == "KilledWorker"


def _describe(error):
    if isinstance(error, BrokenExecutor) or _is_killed(error):
        return messages.WORKER_DIED
    if isinstance(error, NotRunError):
        return str(error)
    return f"{type(error).__name__}: {error}"
