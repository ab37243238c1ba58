"""A graded notebook judged again from its stored traces."""

import nbformat
import pytest
from graded_pair import LATE, MILD, STRICT, grade_pair, read_config
from small_class import make_definition
from tiny_course import SLUG, answered, find, make_release, make_source

from asynclab.grading import messages
from asynclab.grading.job import Submission, grade
from asynclab.grading.outputs import TRACE_MIME
from asynclab.grading.rejudge import rejudge, rejudge_folder


@pytest.fixture(scope="module")
def config(root):
    """The course's configuration."""
    return read_config(root)


@pytest.fixture(scope="module")
def graded(config):
    """{student: Graded}."""
    return grade_pair(config)


def cells_now(old="", new=""):
    """{test cell: source} with one replacement."""
    cells = [find(make_source(), name) for name in ("tugas-1", "tugas-2")]
    assert not old or any(old in cell.source for cell in cells)
    return {cell.id: cell.source.replace(old, new) if old else cell.source for cell in cells}


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


@pytest.mark.parametrize(
    "record", ["{", "[]", "7", '{"seed": 1}', '{"seed": [], "missing": 1, "traces": 5}']
)
def test_a_record_that_nobody_here_has_written_is_no_trace(graded, record):
    """Said as where there is none; the other cell is judged."""
    notebook = nbformat.reads(graded["ani"].notebooks[SLUG].decode(), 4)
    (data,) = [item.data for item in find(notebook, "tugas-1").outputs if TRACE_MIME in item.data]
    data[TRACE_MIME] = record
    _, scores, faults = rejudge(nbformat.writes(notebook).encode(), cells_now())

    assert (scores, faults) == ({"tugas-2": 3.0}, [("tugas-1", messages.REGRADE_NO_TRACE)])


def test_a_folder_gives_what_has_changed(graded, tmp_path):
    """Its notebooks that are other now, and all scores; a notebook that cannot be opened is named."""
    (tmp_path / f"{SLUG}.ipynb").write_bytes(graded["ani"].notebooks[SLUG])
    same = rejudge_folder(tmp_path, {SLUG: cells_now()})
    other = rejudge_folder(tmp_path, {SLUG: cells_now(STRICT, MILD)})
    (tmp_path / f"{SLUG}.ipynb").unlink()
    (tmp_path / f"{SLUG}.ipynb").mkdir()
    lost = rejudge_folder(tmp_path, {SLUG: cells_now()})

    assert (same.notebooks, same.scores[SLUG, "tugas-1"]) == ({}, 3.0)
    assert (list(other.notebooks), other.scores[SLUG, "tugas-1"]) == ([SLUG], 4.0)
    assert str(tmp_path) in lost.lost
