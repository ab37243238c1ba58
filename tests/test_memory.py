"""The gradebook that only remembers."""

import pytest
from nbgrader import preprocessors
from nbgrader.api import MissingEntry
from small_class import make_definition
from tiny_course import SLUG

from asynclab.grading import repair
from asynclab.grading.memory import MemoryGradebook, installed


@pytest.fixture
def gradebook():
    """A memory of the tiny assignment."""
    return MemoryGradebook(make_definition())


def test_it_knows_the_cells(gradebook):
    """All of them, the graded ones with points."""
    notebook = gradebook.find_notebook(SLUG, SLUG)

    assert len(notebook.source_cells) == 4
    assert [(cell.name, cell.max_score) for cell in notebook.grade_cells] == [
        ("tugas-1", 4),
        ("tugas-2", 3),
    ]
    assert [cell.name for cell in notebook.solution_cells] == ["jawaban-1", "jawaban-2"]
    assert gradebook.find_graded_cell("tugas-1", SLUG, SLUG).max_score == 4


def test_what_is_unknown_is_missing_as_in_nbgrader(gradebook):
    """A notebook and a cell."""
    with pytest.raises(MissingEntry):
        gradebook.find_notebook("lain", SLUG)
    with pytest.raises(MissingEntry):
        gradebook.find_source_cell("lain", SLUG, SLUG)


def test_it_keeps_what_it_is_told(gradebook):
    """The same grade and comment come back."""
    gradebook.find_grade("tugas-1", SLUG, SLUG, "ani").auto_score = 2.5
    gradebook.find_comment("jawaban-1", SLUG, SLUG, "ani").auto_comment = "No response."

    assert gradebook.grades[SLUG, "tugas-1"].auto_score == 2.5
    assert gradebook.comments[SLUG, "jawaban-1"].auto_comment == "No response."


def test_installed_only_within_the_block(gradebook):
    """Every preprocessor that asks a gradebook asks this one, and afterwards its own again."""
    modules = [preprocessors.saveautogrades, preprocessors.overwritecells, repair]
    before = [module.Gradebook for module in modules]
    with pytest.raises(ZeroDivisionError), installed(gradebook):
        assert [module.Gradebook("sqlite:///") for module in modules] == [gradebook] * 3
        1 / 0  # noqa: B018

    assert [module.Gradebook for module in modules] == before
