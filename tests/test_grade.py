"""`asynclab grade`: wrong use, what is shown, exit codes."""

import json
import shutil

import nbformat
import pytest
from small_class import AtOnce, copy_course, full_marks, generated_course, hand_in
from tiny_course import SLUG, make_source

from asynclab import isolation
from asynclab.cli import main
from asynclab.grading import engine, grade, messages
from asynclab.grading.engine import Outcome
from asynclab.grading.writer import Writer


@pytest.fixture(scope="module")
def generated(tmp_path_factory):
    """The course that every test copies."""
    return generated_course(tmp_path_factory.mktemp("kursus"))[0]


@pytest.fixture
def course(generated, tmp_path, monkeypatch):
    """A course with three submissions, where the test is; jobs give full marks and run nothing."""
    monkeypatch.setattr(engine, "grade", full_marks)
    monkeypatch.setattr(grade, "local_pool", lambda workers, scratch, mode: AtOnce())
    monkeypatch.setattr(isolation, "obstacle", lambda: "")
    course, api = copy_course(generated, tmp_path)
    hand_in(course, "citra", "ani", "budi")
    monkeypatch.chdir(tmp_path)
    return course, api


def test_outside_a_course(tmp_path, monkeypatch, capsys):
    """One sentence, exit code 2."""
    monkeypatch.chdir(tmp_path)

    assert main(["grade", SLUG]) == 2
    assert "bukan folder kursus" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "Sebutkan tugas yang dinilai"),
        ([SLUG, "--all"], "bukan keduanya"),
        (["lain"], "nbgrader generate_assignment lain"),
        ([SLUG, "--student", "umar"], f"Tidak ada kiriman dari 'umar' untuk '{SLUG}'"),
        (["--all", "--student", "umar"], f"Tidak ada kiriman dari 'umar' untuk '{SLUG}'"),
        ([SLUG, "--workers", "0"], "--workers 0 tidak mungkin"),
        ([SLUG, "--workers", "banyak"], "harus bilangan bulat"),
    ],
)
def test_wrong_use(course, capsys, arguments, sentence):
    """Named in one sentence with the way out; nothing is graded; exit code 2."""
    assert main(["grade", *arguments]) == 2
    error = capsys.readouterr().err
    assert sentence in error
    assert error.count("\n") == 1
    assert not list((course[0].folder / "autograded").glob("*/*"))


def test_nothing_submitted(course, capsys):
    """The command that collects is named."""
    (course[0].folder / "submitted").rename(course[0].folder / "lain")

    assert main(["grade", SLUG]) == 2
    assert f"nbgrader collect {SLUG}" in capsys.readouterr().err


def test_lines_come_in_order_of_student(course, capsys):
    """One per submission and a sum; again, there is nothing to do; exit code 0."""
    codes = [main(["grade", SLUG]), main(["grade", SLUG])]
    lines = capsys.readouterr().out.splitlines()

    assert codes == [0, 0]
    assert lines[:3] == [f"{SLUG}  {name}: 7" for name in ("ani", "budi", "citra")]
    assert lines[3] == "3 kiriman dinilai; 0 di antaranya ada yang tidak dinilai."
    assert "sudah dinilai; pakai --force" in lines[4]


def test_lines_wait_for_their_turn(capsys):
    """Whoever is ready first, the order is the students'."""
    lines = grade.Lines(["t"])
    lines.begin({"t": ["ani", "budi", "citra"]})
    lines.advance(Outcome("citra", "t"))
    lines.advance(Outcome("ani", "t"))
    before = capsys.readouterr().out
    lines.advance(Outcome("budi", "t"))

    assert before == "t  ani: 0\n"
    assert capsys.readouterr().out == "t  budi: 0\nt  citra: 0\n"


def test_json_is_one_record_per_submission(course, capsys):
    """Nothing else is on standard output; the same slug twice is graded once."""
    assert main(["grade", SLUG, SLUG, "--json"]) == 0
    records = [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    assert [record["student"] for record in records] == ["ani", "budi", "citra"]
    assert records[0] == {
        "student": "ani",
        "assignment": SLUG,
        "score": 7.0,
        "cells": {f"{SLUG}/tugas-1": 4.0, f"{SLUG}/tugas-2": 3.0},
        "judged": True,
        "fault": "",
        "notes": [],
    }


def test_something_not_judged_gives_exit_code_1(course, capsys, monkeypatch):
    """It is named again at the end."""

    def stumble(definition, submission):
        return full_marks(definition, submission) if submission.student != "budi" else 1 / 0

    monkeypatch.setattr(engine, "grade", stumble)

    assert main(["grade", "--all"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[3] == "3 kiriman dinilai; 1 di antaranya ada yang tidak dinilai."
    assert lines[4].startswith(f"  {SLUG}  budi: Kiriman ini tidak dinilai: ZeroDivisionError")


def generate_a_second(course, api):
    """Another assignment that was generated once."""
    folder = course.folder / "source" / "kedua"
    folder.mkdir()
    nbformat.write(make_source(), folder / "kedua.ipynb")
    assert api.generate_assignment("kedua")["success"]


def test_a_student_of_some_assignments(course, capsys):
    """With --all, who handed in only one is graded there; who handed in none is not known."""
    generate_a_second(*course)
    codes = [main(["grade", "--all", "--student", name]) for name in ("ani", "umar")]
    shown = capsys.readouterr()

    assert codes == [0, 2]
    assert f"{SLUG}  ani: 7" in shown.out.splitlines()
    assert "Tidak ada kiriman dari 'umar' untuk tugas mana pun" in shown.err


@pytest.mark.parametrize(
    ("submitted", "code", "waiting"),
    [(False, 0, "tidak ada kiriman yang menunggu"), (True, 1, "1 kiriman menunggu")],
)
def test_an_assignment_without_its_release(course, capsys, submitted, code, waiting):
    """With --all it is named and the others are graded; exit code 1 only where somebody waits for it."""
    generate_a_second(*course)
    shutil.rmtree(course[0].folder / "release" / "kedua")
    if submitted:
        (course[0].folder / "submitted" / "ani" / "kedua").mkdir()

    assert main(["grade", "--all"]) == code
    shown = capsys.readouterr()
    assert shown.err.startswith(f"kedua dilewati ({waiting}): release/kedua/kedua.ipynb tidak ada")
    assert "3 kiriman dinilai; 0 di antaranya" in shown.out


@pytest.mark.parametrize("argument", ["--json", "--student=ani"])
def test_no_assignment_can_be_graded(course, capsys, argument):
    """Nobody is told that all is graded, or that a student who waits has handed in nothing; exit code 1."""
    shutil.rmtree(course[0].folder / "release")
    codes = [main(["grade", "--all"]), main(["grade", "--all", argument])]
    shown = capsys.readouterr()

    assert (codes, shown.out) == ([1, 1], "")
    assert shown.err.count(f"{SLUG} dilewati (3 kiriman menunggu)") == len(shown.err.splitlines())


def test_what_waits_beside_what_is_graded(course, capsys):
    """The last words don't say that all submissions are graded."""
    generate_a_second(*course)
    main(["grade", "--all"])
    shutil.rmtree(course[0].folder / "release" / "kedua")
    (course[0].folder / "submitted" / "ani" / "kedua").mkdir()
    capsys.readouterr()

    assert main(["grade", "--all"]) == 1
    assert capsys.readouterr().out == f"{SLUG}: {grade.UP_TO_DATE}\n"


def test_nothing_was_ever_generated(course, capsys):
    """One sentence that says what to do first, exit code 2."""
    (course[0].folder / "gradebook.db").unlink()

    assert main(["grade", "--all"]) == 2
    assert "Belum ada tugas di buku nilai" in capsys.readouterr().err


def test_a_second_grader_is_refused(course, capsys):
    """One sentence, exit code 1."""
    with Writer(course[1]):
        assert main(["grade", SLUG]) == 1
    assert "Penilaian lain sedang berjalan" in capsys.readouterr().err


def test_a_broken_gradebook_is_one_sentence(course, capsys):
    """A file that is no database."""
    (course[0].folder / "gradebook.db").write_bytes(b"bukan basis data" * 100)

    assert main(["grade", SLUG]) == 1
    assert "Buku nilai tidak dapat dipakai" in capsys.readouterr().err


def test_without_a_sandbox_nothing_is_graded(course, capsys, monkeypatch):
    """Unless the submissions are trusted explicitly, which is said loudly."""
    monkeypatch.setattr(isolation, "obstacle", lambda: "user namespaces: EPERM")
    course[1].config.ExecuteAndJudge.trust_submissions = False
    config = course[0].folder / "nbgrader_config.py"
    config.write_text(config.read_text() + "\nc.ExecuteAndJudge.trust_submissions = False\n")
    codes = [main(["grade", SLUG]), main(["grade", SLUG, "--trust-submissions"])]
    error = capsys.readouterr().err

    assert codes == [1, 0]
    assert "user namespaces: EPERM" in error
    assert messages.TRUSTED in error


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "bukan alamat"])
def test_a_scheduler_that_is_not_there(course, capsys, address):
    """Missing package or missing scheduler: one sentence, exit code 2."""
    assert main(["grade", SLUG, "--scheduler", address]) == 2
    assert capsys.readouterr().err.startswith(("asynclab: Tidak ada penjadwal", "asynclab: Paket"))
