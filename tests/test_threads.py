"""Threads that student code starts by itself: on the run's clock, named when they stay behind."""

import asyncio
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from asynclab import aftermath, clock, run
from asynclab.loop import VirtualLoop
from asynclab.threads import install


def leftovers(trace):
    return [(item.kind, item.name) for item in trace.leftovers]


def test_their_sleep_is_virtual():
    """A thread sleeps in virtual time and reads the run's clock; nobody loses real time."""
    record = []

    async def scenario(world):
        event, loop = asyncio.Event(), asyncio.get_running_loop()

        def work():
            time.sleep(1_000)
            record.append(time.monotonic())
            loop.call_soon_threadsafe(event.set)

        threading.Thread(target=work).start()
        async with asyncio.timeout(10_000):
            await event.wait()
        record.append(world.time())

    start = time.perf_counter()
    assert run(scenario).verdict == "finished"
    assert record == [1_000.0, 1_000.0]
    assert time.perf_counter() - start < 60


def test_a_foreign_thread_submits_a_coroutine():
    """`run_coroutine_threadsafe` from a thread of the student's own returns the result."""
    record = []

    async def double(value):
        await asyncio.sleep(3)
        return 2 * value

    async def scenario(world):
        loop, done = asyncio.get_running_loop(), asyncio.Event()

        def work():
            record.append(asyncio.run_coroutine_threadsafe(double(4), loop).result())
            loop.call_soon_threadsafe(done.set)

        threading.Thread(target=work).start()
        await done.wait()
        record.append(world.time())

    run(scenario)

    assert record == [8, 3.0]


def test_waiting_for_a_thread_on_the_loop_takes_real_time():
    """`thread.join()` in a coroutine blocks the loop for as long as it would in reality, and ends."""

    async def scenario(world):
        thread = threading.Thread(target=time.sleep, args=(0.2,))
        thread.start()
        thread.join()

    start = time.perf_counter()
    assert run(scenario).verdict == "finished"
    assert time.perf_counter() - start >= 0.2


def test_a_pool_used_without_the_loop():
    """`pool.submit` and `wrap_future` work; the pool's idle threads hide no deadlock."""

    async def scenario(world):
        pool = ThreadPoolExecutor(2)
        world.note("hasil", await asyncio.wrap_future(pool.submit(sum, [1, 2])))
        await asyncio.Event().wait()

    trace = run(scenario)

    assert trace.verdict == "deadlock"
    assert trace.partial.note("hasil") == 3


def test_threads_left_behind_are_listed_and_ended():
    """A thread that still sleeps at the end is a leftover with its line, and does not live on."""
    names = []

    def work():
        while True:
            time.sleep(1)

    async def scenario(world):
        thread = threading.Thread(target=work, name="penjaga")
        thread.start()
        names.append(thread)
        await asyncio.sleep(2.5)

    trace = run(scenario)
    names[0].join(60)

    assert leftovers(trace) == [("thread", "penjaga")]
    assert trace.leftovers[0].place.source == "time.sleep(1)"
    assert not names[0].is_alive()


def test_a_thread_that_is_about_to_end_is_no_leftover(monkeypatch):
    """On a busy machine its last steps take long; it has not come to stay as long as it takes steps."""
    monkeypatch.setattr(aftermath, "LOOKS_AT_THREADS", 1_000_000)

    async def scenario(world):
        done, loop = asyncio.Event(), asyncio.get_running_loop()

        def work():
            loop.call_soon_threadsafe(done.set)
            for _ in range(1_000_000):
                pass

        threading.Thread(target=work).start()
        await done.wait()

    assert leftovers(run(scenario)) == []


def test_a_thread_that_another_has_started_is_waited_for():
    """However late the system lets it begin, no time passes before."""
    record = []

    class Late(threading.Thread):
        def _bootstrap(self):
            time.sleep(0.1)
            super()._bootstrap()

    async def scenario(world):
        def work():
            late = Late(target=lambda: record.append(time.monotonic()))
            late.start()
            late.join()

        threading.Thread(target=work).start()
        await asyncio.sleep(5)

    assert run(scenario).verdict == "finished"
    assert record == [0.0]


def test_a_thread_that_cannot_be_started_is_forgotten(monkeypatch):
    """The error is the student's, and nobody waits for the thread."""
    names = ("_start_joinable_thread", "_start_new_thread")
    starter = next(name for name in names if hasattr(threading, name))

    def refuse(*arguments, **options):
        raise RuntimeError("can't start new thread")

    async def scenario(world):
        with monkeypatch.context() as patch, pytest.raises(RuntimeError, match="can't start"):
            patch.setattr(threading, starter, refuse)
            threading.Thread(target=int).start()
        await asyncio.sleep(1)

    trace = run(scenario)

    assert (trace.verdict, leftovers(trace)) == ("finished", [])


def test_a_thread_on_its_way_out_is_not_told_to_end(monkeypatch):
    """Beyond its own code nobody would catch it: it would be printed."""
    told, closed = [], threading.Event()
    monkeypatch.setattr(sys, "unraisablehook", told.append)
    monkeypatch.setattr(threading, "excepthook", told.append)

    class Slow(threading.Thread):
        def _delete(self):
            closed.wait()
            super()._delete()

    async def main():
        thread = Slow(target=int)
        thread.start()
        await asyncio.sleep(1)
        return thread

    loop = VirtualLoop()
    thread = loop.run_until_complete(main())
    loop.close()
    closed.set()
    thread.join()

    assert told == []


def test_threads_that_have_ended_are_no_leftovers():
    """A thread that ends by itself leaves no trace."""

    async def scenario(world):
        threading.Thread(target=time.sleep, args=(1,)).start()
        await asyncio.sleep(2)

    assert leftovers(run(scenario)) == []


def test_a_thread_that_fails_is_an_observation():
    """An exception in a thread is caught into the trace, with its line, not onto stderr."""

    def fail():
        raise ValueError("di thread")

    async def scenario(world):
        threading.Thread(target=fail).start()
        await asyncio.sleep(1)

    (seen,) = run(scenario).observations

    assert (seen.kind, seen.text) == ("thread-failed", "ValueError: di thread")
    assert seen.place.function == "fail"


def test_a_thread_that_another_has_just_started(monkeypatch):
    """The loop waits for it too, also before the system has given it a number."""
    bootstrap = threading.Thread._bootstrap

    def late(thread):
        clock.real.sleep(0.05)
        bootstrap(thread)

    async def scenario(world):
        event, loop = asyncio.Event(), asyncio.get_running_loop()

        def start_another():
            monkeypatch.setattr(threading.Thread, "_bootstrap", late)
            threading.Thread(target=loop.call_soon_threadsafe, args=(event.set,)).start()

        threading.Thread(target=start_another).start()
        async with asyncio.timeout(10):
            await event.wait()

    trace = run(scenario)

    assert (trace.verdict, leftovers(trace)) == ("finished", [])


def test_threads_of_others_are_left_alone():
    """A thread started outside a run never belongs to one."""
    started, go = [], threading.Event()

    def stranger():
        go.wait(5)
        started.append(threading.Thread(target=int))
        started[0].start()

    async def scenario(world):
        go.set()
        while not started:
            await asyncio.sleep(0)

    thread = threading.Thread(target=stranger)
    thread.start()
    trace = run(scenario)
    thread.join()

    assert leftovers(trace) == []


def test_starting_threads_is_patched_once():
    """`install` again leaves `Thread.start` as it is; the method keeps its name and documentation."""
    before = threading.Thread.start
    install()

    assert threading.Thread.start is before
    assert before.__name__ == "start"
    assert before.__doc__.startswith("Start the thread's activity")


def test_a_library_with_a_thread_of_its_own():
    """aiosqlite works in a run: the clock waits for its thread, so no timeout strikes by mistake."""
    aiosqlite = pytest.importorskip("aiosqlite")

    async def scenario(world):
        async with asyncio.timeout(5), aiosqlite.connect(":memory:") as database:
            await database.execute("create table angka (nilai)")
            for number in range(20):
                await database.execute("insert into angka values (?)", (number,))
            async with database.execute("select sum(nilai) from angka") as cursor:
                world.note("jumlah", (await cursor.fetchone())[0])
        world.note("jam", world.time())

    trace = run(scenario)

    assert (trace.note("jumlah"), trace.note("jam"), leftovers(trace)) == (190, 0.0, [])
