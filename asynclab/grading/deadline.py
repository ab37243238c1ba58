"""Deadline: how much of its own processor time grading one notebook may take, so that none holds up the class.

What student code may take is limited elsewhere, in its own process; this is for the grader's side, for
which a notebook or a trace can be laid out to take hours. Processor time, so that a busy computer
changes nothing.
"""

from __future__ import annotations

import contextlib
import signal

__all__ = ["processor_deadline"]

PROCESSOR_SECONDS = 120.0
"""A hundred times what an ordinary notebook takes."""


@contextlib.contextmanager
def processor_deadline(seconds=PROCESSOR_SECONDS):
    """End this process when it has used so much processor time in the body, wherever it hangs.

    Children's time does not count. What would be caught or put off, like an exception, ends no regular
    expression and no parser; a dead worker is what the engine knows how to replace.
    """
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
