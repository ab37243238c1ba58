"""What runs leave behind in memory."""

import gc
import weakref

import pytest

from asynclab import garbage, run


class Kept:
    """Refers to itself, as exceptions and frames do."""

    def __init__(self):
        self.me = self
        self.many = [[] for _ in range(20_000)]


async def scenario(world):
    """Nothing to do."""


def test_what_earlier_runs_left_goes():
    """It doesn't pile up, though no run looks at what others have made."""
    record = []
    for _ in range(4 * garbage.RUNS_BETWEEN):
        kept = Kept()
        record.append(weakref.ref(kept))
        with garbage.set_aside():
            del kept
            gc.collect()
    alive = [item for item in record if item() is not None]

    assert len(alive) < len(record) / 2


def test_what_is_set_aside_is_let_go():
    """Also where the block raises: nothing stays out of Python's own collections."""
    before = gc.get_freeze_count()
    with pytest.raises(KeyError), garbage.set_aside():
        assert gc.get_freeze_count() > before
        run(scenario)
        raise KeyError
    assert gc.get_freeze_count() == 0


def test_what_is_set_aside_for_good_stays_out(monkeypatch):
    """A run in a fork neither looks at what it shares with its parent nor gives it back to Python's collections."""
    monkeypatch.setattr(garbage, "_for_good", False)
    try:
        garbage.set_aside_for_good()
        before = gc.get_freeze_count()
        run(scenario)
        assert before > 0 < gc.get_freeze_count()
    finally:
        gc.unfreeze()
