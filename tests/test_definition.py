"""An assignment as plain data, read from gradebook, release/ and source/."""

import pickle

import pytest
from small_class import generated_course
from tiny_course import SLUG
from traitlets.config import Config

from asynclab.errors import CommandError
from asynclab.grading.definition import Definition, plain, read_definition, read_extra_files


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """(course, api) with the assignment generated."""
    return generated_course(tmp_path_factory.mktemp("kursus"))


def test_cells_have_hidden_tests_and_points(course):
    """As nbgrader generated them; solution cells are worth nothing by themselves."""
    (notebook,) = read_definition(course[1], SLUG).notebooks
    cells = {cell.name: cell for cell in notebook.cells}
    points = {name: (cell.points, cell.grade, cell.solution) for name, cell in cells.items()}

    assert points == {
        "jawaban-1": (None, False, True),
        "jawaban-2": (None, False, True),
        "tugas-1": (4, True, False),
        "tugas-2": (3, True, False),
    }
    assert "RAHASIA" in cells["tugas-1"].source
    assert "RAHASIA" not in notebook.release


def test_a_definition_can_be_sent_to_a_worker(course):
    """It is equal after pickle; configuration comes along."""
    definition = read_definition(course[1], SLUG)

    assert pickle.loads(pickle.dumps(definition)) == definition
    assert definition.config["ExecuteAndJudge"]["seed"] == 1928
    assert definition.notebook(SLUG).name == SLUG
    assert definition.notebook("lain") is None


def test_an_unknown_assignment_is_wrong_use(course):
    """One sentence with the command that helps."""
    with pytest.raises(CommandError, match="nbgrader generate_assignment lain") as caught:
        read_definition(course[1], "lain")

    assert caught.value.exit_code == 2


def test_a_lost_release_is_named(course):
    """Without the student version no submission can be repaired."""
    path = course[0].folder / "release" / SLUG / f"{SLUG}.ipynb"
    content = path.read_bytes()
    path.unlink()
    with pytest.raises(CommandError, match=f"release/{SLUG}/{SLUG}.ipynb tidak ada"):
        read_definition(course[1], SLUG)
    path.write_bytes(content)


def test_extra_files_are_the_instructors(tmp_path):
    """No notebooks, nothing that nbgrader ignores, no links; folders are kept."""
    for name in ("a.ipynb", "data/b.csv", ".ipynb_checkpoints/c.txt", "d.txt", "e.pyc"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(name)
    (tmp_path / "tautan").symlink_to("/etc/passwd")
    found = read_extra_files(tmp_path, [".ipynb_checkpoints", "*.pyc"])

    assert found == {"d.txt": b"d.txt", "data/b.csv": b"data/b.csv"}


@pytest.mark.parametrize("theirs", ["data.csv", "data.csv/x", "folder", "folder/isi.txt/x"])
def test_the_instructors_files_stay(theirs):
    """Also where a student's file has the name of their folder, or a folder theirs; no other is lost."""
    definition = Definition(SLUG, "", (), files={"data.csv": b"1", "folder/isi.txt": b"2"})
    files = definition.files_with({theirs: b"x", "data.csv2": b"3"})

    assert files == {**definition.files, "data.csv2": b"3"}


def test_what_cant_be_sent_is_left_out():
    """Functions and classes in a configuration stay at home."""
    config = Config({"A": {"x": 1, "f": print, "y": [1, "a"]}, "z": None})

    assert plain(config) == {"A": {"x": 1, "y": [1, "a"]}, "z": None}
