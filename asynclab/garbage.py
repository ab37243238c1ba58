"""Garbage: collections at the end of a run look only at what this run has made, and what earlier runs left goes in time."""

import contextlib
import gc

__all__ = ["set_aside", "set_aside_for_good"]

RUNS_BETWEEN = 16
GROWTH = 1.25

_runs, _settled, _for_good = 0, 0, False


@contextlib.contextmanager
def set_aside():
    """Within it, what is already there is left out of all collections, so that they are quick."""
    global _settled
    gc.freeze()
    if not _settled and not _for_good:
        _settled = gc.get_freeze_count()
    try:
        yield
    finally:
        if not _for_good:
            count = gc.get_freeze_count() if _is_due() else 0
            gc.unfreeze()
            if count > GROWTH * _settled:
                _collect()


def set_aside_for_good():
    """What is there now, and before each later run, is never looked at again.

    For a process whose forks share its memory and live only for a moment: looking would copy it.
    """
    global _for_good
    _for_good = True
    gc.collect()
    gc.freeze()


def _is_due():
    global _runs
    _runs += 1
    return _runs % RUNS_BETWEEN == 0


def _collect():
    # The collections within the runs look like full ones to Python, which then hardly ever makes a
    # real one: what a run leaves would stay for thousands of others. A quarter more is what Python
    # itself waits for.
    global _settled
    gc.collect()
    gc.freeze()
    _settled = gc.get_freeze_count()
    gc.unfreeze()
