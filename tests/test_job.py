"""One submission graded as a pure function of bytes."""

import json
import pickle
import re
from dataclasses import replace

import nbformat
import pytest
from small_class import make_definition
from tiny_course import OBSTACLE, SLUG, answered, find, make_release
from traitlets.config import PyFileConfigLoader

from asynclab.grading import execute, job
from asynclab.grading.definition import plain
from asynclab.grading.job import NotRunError, Submission, grade
from asynclab.grading.spawn import ChildError, SandboxError

FULL = {(SLUG, "tugas-1"): 4.0, (SLUG, "tugas-2"): 3.0}


@pytest.fixture(scope="module")
def definition(root):
    """The tiny assignment with the course's own configuration."""
    config = PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()
    config.ExecuteAndJudge.trust_submissions = bool(OBSTACLE)
    return make_definition(config=plain(config))


def submission(notebook, **files):
    """A notebook as it is handed in."""
    return Submission("ani", {SLUG: nbformat.writes(notebook).encode()}, files)


def test_a_good_submission(definition):
    """Full marks, an executed notebook, nothing to say; the result can be sent back."""
    graded = grade(definition, submission(answered(make_release())))
    notebook = nbformat.reads(graded.notebooks[SLUG].decode(), 4)

    assert graded.scores == FULL
    assert (graded.log, graded.fault, graded.judged) == ([], "", True)
    assert find(notebook, "tugas-1").outputs[0].data["text/plain"] == "4.0"
    assert pickle.loads(pickle.dumps(graded)) == graded


@pytest.mark.parametrize("trusted", [False, True])
def test_a_graded_notebook_says_whether_there_was_a_sandbox(definition, trusted):
    """For the class report; where nothing ran, it says nothing."""
    if OBSTACLE and not trusted:
        pytest.skip(OBSTACLE)
    config = definition.config | {"ExecuteAndJudge": {"trust_submissions": trusted}}
    graded = grade(replace(definition, config=config), submission(answered(make_release())))
    unread = grade(definition, Submission("ani", {SLUG: b'{"cells": ['}))
    said = [
        json.loads(item.notebooks[SLUG])["metadata"].get("asynclab", {}).get("sandbox")
        for item in (graded, unread)
    ]

    assert said == [not trusted, None]


def test_the_same_bytes_give_the_same_bytes(definition):
    """Nothing of time, process or folder is in the result."""
    given = submission(
        answered(make_release(), total="async def total(numbers):\n    print(1 / 0)")
    )

    assert grade(definition, given) == grade(definition, given)


def test_a_file_that_is_no_notebook(definition):
    """Not judged, with the sentence for the instructor; nobody gets 0 for a broken file."""
    graded = grade(definition, Submission("ani", {SLUG: b'{"cells": ['}))

    assert graded.scores == dict.fromkeys(FULL)
    assert not graded.judged
    assert "tidak dapat dibaca sebagai notebook" in graded.log[0][1]


@pytest.mark.parametrize("content", [b"", b"[]", b"\xff\xfe", b'{"cells": 3, "nbformat": 4}'])
def test_no_bytes_break_a_job(definition, content):
    """Whatever is handed in, there is a result."""
    graded = grade(definition, Submission("ani", {SLUG: content}))

    assert graded.fault == ""
    assert graded.scores == dict.fromkeys(FULL)


def test_a_notebook_that_was_not_handed_in_is_worth_nothing(definition):
    """As in stock nbgrader: 0, without a look by hand."""
    graded = grade(definition, Submission("ani", {}))

    assert graded.scores == dict.fromkeys(FULL, 0.0)
    assert graded.notebooks == {}


def test_files_lie_beside_the_notebook(definition):
    """Student code reads its own; the instructor's replaces one of the same name."""
    reading = "async def total(numbers):\n    await asyncio.sleep(1)\n    return int(open('a.txt').read()) + sum(numbers)"
    given = submission(answered(make_release(), total=reading), **{"a.txt": b"1"})
    ours = replace(definition, files={"a.txt": b"0"})

    assert grade(definition, given).scores == {**FULL, (SLUG, "tugas-1"): 1.0}
    assert grade(ours, given).scores == FULL


def test_a_fault_of_the_grader_is_told_not_raised(definition, monkeypatch):
    """The submission is left ungraded with the reason."""
    monkeypatch.setattr(job, "_exporters", lambda *args: 1 / 0)
    graded = grade(definition, submission(make_release()))

    assert graded.fault == "ZeroDivisionError: division by zero"
    assert not graded.judged


def test_nothing_is_left_behind(definition, tmp_path, monkeypatch):
    """The scratch course of a job goes with it."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    graded = grade(definition, submission(answered(make_release())))

    assert json.loads(graded.notebooks[SLUG])["nbformat_minor"] >= 5
    assert [path.name for path in tmp_path.iterdir() if "job" in path.name] == []


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (
            SandboxError("unshare: ENOSPC"),
            "tidak dapat diisolasi di komputer ini (unshare: ENOSPC)",
        ),
        (ChildError("died"), "tidak dapat dibuat (died)"),
        (OSError(24, "Too many open files"), "tidak dapat dibuat ([Errno 24] Too many open files)"),
    ],
)
def test_a_machine_that_runs_nothing(definition, monkeypatch, error, sentence):
    """Is no result of the submission: nothing of it is given, so that it can be tried again."""

    def refuse(*arguments, **options):
        raise error

    monkeypatch.setattr(execute, "run_cells", refuse)
    with pytest.raises(NotRunError, match=re.escape(sentence)):
        grade(definition, submission(answered(make_release())))
