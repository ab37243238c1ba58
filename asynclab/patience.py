"""Patience: how much of the machine's time something has had, however busy the machine is with others.

Where it computes, processor time counts; where it waits for something real, the time on the wall.
A limit in such seconds stops the same code in the same place on an idle machine and on a busy one.
"""

from __future__ import annotations

import time

from asynclab import clock

__all__ = ["Patience"]

IDLE = 0.01
"""Below this share of a processor a process waits; a starved one still gets more."""


class Patience:
    """Counts the seconds from its making on; `look` has to be called a few times a second."""

    def __init__(self):
        self._real, self._processor = clock.real.monotonic(), time.process_time()
        self._spent = 0.0

    def look(self) -> float:
        """Seconds so far."""
        real, processor = clock.real.monotonic(), time.process_time()
        passed, used = real - self._real, processor - self._processor
        self._spent += used if used > IDLE * passed else passed
        self._real, self._processor = real, processor
        return self._spent
