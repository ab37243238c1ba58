"""Timers by deadline, then by creation; those that were cancelled are let go."""

import asyncio
import collections

import pytest

from asynclab.timers import Timers


@pytest.fixture
def timers():
    return Timers()


@pytest.fixture
def add(timers):
    """Adds a timer, which tells `timers` when it is cancelled, as a loop's does."""

    class Loop:
        def _timer_handle_cancelled(self, timer):
            timers.cancelled(timer)

        def get_debug(self):
            return False

    def add(ticks, name=""):
        timer = asyncio.TimerHandle(0, print, (name,), Loop())
        timers.add(ticks, timer)
        return timer

    return add


def due(timers, ticks):
    """The names of the timers that are due."""
    ready = collections.deque()
    timers.move_due(ticks, ready)
    return [timer._args[0] for timer in ready]


def test_order(timers, add):
    """Earlier deadlines first; equal ones in the order in which they were added."""
    for ticks, name in ((5, "c"), (3, "a"), (5, "d"), (3, "b"), (9, "e")):
        add(ticks, name)

    assert timers.next_ticks() == 3
    assert due(timers, 5) == ["a", "b", "c", "d"]
    assert (timers.next_ticks(), len(timers)) == (9, 1)


def test_cancelled_ones_never_come(timers, add):
    """A cancelled timer is neither due nor next."""
    first, second = add(1, "a"), add(1, "b")
    add(2, "c")
    first.cancel()
    assert due(timers, 1) == ["b"]

    second.cancel()
    assert timers.next_ticks() == 2
    assert due(timers, 2) == ["c"]
    assert timers.next_ticks() is None


def test_many_cancelled_ones_are_let_go(timers, add):
    """They do not pile up until their deadlines."""
    for _ in range(5_000):
        add(10**12).cancel()
    add(7)

    assert len(timers) <= 202
    assert timers.next_ticks() == 7


def test_cancelling_what_has_fired_changes_nothing(timers, add):
    """`asyncio.sleep` cancels its timer when it has fired: no reason to sort again."""
    for _ in range(500):
        timer = add(1)
        due(timers, 1)
        timer.cancel()
    add(2, "a")

    assert timers._cancelled == 0
    assert due(timers, 2) == ["a"]


def test_clear(timers, add):
    """A closed loop forgets them."""
    add(1)
    timers.clear()

    assert (timers.next_ticks(), len(timers)) == (None, 0)
