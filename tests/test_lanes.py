"""The lanes of tasks: recorded as they happen, without changing what happens."""

import asyncio
import gc
import sys
import time
from asyncio import events

import pytest

from asynclab import run
from asynclab.timeline.lanes import BEFORE, STEP_LIMIT, LaneRecorder, merge_steps


async def fetch(name, delay):
    await asyncio.sleep(delay)
    return name


async def fail(delay):
    await asyncio.sleep(delay)
    raise ValueError("gagal")


def record(main):
    """The lanes of `await main()` in virtual time, so that every moment is exact."""
    lanes = []

    async def scenario(world):
        recorder = LaneRecorder()
        recorder.start("sel ini")
        await main()
        lanes.extend(recorder.stop())

    trace = run(scenario)
    assert trace.verdict == "finished", trace.reason
    return lanes


def lives(lanes):
    return [(lane.name, lane.created, lane.ended, lane.outcome) for lane in lanes]


def test_gather_gives_each_coroutine_a_lane():
    """Coroutines in a gather have lanes beside the cell's own, named after what differs."""

    async def main():
        await asyncio.gather(fetch("API 1", 2), fetch("API 2", 3), fetch("API 3", 1))

    assert lives(record(main)) == [
        ("sel ini", 0, 3, "finished"),
        ('fetch("API 1")', 0, 2, "finished"),
        ('fetch("API 2")', 0, 3, "finished"),
        ('fetch("API 3")', 0, 1, "finished"),
    ]


def test_an_awaited_coroutine_is_the_cells_own_lane():
    """A coroutine that is awaited directly makes no lane; its waits are the cell's."""

    async def main():
        await fetch("a", 2)
        await fetch("b", 3)

    (cell,) = record(main)
    assert cell.steps == [(0, 0), (2, 2), (5, 5)]


def test_running_is_told_from_waiting():
    """A step lasts as long as the code ran: here a second in which the loop was blocked."""

    async def block():
        await asyncio.sleep(1)
        time.sleep(1)  # what the lane must show
        await asyncio.sleep(1)

    async def main():
        await asyncio.create_task(block())

    assert record(main)[1].steps == [(0, 0), (1, 2), (3, 3)]


def test_every_end_is_told_apart():
    """Finished, failed, cancelled, and still alive when the recording ends."""
    alive = []

    async def main():
        tasks = [asyncio.create_task(coro) for coro in (fetch("a", 1), fail(1), fetch("c", 9))]
        alive.append(asyncio.create_task(fetch("d", 9), name="penutup"))
        await asyncio.sleep(2)
        tasks[2].cancel()
        await asyncio.wait(tasks)

    assert lives(record(main))[1:] == [
        ('fetch("a")', 0, 1, "finished"),
        ("fail", 0, 1, "failed"),
        ('fetch("c")', 0, 2, "cancelled"),
        ("penutup", 0, None, "open"),
    ]


def test_a_task_group_cancels_its_siblings():
    """Nested tasks know their parent; a failure's siblings end as cancelled."""

    async def group():
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(fail(1))
            tasks.create_task(fetch("lain", 5), name="kedua")

    async def main():
        with pytest.raises(ExceptionGroup):
            await asyncio.create_task(group())

    lanes = record(main)
    assert lives(lanes)[1:] == [
        ("group", 0, 1, "failed"),
        ("fail", 0, 1, "failed"),
        ("kedua", 0, 1, "cancelled"),
    ]
    assert [lane.parent for lane in lanes] == [None, 0, 1, 1]


def test_an_async_generator_runs_in_its_consumers_lane():
    """`async for` makes no task: producer and consumer share a lane."""

    async def countdown(number):
        while number:
            await asyncio.sleep(1)
            yield number
            number -= 1

    async def main():
        assert [number async for number in countdown(2)] == [2, 1]

    (cell,) = record(main)
    assert cell.steps == [(0, 0), (1, 1), (2, 2)]


def test_a_task_older_than_the_recording_is_shown():
    """A task of an earlier cell appears when it runs, without a moment of creation."""
    lanes = []

    async def scenario(world):
        task = asyncio.create_task(fetch("lama", 2))
        await asyncio.sleep(1)
        recorder = LaneRecorder()
        recorder.start("sel ini")
        await task
        lanes.extend(recorder.stop())

    assert run(scenario).verdict == "finished"
    assert lives(lanes) == [("sel ini", 0, 1, "finished"), ("fetch", BEFORE, 1, "finished")]


def test_older_tasks_are_shown_though_they_only_wait():
    """Tasks of earlier cells come first, by name; those that ended or are a library's do not."""
    lanes = []

    async def scenario(world):
        names = ["latar 10", "latar 9"]
        tasks = [asyncio.create_task(fetch(name, 9), name=name) for name in names]
        tasks.append(asyncio.create_task(fetch("sebelumnya", 0), name="usai"))
        tasks.append(asyncio.create_task(asyncio.sleep(9), name="pustaka"))
        await asyncio.sleep(1)
        recorder = LaneRecorder()
        recorder.start("sel ini")
        await asyncio.create_task(fetch("baru", 1), name="baru")
        lanes.extend(recorder.stop())

    assert run(scenario).verdict == "finished"
    assert lives(lanes) == [
        ("sel ini", 0, 1, "finished"),
        ("latar 9", BEFORE, None, "open"),
        ("latar 10", BEFORE, None, "open"),
        ("baru", 0, 1, "finished"),
    ]
    assert lanes[1].steps == []


def test_library_tasks_have_no_lane():
    """A task that a library makes for itself is not the user's, one that it is handed is."""

    async def main():
        await asyncio.gather(asyncio.sleep(1), asyncio.to_thread(time.sleep, 1))

    assert [lane.coroutine for lane in record(main)] == ["", "sleep", "to_thread"]


@pytest.mark.skipif(sys.version_info < (3, 12), reason="eager tasks came with Python 3.12")
def test_an_eager_task_has_its_first_step():
    """With an eager task factory the first step runs inside create_task."""

    async def main():
        asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)
        await asyncio.gather(fetch("a", 1), fetch("b", 0))

    assert [lane.steps for lane in record(main)[1:]] == [[(0, 0), (1, 1)], [(0, 0), (0, 0)]]


def test_equal_calls_are_numbered():
    """Tasks that no plain argument tells apart get a number."""

    async def main():
        await asyncio.gather(*(fetch("sama", 1) for _ in range(3)))

    assert [lane.name for lane in record(main)[1:]] == ["fetch 1", "fetch 2", "fetch 3"]


def test_many_steps_are_bounded():
    """A task of very many steps keeps a bounded number of them, and all its time."""

    async def main():
        for _ in range(STEP_LIMIT + 9):
            await asyncio.sleep(0.001)

    (cell,) = record(main)
    assert len(cell.steps) <= STEP_LIMIT + 1
    assert (cell.steps[0][0], round(cell.steps[-1][1], 6)) == (0, (STEP_LIMIT + 9) / 1000)


def test_merge_steps():
    """Steps closer than the gap become one."""
    assert merge_steps([(0, 1), (1.1, 2), (5, 6)], 0.5) == [(0, 2), (5, 6)]


async def story(record):
    """A program that tells, in order, whatever a recorder might disturb."""

    async def part(name, delay):
        try:
            record.append(f"{name} mulai")
            await asyncio.sleep(delay)
            record.append(f"{name} selesai")
        except asyncio.CancelledError:
            record.append(f"{name} dibatalkan")
            raise

    tasks = [asyncio.create_task(part(name, 0.01 * n)) for n, name in enumerate("abc")]
    record.append(tasks[0].get_coro().cr_frame.f_locals["name"])
    await asyncio.sleep(0.015)
    tasks[2].cancel("cukup")
    results = await asyncio.gather(*tasks, return_exceptions=True)
    record.append([repr(result) for result in results])
    try:
        asyncio.create_task("bukan coroutine")  # it raises
    except TypeError as error:
        record.append(str(error))
    try:
        await fail(0)
    except ValueError as error:
        record.append((error.__traceback__.tb_frame.f_code.co_name, str(error)))


def test_nothing_changes():
    """Order, values, exceptions and cancellation on a real loop are those of an unrecorded run."""

    async def tell(recorder):
        record = []
        if recorder:
            recorder.start("sel ini")
        await story(record)
        if recorder:
            recorder.stop()
        return record

    assert asyncio.run(tell(LaneRecorder())) == asyncio.run(tell(None))


def test_nothing_remains():
    """After the recording asyncio is as it was, also where the code raised."""
    before = events.Handle._run

    async def main():
        recorder = LaneRecorder()
        recorder.start("sel ini")
        assert events.Handle._run is not before
        recorder.stop("failed")
        assert "create_task" not in vars(asyncio.get_running_loop())

    asyncio.run(main())
    assert events.Handle._run is before


def test_no_exception_counts_as_retrieved():
    """A failure nobody asked for is still reported by asyncio as never retrieved."""
    reported = []

    async def main():
        asyncio.get_running_loop().set_exception_handler(lambda _, c: reported.append(c["message"]))
        recorder = LaneRecorder()
        recorder.start("sel ini")
        task = asyncio.create_task(fail(0))
        await asyncio.sleep(0.01)
        del task
        gc.collect()
        recorder.stop()

    asyncio.run(main())
    assert reported == ["Task exception was never retrieved"]


def test_arguments_are_not_kept_alive():
    """What a coroutine drops is gone at once, although its arguments were read for its label."""
    record = []

    class Connection:
        def __del__(self):
            record.append("ditutup")

    async def use(connection):
        del connection
        record.append("lanjut")

    async def main():
        recorder = LaneRecorder()
        recorder.start("sel ini")
        await asyncio.create_task(use(Connection()))
        recorder.stop()

    asyncio.run(main())
    assert record == ["ditutup", "lanjut"]


def test_without_a_loop_there_is_one_lane():
    """Plain code outside any loop is one lane that ran all the time."""
    recorder = LaneRecorder()
    recorder.start("sel ini")
    (cell,) = recorder.stop()
    assert cell.steps == [(0.0, cell.ended)]


def test_recording_costs_little():
    """10,000 steps are recorded in less than 5 % of the three seconds they are spread over."""

    async def blink():
        for _ in range(1000):
            await asyncio.sleep(0)

    async def measure(recorder):
        # Processor time: what others take of a busy machine is no cost of the recording.
        began = time.process_time()
        if recorder:
            recorder.start("sel ini")
        await asyncio.gather(*(blink() for _ in range(10)))
        if recorder:
            recorder.stop()
        return time.process_time() - began

    plain = min(asyncio.run(measure(None)) for _ in range(5))
    recorded = min(asyncio.run(measure(LaneRecorder())) for _ in range(5))
    assert recorded - plain < 0.05 * 3
