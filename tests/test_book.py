"""Tests of asynclab.grading.book: the lessons as a site that is read offline."""

import re
import shutil
from pathlib import Path

import nbformat
import pytest
from nbclient.exceptions import CellTimeoutError

from asynclab.cli import main
from asynclab.grading.book import anchor, collect_sources, describe_failure
from asynclab.lessons import SECTIONS

ROOT = Path(__file__).parent.parent


def test_links_lead_within_the_book(tmp_path):
    """Links to student versions and to lessons lead to the book's own pages."""
    folder = collect_sources(ROOT, tmp_path / "book", {"00-mulai", "01-sync-vs-async"})
    texts = [path.read_text("utf-8") for path in folder.rglob("*.ipynb")]

    assert (folder / "tugas" / "latihan-2-task-queue.ipynb").is_file()
    assert [text for text in texts if "../release/" in text or "../notebooks/" in text] == []


def test_only_the_lessons_asked_for(tmp_path):
    """A part of the book holds only that part of the lessons."""
    folder = collect_sources(ROOT, tmp_path / "book", {"00-mulai"})

    assert [path.name for path in folder.glob("*.ipynb")] == ["00-mulai.ipynb"]


def test_glossary_anchors_are_those_of_the_lessons():
    """A heading's anchor is what JupyterLab and so the lessons' links say: its case stays."""
    assert anchor("event loop") == "event-loop"
    assert anchor("I/O-bound") == "I/O-bound"


def test_an_unknown_lesson_is_named(monkeypatch, capsys):
    """An unknown lesson is named together with those that exist; exit code 2."""
    monkeypatch.chdir(ROOT)

    assert main(["book", "12-bonus"]) == 2
    assert "01-sync-vs-async" in capsys.readouterr().err


def test_outside_a_course(tmp_path, monkeypatch, capsys):
    """Outside a course folder the command says so in one sentence; exit code 2."""
    monkeypatch.chdir(tmp_path)

    assert main(["book"]) == 2
    assert "bukan folder kursus" in capsys.readouterr().err


def test_a_cell_that_took_too_long():
    """The limit and the cell are told, not only that it failed."""
    cell = nbformat.v4.new_code_cell("await forever()")
    error = CellTimeoutError.error_from_timeout_and_cell("Timeout", 90, cell)

    text = describe_failure("03-tasks", error)
    assert "pelajaran 03-tasks gagal dengan CellTimeoutError" in text
    assert "90 seconds" in text
    assert "await forever()" in text


def course(folder, change):
    """A copy of what the book is made of; `change(name, notebook)` changes each lesson in place."""
    for part in ("book", "notebooks", "release"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("site"))
    for path in (folder / "notebooks").glob("*.ipynb"):
        notebook = nbformat.read(path, 4)
        change(path.stem, notebook)
        nbformat.write(notebook, path)
    return folder


@pytest.mark.heavy
@pytest.mark.kernel
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("source", "error", "told"),
    [
        (
            "print('sebelum')\nhasil = 1 / 0",
            "ZeroDivisionError: division by zero",
            "hasil = 1 / 0\n--",
        ),
        ("import os\nos._exit(1)", "DeadKernelError", "Kernel died"),
    ],
)
def test_a_cell_that_fails_is_named(source, error, told, tmp_path, monkeypatch, capsys):
    """The lesson, the error, and the cell where it is known; no appeal to report it to Sphinx."""
    pytest.importorskip("myst_nb", reason="requirements-book.txt is not installed")

    def break_it(_, notebook):
        notebook.cells = [nbformat.v4.new_code_cell(source)]

    monkeypatch.chdir(course(tmp_path / "course", break_it))
    assert main(["book", "00-mulai"]) == 1
    text = capsys.readouterr().err
    assert f"pelajaran 00-mulai gagal dengan {error}\n" in text
    assert told in text
    assert "sphinx" not in text.lower()
    assert "\x1b" not in text


@pytest.mark.heavy
@pytest.mark.kernel
@pytest.mark.filterwarnings("ignore")
def test_links_lead_to_headings(tmp_path, monkeypatch, capsys):
    """In the whole book every link resolves, and so do the glossary's names and feedback's sections."""
    pytest.importorskip("myst_nb", reason="requirements-book.txt is not installed")

    def keep_prose(_, notebook):
        notebook.cells = [cell for cell in notebook.cells if cell.cell_type == "markdown"]

    monkeypatch.chdir(course(tmp_path / "course", keep_prose))
    assert main(["book"]) == 0, capsys.readouterr().err
    pages = {path.stem: path.read_text("utf-8") for path in Path("book/site").glob("*.html")}
    headings = re.findall(r"(?m)^### (.+)$", Path("notebooks/glosarium.md").read_text("utf-8"))
    wanted = [("glosarium", heading) for heading in headings]
    wanted += [(section.lesson, section.heading) for section in SECTIONS.values()]
    assert [item for item in wanted if f'id="{anchor(item[1])}"' not in pages[item[0]]] == []


@pytest.mark.heavy
@pytest.mark.kernel
@pytest.mark.filterwarnings("ignore")  # deprecations within Sphinx are its own
def test_a_lesson_becomes_a_page(tmp_path, monkeypatch, capsys):
    """The page shows outputs and pictures, fetches nothing from elsewhere; a part has no warnings."""
    pytest.importorskip("myst_nb", reason="requirements-book.txt is not installed")
    monkeypatch.chdir(ROOT)

    assert main(["book", "00-mulai", "--folder", str(tmp_path / "site")]) == 0
    assert capsys.readouterr().err == ""
    page = (tmp_path / "site" / "00-mulai.html").read_text("utf-8")
    assert "Selamat datang di Modul 11." in page
    assert "<svg" in page
    assert re.findall(r'<(?:script|link|img)[^>]+(?:src|href)="https?:', page) == []
