"""`asynclab mutants`: breaks every right answer on purpose and shows which mutants the hidden tests let live."""

from __future__ import annotations

import argparse
import contextlib
import itertools
import multiprocessing
import os
import signal
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import replace
from pathlib import Path

from asynclab.errors import CommandError
from asynclab.grading import linux
from asynclab.grading.checks.answers import check_ended
from asynclab.grading.checks.crew import Crew
from asynclab.grading.checks.messages import REFERENCE
from asynclab.grading.checks.tree import check_folders, check_text, source_file
from asynclab.grading.course import find_assignments, no_source, read_answers
from asynclab.grading.messages import no_course
from asynclab.grading.mutation import messages
from asynclab.grading.mutation.equivalents import Equivalent, read_equivalents, write_entries
from asynclab.grading.mutation.mutants import Mutant, make_mutants
from asynclab.grading.mutation.results import Results
from asynclab.grading.mutation.summary import render_summary, summarize
from asynclab.grading.mutation.trial import Verdict, measure, try_source
from asynclab.grading.progress import Progress
from asynclab.grading.release import CONFIG
from asynclab.grading.settings import grading_seed
from asynclab.grading.slugs import read_slug

__all__ = ["add_arguments", "examine", "run", "try_mutants"]

CACHE = Path(".cache", "mutants")


# ---- trying them


def try_mutants(
    root, assignment, mutants, seed, results, workers, advance
) -> dict[Mutant, Verdict]:
    """The verdict on every mutant, from `results` where it is known.

    advance(mutant): called once per mutant. Raises CommandError where an unchanged answer does not get full marks:
    then nothing that its mutants lose would say anything.
    """
    verdicts, todo = {}, []
    for mutant in mutants:
        verdict = results.find(mutant.mutation.source)
        if verdict is None:
            todo.append(mutant)
        else:
            verdicts[mutant] = verdict
            advance(mutant)
    if not todo:
        return {mutant: verdicts[mutant] for mutant in mutants}
    with Crew(1, root) as crew:
        judged = crew.submit(assignment.slug, assignment.solution, seed).result()
    file = source_file(assignment)
    for problem in check_ended(file, REFERENCE, judged):
        raise CommandError(messages.broken_source(file, problem.what, assignment.slug))
    context = multiprocessing.get_context("spawn")
    arguments = (str(root), assignment.slug, seed, os.getpid())
    with ProcessPoolExecutor(workers, context, _prepare, arguments) as pool:
        try:
            originals = {mutant.answer: mutant.original for mutant in todo}
            for answer, verdict in zip(originals, pool.map(_try, originals.values())):
                if verdict.outcome != "survived":
                    raise CommandError(messages.original_fails(assignment.slug, answer, verdict))
            futures = {pool.submit(_try, mutant.mutation.source): mutant for mutant in todo}
            for future in as_completed(futures):
                mutant = futures[future]
                verdicts[mutant] = future.result()
                results.keep(mutant.mutation.source, verdicts[mutant])
                advance(mutant)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return {mutant: verdicts[mutant] for mutant in mutants}


def _prepare(root, slug, seed, parent):
    global _try_here
    # A worker never outlives the command.
    with contextlib.suppress(AttributeError, OSError):
        linux.die_with_parent(signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    (assignment,) = find_assignments(root, [slug])
    measure(assignment, assignment.solution, seed)  # imports, first calls
    limit = 3 + 10 * measure(assignment, assignment.solution, seed)
    _try_here = assignment, seed, limit


def _try(source):
    assignment, seed, limit = _try_here
    return try_source(assignment, source, seed, limit)


# ---- the command


def add_arguments(parser):
    """Arguments of `asynclab mutants`."""
    parser.add_argument("slug", nargs="+", type=read_slug, help="tugas yang ujinya diperiksa")
    parser.add_argument(
        "--workers", type=int, metavar="N", help="banyaknya proses (bawaan: satu per inti)"
    )
    parser.add_argument(
        "--sample", type=int, metavar="N", help="hanya N mutan dari setiap jawaban, tersebar merata"
    )
    parser.add_argument(
        "--entries",
        action="store_true",
        help="tulis yang lolos sebagai entri untuk tests/equivalents/, tanpa alasan",
    )


def run(arguments: argparse.Namespace) -> int:
    """0 if every mutant is killed or listed with a reason, 1 if one survives or an entry is stale."""
    root = Path.cwd()
    if not (root / CONFIG).is_file():
        raise CommandError(no_course(root), exit_code=2)
    for name in ("workers", "sample"):
        value = getattr(arguments, name)
        if value is not None and value < 1:
            raise CommandError(messages.not_positive(f"--{name}", value), exit_code=2)
    if not hasattr(os, "fork"):
        raise CommandError(messages.NO_FORK, exit_code=2)
    for slug in arguments.slug:
        refuse_broken(root, slug)
    summaries = [
        examine(root, assignment, workers=arguments.workers, sample=arguments.sample)
        for assignment in find_assignments(root, arguments.slug)
    ]
    for summary in summaries:
        if arguments.entries:
            print(write_entries([_entry(mutant) for mutant, _ in summary.survivors]))
        else:
            print("\n".join(render_summary(summary, root)))
    return 1 if any(summary.survivors or summary.stale for summary in summaries) else 0


def refuse_broken(root, slug):
    """Raises CommandError where `asynclab verify` could judge nothing either, with the first thing it says."""
    if not (root / "source" / slug / f"{slug}.ipynb").is_file():
        raise CommandError(no_source(root, slug), exit_code=2)
    for problem in itertools.chain(check_folders(root, [slug]), _check_text(root, slug)):
        if problem.fatal:
            raise CommandError(messages.broken_source(problem.file, problem.what, slug))


def _check_text(root, slug):
    (assignment,) = find_assignments(root, [slug])
    yield from check_text(root, assignment)


def examine(root, assignment, *, workers=None, sample=None):
    """The Summary of one assignment of the course in `root`.

    workers: how many processes, one per core by default; sample: only so many mutants of each answer.
    Raises CommandError where the listed equivalents are malformed or an unbroken answer is not perfect.
    """
    seed = grading_seed(root)
    equivalents = read_equivalents(root, assignment.slug)
    mutants = make_mutants(assignment, read_answers(root, assignment.slug), sample)
    results = Results(root / CACHE / f"{assignment.slug}.jsonl", assignment, seed)
    workers = workers or os.cpu_count() or 1
    with Progress(Counter(_label(assignment, mutant) for mutant in mutants)) as progress:
        verdicts = try_mutants(
            root,
            assignment,
            mutants,
            seed,
            results,
            workers,
            lambda mutant: progress.advance(_label(assignment, mutant)),
        )
    summary = summarize(assignment.slug, verdicts, equivalents)
    # What was not tried can't be stale.
    return replace(summary, stale=[]) if sample else summary


def _entry(mutant):
    answer, before, after, occurrence = mutant.key
    return Equivalent(answer, before, after, "", occurrence)


def _label(assignment, mutant):
    return f"{assignment.slug} {mutant.answer}"
