"""Worker threads: one computes at a time, the clock stands still meanwhile, their sleep is virtual."""

import asyncio
import contextvars
import functools
import queue
import threading
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import pytest

from asynclab import run
from asynclab.loop import Deadlock, NotSimulatedError, VirtualLoop


def play(main):
    """Run `main()` on a fresh loop."""
    loop = VirtualLoop()
    try:
        return loop.run_until_complete(main())
    finally:
        loop.close()


def now():
    return asyncio.get_running_loop().time()


def in_thread(function, *args):
    """A worker of the default executor."""
    return asyncio.get_running_loop().run_in_executor(None, function, *args)


def test_two_sleeps_in_parallel():
    """Two jobs of 300 s beside a sleep of 700 end at 300, and take no real time."""

    async def main():
        await asyncio.gather(*(asyncio.to_thread(time.sleep, 300) for _ in range(2)))
        ended = now()
        await asyncio.sleep(700)
        return ended, now()

    start = time.perf_counter()
    assert play(main) == (300.0, 1_000.0)
    assert time.perf_counter() - start < 60


def test_the_clock_stands_still_while_a_worker_computes():
    """However long a computation takes, a timer that is due later waits for it."""
    record = []

    def compute():
        sum(range(300_000))
        record.append("computed")

    async def main():
        asyncio.get_running_loop().call_later(1e-9, record.append, "timer")
        await asyncio.to_thread(compute)
        await asyncio.sleep(1)

    play(main)

    assert record == ["computed", "timer"]


def test_one_worker_computes_at_a_time():
    """Two jobs without a lock never interleave between two of their sleeps."""
    record = []

    def work(name):
        for part in range(3):
            record.append((name, part, "begin"))
            sum(range(50_000))
            record.append((name, part, "end"))
            time.sleep(1)

    async def main():
        await asyncio.gather(in_thread(work, "a"), in_thread(work, "b"))

    play(main)

    assert record == [
        (name, part, edge) for part in range(3) for name in "ab" for edge in ("begin", "end")
    ]


def test_clocks_agree_in_workers():
    """`time.monotonic()` of a worker is the loop's."""

    def work():
        time.sleep(1.5)
        return time.monotonic(), time.perf_counter()

    assert play(lambda: asyncio.to_thread(work)) == (1.5, 1.5)


@pytest.mark.parametrize(("workers", "ended"), [(1, 6.0), (2, 3.0), (6, 1.0), (None, 1.0)])
def test_max_workers_is_honoured(workers, ended):
    """A pool of n threads works on n jobs at once; the default one has room for 32."""

    async def main():
        pool = workers and ThreadPoolExecutor(max_workers=workers)
        loop = asyncio.get_running_loop()
        await asyncio.gather(*(loop.run_in_executor(pool, time.sleep, 1) for _ in range(6)))
        return now()

    assert play(main) == ended


def test_jobs_of_one_pool_begin_in_order():
    """Queued jobs begin first in, first out, also with another pool beside."""
    record = []

    def work(name, seconds):
        record.append(name)
        time.sleep(seconds)

    async def main():
        loop = asyncio.get_running_loop()
        small, other = ThreadPoolExecutor(1), ThreadPoolExecutor(1)
        await asyncio.gather(
            *(loop.run_in_executor(small, work, f"a{n}", 1) for n in range(4)),
            *(loop.run_in_executor(other, work, f"b{n}", 0.6) for n in range(3)),
        )

    play(main)

    assert [name for name in record if name[0] == "a"] == ["a0", "a1", "a2", "a3"]
    assert record == ["a0", "b0", "b1", "a1", "b2", "a2", "a3"]


def test_a_default_executor_of_ones_own():
    """`set_default_executor` bounds `to_thread` too."""

    async def main():
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(2))
        await asyncio.gather(*(asyncio.to_thread(time.sleep, 1) for _ in range(4)))
        return now()

    assert play(main) == 2.0


def test_pools_are_as_students_know_them():
    """Thread names, initializers and shut-down pools behave as in the standard library."""
    ready = []

    async def main():
        loop = asyncio.get_running_loop()
        pool = ThreadPoolExecutor(1, "juru", initializer=ready.append, initargs=("siap",))
        named = await loop.run_in_executor(pool, lambda: threading.current_thread().name)
        unnamed = await in_thread(lambda: threading.current_thread().name)
        pool.shutdown()
        with pytest.raises(RuntimeError, match="after shutdown"):
            loop.run_in_executor(pool, print)
        return named, unnamed

    assert play(main) == ("juru_0", "asyncio_0")
    assert ready == ["siap"]


def test_results_and_errors_come_back():
    """What a job returns or raises reaches who awaits it, StopIteration as RuntimeError."""

    async def main():
        record = [await in_thread(functools.partial(int, "12"))]
        for function in (lambda: int("x"), lambda: next(iter([]))):
            try:
                await in_thread(function)
            except (ValueError, RuntimeError) as error:
                record.append(type(error))
        return record

    assert play(main) == [12, ValueError, RuntimeError]


def test_context_variables_reach_to_thread_only():
    """`to_thread` copies the context, `run_in_executor` does not: as in asyncio."""
    variable = contextvars.ContextVar("variable", default="bawaan")

    async def main():
        variable.set("punya task")
        return await asyncio.to_thread(variable.get), await in_thread(variable.get)

    assert play(main) == ("punya task", "bawaan")


def test_whoever_waits_no_longer_stops_no_thread():
    """`wait_for` around a job times out at its deadline; the thread goes on, as in reality."""
    record = []

    def work():
        time.sleep(2)
        record.append(time.monotonic())

    async def main():
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.to_thread(work), 1)
        record.append(now())
        await asyncio.sleep(5)

    play(main)

    assert record == [1.0, 2.0]


def test_a_queued_job_can_be_cancelled():
    """A job that has not begun never begins once it is cancelled."""
    record = []

    async def main():
        pool = ThreadPoolExecutor(1)
        loop = asyncio.get_running_loop()
        first = loop.run_in_executor(pool, time.sleep, 1)
        second = loop.run_in_executor(pool, record.append, "never")
        second.cancel()
        await first
        await asyncio.sleep(1)

    play(main)

    assert record == []


def test_a_lock_held_by_a_sleeper():
    """Workers that wait for a lock get it when its holder has slept enough virtual time."""

    def work(lock):
        with lock:
            time.sleep(1)
            return time.monotonic()

    async def main():
        lock = threading.Lock()
        return await asyncio.gather(*(in_thread(work, lock) for _ in range(3)))

    assert play(main) == [1.0, 2.0, 3.0]


def test_threads_hand_over_through_a_queue():
    """A worker blocked in `queue.get()` goes on when another has put something."""

    async def main():
        channel = queue.Queue()

        def produce():
            for number in range(3):
                time.sleep(1)
                channel.put(number)

        def consume():
            return [(channel.get(), time.monotonic()) for _ in range(3)]

        consumed, _ = await asyncio.gather(in_thread(consume), in_thread(produce))
        return consumed

    assert play(main) == [(0, 1.0), (1, 2.0), (2, 3.0)]


def test_a_worker_calls_back_into_the_loop():
    """`run_coroutine_threadsafe(...).result()` in a worker waits for the coroutine's virtual time."""

    async def double(value):
        await asyncio.sleep(2)
        return 2 * value

    async def main():
        loop = asyncio.get_running_loop()

        def work():
            value = asyncio.run_coroutine_threadsafe(double(21), loop).result()
            return value, time.monotonic()

        return await asyncio.to_thread(work)

    assert play(main) == (42, 2.0)


def test_workers_locked_for_ever_are_a_deadlock():
    """A worker that waits for what nobody will release does not keep the loop waiting for long."""
    locked = threading.Lock()
    locked.acquire()

    start = time.perf_counter()
    with pytest.raises(Deadlock):
        play(lambda: asyncio.to_thread(locked.acquire))
    assert time.perf_counter() - start < 60
    locked.release()


def test_a_worker_that_waits_with_a_timeout_is_no_deadlock():
    """Waiting for an event with a timeout takes real time, and ends."""
    start = time.perf_counter()

    assert play(lambda: asyncio.to_thread(threading.Event().wait, 2.5)) is False
    assert time.perf_counter() - start >= 2.5


def test_sleeping_workers_end_with_the_loop():
    """Threads asleep when the loop closes wake up and end; nothing of them runs on."""
    record, threads = [], []

    def work():
        threads.append(threading.current_thread())
        time.sleep(100)
        record.append("woke")

    async def main():
        pending = in_thread(work)
        await asyncio.sleep(1)
        return pending

    play(main)
    threads[0].join(60)

    assert (threads[0].is_alive(), record) == (False, [])


def test_process_pools_are_refused_by_name():
    """A pool of processes is none of the closed world; the error says what is."""

    async def scenario(world):
        with ProcessPoolExecutor(1) as pool:
            await asyncio.get_running_loop().run_in_executor(pool, print)

    trace = run(scenario)

    assert (trace.verdict, trace.reason["type"]) == ("failed", NotSimulatedError.__name__)
    assert "`ProcessPoolExecutor` tidak ada" in trace.reason["text"]
    assert "`asyncio.to_thread`" in trace.reason["text"]


def test_thread_jobs_are_deterministic():
    """Many jobs that sleep, compute and share a lock give one order, again and again."""

    def once():
        record, lock = [], threading.Lock()

        def work(number):
            time.sleep(number % 3)
            sum(range(1_000))
            with lock:
                record.append((number, time.monotonic()))

        async def main():
            await asyncio.gather(*(in_thread(work, number) for number in range(20)))

        play(main)
        return tuple(record)

    assert len({once() for _ in range(20)}) == 1
