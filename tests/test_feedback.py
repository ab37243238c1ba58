"""What a feedback page must not show."""

from nbformat.v4 import new_code_cell, new_output
from tiny_course import TEST_TOTAL

from asynclab.grading.feedback import HideTests
from asynclab.grading.outputs import TRACE_MIME
from asynclab.rubric import RUBRIC_MIME

TEST = {"nbgrader": {"grade": True, "solution": False, "locked": True, "grade_id": "tugas-1"}}
ANSWER = {"nbgrader": {"grade": False, "solution": True, "locked": False, "grade_id": "jawaban-1"}}


def hidden(cell):
    """The cell as the page gets it."""
    return HideTests().preprocess_cell(cell, {}, 0)[0]


def test_the_hidden_part_is_removed_and_said():
    """The visible part stays."""
    source = hidden(new_code_cell(TEST_TOTAL, metadata=TEST)).source

    assert "Menjumlahkan tiga angka" in source
    assert "uji tersembunyi" in source
    assert [word for word in ("RAHASIA", "many", "HIDDEN") if word in source] == []


def test_the_table_stays_and_the_records_go():
    """Traces and criteria as data are for programs."""
    result = {"text/plain": "1.0", "text/html": "<table>", RUBRIC_MIME: {}}
    outputs = [
        new_output("execute_result", data=result),
        new_output("display_data", data={TRACE_MIME: {"traces": []}}),
    ]
    cell = hidden(new_code_cell(TEST_TOTAL, metadata=TEST, outputs=outputs))

    assert [sorted(output.data) for output in cell.outputs] == [["text/html", "text/plain"]]


def test_a_traceback_of_a_test_cell_is_reduced_to_its_sentence():
    """It would quote hidden lines; that of the student's own cell stays."""
    error = {"ename": "AssertionError", "evalue": "harus 6", "traceback": ["RAHASIA = 1"]}
    test = new_code_cell("", metadata=TEST, outputs=[new_output("error", **error)])
    own = new_code_cell("", metadata=ANSWER, outputs=[new_output("error", **error)])

    assert hidden(test).outputs[0].traceback == ["AssertionError: harus 6"]
    assert hidden(own).outputs[0].traceback == ["RAHASIA = 1"]
