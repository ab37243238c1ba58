"""A class graded in parallel: what is graded, who is tried again, and that nobody stops the others."""

import concurrent.futures
import dataclasses
import json
import multiprocessing
import os
import random
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import psutil
import pytest
from nbgrader.api import InvalidEntry
from small_class import (
    AtOnce,
    copy_course,
    full_marks,
    generated_course,
    grades,
    hand_in,
)
from sqlalchemy.exc import OperationalError
from tiny_course import SLUG, TRUST, answered

from asynclab.errors import CommandError
from asynclab.grading import engine, messages, submitted
from asynclab.grading.definition import read_definition
from asynclab.grading.engine import find_pending, grade_all
from asynclab.grading.job import NotRunError
from asynclab.grading.marks import MARK
from asynclab.grading.writer import Writer

FULL = {(SLUG, "tugas-1"): 4.0, (SLUG, "tugas-2"): 3.0}
STAMP = "2026-03-05 14:00:00.000000 UTC"
LATER = "2026-03-07 14:00:00.000000 UTC"


@pytest.fixture(scope="module")
def generated(tmp_path_factory):
    """The course that every test copies."""
    return generated_course(tmp_path_factory.mktemp("kursus"))[0]


@pytest.fixture
def course(generated, tmp_path, monkeypatch):
    """(course, api) with three submissions; jobs give full marks and run nothing."""
    monkeypatch.setattr(engine, "grade", full_marks)
    course, api = copy_course(generated, tmp_path)
    hand_in(course, "citra", "ani", "budi", stamp=STAMP)
    return course, api


def graded(api, pending=None, *, make=lambda scratch: AtOnce(), width=1, **options):
    """{student: outcome} of one run."""
    pending = find_pending(api, SLUG, **options) if pending is None else pending
    definition = read_definition(api, SLUG)
    return {
        outcome.student: outcome
        for outcome in grade_all(api, [(definition, pending)], make, width=width)
    }


def test_everybody_is_graded_once(course):
    """By student; a second run has nothing to do, --force everything, a student only him."""
    _, api = course
    record = [sorted(graded(api)), sorted(graded(api)), sorted(graded(api, force=True))]
    record.append(sorted(graded(api, force=True, students=["budi"])))

    assert record == [["ani", "budi", "citra"], [], ["ani", "budi", "citra"], ["budi"]]
    assert grades(api, "ani") == {"tugas-1": (4.0, False), "tugas-2": (3.0, False)}


def test_a_newer_submission_is_graded_again(course):
    """The one that was handed in again, with its files; a submission without a time is not."""
    tiny, api = course
    graded(api)
    hand_in(tiny, "ani", stamp=LATER)
    (tiny.folder / "submitted" / "ani" / SLUG / "baru.txt").write_text("x")
    hand_in(tiny, "budi")

    assert list(graded(api)) == ["ani"]
    assert (tiny.folder / "autograded" / "ani" / SLUG / "baru.txt").read_text() == "x"


@pytest.mark.parametrize("text", ["besok", "", "99999-01-01 00:00:00", "\udcff"])
def test_a_timestamp_that_is_none(course, text):
    """nbgrader would stop the whole class; here the sentence is in the log and all are graded."""
    tiny, api = course
    path = tiny.folder / "submitted" / "ani" / SLUG / "timestamp.txt"
    path.write_text(text, errors="surrogateescape")
    outcomes = graded(api)

    assert [outcome.judged for outcome in outcomes.values()] == [True] * 3
    assert outcomes["ani"].log == [("WARNING", messages.bad_timestamp(path))]


def test_dangerous_files_are_moved_aside(course):
    """A link beside the notebook: graded without it; a link in place of it: not graded, and said."""
    tiny, api = course
    folder = tiny.folder / "submitted"
    (folder / "ani" / SLUG / "rahasia").symlink_to("/etc/passwd")
    (folder / "budi" / SLUG / f"{SLUG}.ipynb").unlink()
    (folder / "budi" / SLUG / f"{SLUG}.ipynb").symlink_to("/etc/passwd")
    outcomes = graded(api)

    assert outcomes["ani"].judged
    assert "tautan (symlink)" in outcomes["ani"].log[0][1]
    assert not (tiny.folder / "autograded" / "ani" / SLUG / "rahasia").exists()
    assert outcomes["budi"].fault == messages.nothing_left(folder / "budi" / SLUG)
    assert not (tiny.folder / "autograded" / "budi").exists()


def test_a_notebook_of_another_name_is_not_worth_zero(course):
    """Nothing that the assignment knows was handed in: a person has to look."""
    tiny, api = course
    path = tiny.folder / "submitted" / "ani" / SLUG / f"{SLUG}.ipynb"
    path.rename(path.with_name("tugas saya.ipynb"))
    outcomes = graded(api)

    assert [name for name, outcome in outcomes.items() if not outcome.judged] == ["ani"]
    assert "tidak ada notebook yang boleh dibaca" in outcomes["ani"].fault


def test_a_job_that_raises_is_tried_three_times(course, monkeypatch):
    """Then it is "tidak dinilai", with the reason; the others are graded."""
    record = []

    def stumble(definition, submission):
        record.append(submission.student)
        return full_marks(definition, submission) if submission.student != "budi" else 1 / 0

    monkeypatch.setattr(engine, "grade", stumble)
    outcomes = graded(course[1])

    assert record.count("budi") == 3
    assert outcomes["budi"].fault.startswith("Kiriman ini tidak dinilai: ZeroDivisionError")
    assert [outcome.judged for _, outcome in sorted(outcomes.items())] == [True, False, True]


def test_a_job_that_stumbles_once_is_graded(course, monkeypatch):
    """The second try counts."""
    record = []

    def stumble(definition, submission):
        record.append(submission.student)
        return full_marks(definition, submission) if record.count("budi") != 1 else 1 / 0

    monkeypatch.setattr(engine, "grade", stumble)

    assert all(outcome.judged for outcome in graded(course[1]).values())


def test_a_job_that_kills_a_clusters_workers(course, monkeypatch):
    """Each of the cluster's failures has cost it four workers: two are enough, and said like a dead process."""
    record, killed = [], type("KilledWorker", (Exception,), {})

    def die(definition, submission):
        record.append(submission.student)
        if submission.student == "budi":
            raise killed("Attempted to run task 'grade-1' on 4 different workers")
        return full_marks(definition, submission)

    monkeypatch.setattr(engine, "grade", die)
    outcomes = graded(course[1])

    assert record.count("budi") == 2
    assert outcomes["budi"].fault == messages.job_failed(messages.WORKER_DIED)
    assert [outcome.judged for _, outcome in sorted(outcomes.items())] == [True, False, True]


def test_an_executor_that_will_never_do_anything(course, monkeypatch):
    """It is asked while nothing gets done; what it says ends the command, and the next run begins anew."""
    monkeypatch.setattr(engine, "LOOK_SECONDS", 0.01)

    class Gone(AtOnce):
        def submit(self, function, /, *args):
            return concurrent.futures.Future()

        def look(self):
            raise CommandError("Tidak ada siapa-siapa.")

    with pytest.raises(CommandError, match="Tidak ada siapa-siapa"):
        graded(course[1], make=lambda scratch: Gone())
    assert sorted(graded(course[1])) == ["ani", "budi", "citra"]


def test_where_nothing_can_be_run_nothing_is_kept(course, monkeypatch):
    """A machine that can't run student code is named in its own sentence; it is all graded at the next run."""

    def refuse(definition, submission):
        raise NotRunError("Tidak ada ruang.")

    with monkeypatch.context() as patch:
        patch.setattr(engine, "grade", refuse)
        faults = {outcome.fault for outcome in graded(course[1]).values()}

    assert faults == {messages.job_failed("Tidak ada ruang")}
    assert not (course[0].folder / "autograded" / "ani" / SLUG).exists()
    assert all(outcome.judged for outcome in graded(course[1]).values())


@pytest.mark.parametrize(
    "error",
    [
        OSError(28, "No space left on device", "/x"),
        OperationalError("insert", {}, Exception("database is locked")),
        InvalidEntry("(sqlite3.OperationalError) database is locked"),
        KeyError("kecil"),
    ],
)
def test_what_cant_be_written_stops_nobody(course, monkeypatch, error):
    """A full disk, a gradebook that refuses or a bug, for one student: said, and graded at the next run."""
    write = Writer.write

    def refuse(self, definition, graded, files, timestamp):
        if graded.student == "budi":
            raise error
        write(self, definition, graded, files, timestamp)

    with monkeypatch.context() as patch:
        patch.setattr(Writer, "write", refuse)
        outcomes = graded(course[1])
    again = graded(course[1])

    assert [outcome.judged for _, outcome in sorted(outcomes.items())] == [True, False, True]
    assert outcomes["budi"].fault.startswith("Hasil kiriman ini tidak tersimpan")
    assert "\n" not in outcomes["budi"].fault
    assert [(name, outcome.judged) for name, outcome in again.items()] == [("budi", True)]


@pytest.mark.parametrize("error", [FileNotFoundError(2, "No such file"), ValueError("aneh")])
def test_what_cant_be_read_stops_nobody(course, monkeypatch, error):
    """Whatever happens while one submission is looked through: said, and graded at the next run."""
    monkeypatch.setattr(submitted, "PATIENCE", 0)
    monkeypatch.setattr(submitted, "SETTLED", 0)
    find_dangers = submitted.find_dangers

    def stumble(folder):
        if "budi" in folder.parts:
            raise error
        return find_dangers(folder)

    with monkeypatch.context() as patch:
        patch.setattr(submitted, "find_dangers", stumble)
        outcomes = graded(course[1])

    assert [outcome.judged for _, outcome in sorted(outcomes.items())] == [True, False, True]
    assert "tidak dapat dibaca" in outcomes["budi"].fault
    assert list(graded(course[1])) == ["budi"]


def test_a_folder_whose_name_is_no_text_is_named(course):
    """No gradebook takes it; the others are graded."""
    tiny, api = course
    folder = os.fsencode(tiny.folder / "submitted")
    os.rename(folder + b"/budi", folder + b"/budi-\xe9")
    outcomes = graded(api)
    fault = outcomes.pop(os.fsdecode(b"budi-\xe9")).fault

    assert f"submitted/budi-\\xe9/{SLUG} bukan UTF-8" in fault
    assert [outcome.judged for outcome in outcomes.values()] == [True, True]
    assert sorted(path.name for path in (tiny.folder / "autograded").iterdir()) == ["ani", "citra"]


def half_grade(course, student, pid):
    """What stock nbgrader has in autograded/ while it is at work, in a process of this number."""
    half = course.folder / "autograded" / student / SLUG
    half.mkdir(parents=True)
    (half / f"{SLUG}.ipynb").write_text("{}")
    born = psutil.Process(pid).create_time() if pid else 0
    mark = {"host": socket.gethostname(), "pid": pid, "born": born}
    (half / MARK).write_text(json.dumps(mark))


def test_what_a_killed_nbgrader_left_half_made_is_graded(course):
    """Its mark says so; what comes of it replaces the half."""
    tiny, api = course
    half_grade(tiny, "budi", 0)

    assert sorted(graded(api)) == ["ani", "budi", "citra"]
    assert grades(api, "budi") == {"tugas-1": (4.0, False), "tugas-2": (3.0, False)}
    assert not (tiny.folder / "autograded" / "budi" / SLUG / MARK).exists()
    assert graded(api) == {}


def test_what_nbgrader_is_grading_now_is_left_to_it(course):
    """Said for that student, also with --force, and nothing of it is touched."""
    tiny, api = course
    half_grade(tiny, "budi", os.getppid())
    outcomes = graded(api, force=True)

    assert [outcome.judged for _, outcome in sorted(outcomes.items())] == [True, False, True]
    assert "sedang dinilai di tempat lain" in outcomes["budi"].fault
    assert (tiny.folder / "autograded" / "budi" / SLUG / MARK).exists()


def die_for_budi(definition, submission):
    """A worker that dies of one submission."""
    if submission.student == "budi":
        os.kill(os.getpid(), signal.SIGKILL)
    return full_marks(definition, submission)


def die_once(definition, submission):
    """A worker that is killed once from outside, at a random submission."""
    mark = Path(definition.config["mark"])
    if submission.student == "budi" and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return full_marks(definition, submission)


def pool(scratch):
    """A pool of two fresh processes."""
    spawn = multiprocessing.get_context("spawn")
    return concurrent.futures.ProcessPoolExecutor(2, mp_context=spawn)


@pytest.mark.heavy
def test_a_submission_that_kills_its_worker_kills_only_its_own(course, monkeypatch):
    """Those that ran beside it are graded, and it is named."""
    monkeypatch.setattr(engine, "grade", die_for_budi)
    outcomes = graded(course[1], make=pool, width=2)

    assert {name: outcome.judged for name, outcome in sorted(outcomes.items())} == {
        "ani": True,
        "budi": False,
        "citra": True,
    }
    assert messages.WORKER_DIED in outcomes["budi"].fault
    assert not outcomes["ani"].fault


@pytest.mark.heavy
def test_a_worker_killed_from_outside_costs_nobody_a_grade(course, monkeypatch, tmp_path):
    """The job is tried again on a fresh pool."""
    monkeypatch.setattr(engine, "grade", die_once)
    _, api = course
    api.config.mark = str(tmp_path / "mati")
    outcomes = graded(api, make=pool, width=2)

    assert [outcome.judged for outcome in outcomes.values()] == [True] * 3
    assert (tmp_path / "mati").exists()


def test_an_interrupted_run_is_continued(course):
    """What was yielded is written, the rest is graded next time."""
    _, api = course
    work = [(read_definition(api, SLUG), find_pending(api, SLUG))]
    run = grade_all(api, work, lambda scratch: AtOnce(), width=1)
    first = next(run).student
    run.close()

    assert sorted([first, *graded(api)]) == ["ani", "budi", "citra"]


def test_no_worker_waits_between_two_assignments(course):
    """While the last submissions of the first are graded, those of the second have begun."""
    record = []

    class Noting(AtOnce):
        def submit(self, function, /, definition, submission):
            record.append((definition.slug, submission.student))
            return super().submit(function, definition, submission)

    _, api = course
    first, pending = read_definition(api, SLUG), find_pending(api, SLUG)
    work = [(first, pending), (dataclasses.replace(first, slug="kedua"), pending)]
    run = grade_all(api, work, lambda scratch: Noting(), width=2)
    next(run)
    run.close()

    assert record == [(SLUG, "ani"), (SLUG, "budi"), (SLUG, "citra"), ("kedua", "ani")]


def test_what_is_handed_in_later_is_graded_with_its_own_time(course):
    """Collected after the class was begun, before it was read: late is late, and nothing is pending."""
    tiny, api = course
    set_due(tiny)
    pending = find_pending(api, SLUG)
    hand_in(tiny, "citra", stamp=LATER)
    graded(api, pending)
    with api.gradebook as gradebook:
        assert gradebook.find_submission(SLUG, "citra").total_seconds_late > 0

    assert find_pending(api, SLUG) == []


def test_what_is_handed_in_after_it_was_read_is_graded_next_time(course, monkeypatch):
    """The first version is written with the first time."""
    tiny, api = course

    def collect(definition, submission):
        if submission.student == "citra":
            hand_in(tiny, "citra", stamp=LATER)
        return full_marks(definition, submission)

    monkeypatch.setattr(engine, "grade", collect)
    graded(api)
    monkeypatch.undo()

    assert (tiny.folder / "autograded" / "citra" / SLUG / "timestamp.txt").read_text() == STAMP
    assert [item.student for item in find_pending(api, SLUG)] == ["citra"]


# ---- the real thing


def run_stock_and_ours(folder, generated):
    """One class with a few accidents in two equal courses, graded by nbgrader and by us."""
    courses = []
    for name in ("stock", "kami"):
        (folder / name).mkdir()
        course, _ = copy_course(generated, folder / name)
        hand_in(course, "ani", stamp=STAMP)
        hand_in(course, "citra", stamp=LATER)
        course.submit("budi", answered(course.release, greet="async def greet(name): return 1"))
        course.submit("dian", b'{"cells": [')
        lain = course.submit("eka", course.release)
        nbformat.write(course.release, lain / "lain.ipynb")
        (lain / "data").mkdir()
        (lain / "data" / "a.txt").write_text("a")
        (course.folder / "source" / SLUG / "titipan.txt").write_text("milik pengajar")
        (lain / "titipan.txt").write_text("milik mahasiswa")
        with (course.folder / "nbgrader_config.py").open("a") as file:
            file.write("c.LateSubmissionPlugin.penalty_method = 'zero'\n")
        set_due(course)
        courses.append(course)
    stock, ours = courses
    stock.nbgrader("autograde", SLUG)
    done = asynclab_grade(ours)
    return stock, ours, done


def set_due(course):
    """The tiny assignment is due between STAMP and LATER."""
    import datetime

    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course.folder}/gradebook.db") as gradebook:
        gradebook.update_or_create_assignment(SLUG, duedate=datetime.datetime(2026, 3, 6, 10))


def asynclab_grade(course, *arguments, env=None):
    """`asynclab grade` in a process of its own; a CompletedProcess."""
    command = [sys.executable, "-m", "asynclab", "grade", SLUG, *arguments]
    return subprocess.run(
        command,
        cwd=course.folder,
        capture_output=True,
        text=True,
        check=False,
        env=env or settings(),
    )


def settings():
    """The environment with this package importable from any folder."""
    return {**os.environ, "PYTHONPATH": str(Path(engine.__file__).parents[2])}


def files(course):
    """{relative path: (bytes, permissions)} of autograded/."""
    folder = course.folder / "autograded"
    return {
        path.relative_to(folder).as_posix(): (path.read_bytes(), path.stat().st_mode)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def gradebook_rows(course):
    """What the gradebook says about every submission, without ids of its own."""
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course.folder}/gradebook.db") as gradebook:
        rows = []
        for submission in gradebook.assignment_submissions(SLUG):
            (notebook,) = submission.notebooks
            penalty = notebook.late_submission_penalty
            rows.append((submission.student_id, submission.timestamp, submission.score, penalty))
            for item in notebook.grades:
                rows.append(
                    (
                        submission.student_id,
                        item.name,
                        item.auto_score,
                        item.manual_score,
                        item.needs_manual_grade,
                        item.extra_credit,
                    )
                )
            for item in notebook.comments:
                rows.append((submission.student_id, item.name, item.auto_comment))
        return sorted(rows, key=repr)


@pytest.mark.heavy
def test_equal_to_stock_nbgrader(generated, tmp_path):
    """Score by score, comment by comment, penalty by penalty, file by file with its permissions."""
    stock, ours, done = run_stock_and_ours(tmp_path, generated)

    assert gradebook_rows(ours) == gradebook_rows(stock)
    assert len(gradebook_rows(ours)) == 5 * (1 + 2 + 2)
    theirs, mine = files(stock), files(ours)
    assert mine.keys() == theirs.keys()
    assert [name for name in mine if mine[name] != theirs[name]] == []
    assert done.returncode == 1  # dian's file is no notebook
    assert "dian: 0 (tidak dinilai: tugas-1, tugas-2)" in done.stdout


@pytest.mark.heavy
def test_killed_at_random_moments_it_ends_in_equal_grades(generated, tmp_path):
    """kill -9 of the grader, three times; then a run to the end. Nothing is left of the killed ones."""
    students = [f"mahasiswa-{number}" for number in range(6)]
    course, _ = copy_course(generated, tmp_path)
    hand_in(course, *students, stamp=STAMP)
    scratch, draw = tmp_path.with_name("sementara"), random.Random(7)
    scratch.mkdir()
    aside = {**settings(), "TMPDIR": str(scratch)}
    for _ in range(3):
        command = [sys.executable, "-m", "asynclab", "grade", SLUG]
        grader = subprocess.Popen(
            command, cwd=course.folder, stdout=-3, stderr=-3, env=aside, start_new_session=True
        )
        time.sleep(draw.uniform(2, 9))
        grader.kill()
        grader.wait()
    done = asynclab_grade(course, env=aside)
    whole, _ = copy_course(generated, tmp_path.with_name("utuh"))
    hand_in(whole, *students, stamp=STAMP)
    asynclab_grade(whole)

    assert done.returncode == 0, done.stdout + done.stderr
    assert gradebook_rows(course) == gradebook_rows(whole)
    assert files(course) == files(whole)
    assert {path.name for path in course.folder.iterdir()} == {
        path.name for path in whole.folder.iterdir()
    }
    assert list(scratch.glob("asynclab-nilai-*")) == []
    assert TRUST or all_gone(course.folder)


def all_gone(folder):
    """Whether no process works in a course, a moment later at most: one may still be in its imports."""
    deadline = time.monotonic() + 300
    while processes(folder) and time.monotonic() < deadline:
        time.sleep(0.1)
    return processes(folder) == []


def processes(folder):
    """Processes that still work in a course."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cwd"):
        try:
            if path.readlink() == folder:
                found.append(path.parent.name)
        except OSError:
            continue
    return found
