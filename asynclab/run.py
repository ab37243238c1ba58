"""run(scenario) -> Trace: student code and a scenario, once, on a fresh loop in a fresh thread."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import ctypes
import gc
import inspect
import random
import sys
import threading

from asynclab import clock, messages
from asynclab.loop import (
    TICKS_PER_SECOND,
    Deadlock,
    HorizonReached,
    Livelock,
    VirtualLoop,
    VirtualTask,
)
from asynclab.observe import Witness
from asynclab.places import (
    is_library,
    place_of_coroutine,
    place_of_stack,
    place_of_task,
    place_of_traceback,
)
from asynclab.recording import Overflow
from asynclab.schema import to_json
from asynclab.trace import Leftover, Trace
from asynclab.world import World

__all__ = ["DEFAULT_SEED", "recorded", "replayed", "run"]

DEFAULT_SEED = 11
CLEANUP_HORIZON = 60
REST_TURNS = 1_000
GRACE = 3.0

_stage = contextvars.ContextVar("asynclab_stage", default=None)
_turn = threading.Lock()


class Stopped(BaseException):
    """Thrown into the run's thread by the wall-clock guard."""


def run(
    scenario,
    *,
    seed=None,
    horizon=3600.0,
    wall_limit=10.0,
    latency=0.0,
    bandwidth=None,
    shuffle=None,
) -> Trace:
    """Run `async def scenario(world)` in the closed world and return what happened.

    seed: for `world.random` and the global `random`; by default the grading job's, else DEFAULT_SEED.
    horizon: virtual seconds after which the run ends with the verdict "horizon".
    wall_limit: real seconds after which code that does not yield is stopped (verdict "stopped").
    latency: seconds one way, bandwidth: bytes per second and direction, of the in-memory network.
    shuffle: a seed that permutes tasks that are ready at the same moment.

    Never raises for what student code does: that is in the trace. Raises TypeError where
    `scenario` is not a coroutine function, RuntimeError within another run.
    """
    stage = _stage.get()
    if stage is not None and stage.replays:
        return stage.next(scenario, seed)
    if not inspect.iscoroutinefunction(scenario):
        if inspect.iscoroutine(scenario):
            scenario.close()
        raise TypeError(messages.not_a_scenario(scenario))
    loop = clock.current_loop()
    if loop is not None and not loop.hosts_runs:
        raise RuntimeError(messages.nested_run())
    if seed is None:
        seed = DEFAULT_SEED if stage is None else stage.seed
    options = {"horizon": horizon, "latency": latency, "bandwidth": bandwidth, "shuffle": shuffle}
    with _turn:
        trace = _perform(scenario, seed, wall_limit, options)
    if stage is not None:
        stage.traces.append(trace)
    return trace


class _Stage:
    def __init__(self, seed, traces, replays, missing=""):
        self.seed, self.traces, self.replays, self.missing = seed, traces, replays, missing
        self.position = 0

    def next(self, scenario, seed):
        name, seed = getattr(scenario, "__name__", "?"), self.seed if seed is None else seed
        self.position += 1
        if self.position > len(self.traces):
            return rejected(name, seed, self.missing or messages.missing_trace())
        trace = self.traces[self.position - 1]
        if isinstance(trace, str):
            return rejected(name, seed, trace)
        if (trace.scenario, trace.seed) != (name, seed):
            fault = messages.foreign_trace(f"{name}/{seed}", f"{trace.scenario}/{trace.seed}")
            return rejected(name, seed, fault)
        return trace


def rejected(name, seed, sentence) -> Trace:
    """A trace that stands where there is none: every question to it answers with the sentence."""
    return Trace(name, seed, "rejected", {"text": sentence})


@contextlib.contextmanager
def recorded(seed):
    """Within it every `run` uses this seed; yields the list to which each trace is appended."""
    with _staged(_Stage(seed, [], False)) as stage:
        yield stage.traces


@contextlib.contextmanager
def replayed(traces, seed, missing=""):
    """Within it `run` runs nothing: the n-th call returns the n-th of these traces.

    Instead of a trace there may be a sentence that says why there is none; `missing` is the
    sentence for calls beyond the last one. Yields an object whose `position` counts the calls.
    """
    with _staged(_Stage(seed, traces, True, missing)) as stage:
        yield stage


@contextlib.contextmanager
def _staged(stage):
    token = _stage.set(stage)
    try:
        yield stage
    finally:
        _stage.reset(token)


# ---- one run


def _perform(scenario, seed, wall_limit, options):
    trace = Trace(scenario.__name__, seed)
    loop = VirtualLoop(**options)
    began = clock.real.perf_counter()
    belongings = contextlib.ExitStack()  # let go here, since a thread that stays deaf never would
    thread = threading.Thread(
        target=_run_thread,
        args=(loop, scenario, trace, belongings),
        name="asynclab-run",
        daemon=True,
    )
    state = random.getstate()
    random.seed(seed)
    try:
        with belongings, Witness(loop):
            thread.start()
            _guard(thread, trace, wall_limit)
    finally:
        random.setstate(state)
    recording = loop.recording
    if trace.verdict != "finished" and not trace.ended:
        trace.ended = loop.time()
    trace.turns = loop.turns if not trace.turns else trace.turns
    trace.notes_, trace.spans_, trace.tasks, trace.observations = (
        list(recording.notes),
        list(recording.spans),
        recording.tasks,
        recording.observations,
    )
    trace.wall = {
        "seconds": round(clock.real.perf_counter() - began, 6),
        "longest_step": round(loop.longest_step, 6),
    }
    return trace


def _guard(thread, trace, wall_limit):
    """Wait for the run's thread; stop it when it takes more than `wall_limit` real seconds."""
    try:
        thread.join(wall_limit)
        if not thread.is_alive():
            return
        frame = sys._current_frames().get(thread.ident)
        place = frame and place_of_stack(frame)
        trace.reason = {"limit": wall_limit, "place": place and to_json(place)}
    except KeyboardInterrupt:
        _stop(thread, 1.0)
        raise
    _stop(thread, GRACE)
    trace.verdict = "stopped"


def _stop(thread, grace):
    # Code that catches everything gets it again and again; what stays deaf is left behind as a daemon.
    for _ in range(int(grace / 0.05)):
        ctypes.pythonapi.PyThreadState_SetAsyncExc(
            ctypes.c_ulong(thread.ident), ctypes.py_object(Stopped)
        )
        thread.join(0.05)
        if not thread.is_alive():
            break


def _run_thread(loop, scenario, trace, belongings):
    try:
        gc.freeze()  # so that the collections below only look at what this run has made
        sys.set_coroutine_origin_tracking_depth(3)
        world = World(loop, trace.seed, belongings)
        _play(loop, scenario, world, trace)
        if trace.verdict != "stopped":
            _settle(loop, trace)
            _clear(loop, world)
    except Stopped:
        trace.verdict = "stopped"
    finally:
        gc.unfreeze()
        with contextlib.suppress(BaseException):
            loop.workers.close()
            loop.close()


def _play(loop, scenario, world, trace):
    main = None
    try:
        main = loop.create_task(scenario(world), name="utama")
        loop.main = main
        loop.run_until_complete(main)
    except (Deadlock, Livelock, HorizonReached, Overflow) as verdict:
        trace.verdict = {
            Deadlock: "deadlock",
            Livelock: "livelock",
            HorizonReached: "horizon",
            Overflow: "overflow",
        }[type(verdict)]
    except Stopped:
        trace.verdict = "stopped"
    except (SystemExit, KeyboardInterrupt) as error:
        trace.verdict, trace.reason = "exited", {"type": type(error).__name__}
    except BaseException as error:
        place = place_of_traceback(error.__traceback__)
        trace.verdict = "failed"
        trace.reason = {
            "type": type(error).__name__,
            "text": str(error)[:500],
            "place": place and to_json(place),
        }
    trace.ended, trace.turns = loop.time(), loop.turns
    if trace.verdict not in ("finished", "stopped"):
        trace.stuck = [_leftover(task) for task in _tasks(loop)]
    loop.recording.locate_tasks(_tasks(loop))


def _settle(loop, trace):
    """Let what is ready now come to rest, then list what still lives."""
    with contextlib.suppress(Deadlock, Livelock, HorizonReached, Overflow):
        for _ in range(REST_TURNS):
            if not loop._ready:
                break
            loop.stop()
            loop.run_forever()
    tasks = [task for task in _tasks(loop) if task is not loop.main and _owner(task) != "world"]
    trace.leftovers = [_leftover(task) for task in tasks]
    for generator in sorted(loop._asyncgens, key=lambda generator: generator.__qualname__):
        if generator.ag_frame is not None and not is_library(generator.ag_code.co_filename):
            trace.leftovers.append(
                Leftover("generator", generator.__name__, place_of_coroutine(generator))
            )
    for job in loop.workers.unfinished():
        trace.leftovers.append(Leftover("thread", job.name))
    for thread in loop.foreign_threads():
        if thread is not threading.main_thread():
            trace.leftovers.append(Leftover("thread", thread.name))
    loop.recording.locate_tasks(tasks)
    trace.ended = max(trace.ended, loop.time())
    loop.recording.freeze()


def _clear(loop, world):
    """Cancel what is left and collect garbage, so that forgotten coroutines and exceptions speak up now."""
    loop.horizon = loop.ticks + CLEANUP_HORIZON * TICKS_PER_SECOND
    strays = [task for task in _tasks(loop) if _owner(task) != "world"]
    for task in strays:
        task.cancel()
    if strays:
        _run_on(loop, asyncio.wait(strays, timeout=CLEANUP_HORIZON / 2))
    del strays[:]
    _run_on(loop, world.close())
    _run_on(loop, loop.shutdown_asyncgens())
    loop.main = None
    for _ in range(2):
        gc.collect()


def _run_on(loop, coroutine):
    loop._turns_here = 0
    try:
        loop.run_until_complete(loop.create_task(coroutine))
    except Stopped:
        raise
    except BaseException:
        coroutine.close()


def _tasks(loop):
    """Tasks that are not done, in order of creation."""
    return sorted((task for task in asyncio.all_tasks(loop) if not task.done()), key=hash)


def _owner(task):
    return task.record.owner if isinstance(task, VirtualTask) else "student"


def _leftover(task):
    number = task.record.number if isinstance(task, VirtualTask) else None
    return Leftover("task", task.get_name(), place_of_task(task), number)
