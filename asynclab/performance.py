"""Performance: one run of one scenario, from the fresh thread to the finished trace."""

from __future__ import annotations

import contextlib
import contextvars
import ctypes
import inspect
import random
import sys
import threading

from asynclab import clock, garbage, messages, places
from asynclab.aftermath import clear, list_leftovers, list_waiting, living_tasks, without_worlds
from asynclab.loop import SEALED, Deadlock, HorizonReached, Livelock, VirtualLoop
from asynclab.observe import Witness
from asynclab.patience import Patience
from asynclab.recording import Overflow
from asynclab.schema import to_json
from asynclab.trace import Trace
from asynclab.values import clean_text
from asynclab.world import World

__all__ = ["Performance", "Stopped"]

GRACE = 3.0
GRACE_OF_INTERRUPT = 2.0
THROW_INTERVAL = 0.005
LEAST_THROWS = 100
JOIN_SLICE = 0.2
SHOWN_PARTS = 3
KEPT = ("recording", "network", "workers", "threads", "turn_numbers", "_timers", "_shuffle")
SEALED_METHODS = SEALED & vars(VirtualLoop).keys() - {"on_blocking_sleep", "sealed"}
CONNECTION_LIMIT = 2_000
VERDICTS = {
    Deadlock: "deadlock", Livelock: "livelock", HorizonReached: "horizon", Overflow: "overflow",
}  # fmt: skip

_deaf = []
"""Earlier runs whose threads would not end."""


class Stopped(BaseException):
    """Thrown into the run's thread by the wall-clock guard."""


class Performance:
    """Runs a scenario; `give` returns its trace.

    hidden: whether lines of the file in which the scenario stands are not quoted.
    """

    def __init__(self, scenario, seed, wall_limit, options, *, hidden=False):
        self._scenario, self._wall_limit, self._hidden = scenario, wall_limit, hidden
        self._name = clean_text(getattr(scenario, "__name__", "scenario"))
        self._loop = VirtualLoop(**options)
        self._parts = {name: vars(self._loop).get(name) for name in KEPT}
        self._trace = Trace(self._name, seed)
        self._belongings = contextlib.ExitStack()
        self._playing, self._leaving = True, False
        self._throwing = threading.Lock()
        self._thread = threading.Thread(
            target=contextvars.copy_context().run,
            args=(self._run_thread,),
            name="asynclab-run",
            daemon=True,
        )

    def give(self) -> Trace:
        """Run the scenario and return the trace. Raises KeyboardInterrupt where it is interrupted."""
        began = clock.real.perf_counter()
        _nudge_the_deaf()
        code = getattr(inspect.unwrap(self._scenario), "__code__", None)
        with (
            garbage.set_aside(),
            _seeded(self._trace.seed),
            places.testing(code and code.co_filename, hidden=self._hidden),
            self._belongings,  # let go here, since a thread that stays deaf never would
            Witness(self._loop),
        ):
            self._guard()
        self._write_down()
        self._trace.wall = {
            "seconds": round(clock.real.perf_counter() - began, 6),
            "longest_step": round(self._loop.longest_step, 6),
        }
        return self._trace

    def _write_down(self):
        trace = self._trace
        recording, network = self._parts["recording"], self._parts["network"]
        recording.freeze()
        trace.ended = max(trace.ended, recording.now())
        trace.turns = trace.turns or self._loop.turns
        trace.notes_, trace.spans_ = list(recording.notes), list(recording.spans)
        trace.tasks, trace.observations = list(recording.tasks), list(recording.observations)
        trace.connections_ = network.connections[:CONNECTION_LIMIT]
        trace.failures_ = network.failures[:CONNECTION_LIMIT]

    # ---- on the thread that called run

    def _guard(self):
        """Start the run's thread; stop it when it takes more than the real seconds it has."""
        try:
            self._thread.start()
            self._join(0.8 * self._wall_limit)
            turns = self._loop.turns
            self._join(0.2 * self._wall_limit)
            if not self._thread.is_alive():
                return
            if self._playing:
                self._trace.reason = self._describe_stop(self._loop.turns != turns)
                self._stop(GRACE)
                self._trace.verdict = "stopped"
            else:
                self._stop(GRACE)
                self._loop.recording.observe("stubborn", "")
        except KeyboardInterrupt:
            self._stop(GRACE_OF_INTERRUPT)
            raise

    def _join(self, seconds):
        # In slices, since a signal that another thread caught waits for this one to look.
        patience = Patience()
        while self._thread.is_alive() and (left := seconds - patience.look()) > 0:
            self._thread.join(min(left, JOIN_SLICE))

    def _describe_stop(self, progress):
        place, threads = places.place_of_thread(self._thread), []
        if place is None:  # then it waits for threads that compute
            job = self._loop.workers.computing
            computing = [job.thread] if job else self._loop.threads.alive()
            place = next(filter(None, map(places.place_of_thread, computing)), None)
            threads = [clean_text(job.name if job else thread.name) for thread in computing]
        reason = {"limit": float(self._wall_limit), "progress": progress}
        reason |= {"threads": threads} if threads else {}
        return reason | {"place": place and to_json(place)}

    def _stop(self, grace):
        self._loop.end_with(Stopped)
        # Code that catches everything gets it again and again, on a busy machine as often as on an
        # idle one; what stays deaf is left behind.
        deadline, thrown = clock.real.monotonic() + grace, 0
        while thrown < LEAST_THROWS or clock.real.monotonic() < deadline:
            thrown += 1
            self.throw()
            self._thread.join(THROW_INTERVAL)
            if not self._thread.is_alive():
                return
        _deaf.append(self)

    def throw(self) -> bool:
        """Throw Stopped into the run's thread, unless it is on its way out; whether it still lives."""
        with self._throwing:
            if self._thread.is_alive() and not self._leaving:
                ctypes.pythonapi.PyThreadState_SetAsyncExc(
                    ctypes.c_ulong(self._thread.ident), ctypes.py_object(Stopped)
                )
        return self._thread.is_alive()

    # ---- on the run's own thread

    def _run_thread(self):
        try:
            self._perform()
        except Stopped:
            pass
        except BaseException as error:
            self._trace.verdict = "broken"
            self._trace.reason = {"text": clean_text(f"{type(error).__name__}: {error}")}
        for _ in range(3):  # a last Stopped may come in between
            with contextlib.suppress(Stopped):
                # Thrown any later, it could hit what threading does when a thread ends.
                with self._throwing:
                    self._leaving = True
                with contextlib.suppress(Exception):
                    self._loop.close()
                break

    def _perform(self):
        sys.set_coroutine_origin_tracking_depth(3)
        world = World(self._loop, self._trace.seed, self._belongings)
        # Also for what runs between two turns: finalizers sleep in virtual time.
        with clock.entered(self._loop, self._loop.sleep_on_loop):
            self._play(world)
            list_leftovers(self._loop, self._trace)
            self._playing = False
            clear(self._loop, world)

    def _play(self, world):
        loop, trace = self._loop, self._trace
        try:
            loop.main = loop.create_task(self._scenario(world), name="utama")
            loop.run_until_complete(loop.main)
        except (SystemExit, KeyboardInterrupt) as error:
            trace.verdict, trace.reason = "exited", _describe(error)
        except BaseException as error:
            if loop.ending is Stopped:
                raise Stopped from None
            if type(error) in VERDICTS:
                trace.verdict = VERDICTS[type(error)]
            elif loop.main is None or loop.main.done():
                trace.verdict, trace.reason = "failed", _describe(error)
            elif loop.stopped_at is not None:
                place = to_json(loop.stopped_at)
                trace.verdict, trace.reason = "exited", {"type": "loop.stop()", "place": place}
            else:
                raise
        if loop.ending is Stopped:
            raise Stopped
        if loop.ending is not None:  # code that swallows it does not get away
            trace.verdict, trace.reason = VERDICTS[loop.ending], {}
        trace.ended, trace.turns = loop.time(), loop.turns
        if changed := self._find_change():
            trace.verdict = "broken"
            trace.reason = {"text": messages.loop_was_changed(changed)}
        waiting = living_tasks(loop)
        if trace.verdict != "finished":
            stuck = without_worlds(waiting)
            trace.stuck = list_waiting(loop, stuck)
            trace.reason["count"] = len(stuck)
        loop.recording.locate_tasks(waiting)

    def _find_change(self):
        """A part of the loop that student code has replaced by a way round its seal, or ''."""
        state = vars(self._loop)
        if next(self._parts["turn_numbers"]) != state.get("turns", 0) + 1:
            return "turns"
        changed = [name for name in KEPT if state.get(name) is not self._parts[name]]
        return next(iter([*changed, *(SEALED_METHODS & state.keys())]), "")


def _describe(error):
    leaves = [error]
    while any(isinstance(leaf, BaseExceptionGroup) for leaf in leaves):
        leaves = [part for leaf in leaves for part in getattr(leaf, "exceptions", (leaf,))]
    text = str(error)
    if leaves != [error]:
        names = [f"{type(leaf).__name__}: {leaf}" for leaf in leaves[:SHOWN_PARTS]]
        text = "; ".join(name.removesuffix(": ") for name in names)
    place = places.place_of_traceback(leaves[0].__traceback__)
    return {
        "type": clean_text(type(error).__name__),
        "text": clean_text(text),
        "place": place and to_json(place),
    }


@contextlib.contextmanager
def _seeded(seed):
    state = random.getstate()
    random.seed(seed)
    try:
        yield
    finally:
        random.setstate(state)


def _nudge_the_deaf():
    _deaf[:] = [performance for performance in _deaf if performance.throw()]
