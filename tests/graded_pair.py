"""Two submissions of the tiny course, graded: ani takes two seconds where one is asked for, budi one."""

import nbformat
from small_class import make_definition
from tiny_course import OBSTACLE, SLUG, answered, make_release
from traitlets.config import PyFileConfigLoader

from asynclab.grading.definition import plain
from asynclab.grading.job import Submission, grade

LATE = "async def total(numbers):\n    await asyncio.sleep(2)\n    return sum(numbers)\n"
STRICT, MILD = 'took(trace.note("lama"), 1, "`total`")', 'took(trace.note("lama"), 2, "`total`")'


def read_config(root):
    """The course's configuration."""
    config = PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()
    config.ExecuteAndJudge.trust_submissions = bool(OBSTACLE)
    return plain(config)


def grade_pair(config):
    """{student: Graded}."""
    definition = make_definition(config=config)
    answers = {"ani": answered(make_release(), total=LATE), "budi": answered(make_release())}
    return {
        name: grade(definition, Submission(name, {SLUG: nbformat.writes(notebook).encode()}))
        for name, notebook in answers.items()
    }
