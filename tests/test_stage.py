"""Recording and replaying: a grading job keeps the traces, and judges them without running anything."""

import asyncio
import random

import pytest

from asynclab import TraceError, run
from asynclab.run import recorded, replayed


async def first(world):
    world.note("undian", world.random.random())


async def second(world):
    await asyncio.sleep(1)


def test_recorded_runs_use_the_jobs_seed():
    """Every run without a seed of its own draws from the job's; the traces are kept in order."""
    with recorded(99) as traces:
        run(first)
        run(second)
        run(first, seed=5)

    assert [(trace.scenario, trace.seed) for trace in traces] == [
        ("first", 99),
        ("second", 99),
        ("first", 5),
    ]
    assert traces[0].note("undian") == random.Random(99).random()


def test_replay_runs_nothing():
    """In a replay `run` hands back the kept traces, whatever the scenario now does."""
    with recorded(7) as traces:
        run(first)
        run(second)

    record = []

    async def changed(world):
        record.append("dijalankan")

    changed.__name__ = "first"
    with replayed(traces, 7) as replay:
        assert [run(changed), run(second)] == traces
        assert replay.position == 2
    assert record == []


def test_outside_again_runs_are_live():
    """After a stage everything runs as before, also after an error in it."""
    with pytest.raises(ZeroDivisionError), replayed([], 7):
        _ = 1 / 0

    assert run(first).seed == 11


def rejection(traces, seed, scenario, **options):
    """The sentence that stands where a replay has no trace."""
    with replayed(traces, seed, **options):
        trace = run(scenario)
    with pytest.raises(TraceError) as caught:
        trace.note("apa saja")
    return str(caught.value)


def test_what_cannot_be_replayed_says_why():
    """A missing trace, a sentence instead of one, one of another scenario or seed: each its own."""
    with recorded(7) as traces:
        run(first)

    assert rejection([], 7, first) == "Tidak ada catatan jalannya program untuk sel uji ini."
    assert rejection([], 7, first, missing="Habis.") == "Habis."
    assert rejection(["Prosesnya mati."], 7, first) == "Prosesnya mati."
    assert "bukan dari skenario ini" in rejection(traces, 7, second)
    assert "diminta first/8, ditemukan first/7" in rejection(traces, 8, first)


def test_stages_do_not_leak_into_other_contexts():
    """A recording in one task does not see the runs of another."""

    async def main():
        with recorded(3) as traces:
            await asyncio.gather(asyncio.to_thread(run, second), other())
            return len(traces)

    async def other():
        return None

    assert asyncio.run(main()) == 1
    assert run(first).seed == 11
