"""Timers in the order in which they fire: by deadline, and by creation where deadlines are equal."""

from __future__ import annotations

import heapq
import itertools

__all__ = ["Timers"]

CANCELLED_LIMIT = 100


class Timers:
    """The timers of a loop; deadlines are whole ticks."""

    def __init__(self):
        self._heap = []
        self._numbers = itertools.count()
        self._cancelled = 0

    def __len__(self):
        return len(self._heap)

    def __iter__(self):
        return iter(self._heap)

    def add(self, ticks, timer):
        """Let an `asyncio.TimerHandle` fire at `ticks`."""
        timer._scheduled = True
        heapq.heappush(self._heap, (ticks, next(self._numbers), timer))

    def move_due(self, ticks, ready):
        """Move every timer whose deadline is `ticks` or before to the end of `ready`."""
        heap = self._heap
        while heap and heap[0][0] <= ticks:
            timer = heapq.heappop(heap)[2]
            timer._scheduled = False
            if timer._cancelled:
                self._cancelled -= 1
            else:
                ready.append(timer)

    def next_ticks(self):
        """The deadline of the next timer that has not been cancelled, or None."""
        heap = self._heap
        while heap and heap[0][2]._cancelled:
            heapq.heappop(heap)[2]._scheduled = False
            self._cancelled -= 1
        return heap[0][0] if heap else None

    def cancelled(self, timer):
        """A timer was cancelled; once there are many such, let them all go."""
        if timer._scheduled:
            self._cancelled += 1
            if self._cancelled > max(CANCELLED_LIMIT, len(self._heap) // 2):
                self._heap = [item for item in self._heap if not item[2]._cancelled]
                heapq.heapify(self._heap)
                self._cancelled = 0

    def clear(self):
        """Forget them all."""
        self._heap.clear()
