"""Every task of the course has a section of the lessons to go back to."""

import pytest

from asynclab.grading.course import read_assignments
from asynclab.grading.feedback.syllabus import TASKS, topic_of_task
from asynclab.lessons import SECTIONS


def test_every_task_of_every_assignment_is_listed(root):
    """Neither more nor less; a new assignment is listed here too."""
    tasks = {item.slug: item.ids("grade") for item in read_assignments(root)}

    assert {slug: list(topics) for slug, topics in TASKS.items()} == tasks


@pytest.mark.parametrize("slug", TASKS)
def test_the_sections_are_known(slug):
    """Each topic is one of `lessons.SECTIONS`."""
    assert set(TASKS[slug].values()) <= set(SECTIONS)


def test_a_task_that_is_not_listed_has_none():
    """Such as one of another course."""
    assert topic_of_task("lain", "tugas-1") == ""
