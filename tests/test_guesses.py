"""Guesses: the usual cause behind a fact, in one sentence, or nothing."""

import asyncio
import time

import pytest

from asynclab import TraceError, guesses, nothing_after, run
from asynclab.records import Span


def guess(scenario, **options):
    """What the verdict of a run is guessed to come from."""
    with pytest.raises(TraceError) as caught:
        run(scenario, **options).spans("tugas")
    return caught.value.guess


async def join(world):
    queue = asyncio.Queue()
    queue.put_nowait(1)
    await queue.join()


async def get(world):
    await asyncio.Queue().get()


async def put(world):
    queue = asyncio.Queue(maxsize=1)
    await queue.put(1)
    await queue.put(2)


async def lock(world):
    lock = asyncio.Lock()
    async with lock, lock:
        pass


async def event(world):
    await asyncio.Event().wait()


async def future(world):
    await asyncio.get_running_loop().create_future()


async def unsolved(world):
    raise NotImplementedError("Jawaban belum ditulis")


async def other_loop(world):
    raise RuntimeError("<asyncio.locks.Lock object> is bound to a different event loop")


async def nested(world):
    coroutine = asyncio.sleep(1)
    try:
        asyncio.run(coroutine)
    finally:
        coroutine.close()


async def not_awaitable(world):
    await 5  # type: ignore


async def cancels_all(world):
    for task in asyncio.all_tasks():
        task.cancel()
    await asyncio.sleep(1)


async def yields(world):
    while True:
        await asyncio.sleep(0)


async def ticks(world):
    while True:
        await asyncio.sleep(60)


async def blocks(world):
    while True:
        time.sleep(60)


async def spins(world):
    while True:
        pass


async def fails(world):
    raise LookupError("tidak ada tebakan")


@pytest.mark.parametrize(
    ("scenario", "start"),
    [
        (join, "`task_done()` tidak dipanggil"),
        (get, "tidak ada lagi yang mengisi antrean"),
        (put, "antrean penuh"),
        (lock, "kunci atau semaphore tidak dilepaskan"),
        (event, "tidak ada lagi yang memanggil `set()`"),
        (future, ""),
        (unsolved, "bagian ini belum dikerjakan."),
        (other_loop, "sebuah Lock, Semaphore, Event, atau Queue dibuat sekali"),
        (nested, "`asyncio.run()` dipanggil dari kode"),
        (not_awaitable, "yang di-await bukan coroutine"),
        (cancels_all, "yang dibatalkan termasuk task yang membatalkan"),
        (yields, "sebuah loop terus bertanya"),
        (ticks, "sebuah loop tidak pernah berakhir"),
        (blocks, "`time.sleep()` memblokir event loop"),
        (spins, "sebuah loop tanpa `await`"),
        (fails, ""),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_verdicts(scenario, start):
    """Each verdict is guessed at from what the trace shows; no guess where nothing is known."""
    found = guess(scenario, wall_limit=0.5 if scenario is spins else 10)

    assert found.startswith(start)
    assert bool(found) == bool(start)


@pytest.mark.parametrize(
    ("peak", "wanted", "count", "word"),
    [
        (9, 3, 9, "semuanya dimulai sekaligus"),
        (4, 3, 9, "meleset satu"),
        (6, 3, 9, "setiap panggilan sendiri-sendiri"),
        (1, 3, 9, "ditunggu sampai selesai"),
        (2, 3, 9, ""),
    ],
)
def test_peaks(peak, wanted, count, word):
    """Too many at once, or too few."""
    assert word in guesses.guess_peak(peak, wanted, count)


def test_guesses_are_sentences():
    """Every guess is a clause that ends with a full stop and blames nobody."""
    texts = [
        *(text for _, text in guesses.WAITS + guesses.ERRORS),
        *(guesses.guess_absence(kind) for kind in ("task", "thread", "generator", "connection")),
        *(guesses.guess_noticed(kind, "") for kind in ("blocking", "unclosed", "destroyed")),
        guesses.guess_polling(),
        guesses.guess_unfinished(),
        guesses.guess_swallowed("CancelledError"),
    ]

    assert all(text.endswith(".") and "!" not in text for text in texts)
    assert not any(text[0].isupper() for text in texts if text[0] != "`")


@pytest.mark.parametrize(("task", "guessed"), [(1, True), (2, False)])
def test_a_task_that_went_on_after_its_cancellation(task, guessed):
    """Only where the task that began something else is the one that had been cancelled."""
    spans = [
        Span("tugas", "a", 0, 1, 3, 2, "cancelled", task=1),
        Span("tugas", "b", 4, 3, task=task),
    ]

    assert ("CancelledError" in nothing_after(spans, 3).guess) == guessed
