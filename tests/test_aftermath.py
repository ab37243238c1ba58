"""What a scenario leaves behind: listed by name and line, then cleared away."""

import asyncio
import time

import pytest

from asynclab import run


def leftovers(scenario):
    return [
        (item.kind, item.name, item.place and item.place.source) for item in run(scenario).leftovers
    ]


async def heartbeat():
    while True:
        await asyncio.sleep(1)


def test_stray_tasks():
    """Tasks that still live are listed in order of creation, each with its line."""

    async def scenario(world):
        for name in ("satu", "dua"):
            asyncio.create_task(heartbeat(), name=name)
        await asyncio.sleep(2.5)

    assert leftovers(scenario) == [
        ("task", "satu", "await asyncio.sleep(1)"),
        ("task", "dua", "await asyncio.sleep(1)"),
    ]


def test_what_ends_at_the_last_moment_is_no_leftover():
    """A task that was cancelled right before the end, and cleans up without waiting, has ended."""
    record = []

    async def tidy():
        try:
            await asyncio.sleep(10)
        finally:
            record.append("dibereskan")

    async def scenario(world):
        task = asyncio.create_task(tidy())
        await asyncio.sleep(1)
        task.cancel()

    assert leftovers(scenario) == []
    assert record == ["dibereskan"]


def test_what_ends_a_moment_later_is_one():
    """Whoever does not wait for a cleanup that takes time has left it behind."""

    async def slow():
        try:
            await asyncio.sleep(10)
        finally:
            await asyncio.sleep(0.5)

    async def scenario(world):
        task = asyncio.create_task(slow(), name="lambat")
        await asyncio.sleep(1)
        task.cancel()

    assert leftovers(scenario) == [("task", "lambat", "await asyncio.sleep(0.5)")]


def test_strays_are_cancelled_afterwards():
    """What was left behind gets its cancellation, and time to clean up."""
    record = []

    async def stray():
        try:
            await asyncio.sleep(100)
        except asyncio.CancelledError:
            await asyncio.sleep(5)
            record.append("dibereskan")
            raise

    async def scenario(world):
        asyncio.create_task(stray())
        await asyncio.sleep(1)

    trace = run(scenario)

    assert (trace.ended, record) == (1.0, ["dibereskan"])
    assert trace.tasks[1].outcome == "open"


def test_deaf_tasks_do_not_hold_up_the_end():
    """A task that swallows every cancellation is a leftover, and the run ends all the same."""

    async def deaf():
        while True:
            try:
                await asyncio.sleep(1)
            except asyncio.CancelledError:
                pass

    async def scenario(world):
        asyncio.create_task(deaf(), name="tuli")
        await asyncio.sleep(1.5)

    assert leftovers(scenario) == [("task", "tuli", "await asyncio.sleep(1)")]


def test_nothing_is_destroyed_later():
    """Deaf tasks are not reported again as destroyed, and an old trace never changes."""

    async def deaf():
        while True:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                pass

    async def scenario(world):
        asyncio.create_task(deaf())
        await asyncio.sleep(0)

    trace = run(scenario)
    before = trace.fingerprint()
    run(scenario)

    assert trace.observations == []
    assert trace.fingerprint() == before


def test_async_generators():
    """A generator that somebody still holds, not at its end, is listed with its line."""
    kept = []

    async def numbers():
        for number in range(3):
            yield number

    async def scenario(world):
        kept.append(numbers())
        await anext(kept[0])

    assert leftovers(scenario) == [("generator", "numbers", "yield number")]


def test_dropped_generators_are_closed_not_listed():
    """A generator left by `break` and dropped is closed by the loop, as asyncio does it."""
    record = []

    async def numbers():
        try:
            yield 1
            yield 2
        finally:
            record.append("ditutup")

    async def scenario(world):
        async for _ in numbers():
            break
        await asyncio.sleep(1)

    assert leftovers(scenario) == []
    assert record == ["ditutup"]


def test_worker_threads():
    """A job that still sleeps in its thread is a leftover, named by its function."""

    def download():
        time.sleep(10)

    async def scenario(world):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.to_thread(download), 1)

    assert leftovers(scenario) == [("thread", "download", "time.sleep(10)")]


def test_connections():
    """A connection that student code keeps open is listed with the line that opened it."""
    kept = []

    async def serve(reader, writer):
        await reader.read()
        writer.close()

    async def scenario(world):
        world.network.add_host("data.contoh")
        server = await asyncio.start_server(serve, "data.contoh", 80)
        kept.append(await asyncio.open_connection("data.contoh", 80))
        server.close()

    found = [item for item in leftovers(scenario) if item[0] == "connection"]

    assert found == [
        (
            "connection",
            "data.contoh",
            'kept.append(await asyncio.open_connection("data.contoh", 80))',
        )
    ]


def test_many_leftovers_are_bounded():
    """Ten thousand stray tasks do not make an endless trace."""

    async def scenario(world):
        for _ in range(10_000):
            asyncio.create_task(asyncio.sleep(100))
        await asyncio.sleep(1)

    assert len(run(scenario).leftovers) == 200


def test_many_waiting_tasks_are_counted():
    """A deadlock of thousands lists some of them, and how many there are."""

    async def scenario(world):
        event = asyncio.Event()
        await asyncio.gather(*(event.wait() for _ in range(5_000)))

    trace = run(scenario)

    assert (len(trace.stuck), trace.reason["count"]) == (200, 5_001)


def test_cleanup_that_blocks_for_ever():
    """A stray that spins when it is cancelled changes nothing of the verdict."""

    async def spin():
        try:
            await asyncio.sleep(100)
        finally:
            while True:
                pass

    async def scenario(world):
        asyncio.create_task(spin(), name="berputar")
        await asyncio.sleep(1)

    trace = run(scenario, wall_limit=0.3)

    assert (trace.verdict, [item.name for item in trace.leftovers]) == ("finished", ["berputar"])
    assert [item.kind for item in trace.observations] == ["stubborn"]
