"""The invented class: the same arguments give the same people and submissions."""

import datetime

import nbformat
import pytest

from asynclab.grading.sample_class import (
    ACCIDENTS,
    DUE,
    Submission,
    draw_submissions,
    make_students,
    submit,
)

SLUG = "latihan-2-task-queue"


@pytest.fixture
def release(root):
    """A student version's bytes."""
    return (root / "release" / SLUG / f"{SLUG}.ipynb").read_bytes()


def test_students_have_ids_of_their_own():
    """Also in a class larger than the list of names."""
    ids = [student.id for student in make_students(100)]

    assert len(set(ids)) == 100
    assert ids[:2] == ["adit", "ayu"]
    assert ids[24] == "adit-2"


def test_a_class_is_drawn_the_same_every_time(root, release):
    """One submission a student; every accident once; the rest right and wrong answers."""
    students = make_students(24)
    drawn = draw_submissions(root, release, SLUG, students)
    labels = [item.label.partition(":")[0] for item in drawn]

    assert drawn == draw_submissions(root, release, SLUG, students)
    assert drawn != draw_submissions(root, release, SLUG, students, seed=12)
    assert [item.student for item in drawn] == students
    assert labels.count("benar") + labels.count("keliru") == 24 - len(ACCIDENTS)
    assert sum(item.content is None for item in drawn) == 1


def test_a_small_class_has_answers_too(root, release):
    """Accidents are half of it at most; one student is enough."""
    assert len(draw_submissions(root, release, SLUG, make_students(1))) == 1
    drawn = draw_submissions(root, release, SLUG, make_students(4))

    assert sum(item.label.startswith(("benar:", "keliru:")) for item in drawn) == 2


def test_what_is_handed_in_can_be_read_except_the_torn_file(root, release):
    """Each other one is a valid notebook."""
    drawn = draw_submissions(root, release, SLUG, make_students(24))
    torn = []
    for item in drawn:
        try:
            nbformat.validate(nbformat.reads((item.content or release).decode(), 4))
        except (ValueError, nbformat.ValidationError):
            torn.append(item.label)

    assert torn == ["berkas terpotong, bukan notebook"]


def test_it_is_handed_in_as_nbgrader_does(tmp_path):
    """Folder and timestamp agree; nothing handed in is nothing; late is after the due date."""
    (student,) = make_students(1)
    late = Submission(student, SLUG, "", b"{}", datetime.timedelta(hours=30))
    folder = submit(late, tmp_path)
    stamp = (folder / "timestamp.txt").read_text()

    assert folder.name == f"adit+{SLUG}+{stamp}"
    assert stamp.startswith(str((DUE + late.late).replace(tzinfo=None)))
    assert submit(Submission(student, SLUG, "", None), tmp_path) is None
