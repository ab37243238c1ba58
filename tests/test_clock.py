"""Tests of the clocks that a run sees."""

import asyncio
import time

import pytest

from asynclab import clock, run


def test_clocks_agree_inside_a_run():
    """The loop's clock and the monotonic clocks show the same moment, `time.time()` that of the epoch on."""
    record = []

    async def scenario(world):
        await asyncio.sleep(2.5)
        record.extend(
            [world.time(), time.monotonic(), time.perf_counter(), time.time() - clock.EPOCH]
        )
        record.extend([time.monotonic_ns(), time.time_ns() - clock.EPOCH * 10**9])

    run(scenario)

    assert record == [2.5, 2.5, 2.5, 2.5, 2_500_000_000, 2_500_000_000]


@pytest.mark.parametrize("seconds", [3600, -0.25])
def test_only_the_wall_clock_jumps(seconds):
    """`world.jump_wall_clock` moves `time.time()` by that much, and no other clock."""
    record = []

    async def scenario(world):
        world.jump_wall_clock(seconds)
        await asyncio.sleep(1)
        record.extend([time.time() - clock.EPOCH, time.time_ns() - clock.EPOCH * 10**9])
        record.extend([time.monotonic(), world.time(), asyncio.get_running_loop().time()])

    run(scenario)

    assert record == [1 + seconds, round((1 + seconds) * 10**9), 1.0, 1.0, 1.0]


def test_a_jump_ends_with_its_run():
    """The next run's wall clock begins at the epoch again, and outside a run time is real."""

    async def jump(world):
        world.jump_wall_clock(3600)

    async def look(world):
        world.note("jam", time.time() - clock.EPOCH)

    run(jump)

    assert run(look).note("jam") == 0.0
    assert abs(time.time() - clock.real.time()) < 1
