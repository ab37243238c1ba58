"""The only one that writes grades: all of a submission or nothing of it."""

import datetime
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from small_class import copy_course, full_marks, generated_course, grades
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from tiny_course import SLUG

from asynclab.errors import CommandError
from asynclab.grading.definition import read_definition
from asynclab.grading.job import Submission
from asynclab.grading.writer import (
    ASIDE,
    LOCK,
    SCRATCH,
    Writer,
    clear_leftovers,
    describe_failure,
    name_scratch,
)

FULL = {"tugas-1": (4.0, False), "tugas-2": (3.0, False)}


@pytest.fixture(scope="module")
def generated(tmp_path_factory):
    """The course that every test copies."""
    return generated_course(tmp_path_factory.mktemp("kursus"))[0]


@pytest.fixture
def course(generated, tmp_path):
    """(folder, api, definition) of a fresh course."""
    copied, api = copy_course(generated, tmp_path)
    return copied.folder, api, read_definition(api, SLUG)


def write(course, student="ani", *, files=None, timestamp=None, change=None):
    """One submission with full marks, through a Writer."""
    _, api, definition = course
    graded = full_marks(definition, Submission(student, {SLUG: b"{}"}))
    if change:
        change(graded)
    with Writer(api) as writer:
        writer.write(definition, graded, files or {}, timestamp)


def test_scores_and_files_of_a_submission(course):
    """In the gradebook and, read-only, in autograded/; nothing else is left in the course."""
    before = set(course[0].iterdir())
    write(course, files={"data/a.txt": b"1"})
    folder = course[0] / "autograded" / "ani" / SLUG

    assert grades(course[1], "ani") == FULL
    assert sorted(path.name for path in folder.rglob("*")) == ["a.txt", "data", f"{SLUG}.ipynb"]
    assert (folder / f"{SLUG}.ipynb").stat().st_mode & 0o777 == 0o444
    assert {path.name for path in set(course[0].iterdir()) - before} == {"autograded", LOCK}


def test_what_was_not_judged_waits_for_a_person(course):
    """No score, and a look by hand is asked for."""
    write(course, change=lambda graded: graded.scores.update({(SLUG, "tugas-1"): None}))

    assert grades(course[1], "ani") == {**FULL, "tugas-1": (None, True)}


def test_a_score_by_hand_survives_and_asks_for_another_look(course):
    """As in stock nbgrader when a submission is graded again."""
    write(course)
    with course[1].gradebook as gradebook:
        gradebook.find_grade("tugas-1", SLUG, SLUG, "ani").manual_score = 1.5
        gradebook.db.commit()
    write(course)
    with course[1].gradebook as gradebook:
        grade = gradebook.find_grade("tugas-1", SLUG, SLUG, "ani")

        assert (grade.auto_score, grade.manual_score, grade.needs_manual_grade) == (4, 1.5, True)


def test_a_late_submission_pays_what_the_course_says(course):
    """By nbgrader's own plugin, here the one that takes everything; in time again, it is given back."""
    course[1].config.LateSubmissionPlugin.penalty_method = "zero"
    due = datetime.datetime(2026, 3, 6, 10)
    with course[1].gradebook as gradebook:
        gradebook.update_or_create_assignment(SLUG, duedate=due)
    record = []
    for hours in (1, -1):
        write(course, timestamp=due + datetime.timedelta(hours=hours))
        with course[1].gradebook as gradebook:
            record.append(gradebook.find_submission(SLUG, "ani").late_submission_penalty)

    assert record == [7, 0]


def test_a_failed_transaction_changes_nothing(course, monkeypatch):
    """Neither gradebook nor autograded/, and the writer goes on with the next one."""
    _, api, definition = course
    monkeypatch.setattr(Writer, "_write_penalty", lambda *args: 1 / 0)
    graded = full_marks(definition, Submission("ani", {SLUG: b"{}"}))
    with Writer(api) as writer:
        with pytest.raises(ZeroDivisionError):
            writer.write(definition, graded, {}, None)
        monkeypatch.undo()
        graded.student = "budi"
        writer.write(definition, graded, {}, None)
    with api.gradebook as gradebook:
        assert [item.student_id for item in gradebook.assignment_submissions(SLUG)] == ["budi"]
    assert [path.name for path in (course[0] / "autograded").iterdir()] == ["budi"]


def test_a_locked_gradebook_changes_nothing(course, monkeypatch):
    """Another program's transaction: an error from the database, and no file appears."""
    _, api, definition = course
    with Gradebook(f"sqlite:///{course[0]}/gradebook.db") as other, Writer(api) as ours:
        other.db.execute(text("BEGIN EXCLUSIVE"))
        ours.gradebook.db.execute(text("PRAGMA busy_timeout = 50"))
        graded = full_marks(definition, Submission("ani", {SLUG: b"{}"}))
        with pytest.raises(OperationalError, match="locked"):
            ours.write(definition, graded, {}, None)
        other.db.rollback()

    assert not (course[0] / "autograded" / "ani").exists()


def test_a_failed_write_leaves_nothing_for_the_next_one(course, monkeypatch):
    """No file of it, not even one that can't be overwritten, is among those of the student's next write."""
    folder, api, definition = course
    graded = full_marks(definition, Submission("ani", {SLUG: b"{}"}))
    with Writer(api) as writer:
        with monkeypatch.context() as patch, pytest.raises(ZeroDivisionError):
            patch.setattr(Writer, "_write_scores", lambda *arguments: 1 / 0)
            writer.write(definition, graded, {"dulu.txt": b"1"}, None)
        writer.write(definition, graded, {"kini.txt": b"2"}, None)
    names = [path.name for path in (folder / "autograded" / "ani" / SLUG).iterdir()]

    assert sorted(names) == [f"{SLUG}.ipynb", "kini.txt"]


def test_what_a_killed_writer_moved_away_is_put_back(course):
    """Where two folders can't change places at once, the old one is gone for a moment."""
    folder, api, _ = course
    write(course)
    target = folder / "autograded" / "ani" / SLUG
    for name in ("ani", "budi"):
        (folder / ASIDE / SLUG / name / "x" / "baru").mkdir(parents=True)
    target.rename(folder / ASIDE / SLUG / "ani" / "x" / "lama")
    with Writer(api):
        assert [path.name for path in target.iterdir()] == [f"{SLUG}.ipynb"]

    assert [path.name for path in (folder / "autograded").iterdir()] == ["ani"]
    assert not (folder / ASIDE).exists()


@pytest.mark.parametrize("begin", ["BEGIN IMMEDIATE", "BEGIN"])
def test_a_gradebook_in_use_costs_only_those_it_refused(course, capfd, begin):
    """Another program writes or reads for too long: one sentence each, and the next one is written."""
    folder, api, definition = course
    graded = [full_marks(definition, Submission(name, {SLUG: b"{}"})) for name in ("ani", "budi")]
    with Gradebook(f"sqlite:///{folder}/gradebook.db") as other, Writer(api) as ours:
        other.db.execute(text(begin))
        other.db.execute(text("SELECT * FROM student")).fetchall()
        ours.gradebook.db.execute(text("PRAGMA busy_timeout = 50"))
        with pytest.raises(Exception, match="locked") as caught:
            ours.write(definition, graded[0], {}, None)
        other.db.rollback()
        ours.write(definition, graded[1], {}, None)
    sentence = describe_failure(caught.value, folder)

    assert "buku nilai menolaknya (database is locked)" in sentence
    assert [path.name for path in (folder / "autograded").iterdir()] == ["budi"]
    assert capfd.readouterr().err == ""


def test_a_second_grader_is_refused(course):
    """One sentence with the process id of the first; afterwards it may."""
    _, api, _ = course
    with Writer(api):
        with pytest.raises(CommandError, match=rf"proses {os.getpid()}\)"):
            Writer(api).__enter__()
    write(course)


def test_a_grader_in_another_process_is_refused_until_it_dies(course):
    """Killed with -9 it holds nothing, and what it left in between is removed."""
    folder, api, _ = course
    script = (
        "import sys, time\nfrom pathlib import Path\nfrom asynclab.grading.release import open_course\n"
        "from asynclab.grading.writer import Writer\napi = open_course(Path(sys.argv[1]))\n"
        "with Writer(api) as writer:\n"
        "    print(writer.scratch, flush=True)\n    time.sleep(600)\n"
    )
    first = subprocess.Popen([sys.executable, "-c", script, folder], stdout=-1, text=True)
    with first:
        scratch = Path(first.stdout.readline().strip())
        with pytest.raises(CommandError, match=rf"proses {first.pid}\)"):
            Writer(api).__enter__()
        assert scratch.is_dir()
        first.send_signal(signal.SIGKILL)
    write(course)

    assert scratch.name.startswith(SCRATCH)
    assert not scratch.exists()
    assert not (folder / ASIDE).exists()


def test_the_workers_folder_is_written_down_before_it_is_made(course, monkeypatch):
    """A grader that is killed in between leaves none that the next one doesn't know of."""
    known, mkdir = [], Path.mkdir

    def look_and_make(path, *arguments, **options):
        if path.name.startswith(SCRATCH):
            known.append(str(path) in (course[0] / LOCK).read_text())
        mkdir(path, *arguments, **options)

    monkeypatch.setattr(Path, "mkdir", look_and_make)
    write(course)

    assert known == [True]


def test_a_grader_killed_at_its_very_end(course):
    """All was written and only its workers' folder is left: that goes too, where there is nothing to grade."""
    folder, api, _ = course
    scratch = name_scratch()
    scratch.mkdir()
    (folder / LOCK).write_text(f"1\n{scratch}")
    clear_leftovers(api)

    assert not scratch.exists()


@pytest.mark.skipif(os.getuid() == 0, reason="nothing is unwritable for root")
def test_an_unwritable_course_for_a_user(course):
    """Said before anything is graded."""
    course[0].chmod(0o555)
    try:
        with pytest.raises(CommandError, match="tidak dapat ditulis"):
            write(course)
    finally:
        course[0].chmod(0o755)


@pytest.mark.parametrize("name", [LOCK, ASIDE])
def test_what_cant_be_made_is_named(course, name):
    """The place and the system's reason; the lock is free again."""
    path = course[0] / name
    if name == LOCK:
        path.mkdir()
    else:
        path.write_text("")
    with pytest.raises(CommandError, match=f"{name} tidak dapat ditulis"):
        write(course)
    path.rmdir() if path.is_dir() else path.unlink()
    write(course)


def test_only_a_writers_own_folder_is_removed(course, tmp_path):
    """A lock file that names something else removes nothing."""
    kept = tmp_path / "milik-orang"
    kept.mkdir()
    (course[0] / LOCK).write_text(f"1\n{kept}")
    write(course)

    assert kept.is_dir()
