"""`asynclab report`: what it refuses, what it names, what it writes."""

import os
import shutil
import sqlite3

import pytest
from report_class import FAR, RENAMED, SLUG, ReportClass, criterion, notebook, rubric, unjudged
from small_class import hand_in
from tiny_course import TinyCourse

from asynclab.cli import main
from asynclab.grading import messages as grading_messages


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    """A class: two alike, one not judged, one waiting, one who handed nothing in."""
    made = ReportClass(tmp_path_factory.mktemp("kelas"))
    release = made.release
    fault = unjudged(grading_messages.not_judged(grading_messages.engine_broke("x")))
    outputs = [rubric(criterion("Jumlah benar", False, "Hasilnya 3."))]
    made.grade("ani", notebook(release, FAR, outputs=outputs), (2.0, 3.0), "Ani", hours=30)
    made.grade("budi", notebook(release, RENAMED), name="Budi")
    made.grade("citra", notebook(release, outputs=[fault]), (None, 3.0), name="Citra")
    made.add("dewi")
    made.add("eko")
    hand_in(made.course, "eko")
    return made.course.folder


@pytest.fixture
def folder(original, tmp_path, monkeypatch):
    """A copy of that course, in which the command is given."""
    shutil.copytree(original, tmp_path / "kursus")
    monkeypatch.chdir(tmp_path / "kursus")
    return tmp_path / "kursus"


def read(folder):
    return (folder / "laporan.html").read_text(encoding="utf-8")


def test_the_whole_report(folder, capsys):
    """Everything that is to be known stands in it; its path is told; others can't read it."""
    assert main(["report"]) == 0
    assert capsys.readouterr().out == f"Laporan siap: {folder / 'laporan.html'}\n"
    page = read(folder)

    for text in (
        "Tugas kecil", "Jumlah benar", "Hasilnya 3.", "terlambat 30 jam", "tidak mengumpulkan",
        "asynclab grade kecil --force --student citra", "<pre>asynclab grade kecil</pre>",
        "<bdi>Ani</bdi> dan <bdi>Budi</bdi>: 100", "Semua kode mahasiswa berjalan di sandbox.",
    ):  # fmt: skip
        assert text in page
    assert (folder / "laporan.html").stat().st_mode & 0o077 == 0


def test_named_assignments_and_another_place(folder, tmp_path):
    """Only those; an older page there is replaced."""
    (tmp_path / "x.html").write_text("lama")

    assert main(["report", SLUG, SLUG, "--output", str(tmp_path / "x.html")]) == 0
    page = (tmp_path / "x.html").read_text(encoding="utf-8")
    assert page.count('id="tugas-') == 1
    assert not (folder / "laporan.html").exists()


def test_two_reports_of_one_class_are_equal(folder):
    """Apart from the moment."""
    pages = []
    for _ in range(2):
        main(["report"])
        pages.append([line for line in read(folder).splitlines() if "Dibuat" not in line])

    assert pages[0] == pages[1]


def test_nothing_in_the_course_changes(folder):
    """The report only reads."""
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}
    main(["report"])
    (folder / "laporan.html").unlink()

    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()} == before


# ---- what can't be


def test_outside_a_course(tmp_path, monkeypatch, capsys):
    """One sentence, exit code 2."""
    monkeypatch.chdir(tmp_path)

    assert main(["report"]) == 2
    assert "bukan folder kursus" in capsys.readouterr().err


def test_no_gradebook_yet(tmp_path, monkeypatch, capsys):
    """The way out is told; none is made."""
    TinyCourse(tmp_path)
    monkeypatch.chdir(tmp_path)

    assert main(["report"]) == 2
    assert "Buku nilai belum ada" in capsys.readouterr().err
    assert not (tmp_path / "gradebook.db").exists()


def test_an_unknown_assignment(folder, capsys):
    """Those that exist are named."""
    assert main(["report", "latihan-9"]) == 2
    assert capsys.readouterr().err == (
        "asynclab: Tugas 'latihan-9' tidak ada di buku nilai. Yang ada: kecil.\n"
    )


def test_nothing_graded_yet(folder, capsys):
    """The command that grades is told; no page is written."""
    with sqlite3.connect("gradebook.db") as database:
        database.execute("delete from submitted_assignment")
    database.close()

    assert main(["report"]) == 2
    assert "asynclab grade --all" in capsys.readouterr().err
    assert not (folder / "laporan.html").exists()


def test_a_gradebook_with_loose_ends(folder):
    """A submission of somebody who was deleted from the class still counts, under the id."""
    with sqlite3.connect("gradebook.db") as database:
        database.execute("delete from student where id = 'ani'")
    database.close()

    assert main(["report"]) == 0
    assert "<bdi>ani</bdi>" in read(folder)


def test_a_gradebook_of_another_version(folder, capsys):
    """`nbgrader db upgrade` is told, before anything is read of it."""
    with sqlite3.connect("gradebook.db") as database:
        database.execute("update alembic_version set version_num = '724cde206c17'")
    database.close()

    assert main(["report"]) == 1
    assert "nbgrader db upgrade" in capsys.readouterr().err


@pytest.mark.parametrize("content", [b"bukan basis data", b""])
def test_a_gradebook_that_is_none(folder, capsys, content):
    """One sentence."""
    (folder / "gradebook.db").write_bytes(content)

    assert main(["report"]) == 1
    assert "Buku nilai" in capsys.readouterr().err


@pytest.mark.parametrize(("output", "code"), [("tak-ada/x.html", 2), (".", 2)])
def test_no_place_for_the_page(folder, capsys, output, code):
    """Said before any work."""
    assert main(["report", "--output", output]) == code
    assert "tidak dapat ditulis" in capsys.readouterr().err


def test_a_full_disk_leaves_the_old_page(folder, capsys, monkeypatch):
    """The page is there whole, or as it was; nothing is left beside it."""
    (folder / "laporan.html").write_text("lama")

    def fail(*paths):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)

    assert main(["report"]) == 1
    assert "No space left" in capsys.readouterr().err
    assert read(folder) == "lama"
    assert list(folder.glob(".laporan*")) == []


@pytest.mark.parametrize("damage", ["gone", "broken", "folder"])
def test_a_lost_notebook_is_named(folder, capsys, damage):
    """On the page with the command that mends it; exit code 1; the points stay."""
    path = folder / "autograded" / "ani" / SLUG / f"{SLUG}.ipynb"
    path.unlink()
    if damage == "broken":
        path.write_bytes(b'{"cells": [')
    if damage == "folder":
        path.mkdir()

    assert main(["report"]) == 1
    assert "1 notebook di autograded/ tidak dapat dibaca" in capsys.readouterr().err
    page = read(folder)
    assert "autograded/ani/kecil/kecil.ipynb" in page
    assert "asynclab grade kecil --force --student ani" in page
    assert "terlambat 30 jam" in page


def test_a_lost_release_costs_only_the_headings(folder):
    """The report is made without."""
    shutil.rmtree(folder / "release")
    shutil.rmtree(folder / "source")

    assert main(["report"]) == 0
    assert "tugas-1" in read(folder)
