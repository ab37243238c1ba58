"""One folder in the place of another: never is neither of them there."""

import os

import pytest

from asynclab.grading import swap


@pytest.fixture(params=[True, False], ids=["at once", "one after the other"])
def folders(request, tmp_path, monkeypatch):
    """(made, target, old), where folders can and can't change places at once."""
    if not request.param:
        monkeypatch.setattr(swap, "_renameat2", lambda: None)
    for name in ("made", "target"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).touch()
    return tuple(tmp_path / name for name in ("made", "target", "old"))


def test_the_new_one_takes_the_place(folders):
    """What was there is kept aside; where nothing was there, it is a rename."""
    made, target, old = folders
    swap.put_in_place(made, target, old)
    (aside,) = [path for path in (made, old) if path.exists()]
    swap.put_in_place(aside, made.with_name("elsewhere"), old)

    assert [path.name for path in target.iterdir()] == ["made"]
    assert [path.name for path in made.with_name("elsewhere").iterdir()] == ["target"]


def test_a_rename_that_fails_changes_nothing(folders, monkeypatch):
    """The one that was there is there again."""
    made, target, old = folders
    rename = os.rename
    monkeypatch.setattr(swap, "_renameat2", lambda: lambda *arguments: -1)
    monkeypatch.setattr(os, "rename", lambda a, b: 1 / 0 if a == made else rename(a, b))
    with pytest.raises(ZeroDivisionError):
        swap.put_in_place(made, target, old)

    assert [path.name for path in target.iterdir()] == ["target"]
    assert made.exists()
    assert not old.exists()


def test_what_a_killed_one_moved_away_is_put_back(folders):
    """But not over something that is there."""
    _, target, old = folders
    os.rename(target, old)
    swap.put_back(old, target)
    before = [path.name for path in target.iterdir()]
    old.mkdir()
    swap.put_back(old, target)

    assert before == [path.name for path in target.iterdir()] == ["target"]
    assert old.exists()
