"""Tests of what a scenario gets from its world."""

import asyncio
import time

import pytest
from aiohttp import ClientSession, ClientTimeout, web

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


# ---- spans and services


def spans(scenario):
    return [
        (span.name, span.start, span.end, span.outcome) for span in run(scenario).spans("tugas")
    ]


def test_a_span_says_how_it_ended():
    """Finished, failed, cancelled, or still open."""

    async def scenario(world):
        async def job(name, seconds, fails=False):
            with world.span("tugas", name):
                await asyncio.sleep(seconds)
                if fails:
                    raise ValueError

        tasks = [asyncio.create_task(job(*args)) for args in (("a", 1), ("b", 2, True), ("c", 9))]
        await asyncio.sleep(3)
        tasks[2].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        asyncio.create_task(job("d", 9))
        await asyncio.sleep(1)

    assert spans(scenario) == [
        ("a", 0.0, 1.0, "finished"),
        ("b", 0.0, 2.0, "failed"),
        ("c", 0.0, 3.0, "cancelled"),
        ("d", 3.0, None, "open"),
    ]


def test_a_span_in_a_worker_thread():
    """Blocking work that is handed to student code can be a span too."""

    async def scenario(world):
        def work(name):
            with world.span("tugas", name):
                time.sleep(2)

        await asyncio.gather(asyncio.to_thread(work, "a"), asyncio.to_thread(work, "b"))

    assert spans(scenario) == [("a", 0.0, 2.0, "finished"), ("b", 0.0, 2.0, "finished")]


def test_a_span_belongs_to_a_task_and_carries_data():
    """The number of the task in which it began, and what it was given."""

    async def scenario(world):
        with world.span("tugas", "a", url="/x", ukuran=(1, 2)):
            pass

    (span,) = run(scenario).spans("tugas")

    assert (span.task, span.data) == (1, {"url": "/x", "ukuran": (1, 2)})


def test_a_service_takes_its_time_and_any_arguments():
    """It returns its result or raises its error, and every call is a span with its arguments."""
    record = []

    async def scenario(world):
        good = world.service("tugas", "baik", seconds=2, result=7)
        bad = world.service("tugas", "buruk", seconds=1, error=ValueError("x"))
        record.append((await good(1, kunci=2), world.time()))
        record.append((await world.attempt(bad()), good.__name__))

    trace = run(scenario)

    assert record[0] == (7, 2.0)
    assert (record[1][0].how, record[1][0].at, record[1][1]) == ("raised", 3.0, "baik")
    assert [(span.outcome, span.data) for span in trace.spans("tugas")] == [
        ("finished", {"args": (1,)}),
        ("failed", {"args": ()}),
    ]


def test_a_service_cleans_up_when_it_is_cancelled():
    """Its span ends only when its cleanup has, and the cancellation comes out."""

    async def scenario(world):
        service = world.service("tugas", "a", seconds=10, cleanup=0.5)
        world.note("akhir", await world.cancel_after(3, service()))

    trace = run(scenario)
    outcome = trace.note("akhir")

    assert (outcome.cancelled, outcome.cancelled_at, outcome.at) == (True, 3.0, 3.5)
    assert trace.spans("tugas")[0].end == 3.5


# ---- cancelling


def test_cancel_after_waits_until_strays_show():
    """When the call has come back, a minute passes before the scenario goes on."""

    async def scenario(world):
        await world.cancel_after(3, asyncio.sleep(10))
        world.note("jam", world.time())
        await world.cancel_after(1, asyncio.sleep(10), settle=0)
        world.note("jam", world.time())

    assert [moment for _, moment in run(scenario).notes("jam")] == [63.0, 64.0]


async def ends_before():
    return "selesai"


async def fails_before():
    raise ValueError("sudah gagal")


async def swallows():
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        return "ditelan"


@pytest.mark.parametrize(
    ("victim", "how", "cancelled_at"),
    [(ends_before, "returned", None), (fails_before, "raised", None), (swallows, "returned", 3.0)],
)
def test_cancel_after_tells_what_came_out(victim, how, cancelled_at):
    """What had ended before was not cancelled; what swallows its cancellation returned."""

    async def scenario(world):
        world.note("akhir", await world.cancel_after(3, victim()))

    outcome = run(scenario).note("akhir")

    assert (outcome.how, outcome.cancelled_at, outcome.cancelled) == (how, cancelled_at, False)


def test_cancel_after_takes_what_student_code_returns():
    """A task or future that student code has made is cancelled as well as a coroutine."""

    async def scenario(world):
        task = asyncio.create_task(asyncio.sleep(10))
        world.note("task", await world.cancel_after(1, task, settle=0))
        future = asyncio.get_running_loop().create_future()
        world.note("future", await world.cancel_after(1, future, settle=0))

    trace = run(scenario)

    assert [trace.note(key).cancelled for key in ("task", "future")] == [True, True]


def test_a_cancelled_scenario_is_no_outcome():
    """Where the scenario itself is cancelled `attempt` does not pretend that student code was."""

    async def scenario(world):
        asyncio.get_running_loop().call_later(1, asyncio.current_task().cancel)
        await world.attempt(asyncio.sleep(10))

    assert run(scenario).reason["type"] == "CancelledError"


# ---- serving


def test_the_worlds_own_tasks_are_nobodys_leftovers():
    """Handlers of a served application belong to the world; those of a student's to the student."""

    async def wait(request):
        await asyncio.sleep(600)

    async def visit(world, owned):
        app = web.Application()
        app.router.add_get("/", wait)
        url = await world.serve(app, owned=owned)
        async with ClientSession(timeout=ClientTimeout(total=1)) as session:
            await world.attempt(session.get(url))

    async def served_by_the_world(world):
        await visit(world, True)

    async def served_by_a_student(world):
        await visit(world, False)

    assert [item.kind for item in run(served_by_the_world).leftovers] == []
    assert "task" in [item.kind for item in run(served_by_a_student).leftovers]


def test_urls_name_the_port_where_it_matters():
    """The base URL of what is served."""

    async def scenario(world):
        world.note("url", await world.serve(web.Application()))
        world.note("url", await world.serve(web.Application(), "lain.contoh", 8080))

    assert [url for _, url in run(scenario).notes("url")] == [
        "http://data.contoh",
        "http://lain.contoh:8080",
    ]


def test_turns_grow_with_polling():
    """One long wait takes a few turns of the loop, polling many."""

    async def scenario(world):
        await asyncio.sleep(600)
        world.note("tenang", world.turns())
        for _ in range(600):
            await asyncio.sleep(1)
        world.note("bertanya", world.turns())

    trace = run(scenario)

    assert trace.note("tenang") < 10
    assert trace.note("bertanya") > 600
