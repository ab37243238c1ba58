"""What a graded notebook says, and what is said of one that says nothing."""

import json

import pytest
from report_class import FAR, attempts, criterion, notebook, rubric, unjudged
from tiny_course import make_release

from asynclab.grading import messages as grading_messages
from asynclab.grading.report.evidence import Given, read_evidence, read_given

RELEASE = make_release()


def read(*arguments, **options):
    given = read_given(json.dumps(RELEASE).encode())
    return read_evidence(notebook(RELEASE, *arguments, **options), given)


def test_what_everybody_was_given():
    """The title, the graded cells in order, and the heading above each."""
    release = {
        "cells": [
            {"cell_type": "markdown", "source": ["# Latihan\n", "\n", "Kata."]},
            {"cell_type": "markdown", "source": "## Tugas 1: Jumlah"},
            *[dict(cell) for cell in RELEASE.cells if cell.cell_type == "code"],
        ]
    }
    given = read_given(json.dumps(release).encode())

    assert given.headings == {
        "": "Latihan",
        "tugas-1": "Tugas 1: Jumlah",
        "tugas-2": "Tugas 1: Jumlah",
    }
    assert given.order == ("tugas-1", "tugas-2")
    assert RELEASE.cells[1].source in given.sources


def test_only_the_students_own_code_is_the_answer():
    """Neither given cells nor test cells."""
    answer = read(FAR).answer

    assert answer.startswith(FAR)
    assert "RAHASIA" not in answer
    assert "from asynclab import Rubric, run" not in answer


def test_criteria_and_faults():
    """In order, each with its cell; the student's words around a fault are left out."""
    outputs = [
        rubric(criterion("a", True), criterion("b", False, "Salah.")),
        unjudged(grading_messages.not_judged("Rusak.")),
    ]
    evidence = read(outputs=outputs)

    assert [(cell, item.sentence, item.passed) for cell, item in evidence.criteria] == [
        ("tugas-1", "a", True),
        ("tugas-1", "b", False),
    ]
    assert evidence.faults == (("tugas-1", "Rusak."),)


def test_what_stands_out_has_its_line():
    """The text of the line, and where it stands."""
    (notice,) = read(FAR + "import os\nos._exit(1)\n").notices

    assert (notice.line, notice.text, notice.tried) == (15, "os._exit(1)", False)
    assert "`._exit`" in notice.what


def test_what_was_tried():
    """An attempt names cell, line and what it was; a malformed one is left out."""
    place = {"function": "<module>", "line": 2, "source": "open('/etc/passwd')", "cell": "7"}
    item = {"what": "file", "detail": "/etc/passwd", "place": place}
    broken = [
        {},
        {"what": "?", "detail": "", "place": None},
        "teks",
        {"what": "file", "detail": 3, "place": 4},
    ]
    (notice,) = read(outputs=[attempts(item, *broken)]).notices

    assert (notice.cell, notice.line, notice.text, notice.tried) == (
        7,
        2,
        "open('/etc/passwd')",
        True,
    )
    assert notice.what.endswith("`/etc/passwd`")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"sandbox": True}, True),
        ({"sandbox": False}, False),
        ({"sandbox": None}, None),
        ({"sandbox": "ya"}, None),
        ({"sandbox": None, "notes": [grading_messages.TRUSTED_NOTE]}, False),
    ],
)
def test_whether_there_was_a_sandbox(options, said):
    """As recorded; notebooks of earlier versions have only the note."""
    assert read(**options).sandboxed is said


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"{}",
        b'{"cells": 3}',
        b"\xff\xfe",
        b"[" * 100_000,
        b'"cells"',
        b"\x00",
    ],
)
def test_a_file_that_is_no_notebook(content):
    """Said in a sentence."""
    evidence = read_evidence(content, Given())

    assert evidence.problem.startswith("tidak dapat dibaca (isinya bukan")
    assert read_given(content).sources == frozenset()


@pytest.mark.parametrize(
    "cell",
    [
        3, {}, {"cell_type": "code"}, {"cell_type": "code", "source": [1, None]},
        {"cell_type": "code", "source": {}, "metadata": [], "outputs": 3},
        {"cell_type": "code", "source": "x", "metadata": {"nbgrader": 3}, "outputs": [3, {"data": 3}]},
        {"cell_type": "code", "metadata": {"nbgrader": {"grade": True, "grade_id": [1]}}},
        {"cell_type": "code", "execution_count": "x", "source": "import gc"},
        {"cell_type": "code", "metadata": {"nbgrader": {"grade": True, "grade_id": "t"}},
         "outputs": [{"ename": "TidakDinilai"}, {"data": {"application/vnd.asynclab.rubric+json": 3}},
                     {"data": {"application/vnd.asynclab.attempts+json": {"a": 1}}}]},
    ],
)  # fmt: skip
def test_cells_of_any_shape(cell):
    """Nothing in them can stop the report."""
    content = json.dumps({"cells": [cell], "metadata": []}).encode()

    assert read_evidence(content, read_given(content)).problem == ""


def test_giants_are_cut():
    """However much there is, a page must be able to show it."""
    evidence = read("import gc\n" * 500 + "x = '" + "a" * 200_000 + "'")

    assert len(evidence.notices) == 20
    assert len(evidence.answer) == 60_000
