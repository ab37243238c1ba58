"""Stored traces judged again by changed test cells."""

import nbformat
import pytest
from small_class import copy_course, generated_course, make_definition
from tiny_course import OBSTACLE, SLUG, answered, find, make_release, make_source
from traitlets.config import PyFileConfigLoader

from asynclab.cli import main
from asynclab.grading import messages
from asynclab.grading.definition import plain, read_definition
from asynclab.grading.job import Submission, grade
from asynclab.grading.regrade import rejudge
from asynclab.grading.writer import Writer

LATE = "async def total(numbers):\n    await asyncio.sleep(2)\n    return sum(numbers)\n"
STRICT, MILD = 'took(trace.note("lama"), 1, "`total`")', 'took(trace.note("lama"), 2, "`total`")'


@pytest.fixture(scope="module")
def config(root):
    """The course's configuration."""
    config = PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()
    config.ExecuteAndJudge.trust_submissions = bool(OBSTACLE)
    return plain(config)


@pytest.fixture(scope="module")
def graded(config):
    """{student: Graded}: ani takes two seconds instead of one, budi one."""
    definition = make_definition(config=config)
    answers = {"ani": answered(make_release(), total=LATE), "budi": answered(make_release())}
    return {
        name: grade(definition, Submission(name, {SLUG: nbformat.writes(notebook).encode()}))
        for name, notebook in answers.items()
    }


@pytest.fixture(scope="module")
def generated(tmp_path_factory):
    """The course that every test copies."""
    return generated_course(tmp_path_factory.mktemp("kursus"))[0]


@pytest.fixture
def course(generated, graded, tmp_path, monkeypatch):
    """(course, api) with ani and budi graded, where the test is."""
    course, api = copy_course(generated, tmp_path)
    with Writer(api, read_definition(api, SLUG)) as writer:
        for item in graded.values():
            writer.write(item, {}, None)
    monkeypatch.chdir(tmp_path)
    return course, api


def cells_now(old="", new=""):
    """{test cell: source} with one replacement."""
    cells = [find(make_source(), name) for name in ("tugas-1", "tugas-2")]
    assert not old or any(old in cell.source for cell in cells)
    return {cell.id: cell.source.replace(old, new) if old else cell.source for cell in cells}


def change_source(course, old, new):
    """Edit the instructor's notebook."""
    path = course.folder / "source" / SLUG / f"{SLUG}.ipynb"
    notebook = nbformat.read(path, 4)
    assert any(old in cell.source for cell in notebook.cells)
    for cell in notebook.cells:
        cell.source = cell.source.replace(old, new)
    nbformat.write(notebook, path)


def test_the_same_cells_give_the_same_notebook(graded):
    """Byte for byte: judging is a function of the traces."""
    content = graded["ani"].notebooks[SLUG]

    assert rejudge(content, cells_now()) == (content, {"tugas-1": 3.0, "tugas-2": 3.0}, [])


def test_a_changed_criterion_equals_grading_again(graded, config):
    """As if the submission had been run: the same notebook and scores."""
    content, scores, faults = rejudge(graded["ani"].notebooks[SLUG], cells_now(STRICT, MILD))
    definition = make_definition(lambda source: source.replace(STRICT, MILD), config=config)
    handed_in = nbformat.writes(answered(make_release(), total=LATE)).encode()
    run_again = grade(definition, Submission("ani", {SLUG: handed_in}))

    assert (scores, faults) == ({"tugas-1": 4.0, "tugas-2": 3.0}, [])
    assert content == run_again.notebooks[SLUG]
    assert scores == {name: score for (_, name), score in run_again.scores.items()}


def test_a_changed_scenario_needs_a_run(graded):
    """Its old trace is no evidence; the other cell is judged."""
    content = graded["ani"].notebooks[SLUG]
    again = rejudge(content, cells_now("total([1, 2, 3]))\n    world", "total([1, 2]))\n    world"))

    assert again == (content, {"tugas-2": 3.0}, [("tugas-1", messages.REGRADE_OTHER_RUN)])


def test_a_broken_criterion_is_not_judged_and_can_be_mended(graded):
    """No score and the reason; afterwards, with the mended cell, the score is back."""
    broken, scores, faults = rejudge(graded["ani"].notebooks[SLUG], cells_now(STRICT, "1 / 0"))

    assert scores == {"tugas-1": None, "tugas-2": 3.0}
    assert "ZeroDivisionError" in faults[0][1]
    assert rejudge(broken, cells_now())[0] == graded["ani"].notebooks[SLUG]


@pytest.mark.parametrize("content", [b"", b"[]", b"\xff"])
def test_a_notebook_that_cant_be_read_stays(content):
    """And is named."""
    assert rejudge(content, cells_now()) == (content, {}, [("", messages.REGRADE_UNREADABLE)])


def test_without_traces_the_score_stays(graded):
    """A notebook that another grader made."""
    notebook = nbformat.reads(graded["ani"].notebooks[SLUG].decode(), 4)
    find(notebook, "tugas-1").outputs.clear()
    _, scores, faults = rejudge(nbformat.writes(notebook).encode(), cells_now())

    assert (scores, faults) == ({"tugas-2": 3.0}, [("tugas-1", messages.REGRADE_NO_TRACE)])


def test_it_tells_who_changed_and_writes_it(course, capsys):
    """In gradebook and notebook; again, nothing changes."""
    tiny, _ = course
    change_source(tiny, STRICT, MILD)
    codes = [main(["regrade", SLUG]), main(["regrade", SLUG])]
    lines = capsys.readouterr().out.splitlines()

    assert codes == [0, 0]
    assert lines[:2] == ["ani: tugas-1 3 → 4", "budi: tugas-1 4 → 3"]
    assert "nilai 2 di antaranya berubah" in lines[2]
    assert "nilai 0 di antaranya berubah" in lines[3]
    assert tiny.scores("ani") == {"tugas-1": 4, "tugas-2": 3}
    assert find(tiny.graded("ani"), "tugas-1").outputs[0].data["text/plain"] == "4.0"


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


def test_nothing_graded_yet(generated, tmp_path, monkeypatch, capsys):
    """One sentence, exit code 2; the same outside a course and for an unknown assignment."""
    copy_course(generated, tmp_path / "kursus")
    record = []
    for folder, slug in (("kursus", SLUG), ("kursus", "lain"), (".", SLUG)):
        monkeypatch.chdir(tmp_path / folder)
        record.append((main(["regrade", slug]), capsys.readouterr().err.count("\n")))

    assert record == [(2, 1)] * 3
