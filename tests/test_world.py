"""Tests of what a scenario gets from its world."""

import asyncio

import pytest

from asynclab import run


def outcome_of(make_awaitable):
    async def scenario(world):
        world.note("akhir", await world.attempt(make_awaitable()))

    return run(scenario).note("akhir")


@pytest.mark.parametrize(
    "error",
    [ValueError("x"), asyncio.CancelledError(), BaseExceptionGroup("grup", [GeneratorExit()])],
)
def test_attempt_tells_what_was_raised(error):
    """Whatever student code raises, also what is no Exception, is an outcome and not the run's end."""

    async def fail():
        await asyncio.sleep(2)
        raise error

    outcome = outcome_of(fail)

    assert (outcome.raised(type(error).__name__), outcome.at) == (True, 2.0)


def test_attempt_tells_what_was_returned():
    """A value that is returned is an outcome with its moment."""
    outcome = outcome_of(lambda: asyncio.sleep(1.5, "nilai"))

    assert (outcome.returned, outcome.value, outcome.at) == (True, "nilai", 1.5)
