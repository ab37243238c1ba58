"""Stillness: whether threads of this process compute or wait, as the operating system tells."""

from __future__ import annotations

import math
import os
import sys
import threading
import time

__all__ = ["Stillness", "longest_wait"]

BLIND_ROUNDS = 20
_TIMED_WAIT = threading.Condition.wait.__code__


class Stillness:
    """Watches threads. Where the system does not tell (it does on Linux), patience decides."""

    def __init__(self):
        self._seen = {}

    def await_still(self, threads, spoken, *, interval=0.001, rounds=1, looks=math.inf) -> bool:
        """Wait until none of `threads` computes any more.

        spoken: an Event that a thread sets when it has something to say; then False at once.
        interval: real seconds between two looks; rounds: how many looks in a row must agree;
        looks: how many there are at most, before it is False too.
        """
        agreed = 0
        while looks > 0 and not spoken.wait(interval):
            looks -= 1
            seen = {thread: _look(thread) for thread in threads}
            known = None not in seen.values()
            at_rest = seen == self._seen and all(look is None or look[1] for look in seen.values())
            agreed = agreed + 1 if at_rest else 0
            self._seen = seen
            if agreed >= (rounds if known else BLIND_ROUNDS):
                return True
        return False


def longest_wait(threads) -> float:
    """The longest timeout, in real seconds, with which one of `threads` waits for an event or a queue."""
    frames = sys._current_frames()
    tops = filter(None, (frames.get(thread.ident) for thread in threads))
    waits = [top.f_locals.get("timeout") for top in tops if top.f_code is _TIMED_WAIT]
    return max((timeout for timeout in waits if timeout is not None), default=0.0)


def _look(thread):
    """(nanoseconds of processor time used, whether it sleeps), or None where nobody knows."""
    if sys.platform != "linux":
        return None
    if thread.native_id is None:
        return (0, False)  # it is about to begin
    try:
        # The thread's own clock by its id; `pthread_getcpuclockid` may crash for an ended thread.
        used = time.clock_gettime_ns(~thread.native_id << 3 | 6)
    except (OSError, OverflowError):
        return (0, True)  # it has ended
    return (used, _is_asleep(thread.native_id))


def _is_asleep(number):
    try:
        file = os.open(f"/proc/self/task/{number}/stat", os.O_RDONLY)
        try:
            state = os.read(file, 512).rpartition(b")")[2].split()[:1]
        finally:
            os.close(file)
    except OSError:
        return True  # ended, or no /proc here: processor time alone has to do
    # Waiting for a processor is R, waiting for a disk D: neither is stillness.
    return state == [b"S"]
