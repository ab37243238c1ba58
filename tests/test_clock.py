"""Tests of the clocks that a run sees."""

import asyncio
import copy
import datetime
import inspect
import pickle
import subprocess
import sys
import textwrap
import threading
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


PATCHED = [
    *("time", "monotonic", "perf_counter", "time_ns", "monotonic_ns", "perf_counter_ns"),
    *("sleep", "localtime", "gmtime", "ctime", "asctime", "strftime"),
]


@pytest.mark.parametrize("name", PATCHED)
def test_patched_functions_look_like_the_real_ones(name):
    """Name, documentation, module and repr are those of the function that Python has."""
    patched, real = getattr(time, name), getattr(clock.real, name)

    assert (patched.__name__, patched.__doc__, patched.__module__) == (name, real.__doc__, "time")
    assert repr(patched) == repr(real)
    assert inspect.isroutine(patched)


@pytest.mark.parametrize("name", PATCHED)
def test_patched_functions_travel_as_real_ones(name):
    """They are pickled by name, as for a process pool, and copied as they are."""
    patched = getattr(time, name)

    assert pickle.loads(pickle.dumps(patched)) is patched
    assert copy.deepcopy(patched) is patched


def test_a_clock_in_a_class_is_no_method():
    """`clock = time.monotonic` in a class body can be called on an instance, as without us."""

    class Stopwatch:
        clock = time.monotonic

    assert Stopwatch().clock() > 0


def test_sleep_rejects_what_the_real_one_rejects():
    """Negative lengths and other types raise the real function's errors, inside a run too."""
    record = []

    async def scenario(world):
        for length in (-1, "1", None):
            try:
                time.sleep(length)
            except (ValueError, TypeError) as error:
                record.append(type(error))

    run(scenario)

    assert record == [ValueError, TypeError, TypeError]


def test_calendar_functions_without_a_moment_mean_virtual_now():
    """`strftime`, `ctime`, `localtime` ... follow the clock of the run; given a moment they keep it."""
    record = []

    async def scenario(world):
        await asyncio.sleep(61)
        now = clock.EPOCH + 61
        record.append(time.strftime("%X") == time.strftime("%X", clock.real.localtime(now)))
        record.append(time.localtime() == time.localtime(None) == clock.real.localtime(now))
        record.append(time.gmtime() == clock.real.gmtime(now))
        record.append(time.ctime() == time.asctime() == clock.real.ctime(now))
        record.append(time.strftime("%Y", time.gmtime(0)) == "1970")

    run(scenario)

    assert record == [True] * 5


def test_datetime_follows_the_clock_of_the_run():
    """`datetime.now()` and its relatives advance by what was slept, to the microsecond."""
    record = []

    async def scenario(world):
        start = datetime.datetime.now()
        await asyncio.sleep(2.5)
        record.append((datetime.datetime.now() - start).total_seconds())
        record.append(datetime.datetime.now(datetime.UTC).timestamp() - clock.EPOCH)
        record.append(datetime.datetime.today() - start == datetime.timedelta(seconds=2.5))
        record.append(datetime.date.today() == datetime.date.fromtimestamp(clock.EPOCH))

    run(scenario)

    assert record == [2.5, 2.5, True, True]


def test_utcnow_follows_too():
    """The deprecated `datetime.utcnow()` agrees with the others, without a time zone."""
    record = []

    async def scenario(world):
        await asyncio.sleep(1)
        moment = datetime.datetime.utcnow()
        record.append(moment - datetime.datetime(1970, 1, 1))
        record.append(moment.tzinfo)

    run(scenario)

    assert record == [datetime.timedelta(seconds=clock.EPOCH + 1), None]


def test_datetime_outside_a_run_is_real():
    """Nobody else's `datetime.now()` changes, nor that of a subclass."""

    class Moment(datetime.datetime):
        pass

    assert abs(datetime.datetime.now().timestamp() - clock.real.time()) < 1
    assert type(Moment.now()) is Moment


def test_other_threads_see_real_time_during_a_run():
    """A thread that does not belong to the run keeps the real clocks and really sleeps."""
    record, begin, done = [], threading.Event(), threading.Event()

    def stranger():
        begin.wait()
        start = clock.real.monotonic()
        time.sleep(0.01)
        record.append(abs(time.monotonic() - clock.real.monotonic()) < 1)
        record.append(clock.real.monotonic() - start >= 0.01)
        done.set()

    async def scenario(world):
        begin.set()
        done.wait(5)

    thread = threading.Thread(target=stranger)
    thread.start()
    run(scenario)
    thread.join()

    assert record == [True, True]


def test_copies_from_before_the_import_are_mended():
    """`from time import sleep, monotonic` before `import asynclab`, as in a notebook, still works."""
    program = """
        from time import sleep, monotonic
        from asynclab import run

        async def scenario(world):
            sleep(5)
            world.note("jam", monotonic())

        trace = run(scenario)
        print(trace.note("jam"), [item.text for item in trace.observations])
    """
    result = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True
    )

    assert (result.stdout, result.stderr) == ("5.0 ['time.sleep(5)']\n", "")


def test_installing_again_changes_nothing():
    """A second `install` leaves the dispatchers of the first."""
    before = [getattr(time, name) for name in PATCHED]
    clock.install()

    assert [getattr(time, name) for name in PATCHED] == before
