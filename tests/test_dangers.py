"""What is dangerous in a submitted folder."""

import os

from asynclab.grading import dangers, messages
from asynclab.grading.dangers import find_dangers, move_aside
from asynclab.grading.marks import MARK


def test_links_devices_and_giants_are_found(tmp_path, monkeypatch):
    """Nothing else is; what a linked folder holds is not looked at."""
    monkeypatch.setattr(dangers, "FILE_LIMIT", 1000)
    inside = tmp_path / "kiriman" / "dalam"
    inside.mkdir(parents=True)
    (tmp_path / "rahasia").mkdir()
    (tmp_path / "rahasia" / "kunci").write_text("x")
    (inside / "baik.txt").write_text("x" * 1000)
    (inside / "besar.txt").write_text("x" * 1001)
    (inside / "tautan").symlink_to("/etc/passwd")
    (inside / "putus").symlink_to("tidak-ada")
    (inside / "folder").symlink_to(tmp_path / "rahasia")
    os.mkfifo(inside / "pipa")
    found = {path.name: why for path, why in find_dangers(tmp_path / "kiriman")}

    assert sorted(found) == ["besar.txt", "folder", "pipa", "putus", "tautan"]
    assert "0,001 MB, lebih besar" in found["besar.txt"]


def test_too_many_files_are_found(tmp_path, monkeypatch):
    """Those beyond the limit."""
    monkeypatch.setattr(dangers, "COUNT_LIMIT", 3)
    for number in range(5):
        (tmp_path / f"{number}.txt").touch()

    assert [path.name for path, _ in find_dangers(tmp_path)] == ["3.txt", "4.txt"]


def test_too_much_altogether_is_found(tmp_path, monkeypatch):
    """What does not fit any more; never the notebook because of what lies beside it."""
    monkeypatch.setattr(dangers, "TOTAL_LIMIT", 3000)
    (tmp_path / "a").mkdir()
    for name in ("a/data", "b.txt", "c.txt", "tugas.ipynb"):
        (tmp_path / name).write_text("x" * 1200)
    (tmp_path / "kecil.txt").write_text("x" * 500)
    found = {path.name: why for path, why in find_dangers(tmp_path)}

    assert sorted(found) == ["c.txt", "data"]
    assert "batas 0,003 MB" in found["data"]


def test_the_graders_own_mark_is_none_of_a_students_files(tmp_path):
    """It would make a submission look as if it were being graded; deeper down it is a file like any other."""
    (tmp_path / "dalam").mkdir()
    (tmp_path / MARK).touch()
    (tmp_path / "dalam" / MARK).touch()

    assert find_dangers(tmp_path) == [(tmp_path / MARK, messages.RESERVED)]


def test_a_folder_that_is_a_link_is_a_danger_itself(tmp_path):
    """Nobody hands in somebody else's folder."""
    (tmp_path / "lain").mkdir()
    (tmp_path / "kiriman").symlink_to(tmp_path / "lain")

    assert [path for path, _ in find_dangers(tmp_path / "kiriman")] == [tmp_path / "kiriman"]


def test_moving_aside_moves_the_link_and_overwrites_nothing(tmp_path):
    """A second one gets a name of its own; the target stays untouched."""
    (tmp_path / "target").write_text("asli")
    for _ in range(2):
        (tmp_path / "tautan").symlink_to(tmp_path / "target")
        move_aside(tmp_path / "tautan", tmp_path / "sisih" / "tautan")
    moved = sorted(path.name for path in (tmp_path / "sisih").iterdir())

    assert moved == ["tautan", "tautan.2"]
    assert (tmp_path / "target").read_text() == "asli"
