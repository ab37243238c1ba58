"""Tests of asynclab.grading.book: the lessons as a site that is read offline."""

import re
from pathlib import Path

import pytest

from asynclab.cli import main
from asynclab.grading.book import anchor, collect_sources

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


@pytest.mark.heavy
@pytest.mark.kernel
@pytest.mark.filterwarnings("ignore")  # deprecations within Sphinx are its own
def test_a_lesson_becomes_a_page(tmp_path, monkeypatch):
    """The page shows outputs and pictures, and fetches nothing from elsewhere."""
    pytest.importorskip("myst_nb", reason="requirements-book.txt is not installed")
    monkeypatch.chdir(ROOT)

    assert main(["book", "00-mulai", "--folder", str(tmp_path / "site")]) == 0
    page = (tmp_path / "site" / "00-mulai.html").read_text("utf-8")
    assert "Selamat datang di Modul 11." in page
    assert "<svg" in page
    assert re.findall(r'<(?:script|link|img)[^>]+(?:src|href)="https?:', page) == []
