"""`asynclab verify`: the course proves itself, or says file by file what is wrong and what mends it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from asynclab.errors import CommandError
from asynclab.grading.checks import messages
from asynclab.grading.checks.crew import Crew
from asynclab.grading.checks.problem import Problem
from asynclab.grading.checks.tree import (
    check_folders,
    check_releases,
    check_text,
    read_readable,
    source_file,
)
from asynclab.grading.checks.trials import check_assignment, list_trials
from asynclab.grading.course import no_source, read_answers
from asynclab.grading.messages import no_course
from asynclab.grading.mutation.messages import not_positive
from asynclab.grading.progress import Progress
from asynclab.grading.release import CONFIG
from asynclab.grading.settings import grading_seed
from asynclab.grading.slugs import read_slug

__all__ = ["add_arguments", "run", "verify"]


def add_arguments(parser):
    """Arguments of `asynclab verify`."""
    parser.add_argument(
        "slug", nargs="*", type=read_slug, help="tugas yang diperiksa; tanpa ini semuanya"
    )
    parser.add_argument(
        "--workers", type=int, metavar="N", help="banyaknya proses (bawaan: satu per inti)"
    )


def run(arguments) -> int:
    """0 if the course proves itself, 1 if something is to be mended."""
    root = Path.cwd()
    if not (root / CONFIG).is_file() or not (root / "source").is_dir():
        raise CommandError(no_course(root), exit_code=2)
    if arguments.workers is not None and arguments.workers < 1:
        raise CommandError(not_positive("--workers", arguments.workers), exit_code=2)
    unknown = [slug for slug in arguments.slug if not (root / "source" / slug).is_dir()]
    if unknown:
        raise CommandError(no_source(root, unknown[0]), exit_code=2)
    slugs = list(dict.fromkeys(arguments.slug))
    problems, counts = [], {"count": 0, "right": 0, "wrong": 0}
    for problem in verify(root, slugs, arguments.workers or os.cpu_count() or 1, counts):
        problems.append(problem)
        print(render(problem), flush=True)
    if not problems and not counts["count"]:
        raise CommandError(messages.NO_ASSIGNMENT)
    if problems:
        print(messages.found(len(problems), len({problem.file for problem in problems})))
        return 1
    print(messages.ALL_WELL.format(**counts))
    return 0


def render(problem: Problem) -> str:
    """A problem as text: the file, what is wrong, and on a line of its own what mends it."""
    return f"{problem.file}\n    {problem.what}\n    → {problem.remedy}"


def verify(root, slugs, workers, counts) -> Iterator[Problem]:
    """Every problem of these assignments, cheap checks first; all assignments where none is named.

    counts: gets how many assignments, right and wrong answers were looked at.
    Where an assignment's notebook or an answer can't even be read, its answers are not judged.
    """
    broken = set()
    for problem in check_folders(root, slugs):
        if problem.fatal:
            broken.add(problem.file)
        yield problem
    every = [item for item in read_readable(root) if source_file(item) not in broken]
    known = [item for item in every if not slugs or item.slug in slugs]
    ready = []
    for assignment in known:
        others = [other for other in every if other.slug != assignment.slug]
        problems = list(check_text(root, assignment, others))
        yield from problems
        counts["count"] += 1
        if not any(problem.fatal for problem in problems):
            ready.append(assignment)
    yield from judge_all(root, ready, workers, counts)
    if ready:
        yield from check_releases(root, [assignment.slug for assignment in ready])


def judge_all(root, assignments, workers, counts) -> Iterator[Problem]:
    """What the judged answers of these assignments show, assignment by assignment."""
    if not assignments:
        return
    seed = grading_seed(root)
    plans = []
    for assignment in assignments:
        answers = read_answers(root, assignment.slug)
        for answer in answers:
            counts[answer.path.parent.name] += 1
        plans.append((assignment, answers, list_trials(assignment, answers, seed)))
    with (
        Progress({assignment.slug: len(trials) for assignment, _, trials in plans}) as progress,
        Crew(workers, root) as crew,
    ):
        running = [
            [crew.submit(assignment.slug, *trial) for trial in trials]
            for assignment, _, trials in plans
        ]
        for (assignment, answers, _), futures in zip(plans, running):
            judgements = _results(futures, assignment.slug, progress)
            yield from check_assignment(root, assignment, answers, judgements, seed)
            for future in futures:
                future.cancel()


def _results(futures, slug, progress):
    for future in futures:
        judged = future.result()
        progress.advance(slug)
        yield judged
