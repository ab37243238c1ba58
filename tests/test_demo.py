"""`asynclab demo`: the whole circle, and what it refuses to do."""

import pytest

from asynclab.cli import main
from asynclab.grading import demo

SLUG = "latihan-2-task-queue"


@pytest.fixture
def course(root, monkeypatch):
    """The test stands in the course."""
    monkeypatch.chdir(root)


def test_outside_a_course(tmp_path, monkeypatch, capsys):
    """One sentence, exit code 2."""
    monkeypatch.chdir(tmp_path)

    assert main(["demo"]) == 2
    assert "bukan folder kursus" in capsys.readouterr().err


def test_an_unknown_assignment(course, capsys, tmp_path):
    """Those that exist are named; no folder is made."""
    assert main(["demo", "latihan-9", "--folder", str(tmp_path / "coba")]) == 2
    assert SLUG in capsys.readouterr().err
    assert not (tmp_path / "coba").exists()


@pytest.mark.parametrize("count", ["0", "-1"])
def test_a_class_of_nobody(course, capsys, tmp_path, count):
    """Exit code 2."""
    assert main(["demo", f"--students={count}", "--folder", str(tmp_path / "coba")]) == 2
    assert "--students 1 atau lebih" in capsys.readouterr().err


def test_an_occupied_folder_is_not_touched(course, capsys, tmp_path):
    """What no demo has made stays."""
    (tmp_path / "skripsi.txt").write_text("penting")

    assert main(["demo", "--folder", str(tmp_path)]) == 2
    assert "isinya tidak disentuh" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["skripsi.txt"]


def test_a_file_in_place_of_the_folder(course, capsys, tmp_path):
    """Said with the system's reason."""
    (tmp_path / "coba").write_text("x")

    assert main(["demo", "--folder", str(tmp_path / "coba")]) == 1
    assert "tidak dapat disiapkan" in capsys.readouterr().err
    assert (tmp_path / "coba").read_text() == "x"


def test_an_earlier_demo_is_replaced(root, tmp_path):
    """Its folder is known by a mark."""
    for _ in range(2):
        folder = demo.prepare_folder(root, tmp_path / "coba", [SLUG])
        (folder / "sisa.txt").write_text("x")
    demo.prepare_folder(root, folder, [SLUG])

    assert sorted(path.name for path in folder.iterdir()) == sorted(
        [demo.MARK, "nbgrader_config.py", "source"]
    )


@pytest.mark.heavy
@pytest.mark.filterwarnings("ignore")  # what nbgrader warns of in its own code is nbgrader's
def test_the_whole_circle(course, capsys, tmp_path):
    """Three students from release to feedback; the folder is a course that can be opened."""
    assert main(["demo", SLUG, "--students", "3", "--folder", str(tmp_path / "coba")]) == 0
    shown = capsys.readouterr().out

    assert f"$ asynclab grade {SLUG}" in shown
    assert "Mahasiswa" in shown
    assert f"Laporan kelas: {tmp_path / 'coba' / 'laporan.html'}" in shown
    assert "<h1>Laporan kelas" in (tmp_path / "coba" / "laporan.html").read_text(encoding="utf-8")
    assert len(list((tmp_path / "coba" / "feedback").glob(f"*/{SLUG}/*.html"))) >= 2
