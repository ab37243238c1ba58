"""Aftermath: what a scenario leaves behind, listed and then cleared away, so that it speaks up."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import threading

from asynclab.loop import (
    TICKS_PER_SECOND,
    Deadlock,
    HorizonReached,
    Livelock,
    VirtualTask,
)
from asynclab.places import (
    is_library,
    place_of_coroutine,
    place_of_task,
    place_of_thread,
)
from asynclab.recording import Overflow, owner
from asynclab.stillness import Stillness
from asynclab.trace import Leftover
from asynclab.values import clean_text

__all__ = ["clear", "list_leftovers", "list_waiting", "living_tasks", "without_worlds"]

CLEANUP_SECONDS = 60
REST_TURNS = 1_000
LEFTOVER_LIMIT = 200
LOOKS_AT_THREADS = 50
ENDINGS = (Deadlock, Livelock, HorizonReached, Overflow, SystemExit, KeyboardInterrupt)


def living_tasks(loop) -> list[asyncio.Task]:
    """Tasks that are not done, in order of creation."""
    return sorted((task for task in asyncio.all_tasks(loop) if not task.done()), key=_number)


def without_worlds(tasks) -> list[asyncio.Task]:
    """Those tasks that are not the world's own, such as its servers' that wait for requests."""
    return [task for task in tasks if _owner(task) != "world"]


def list_waiting(loop, tasks) -> list[Leftover]:
    """Where each of `tasks`, and each worker thread that is blocked, waits."""
    threads = [
        Leftover("thread", clean_text(job.name), place_of_thread(job.thread))
        for job in loop.workers.blocked
    ]
    return [*threads, *map(_leftover, tasks[:LEFTOVER_LIMIT])]


def list_leftovers(loop, trace):
    """Let what is ready now come to rest, then write into the trace what still lives."""
    loop.ending = None
    with contextlib.suppress(*ENDINGS):
        for _ in range(REST_TURNS):
            if not loop._ready:
                break
            loop.stop()
            loop.run_forever()
    tasks = [task for task in living_tasks(loop) if task is not loop.main]
    tasks = without_worlds(tasks)
    found = [_leftover(task) for task in tasks[:LEFTOVER_LIMIT]]
    found += [*_generators(loop), *_threads(loop), *_connections(loop)]
    trace.leftovers = found[:LEFTOVER_LIMIT]
    loop.recording.locate_tasks(tasks)
    trace.ended = max(trace.ended, loop.time())
    loop.recording.freeze()


def clear(loop, world):
    """Cancel what is left and collect garbage: forgotten coroutines and exceptions speak up now."""
    loop.horizon = loop.ticks + CLEANUP_SECONDS * TICKS_PER_SECOND
    strays = without_worlds(living_tasks(loop))
    for task in strays:
        task._log_destroy_pending = False
        task.cancel()
    if strays:
        _run_on(loop, asyncio.wait(strays, timeout=CLEANUP_SECONDS / 2))
    del strays[:]
    _run_on(loop, world.close())
    _run_on(loop, loop.shutdown_asyncgens())
    loop.main = task = None
    for _ in range(2):
        gc.collect()


def _run_on(loop, coroutine):
    loop._turns_here, loop.ending = 0, None
    task = loop.create_task(coroutine)
    task._log_destroy_pending = False
    with contextlib.suppress(Exception, asyncio.CancelledError, *ENDINGS):
        loop.run_until_complete(task)


def _number(task):
    return task.record.number if isinstance(task, VirtualTask) else hash(task)


def _owner(task):
    if isinstance(task, VirtualTask):
        return task.record.owner
    # From 3.12 on aiohttp makes some tasks of its servers itself, not through the loop.
    context = task.get_context() if hasattr(task, "get_context") else {}
    return context.get(owner, "student")


def _leftover(task):
    number = task.record.number if isinstance(task, VirtualTask) else None
    return Leftover("task", clean_text(task.get_name()), place_of_task(task), number)


def _generators(loop):
    generators = [
        generator
        for generator in loop._asyncgens
        if generator.ag_frame is not None and not is_library(generator.ag_code.co_filename)
    ]
    found = [
        Leftover("generator", clean_text(generator.__name__), place_of_coroutine(generator))
        for generator in generators
    ]
    return sorted(found, key=lambda item: (item.name, item.place.line if item.place else 0))


def _threads(loop):
    if threads := loop.threads.alive():
        # One that does not wait may be about to end, on a busy machine only after a while.
        Stillness().await_still(threads, threading.Event(), looks=LOOKS_AT_THREADS)
    return [
        *(
            Leftover("thread", clean_text(job.name), job.thread and place_of_thread(job.thread))
            for job in loop.workers.unfinished()
        ),
        *(
            Leftover("thread", clean_text(thread.name), place_of_thread(thread))
            for thread in loop.threads.alive()
        ),
    ]


def _connections(loop):
    return [
        Leftover("connection", clean_text(item.host), item.place)
        for item in loop.network.open_connections()
        if item.client_owner == "student" and item.client_closed is None
    ]
