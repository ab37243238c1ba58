"""The event loop with virtual time: when things happen, in which order, and when nothing can."""

import asyncio
import contextvars
import math
import sys
import threading
import time

import pytest

from asynclab.loop import Deadlock, HorizonReached, Livelock, NotSimulatedError, VirtualLoop

needs_3_12 = pytest.mark.skipif(sys.version_info < (3, 12), reason="new in Python 3.12")
needs_3_13 = pytest.mark.skipif(sys.version_info < (3, 13), reason="new in Python 3.13")


def play(main, **options):
    """Run `main()` on a fresh loop, for at most a day of virtual time."""
    loop = VirtualLoop(**{"horizon": 86_400, **options})
    try:
        return loop.run_until_complete(main())
    finally:
        loop.close()


def now():
    return asyncio.get_running_loop().time()


# ---- time


def test_ten_tenths_are_one_second():
    """Ten sleeps of 0.1 s end at exactly 1.0; a thousand at exactly 100.0."""

    async def main():
        for _ in range(10):
            await asyncio.sleep(0.1)
        first = now()
        for _ in range(990):
            await asyncio.sleep(0.1)
        return first, now()

    assert play(main) == (1.0, 100.0)


def test_a_year_ends():
    """A long sleep costs no real time."""
    year = 365 * 86_400

    async def main():
        await asyncio.sleep(year)
        return now()

    start = time.perf_counter()
    assert play(main, horizon=2 * year) == year
    assert time.perf_counter() - start < 60


def test_equal_deadlines_fire_in_order_of_creation():
    """Fifty tasks that sleep one second wake in the order in which they began to sleep."""
    record = []

    async def sleeper(number):
        await asyncio.sleep(1)
        record.append(number)

    async def main():
        await asyncio.gather(*(sleeper(number) for number in range(50)))

    play(main)

    assert record == list(range(50))


@pytest.mark.parametrize("delay", [1e-17, 1e-300, 1e-10])
def test_any_delay_moves_the_clock(delay):
    """A residue of a delay lasts a nanosecond at least, so that "sleep until" loops end."""

    async def main():
        await asyncio.sleep(delay)
        return now()

    assert play(main) == 1e-9


def test_a_loop_that_sleeps_until_a_moment_ends():
    """`while now < end: sleep(end - now)` reaches its end, whatever the floats do."""

    async def main():
        end = now() + 0.1 + 0.2
        while now() < end:
            await asyncio.sleep(end - now())
        return now()

    assert play(main) == pytest.approx(0.3, abs=2e-9)


@pytest.mark.parametrize("delay", [0, 0.0, -1, -0.0])
def test_no_delay_takes_no_time(delay):
    """Sleeps of nothing, or less, let others run and leave the clock alone."""

    async def main():
        await asyncio.sleep(delay)
        return now()

    assert play(main) == 0.0


def test_not_a_number_is_refused():
    """`sleep(nan)` raises, as it does on other loops, instead of waiting for no moment."""

    async def main():
        with pytest.raises(ValueError):
            await asyncio.sleep(math.nan)

    play(main)


def test_a_moment_in_the_past_is_now():
    """`call_at` before now fires at once, after what is ready, and the clock stays."""
    record = []

    async def main():
        await asyncio.sleep(5)
        loop = asyncio.get_running_loop()
        loop.call_at(1, lambda: record.append(("past", now())))
        loop.call_soon(record.append, "soon")
        await asyncio.sleep(1)
        return now()

    assert play(main) == 6.0
    assert record == ["soon", ("past", 5.0)]


def test_time_never_runs_backwards():
    """`loop.time()` is monotone over timers, blocking sleeps and worker threads."""
    moments = []

    async def tick(delay):
        for _ in range(20):
            moments.append(now())
            await asyncio.sleep(delay)

    async def main():
        jobs = (asyncio.to_thread(time.sleep, 0.37) for _ in range(3))
        await asyncio.gather(tick(0.1), tick(0.033), *jobs)
        time.sleep(0.5)
        moments.append(now())

    play(main)

    assert moments == sorted(moments)
    assert moments[-1] == 2.5


def test_blocking_holds_up_everybody():
    """`time.sleep` on the loop's thread lets time pass while no task runs."""
    record = []

    async def heartbeat():
        for _ in range(4):
            record.append(now())
            await asyncio.sleep(0.25)

    async def main():
        beating = asyncio.create_task(heartbeat())
        await asyncio.sleep(0.3)
        time.sleep(1)
        await beating

    play(main)

    assert record == [0.0, 0.25, 1.3, 1.55]


def test_for_ever_is_no_timer():
    """Whoever sleeps for `math.inf` seconds can be cancelled, and wakes nobody."""

    async def main():
        task = asyncio.create_task(asyncio.sleep(math.inf))
        await asyncio.sleep(1)
        task.cancel()
        await asyncio.wait([task])
        async with asyncio.timeout(math.inf):
            await asyncio.sleep(1)
        return now(), task.cancelled()

    assert play(main) == (2.0, True)
    with pytest.raises(Deadlock):
        play(lambda: asyncio.sleep(math.inf))


# ---- asyncio's own tools


def test_timeouts_strike_at_their_moment():
    """`timeout`, `timeout_at` and `wait_for` end what they guard at exactly their deadline."""
    record = []

    async def main():
        for guard in (asyncio.timeout(1.5), asyncio.timeout_at(now() + 3)):
            try:
                async with guard:
                    await asyncio.sleep(10)
            except TimeoutError:
                record.append(now())
        try:
            await asyncio.wait_for(asyncio.sleep(10), 0.25)
        except TimeoutError:
            record.append(now())

    play(main)

    assert record == [1.5, 3.0, 3.25]


def test_a_tie_with_a_timeout_is_decided_alike_every_time():
    """A sleep and the `wait_for` around it end at one moment: always the same wins."""

    async def main():
        record = set()
        for _ in range(100):
            try:
                await asyncio.wait_for(asyncio.sleep(1), 1)
                record.add("finished")
            except TimeoutError:
                record.add("timeout")
        return record

    assert len(play(main)) == 1


def test_queue_passes_on_and_pushes_back():
    """A bounded queue lets its producer go on only when the consumer has taken something."""
    record = []

    async def produce(queue):
        for number in range(4):
            await queue.put(number)
            record.append(("put", number, now()))

    async def main():
        queue = asyncio.Queue(maxsize=1)
        producer = asyncio.create_task(produce(queue))
        for _ in range(4):
            await asyncio.sleep(1)
            queue.get_nowait()
            queue.task_done()
        await producer
        await queue.join()

    play(main)

    assert record == [("put", 0, 0.0), ("put", 1, 1.0), ("put", 2, 2.0), ("put", 3, 3.0)]


def test_semaphore_admits_as_many_as_it_says():
    """Six jobs of a second behind a Semaphore(2) end in pairs."""
    record = []

    async def job(semaphore):
        async with semaphore:
            await asyncio.sleep(1)
        record.append(now())

    async def main():
        semaphore = asyncio.Semaphore(2)
        await asyncio.gather(*(job(semaphore) for _ in range(6)))

    play(main)

    assert record == [1.0, 1.0, 2.0, 2.0, 3.0, 3.0]


def test_task_group_cancels_siblings_at_the_first_error():
    """The group ends at the moment of the error, and says which."""
    record = []

    async def fail():
        await asyncio.sleep(1)
        raise ValueError("satu")

    async def sibling():
        try:
            await asyncio.sleep(10)
        finally:
            record.append(("sibling", now()))

    async def main():
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(fail())
                group.create_task(sibling())
        except* ValueError as errors:
            record.append((str(errors.exceptions[0]), now()))

    play(main)

    assert record == [("sibling", 1.0), ("satu", 1.0)]


def test_barrier_and_condition():
    """Three parties pass a barrier together; a condition wakes who waits for it."""
    record = []

    async def party(barrier, seconds):
        await asyncio.sleep(seconds)
        await barrier.wait()
        record.append(now())

    async def main():
        barrier, condition = asyncio.Barrier(3), asyncio.Condition()
        await asyncio.gather(*(party(barrier, seconds) for seconds in (1, 2, 3)))

        async def wake():
            await asyncio.sleep(1)
            async with condition:
                condition.notify_all()

        waking = asyncio.create_task(wake())
        async with condition:
            await condition.wait()
        record.append(now())
        await waking

    play(main)

    assert record == [3.0, 3.0, 3.0, 4.0]


@needs_3_13
def test_queue_shutdown():
    """`Queue.shutdown` (3.13) ends those who wait for an item."""

    async def main():
        queue = asyncio.Queue()
        asyncio.get_running_loop().call_later(2, queue.shutdown)
        with pytest.raises(asyncio.QueueShutDown):
            await queue.get()
        return now()

    assert play(main) == 2.0


def test_shield_as_completed_and_wait():
    """Distinct delays come out of `as_completed` and `wait` in their order."""
    record = []

    async def job(seconds):
        await asyncio.sleep(seconds)
        return seconds

    async def main():
        for next_done in asyncio.as_completed([job(3), job(1), job(2)]):
            record.append(await next_done)
        tasks = [asyncio.shield(job(seconds)) for seconds in (2, 1)]
        done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        record.append([task.result() for task in done])
        await asyncio.wait(pending)

    play(main)

    assert record == [1, 2, 3, [1]]


def test_sets_of_tasks_have_one_order():
    """With equal delays `wait` gives its tasks in the order of their creation, in every run."""

    async def main():
        tasks = [asyncio.create_task(asyncio.sleep(1, number)) for number in range(40)]
        done, _ = await asyncio.wait(tasks)
        return [task.result() for task in done]

    assert {tuple(play(main)) for _ in range(5)} == {tuple(range(40))}


def test_runner_and_the_loop_factory():
    """`asyncio.Runner(loop_factory=VirtualLoop)` works from beginning to shutdown."""

    async def main():
        await asyncio.to_thread(time.sleep, 2)
        return now()

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        assert runner.run(main()) == 2.0


# ---- tasks


def test_names_given_to_tasks_are_kept():
    """`name=` and `set_name` name the record too, however the task was made."""

    async def main():
        tasks = [asyncio.create_task(asyncio.sleep(1), name="satu")]
        async with asyncio.TaskGroup() as group:
            tasks.append(group.create_task(asyncio.sleep(1), name="dua"))
            tasks.append(group.create_task(asyncio.sleep(1)))
            tasks[2].set_name("tiga")
        return [(task.get_name(), task.record.name) for task in tasks]

    assert play(main) == [("satu", "satu"), ("dua", "dua"), ("tiga", "tiga")]


def test_unnamed_tasks_are_numbered_from_one():
    """Names are equal in every run, unlike asyncio's own, which count through the process."""

    async def main():
        task = asyncio.create_task(asyncio.sleep(0))
        await task
        return asyncio.current_task().get_name(), task.get_name()

    assert play(main) == play(main) == ("Task-1", "Task-2")


def test_current_and_all_tasks():
    """`current_task` and `all_tasks` know the tasks of the loop."""

    async def main():
        task = asyncio.create_task(asyncio.sleep(1), name="lain")
        before = {item.get_name() for item in asyncio.all_tasks()}
        await task
        after = {item.get_name() for item in asyncio.all_tasks()}
        return asyncio.current_task() in asyncio.all_tasks(), before, after

    assert play(main) == (True, {"Task-1", "lain"}, {"Task-1"})


def test_context_variables_are_copied():
    """A task sees the variables of its maker, and its own changes stay with it."""
    variable = contextvars.ContextVar("variable", default="bawaan")
    record = []

    async def child():
        record.append(variable.get())
        variable.set("anak")

    async def main():
        variable.set("induk")
        await asyncio.create_task(child())
        record.append(variable.get())
        await asyncio.create_task(child(), context=contextvars.Context())

    play(main)

    assert record == ["induk", "induk", "bawaan"]


@needs_3_12
def test_eager_tasks_run_at_once_and_are_recorded():
    """With asyncio's eager factory (3.12) the first step comes before the next line."""
    record = []

    async def child():
        record.append("child")
        await asyncio.sleep(1)
        record.append(now())

    async def main():
        asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)
        task = asyncio.create_task(child(), name="segera")
        record.append("line after")
        await task
        quick = asyncio.create_task(asyncio.sleep(0, "nilai"))
        return task.record, await quick

    taken, value = play(main)

    assert record == ["child", "line after", 1.0]
    assert (taken.name, taken.steps, taken.ended) == ("segera", [(0.0, 0.0), (1.0, 1.0)], 1.0)
    assert value == "nilai"


@needs_3_12
def test_an_eager_task_that_never_waits_is_recorded_as_finished():
    """A task that is done before `create_task` returns has one step and an end."""

    async def child():
        return 7

    async def main():
        asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)
        task = asyncio.create_task(child())
        return task.record, await task

    record, value = play(main)

    assert (record.steps, record.outcome, value) == ([(0.0, 0.0)], "finished", 7)


def test_a_task_factory_of_ones_own_is_honoured():
    """A student's factory makes the tasks; they run in virtual time like all others."""

    class Special(asyncio.Task):
        pass

    async def main():
        loop = asyncio.get_running_loop()
        loop.set_task_factory(lambda loop, coro, **options: Special(coro, loop=loop, **options))
        task = asyncio.create_task(asyncio.sleep(3, "hasil"))
        return type(task) is Special, await task, now()

    assert play(main) == (True, "hasil", 3.0)


def test_steps_are_recorded_but_not_cancellations():
    """A record holds when its task ran; a timer that cancels it is no step."""

    async def main():
        task = asyncio.create_task(asyncio.sleep(10))
        asyncio.get_running_loop().call_later(2, task.cancel)
        await asyncio.wait([task])
        return task.record

    record = play(main)

    assert (record.steps, record.ended, record.outcome) == ([(0, 0), (2, 2)], 2, "cancelled")


# ---- verdicts


def test_deadlock_is_noticed_at_once():
    """Two tasks that wait for each other, and nothing else: no real time is lost."""

    async def main():
        first, second = asyncio.Event(), asyncio.Event()

        async def wait_then_set(waited, then):
            await waited.wait()
            then.set()

        await asyncio.gather(wait_then_set(first, second), wait_then_set(second, first))

    start = time.perf_counter()
    with pytest.raises(Deadlock):
        play(main)
    assert time.perf_counter() - start < 60


def test_deadlock_after_a_cancelled_timer():
    """A timer that was cancelled keeps nobody waiting."""

    async def main():
        timer = asyncio.get_running_loop().call_later(50, print)
        timer.cancel()
        await asyncio.Event().wait()

    with pytest.raises(Deadlock):
        play(main)


def test_livelock_is_noticed():
    """A loop that only yields keeps the clock from moving: bounded by turns, not by seconds."""

    async def main():
        while True:
            await asyncio.sleep(0)

    with pytest.raises(Livelock):
        play(main)


def test_many_turns_with_moving_clock_are_no_livelock():
    """Polling with a real sleep between is only slow, never a livelock."""

    async def main():
        for _ in range(60_000):
            await asyncio.sleep(0.001)
        return now()

    assert play(main) == 60.0


def test_horizon_ends_what_ticks_for_ever():
    """A heartbeat does not hide that nothing else happens: the horizon ends it."""

    async def main():
        while True:
            await asyncio.sleep(1)

    loop = VirtualLoop(horizon=100)
    with pytest.raises(HorizonReached):
        loop.run_until_complete(main())
    assert loop.time() == 100.0
    loop.close()


def test_blocking_beyond_the_horizon_ends_too():
    """A coroutine that blocks for ever, and swallows everything, meets the horizon."""

    async def main():
        while True:
            try:
                time.sleep(30)
                await asyncio.sleep(0)
            except HorizonReached:
                pass

    with pytest.raises(HorizonReached):
        play(main, horizon=100)


# ---- callbacks, threads, debug mode, what there is not


def test_an_exception_in_a_callback_goes_to_the_handler():
    """`call_soon` callbacks that raise stop nobody."""
    record = []

    async def main():
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda loop, context: record.append(context["exception"].args))
        loop.call_soon(int, "bukan angka")
        await asyncio.sleep(1)
        return now()

    assert play(main) == 1.0
    assert record == [("invalid literal for int() with base 10: 'bukan angka'",)]


def test_debug_mode_works():
    """With debug mode on, times are the same, and a call from a wrong thread is refused."""

    async def main():
        loop = asyncio.get_running_loop()
        refused = asyncio.to_thread(loop.call_later, 1, print)
        with pytest.raises(RuntimeError, match="Non-thread-safe"):
            await refused
        await asyncio.wait_for(asyncio.sleep(0.1), 1)
        return now()

    loop = VirtualLoop()
    loop.set_debug(True)
    assert loop.run_until_complete(main()) == 0.1
    loop.close()


def test_cancelled_timers_are_let_go():
    """Thousands of timers that never fire do not pile up."""

    async def main():
        for _ in range(5_000):
            async with asyncio.timeout(1_000):
                await asyncio.sleep(0)
        return len(asyncio.get_running_loop()._timers)

    assert play(main) < 500


def test_a_word_from_another_thread_is_awaited():
    """A thread that the code started by itself may wake the loop; the clock waits for it."""

    async def main():
        loop, event = asyncio.get_running_loop(), asyncio.Event()

        def work():
            sum(range(200_000))
            loop.call_soon_threadsafe(event.set)

        threading.Thread(target=work).start()
        async with asyncio.timeout(5):
            await event.wait()
        return now()

    assert play(main) == 0.0


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda loop: loop.add_reader(0, print), "loop.add_reader"),
        (lambda loop: loop.add_signal_handler(2, print), "loop.add_signal_handler"),
        (lambda loop: loop.run_in_executor(FakePool(), print), "FakePool"),
    ],
)
def test_what_is_not_simulated_is_named(call, name):
    """Readers, signals and pools of processes raise by name instead of reaching for the real."""

    async def main():
        with pytest.raises(NotSimulatedError) as caught:
            call(asyncio.get_running_loop())
        return caught.value.call, str(caught.value).startswith(f"`{name}` tidak ada")

    assert play(main) == (name, True)


class FakePool:
    """An executor that is none of threads."""


def test_subprocesses_are_named_as_students_call_them():
    """`create_subprocess_exec` and `_shell` raise with those names."""

    async def main():
        record = []
        for call in (asyncio.create_subprocess_exec("ls"), asyncio.create_subprocess_shell("ls")):
            with pytest.raises(NotSimulatedError) as caught:
                await call
            record.append(caught.value.call)
        return record

    assert play(main) == ["asyncio.create_subprocess_exec", "asyncio.create_subprocess_shell"]


# ---- shuffling


def order_with(shuffle):
    record = []

    async def job(number):
        await asyncio.sleep(1)
        record.append(number)

    async def main():
        await asyncio.gather(*(job(number) for number in range(8)))

    play(main, shuffle=shuffle)
    return record


def test_a_seed_shuffles_tasks_of_one_moment():
    """Each seed gives one order, other seeds others; without one it is asyncio's."""
    orders = [order_with(seed) for seed in range(5)]

    assert order_with(None) == list(range(8))
    assert orders == [order_with(seed) for seed in range(5)]
    assert len(set(map(tuple, orders))) > 1
    assert {tuple(sorted(order)) for order in orders} == {tuple(range(8))}


def test_shuffling_keeps_the_order_of_callbacks():
    """Plain callbacks, whose order asyncio documents, are never shuffled."""

    async def main():
        record = []
        for number in range(8):
            asyncio.get_running_loop().call_soon(record.append, number)
        await asyncio.sleep(1)
        return record

    assert play(main, shuffle=3) == list(range(8))


def test_sleeping_for_a_rounding_residue_ends():
    """Code that sleeps for 0 s until a moment has passed gets past it, as on a real clock."""

    async def until_past(moment):
        loop = asyncio.get_running_loop()
        while loop.time() <= moment:
            await asyncio.sleep(moment - loop.time())
        return round(loop.time(), 6)

    loop = VirtualLoop()
    try:
        assert loop.run_until_complete(until_past(2.0)) == 2.0
    finally:
        loop.close()


@pytest.mark.parametrize(
    "name",
    ["turns", "ticks", "recording", "witness", "call_later", "time", "on_blocking_sleep", "sealed"],
)
def test_what_is_judged_by_is_not_replaced(name):
    """Neither set nor deleted on a loop that is in use; what is nobody's may be."""

    async def cheat():
        loop = asyncio.get_running_loop()
        before = getattr(loop, name)
        with pytest.raises(AttributeError, match=name):
            setattr(loop, name, None)
        with pytest.raises(AttributeError, match=name):
            delattr(loop, name)
        loop.slow_callback_duration = loop.mine = 1
        return getattr(loop, name) == before

    loop = VirtualLoop()
    assert loop.run_until_complete(cheat())
    loop.close()
