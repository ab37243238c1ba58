"""A submission read while it changes: the bytes are of one moment, or it is not graded now."""

import os
import shutil
import time
from types import SimpleNamespace

import pytest

from asynclab.grading import submitted
from asynclab.grading.submitted import Pending, handed_in_at, read_submission

DEFINITION = SimpleNamespace(slug="t", notebooks=[SimpleNamespace(name="n")])
OLD, NEW = "2026-03-05 14:00:00 UTC", "2026-03-07 14:00:00 UTC"


@pytest.fixture
def course(tmp_path):
    """(API on a course, submission) in which ani handed in one notebook and one file."""
    coursedir = SimpleNamespace(
        root=str(tmp_path),
        ignore=[],
        autograded_directory="autograded",
        format_path=lambda step, student, slug: str(tmp_path / step / student / slug),
    )
    item = Pending("ani", tmp_path / "submitted" / "ani" / "t")
    put(item.folder, OLD)
    return SimpleNamespace(coursedir=coursedir), item


def put(folder, stamp):
    """What `nbgrader collect --update` does."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in ("n.ipynb", "timestamp.txt", "z.txt"):
        (folder / name).write_text(stamp)


def once(monkeypatch, folder, name, happening):
    """Have something happen once, right before one of the reader's steps."""
    real, left = getattr(submitted, name), [happening]

    def step(*arguments):
        if left:
            left.pop()(folder)
        return real(*arguments)

    monkeypatch.setattr(submitted, name, step)


@pytest.mark.parametrize("step", ["find_dangers", "read_extra_files", "_look"])
@pytest.mark.parametrize("happening", [lambda folder: put(folder, NEW), shutil.rmtree])
def test_it_is_replaced_while_it_is_read(course, monkeypatch, step, happening):
    """All of the new one, with its time; of one that is gone, nothing."""
    api, item = course
    # Only what never comes back is waited for in vain; what does may take long on a busy machine.
    monkeypatch.setattr(submitted, "PATIENCE", 0.3 if happening is shutil.rmtree else 60)
    once(monkeypatch, item.folder, step, happening)
    submission, log, fault = read_submission(item, api, DEFINITION)

    if happening is shutil.rmtree:
        assert "tidak dapat dibaca: No such file" in fault
    else:
        assert (fault, log) == ("", [])
        assert submission.notebooks == {"n": NEW.encode()}
        assert submission.files == dict.fromkeys(("timestamp.txt", "z.txt"), NEW.encode())
        assert handed_in_at(submission).day == 7


def test_a_copy_that_has_just_begun_is_waited_for(course, monkeypatch):
    """What comes a moment later belongs to it."""
    api, item = course
    put(item.folder, NEW)
    (item.folder / "z.txt").unlink()
    sleep, settled = time.sleep, submitted.SETTLED

    def go_on(seconds):
        (item.folder / "z.txt").write_text(NEW)
        monkeypatch.setattr(time, "sleep", sleep)
        monkeypatch.setattr(submitted, "SETTLED", settled)

    monkeypatch.setattr(time, "sleep", go_on)
    # The first look finds it fresh, however late it comes on a busy machine.
    monkeypatch.setattr(submitted, "SETTLED", 600)
    monkeypatch.setattr(submitted, "PATIENCE", 60)
    submission, _, fault = read_submission(item, api, DEFINITION)

    assert (fault, sorted(submission.files)) == ("", ["timestamp.txt", "z.txt"])


def test_what_goes_on_changing_is_named(course, monkeypatch):
    """After a while, so that one submission does not hold up the class."""
    api, item = course
    monkeypatch.setattr(submitted, "PATIENCE", 0)
    monkeypatch.setattr(submitted, "SETTLED", 600)

    assert "masih berubah" in read_submission(item, api, DEFINITION)[2]


def test_a_link_in_place_of_a_submission_is_moved_aside(course):
    """Nothing of what it leads to is read, or even listed."""
    api, item = course
    shutil.rmtree(item.folder)
    item.folder.symlink_to("/")
    submission, log, fault = read_submission(item, api, DEFINITION)

    assert submission.notebooks == submission.files == {}
    assert "tautan (symlink)" in log[0][1]
    assert "tidak ada notebook" in fault


def test_a_timestamp_that_is_no_file_holds_up_nobody(course):
    """A pipe would be read for ever."""
    _, item = course
    (item.folder / "timestamp.txt").unlink()
    os.mkfifo(item.folder / "timestamp.txt")

    assert submitted._read_timestamp(item.folder) is None
