"""Which failed criteria get a picture, and of what."""

import asyncio

from asynclab import run
from asynclab.findings import at_most, cancelled_cleanly, equal
from asynclab.grading.feedback.picture import draw_picture
from asynclab.rubric import Rubric


def judged(trace, judge):
    """The one criterion of a rubric."""
    rubric = Rubric(points=1)
    rubric.check("uji", judge)
    return rubric.criteria[0]


async def five_at_once(world):
    async with asyncio.TaskGroup() as group:
        for name in "abcde":
            group.create_task(world.service("tugas", name, seconds=2)())
    world.note("hasil", 5)


async def forever(world):
    async with asyncio.TaskGroup() as group:
        group.create_task(asyncio.Queue().get(), name="penunggu")


async def wrong_at_once(world):
    raise NotImplementedError("Jawaban belum ditulis")


async def ignores_cancel(world):
    async def stubborn():
        try:
            await world.service("tugas", "a", seconds=9)()
        except asyncio.CancelledError:
            return "tetap"

    world.note("akhir", await world.cancel_after(3, stubborn()))


def test_too_many_at_once():
    """The moment and the lanes are marked."""
    trace = run(five_at_once)
    picture = draw_picture(judged(trace, lambda: at_most(trace.spans("tugas"), 3)), [trace])

    assert "a (ditandai): 0–2 s" in picture.words
    assert "garis putus-putus pada 0 s: 5 sekaligus" in picture.words
    assert picture.svg.count("▸") == 5


def test_a_deadlock_shows_who_waits():
    """The tasks themselves, with the moment."""
    trace = run(forever)
    picture = draw_picture(judged(trace, lambda: trace.note("hasil")), [trace])

    assert "penunggu" in picture.words
    assert "semua menunggu" in picture.words


def test_a_swallowed_cancellation():
    """The span that was cancelled, and when the call came back."""
    trace = run(ignores_cancel)
    criterion = judged(
        trace, lambda: cancelled_cleanly(trace.note("akhir"), trace.spans("tugas"), "`run`")
    )

    assert "a: 0–3 s · dibatalkan" in draw_picture(criterion, [trace]).words


def test_no_picture_where_time_tells_nothing():
    """A wrong value, an answer that is not written, a criterion that passed or was skipped."""
    trace, empty = run(five_at_once), run(wrong_at_once)
    wrong = judged(trace, lambda: equal(trace.note("hasil"), 6))
    passed = judged(trace, lambda: equal(trace.note("hasil"), 5))
    missing = judged(empty, lambda: empty.note("hasil"))

    assert [draw_picture(item, [trace, empty]) for item in (wrong, passed, missing)] == [None] * 3


def test_no_picture_without_the_run():
    """Traces that were too large are not kept; rubrics of older notebooks name no run."""
    trace = run(five_at_once)
    criterion = judged(trace, lambda: at_most(trace.spans("tugas"), 3))
    older = Rubric.from_json(
        {"points": 1.0, "criteria": [{
            "sentence": "uji", "points": 1.0, "passed": False, "fact": "x", "guess": "", "hint": "",
            "skipped": False, "moment": 1.0,
        }]}
    )  # fmt: skip

    assert draw_picture(criterion, []) is None
    assert draw_picture(older.criteria[0], [trace]) is None
