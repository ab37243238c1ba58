"""A submission rebuilt on the release version; pure, so many accidents in one go."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.nbgraderformat import MetadataValidator
from tiny_course import GOOD_GREET, GOOD_TOTAL, answered, find, index, make_release

from asynclab.grading.repair import repair


@pytest.fixture
def release():
    """The release version."""
    return make_release()


@pytest.fixture
def submission(release):
    """A good answer."""
    return answered(release)


def names(notebook):
    """The grade ids of the notebook's cells, None for the others."""
    return [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in notebook.cells]


def checked(submission, release):
    """The repaired notebook and the changes, after all that nbgrader and nbformat demand of it."""
    repaired, changes = repair(submission, release)
    nbformat.validate(repaired)
    MetadataValidator().validate_nb(repaired)
    marked = [name for name in names(repaired) if name is not None]
    assert sorted(marked) == ["jawaban-1", "jawaban-2", "tugas-1", "tugas-2"]
    for name in marked:
        cell = next(
            c for c in repaired.cells if c.metadata.get("nbgrader", {}).get("grade_id") == name
        )
        assert cell.metadata == find(release, name).metadata
        assert cell.cell_type == find(release, name).cell_type
    return repaired, changes


def code(notebook):
    """Everything of the student's that runs, in order."""
    return "\n".join(
        cell.source
        for cell in notebook.cells
        if cell.cell_type == "code" and not cell.metadata.get("nbgrader", {}).get("grade")
    )


def test_a_good_submission_stays_as_it_is(submission, release):
    """No change, no word; the arguments are not touched."""
    before = nbformat.writes(submission)
    repaired, changes = checked(submission, release)

    assert changes == []
    assert [cell.source for cell in repaired.cells] == [cell.source for cell in submission.cells]
    assert nbformat.writes(submission) == before


def test_missing_cells_are_put_back_in_their_places(submission, release):
    """A test cell with its text, a solution cell empty, each behind its predecessor."""
    submission.cells = [
        cell for cell in submission.cells if cell.id not in ("tugas-1", "jawaban-2")
    ]
    repaired, changes = checked(submission, release)

    assert names(repaired) == [None, None, "jawaban-1", "tugas-1", "jawaban-2", "tugas-2"]
    assert find(repaired, "jawaban-2").source == ""
    assert find(repaired, "tugas-1").source == find(release, "tugas-1").source
    assert [word for word in changes if "`tugas-1`" in word or "`jawaban-2`" in word] == changes


def test_an_empty_notebook_becomes_the_release_without_stubs(release):
    """Every graded cell is there; nothing that raises runs."""
    repaired, changes = checked(new_notebook(), release)

    assert names(repaired) == ["jawaban-1", "tugas-1", "jawaban-2", "tugas-2"]
    assert code(repaired).strip() == ""
    assert len(changes) == 4


def test_a_split_answer_runs_as_a_whole(submission, release):
    """Both halves of a split cell have its metadata; both run in order, the last one is the answer."""
    half = new_code_cell("A = 1", id="jawaban-1-a", metadata=find(submission, "jawaban-1").metadata)
    submission.cells.insert(index(submission, "jawaban-1"), half)
    repaired, changes = checked(submission, release)

    assert "A = 1\n" + GOOD_TOTAL in code(repaired)
    assert ["jawaban-1" in change for change in changes] == [True]


def test_a_split_test_cell_is_whole_again(submission, release):
    """Its pieces go, since they are the instructor's."""
    cell = find(submission, "tugas-1")
    lines = cell.source.splitlines()
    piece = new_code_cell("\n".join(lines[:5]), id="tugas-1-a", metadata=cell.metadata)
    cell.source = "\n".join(lines[5:])
    submission.cells.insert(index(submission, "tugas-1"), piece)
    repaired, changes = checked(submission, release)

    assert len(repaired.cells) == len(release.cells)
    assert find(repaired, "tugas-1").source == find(release, "tugas-1").source
    assert "ada lebih dari satu kali" in changes[0]


def test_work_in_a_copy_of_a_test_cell_is_not_lost(submission, release):
    """A copy that the student wrote in stays as a cell of his own."""
    copied = new_code_cell("mine = 1", id="salin", metadata=find(submission, "tugas-1").metadata)
    submission.cells.insert(1, copied)
    repaired, _ = checked(submission, release)

    assert "mine = 1" in code(repaired)


def test_an_answer_without_marks_still_runs_last(submission, release):
    """Copied into a new notebook: no metadata, no ids; the empty solution cells undo nothing."""
    cells = [new_code_cell(GOOD_TOTAL), new_code_cell(GOOD_GREET)]
    repaired, changes = checked(new_notebook(cells=cells), release)

    assert GOOD_TOTAL.strip() in code(repaired)
    assert "raise NotImplementedError" not in code(repaired)
    assert len(changes) == 4


def test_lost_metadata_are_found_by_cell_id(submission, release):
    """Some editors drop metadata but keep ids."""
    for cell in submission.cells:
        cell.metadata = nbformat.NotebookNode()
    repaired, changes = checked(submission, release)

    assert names(repaired) == names(release)
    assert len(changes) == 4


@pytest.mark.parametrize(
    ("name", "change", "word"),
    [
        ("tugas-1", {"points": 1000}, "pengaturan sel `tugas-1`"),
        ("tugas-1", {"grade": False}, "pengaturan sel `tugas-1`"),
        ("tugas-1", {"solution": True}, "pengaturan sel `tugas-1`"),
        ("jawaban-1", {"grade": True, "points": 50}, "pengaturan sel `jawaban-1`"),
        ("jawaban-1", {"locked": True}, "pengaturan sel `jawaban-1`"),
    ],
)
def test_changed_settings_are_rebuilt_and_named(submission, release, name, change, word):
    """nbgrader's metadata are the release version's."""
    find(submission, name).metadata.nbgrader.update(change)
    _, changes = checked(submission, release)

    assert [word in item for item in changes] == [True]


def test_tags_are_the_instructors(submission, release):
    """`skip-execution` on a test cell or an answer goes, and is named."""
    for name in ("tugas-1", "jawaban-1"):
        find(submission, name).metadata["tags"] = ["skip-execution"]
    _, changes = checked(submission, release)

    assert ["skip-execution" in change for change in changes] == [True, True]


def test_changed_types_are_put_right(submission, release):
    """A test cell or an answer that became text is code again."""
    find(submission, "tugas-2").cell_type = "raw"
    find(submission, "jawaban-2").cell_type = "markdown"
    repaired, changes = checked(submission, release)

    assert GOOD_GREET.strip() in code(repaired)
    assert [change.split(";")[0] for change in changes[:2]] == [
        "sel `jawaban-2` berjenis markdown",
        "sel `tugas-2` berjenis raw",
    ]


def test_ids_are_made_unique_and_legal(submission, release):
    """Doubled and odd ids of the student's own cells are replaced, the graded ones kept."""
    for source in ("1", "2"):
        submission.cells.append(new_code_cell(source, id="tugas-1"))
    submission.cells.append(new_markdown_cell("a"))
    submission.cells[-1]["id"] = "spasi di sini"
    submission.cells[-1]["attachments"] = {"a.png": {"image/png": "aa=="}}
    repaired, _ = checked(submission, release)
    ids = [cell.id for cell in repaired.cells]

    assert len(set(ids)) == len(ids)
    assert repaired.cells[-1].attachments == {"a.png": {"image/png": "aa=="}}


ODD_CELLS = [
    {"cell_type": "heading", "source": "a", "metadata": {}},
    {"cell_type": "code", "source": "a", "metadata": {"nbgrader": 5, "tags": "x"}},
    {"cell_type": "code", "source": "a", "metadata": {"nbgrader": {"grade_id": ["a"]}}},
    {"cell_type": "code", "metadata": {}},
    {"cell_type": "code", "source": "a", "id": 7, "metadata": {}, "attachments": 3},
    {"source": "a"},
]


@pytest.mark.parametrize("odd", ODD_CELLS, ids=range(len(ODD_CELLS)))
def test_cells_of_odd_shape_harm_nobody(submission, release, odd):
    """Whatever JSON holds the place of a cell, the rest is graded."""
    submission.cells.insert(0, nbformat.from_dict(odd))
    repaired, _ = checked(submission, release)

    assert GOOD_TOTAL.strip() in code(repaired)


def test_the_instructor_s_cells_have_the_instructor_s_ids(release, submission):
    """Whatever a student's notebook calls them; everything else is called once."""
    for cell in submission.cells:
        cell["id"] = "<script>"
    find_by_name = {
        cell.metadata.get("nbgrader", {}).get("grade_id"): cell for cell in submission.cells
    }
    find_by_name["tugas-1"]["id"] = "jawaban-1"
    submission.cells.append(new_code_cell("1", id="tambahan-1"))
    submission.cells.append(new_code_cell("2", id="tugas-2"))
    repaired, _ = checked(submission, release)
    ids = [cell.id for cell in repaired.cells]

    assert [name for name in names(repaired) if name] == [
        cell.id for cell in repaired.cells if cell.metadata.get("nbgrader")
    ]
    assert len(set(ids)) == len(ids)


def test_a_student_s_words_in_a_note_stay_words(release, submission):
    """A kernel's or a cell's name can't bring markup or lines of its own into the note."""
    submission.metadata["kernelspec"] = {"language": "<script>`\n\n# x"}
    extra = new_code_cell("1", id="x")
    extra.metadata["nbgrader"] = {"grade_id": "`<b>\n- baris"}
    submission.cells.append(extra)
    _, changes = checked(submission, release)

    assert [change.count("`") for change in changes] == [2, 2]
    assert [change for change in changes if "\n" in change] == []
