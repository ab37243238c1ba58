"""`asynclab grade`: grades what was collected and is not graded yet, in parallel, and shows how it goes."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sys
from collections import deque
from pathlib import Path

from asynclab import isolation
from asynclab.errors import CommandError
from asynclab.grading import messages, parents
from asynclab.grading.definition import read_definition
from asynclab.grading.pools import distributed_pool, local_pool, warm_up
from asynclab.grading.release import CONFIG, open_course
from asynclab.grading.slugs import read_slug
from asynclab.grading.writer import clear_leftovers, name_scratch

__all__ = ["add_arguments", "grade_course", "run"]


def add_arguments(parser):
    """Arguments of `asynclab grade`."""
    parser.add_argument("slug", nargs="*", type=read_slug, help="tugas yang dinilai")
    parser.add_argument(
        "--all", action="store_true", help="semua tugas yang sudah dibuat versi mahasiswanya"
    )
    parser.add_argument(
        "--student",
        action="append",
        default=[],
        metavar="ID",
        help="hanya mahasiswa ini; boleh berulang",
    )
    parser.add_argument("--force", action="store_true", help="nilai lagi juga yang sudah dinilai")
    parser.add_argument(
        "--workers",
        type=int,
        default=None,
        metavar="N",
        help="banyaknya proses (bawaan: satu per inti)",
    )
    parser.add_argument(
        "--scheduler",
        metavar="ALAMAT",
        help="klaster dask.distributed, misalnya tcp://127.0.0.1:8786",
    )
    parser.add_argument(
        "--json", action="store_true", help="satu catatan JSON per kiriman, tanpa hiasan"
    )
    parser.add_argument(
        "--trust-submissions",
        action="store_true",
        help="tanpa sandbox: kode mahasiswa berjalan dengan hak akses Anda",
    )


def run(arguments) -> int:
    """0 if every submission was judged, 1 if something is "tidak dinilai"."""
    root = Path.cwd()
    if not (root / CONFIG).is_file():
        raise CommandError(NO_COURSE.format(folder=root), exit_code=2)
    if bool(arguments.slug) == arguments.all:
        raise CommandError(WHICH, exit_code=2)
    if arguments.workers is not None and arguments.workers < 1:
        raise CommandError(messages.few_workers(arguments.workers), exit_code=2)
    if not arguments.scheduler:
        warm_up()
        if sys.platform == "linux" and not arguments.trust_submissions:
            parents.start("sandbox")
    api = open_course(root)
    if arguments.trust_submissions:
        api.config.ExecuteAndJudge.trust_submissions = True
        print(messages.TRUSTED, file=sys.stderr)
    with usable_gradebook():
        slugs, lacking = list(dict.fromkeys(arguments.slug)), False
        if arguments.all:
            slugs, lacking = find_gradable(api)
            if not slugs:
                # All that is to say was said for each of them.
                return 1 if lacking else 0
        with contextlib.closing(JsonLines() if arguments.json else Lines(slugs)) as show:
            outcomes = grade_course(
                api,
                slugs,
                show,
                force=arguments.force,
                students=arguments.student,
                workers=arguments.workers,
                scheduler=arguments.scheduler,
            )
            show.end(outcomes, lacking)
    return 0 if not lacking and all(outcome.judged for outcome in outcomes) else 1


@contextlib.contextmanager
def usable_gradebook():
    """Turns what the database says into one sentence for a person."""
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except SQLAlchemyError as error:
        raise CommandError(messages.gradebook_unusable(getattr(error, "orig", error))) from None


def grade_course(
    api, slugs, show, *, force=False, students=(), workers=None, scheduler=None
) -> list:
    """Grade these assignments; returns the outcomes, per assignment in order of student.

    show: has `begin(work)` and `advance(outcome)`; see Lines.
    """
    # Not at the top: while this process imports nbgrader, those that `run` has started do so too.
    from asynclab.grading.engine import find_pending, grade_all

    workers = workers or os.cpu_count() or 1
    plans, known = [], set()
    for slug in slugs:
        definition = read_definition(api, slug)
        submitted = find_pending(api, slug, force=True)
        known.update(item.student for item in submitted)
        if not submitted and len(slugs) == 1:
            raise CommandError(
                messages.nothing_submitted(slug, api.coursedir.submitted_directory), exit_code=2
            )
        plans.append((definition, find_pending(api, slug, force=force, students=students)))
    # Of several assignments, a student need not have handed in each.
    if unknown := [student for student in students if student not in known]:
        raise CommandError(messages.unknown_student(unknown[0], slugs), exit_code=2)
    trusted = bool(plans) and trusts(plans[0][0])
    if scheduler:
        make, width = distributed_pool(scheduler, sandbox=not trusted)
    else:
        mode = "trusted" if trusted else "sandbox"
        make, width = (lambda scratch: local_pool(workers, scratch, mode)), workers
        if mode == "sandbox" and any(pending for _, pending in plans):
            require_isolation()
    show.begin(
        {definition.slug: [item.student for item in pending] for definition, pending in plans}
    )
    if not any(pending for _, pending in plans):
        parents.close_all()
        clear_leftovers(api)
        return []
    outcomes, scratch = [], name_scratch()
    try:
        for outcome in grade_all(api, plans, make, width=width, scratch=scratch):
            outcomes.append(outcome)
            show.advance(outcome)
    finally:
        parents.close_all()
        shutil.rmtree(scratch, ignore_errors=True)
    return sorted(outcomes, key=lambda outcome: (slugs.index(outcome.slug), outcome.student))


def trusts(definition) -> bool:
    """Whether student code may run without a sandbox."""
    return bool(definition.config.get("ExecuteAndJudge", {}).get("trust_submissions"))


def require_isolation():
    """Raises CommandError where student code can't be shut in."""
    if obstacle := isolation.obstacle():
        raise CommandError(messages.no_sandbox(obstacle, isolation.remedy()))


def find_gradable(api) -> tuple[list[str], bool]:
    """(the assignments in the gradebook that can be graded, by name; whether others have submissions).

    Says on standard error why one can't, so that it doesn't keep the others from being graded.
    Raises CommandError where there is none at all.
    """
    from asynclab.grading.engine import find_pending

    with api.gradebook as gradebook:
        known = sorted(assignment.name for assignment in gradebook.assignments)
    if not known:
        raise CommandError(NOTHING_GENERATED, exit_code=2)
    gradable, lacking = [], False
    for slug in known:
        try:
            read_definition(api, slug)
            gradable.append(slug)
        except CommandError as error:
            submitted = len(find_pending(api, slug, force=True))
            lacking = lacking or submitted > 0
            print(messages.left_out(slug, submitted, error), file=sys.stderr)
    return gradable, lacking


class Lines:
    """Shows progress: a bar in a terminal, else a line per submission."""

    def __init__(self, slugs):
        self.names = max(map(len, slugs), default=0)
        self.progress = None
        if sys.stdout.isatty():
            from rich.progress import (
                BarColumn,
                MofNCompleteColumn,
                Progress,
                TextColumn,
                TimeRemainingColumn,
            )

            columns = (
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeRemainingColumn(compact=True),
            )
            self.progress = Progress(*columns, TextColumn("{task.fields[student]}"))
            self.progress.start()

    def begin(self, work):
        """What there is to grade: assignment -> students, in order."""
        self.due = deque((slug, student) for slug, students in work.items() for student in students)
        self.done, self.bars = {}, {}
        for slug, students in work.items():
            if not students:
                print(f"{slug}: {UP_TO_DATE}", flush=True)
            elif self.progress:
                self.bars[slug] = self.progress.add_task(slug, total=len(students), student="")

    def advance(self, outcome):
        """One submission is graded and written; lines come in order of student, whoever was ready first."""
        if self.progress:
            self.progress.update(self.bars[outcome.slug], advance=1, student=outcome.student)
            if outcome.fault:
                self.progress.console.print(describe(outcome), markup=False, highlight=False)
            return
        self.done[outcome.slug, outcome.student] = outcome
        while self.due and self.due[0] in self.done:
            print(describe(self.done.pop(self.due.popleft())), flush=True)

    def close(self):
        """Leave the terminal as it was, however it ended."""
        if self.progress:
            self.progress.stop()

    def end(self, outcomes, lacking=False):
        """The last words: how many, and what needs a person; lacking: whether other submissions wait."""
        self.close()
        left = [outcome for outcome in outcomes if not outcome.judged]
        if outcomes:
            print(SUMMARY.format(count=len(outcomes), left=len(left)))
        elif not lacking:
            print(UP_TO_DATE.capitalize())
        for outcome in left:
            print(f"  {describe(outcome)}")


class JsonLines:
    """Shows one JSON record per submission, in order of student, and nothing else."""

    def begin(self, work):
        """Nothing to show."""

    def close(self):
        """Nothing to leave."""

    def advance(self, outcome):
        """Nothing to show yet: the order is the students', not the workers'."""

    def end(self, outcomes, lacking=False):
        """All records."""
        for outcome in outcomes:
            print(json.dumps(record(outcome), ensure_ascii=False))


def record(outcome) -> dict:
    """An outcome as plain JSON."""
    return {
        "student": outcome.student,
        "assignment": outcome.slug,
        "score": sum(score for score in outcome.scores.values() if score is not None),
        "cells": {
            f"{notebook}/{cell}": score for (notebook, cell), score in outcome.scores.items()
        },
        "judged": outcome.judged,
        "fault": outcome.fault,
        "notes": [sentence for _, sentence in outcome.log],
    }


def describe(outcome) -> str:
    """An outcome in one line."""
    if outcome.fault:
        return f"{outcome.slug}  {outcome.student}: {outcome.fault}"
    total = sum(score for score in outcome.scores.values() if score is not None)
    unjudged = [cell for (_, cell), score in outcome.scores.items() if score is None]
    return f"{outcome.slug}  {outcome.student}: {total:g}" + (
        UNJUDGED.format(cells=", ".join(unjudged)) if unjudged else ""
    )


NO_COURSE = "Folder {folder} bukan folder kursus: tidak ada nbgrader_config.py. Pindahlah ke folder kursus, lalu ulangi."
WHICH = "Sebutkan tugas yang dinilai, atau pakai --all untuk semuanya (bukan keduanya)."
NOTHING_GENERATED = "Belum ada tugas di buku nilai, jadi tidak ada yang dapat dinilai. Jalankan `nbgrader generate_assignment TUGAS` dahulu."
UP_TO_DATE = "semua kiriman sudah dinilai; pakai --force untuk menilai lagi."
SUMMARY = "{count} kiriman dinilai; {left} di antaranya ada yang tidak dinilai."
UNJUDGED = " (tidak dinilai: {cells})"
