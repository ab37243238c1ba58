"""nbgrader's Validate, as a student uses it: our sentences, live in a kernel."""

import pytest
from tiny_course import GOOD_TOTAL, SLUG, TinyCourse, answered

pytestmark = [pytest.mark.heavy, pytest.mark.kernel]
DEADLOCK = "\nawait asyncio.Queue().get()"
PATIENT = f"c.Execute.timeout_func = lambda cell: 5 if {DEADLOCK!r} in cell.source else 60\n"
"""Only the cell that never ends is interrupted soon: any other may take long on a busy machine."""


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course with its assignment generated."""
    made = TinyCourse(tmp_path_factory.mktemp("kursus"), PATIENT)
    assert made.nbgrader("generate_assignment", SLUG).returncode == 0
    return made


def validate(course, student, notebook):
    """What `nbgrader validate` says about a notebook."""
    course.submit(student, notebook)
    return course.nbgrader("validate", f"submitted/{student}/{SLUG}/{SLUG}.ipynb").stdout


def test_a_wrong_answer_reads_the_criterions_sentence(course):
    """Not "Partial credit", but what happened."""
    wrong = answered(course.release, total=GOOD_TOTAL.replace("sum", "len"))
    shown = validate(course, "salah", wrong)

    assert "✗ Menjumlahkan tiga angka (1)" in shown
    assert "`total([1, 2, 3])` menghasilkan 3; seharusnya 6." in shown


def test_a_right_answer_passes(course):
    """The hidden criteria are not missed."""
    assert "Success!" in validate(course, "benar", answered(course.release))


def test_a_deadlocked_cell_does_not_end_the_validation(course):
    """The kernel is interrupted, the cells behind it are run and judged."""
    dead = answered(course.release, total=GOOD_TOTAL + DEADLOCK)

    assert "Success!" in validate(course, "buntu", dead)
