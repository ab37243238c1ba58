"""Stored traces judged again by changed test cells."""

import shutil

import nbformat
import pytest
from graded_pair import MILD, STRICT, grade_pair, read_config
from small_class import copy_course, generated_course
from tiny_course import SLUG, find

from asynclab.cli import main
from asynclab.grading import regrade
from asynclab.grading.definition import read_definition
from asynclab.grading.marks import MARK
from asynclab.grading.writer import Writer


@pytest.fixture(scope="module")
def graded(root):
    """{student: Graded}."""
    return grade_pair(read_config(root))


@pytest.fixture(scope="module")
def generated(tmp_path_factory):
    """The course that every test copies."""
    return generated_course(tmp_path_factory.mktemp("kursus"))[0]


@pytest.fixture
def course(generated, graded, tmp_path, monkeypatch):
    """(course, api) with ani and budi graded, where the test is."""
    course, api = copy_course(generated, tmp_path)
    definition = read_definition(api, SLUG)
    with Writer(api) as writer:
        for item in graded.values():
            writer.write(definition, item, {}, None)
    monkeypatch.chdir(tmp_path)
    return course, api


def change_source(course, old, new):
    """Edit the instructor's notebook."""
    path = course.folder / "source" / SLUG / f"{SLUG}.ipynb"
    notebook = nbformat.read(path, 4)
    assert any(old in cell.source for cell in notebook.cells)
    for cell in notebook.cells:
        cell.source = cell.source.replace(old, new)
    nbformat.write(notebook, path)


def test_it_tells_who_changed_and_writes_it(course, capsys):
    """In gradebook and notebook; again, nothing changes."""
    tiny, _ = course
    change_source(tiny, STRICT, MILD)
    codes = [main(["regrade", SLUG]), main(["regrade", SLUG])]
    lines = capsys.readouterr().out.splitlines()

    assert codes == [0, 0]
    assert lines[:2] == [f"{SLUG}  ani: tugas-1 3 → 4", f"{SLUG}  budi: tugas-1 4 → 3"]
    assert "nilai 2 di antaranya berubah" in lines[2]
    assert "nilai 0 di antaranya berubah" in lines[3]
    assert tiny.scores("ani") == {"tugas-1": 4, "tugas-2": 3}
    assert find(tiny.graded("ani"), "tugas-1").outputs[0].data["text/plain"] == "4.0"


@pytest.mark.heavy
def test_several_processes_give_the_same(course, capsys, monkeypatch):
    """In the same order; many submissions are split among the cores."""
    tiny, _ = course
    change_source(tiny, STRICT, MILD)
    monkeypatch.setattr(regrade, "WORTH_A_WORKER", 1)
    code = main(["regrade", SLUG, "--workers", "2"])
    lines = capsys.readouterr().out.splitlines()

    assert code == 0
    assert lines[:2] == [f"{SLUG}  ani: tugas-1 3 → 4", f"{SLUG}  budi: tugas-1 4 → 3"]


def test_no_workers_are_refused(course, capsys):
    """One sentence, exit code 2."""
    assert main(["regrade", SLUG, "--workers", "0"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_score_by_hand_that_nothing_changed_is_left_alone(course):
    """Only a new automatic score asks for another look."""
    tiny, api = course
    with api.gradebook as gradebook:
        for name in ("tugas-1", "tugas-2"):
            gradebook.find_grade(name, SLUG, SLUG, "ani").manual_score = 1
        gradebook.db.commit()
    change_source(tiny, STRICT, MILD)
    main(["regrade", SLUG])
    with api.gradebook as gradebook:
        grades = [gradebook.find_grade(f"tugas-{n}", SLUG, SLUG, "ani") for n in (1, 2)]

        assert [item.needs_manual_grade for item in grades] == [True, False]
        assert [item.manual_score for item in grades] == [1, 1]


def test_other_points_need_a_new_release(course, capsys):
    """The gradebook would not know them; nothing is written; exit code 2."""
    path = course[0].folder / "source" / SLUG / f"{SLUG}.ipynb"
    notebook = nbformat.read(path, 4)
    find(notebook, "tugas-1").metadata.nbgrader.points = 5
    nbformat.write(notebook, path)

    assert main(["regrade", SLUG]) == 2
    assert "nbgrader generate_assignment --force" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (shutil.rmtree, "tidak ada atau tanpa notebook"),
        (lambda folder: (folder / f"{SLUG}.ipynb").unlink(), "tidak ada atau tanpa notebook"),
        (lambda folder: (folder / MARK).touch(), "belum selesai atau terputus"),
    ],
)
def test_whose_traces_are_gone_is_named(course, capsys, spoil, sentence):
    """The others are judged again; exit code 1."""
    tiny, _ = course
    change_source(tiny, STRICT, MILD)
    spoil(tiny.folder / "autograded" / "ani" / SLUG)

    assert main(["regrade", SLUG]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[:1] == [f"{SLUG}  budi: tugas-1 4 → 3"]
    assert lines[1].startswith("1 kiriman dinilai ulang")
    assert lines[2].startswith(f"  {SLUG}  ani: ")
    assert sentence in lines[2]


def test_nothing_graded_yet(generated, tmp_path, monkeypatch, capsys):
    """One sentence, exit code 2; the same outside a course and for an unknown assignment."""
    copy_course(generated, tmp_path / "kursus")
    record = []
    for folder, slug in (("kursus", SLUG), ("kursus", "lain"), (".", SLUG)):
        monkeypatch.chdir(tmp_path / folder)
        record.append((main(["regrade", slug]), capsys.readouterr().err.count("\n")))

    assert record == [(2, 1)] * 3
