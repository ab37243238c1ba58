"""Lessons in a student's folder: read-only, always the newest, and never over somebody's own work."""

import os

import pytest

from asynclab.classroom.lessons import bring_lessons


@pytest.fixture
def source(tmp_path):
    """Two lessons, and a file that is none."""
    folder = tmp_path / "asal"
    folder.mkdir()
    for name in ("00-mulai.ipynb", "glosarium.md", "catatan.txt"):
        (folder / name).write_text(f"isi {name}")
    return folder


def test_lessons_arrive_read_only(source, tmp_path):
    """Notebooks and the glossary, and nothing else."""
    target = tmp_path / "rumah" / "pelajaran"

    assert bring_lessons(source, target) == ["00-mulai.ipynb", "glosarium.md"]
    assert {path.name: path.stat().st_mode & 0o777 for path in target.iterdir()} == {
        "00-mulai.ipynb": 0o444,
        "glosarium.md": 0o444,
    }


def test_the_second_time_nothing_changes(source, tmp_path):
    """What is the newest already stays the same file."""
    bring_lessons(source, tmp_path / "pelajaran")
    before = (tmp_path / "pelajaran" / "00-mulai.ipynb").stat()

    assert bring_lessons(source, tmp_path / "pelajaran") == []
    assert (tmp_path / "pelajaran" / "00-mulai.ipynb").stat() == before


def test_a_lesson_that_was_mended_arrives(source, tmp_path):
    """The old one is replaced, still read-only."""
    bring_lessons(source, tmp_path / "pelajaran")
    (source / "00-mulai.ipynb").write_text("isi baru")

    assert bring_lessons(source, tmp_path / "pelajaran") == ["00-mulai.ipynb"]
    lesson = tmp_path / "pelajaran" / "00-mulai.ipynb"
    assert (lesson.read_text(), lesson.stat().st_mode & 0o777) == ("isi baru", 0o444)


def test_own_work_stays(source, tmp_path):
    """A file that is writable, a copy beside it, a folder of that name: all of them somebody's own."""
    target = tmp_path / "pelajaran"
    target.mkdir()
    (target / "00-mulai.ipynb").write_text("catatan saya")
    (target / "00-mulai-Copy1.ipynb").write_text("latihan saya")
    (target / "glosarium.md").mkdir()

    assert bring_lessons(source, target) == []
    assert (target / "00-mulai.ipynb").read_text() == "catatan saya"
    assert (target / "00-mulai-Copy1.ipynb").read_text() == "latihan saya"


def test_a_link_is_not_followed(source, tmp_path):
    """What a link points to is not written."""
    target = tmp_path / "pelajaran"
    target.mkdir()
    secret = tmp_path / "penting.txt"
    secret.write_text("asli")
    secret.chmod(0o444)
    os.symlink(secret, target / "00-mulai.ipynb")

    bring_lessons(source, target)
    assert secret.read_text() == "asli"
    assert [path.name for path in target.iterdir() if path.name.startswith(".")] == []
