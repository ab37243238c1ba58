"""World: what a scenario may do in the closed world, and the things it hands to student code."""

from __future__ import annotations

import asyncio
import contextlib
import random

from asynclab.clock import NANOSECONDS
from asynclab.files import Folder
from asynclab.recording import owner
from asynclab.sites import Site
from asynclab.values import Outcome
from asynclab.watch import watch

__all__ = ["World"]


class World:
    """Given to every scenario: write notes, make slow services, serve sites, cancel things at a moment.

    random: a generator seeded with the run's seed; `Trace.random()` gives criteria an equal one.
    network: the in-memory network, for refusing hosts, resets, stalls (see `asynclab.network`).
    """

    def __init__(self, loop, seed, belongings):
        self.random = random.Random(seed)
        self.network = loop.network
        self._loop = loop
        self._recording = loop.recording
        self._belongings = belongings
        self._runners = []

    def time(self) -> float:
        """Seconds of virtual time since the run began."""
        return self._loop.time()

    def turns(self) -> int:
        """How often the event loop has turned so far: polling code makes it turn much more often."""
        return self._loop.turns

    def jump_wall_clock(self, seconds):
        """Set the computer's clock forward (or back): `time.time()` jumps, monotonic clocks do not."""
        vars(self._loop)["wall_offset"] += round(seconds * NANOSECONDS)

    def note(self, key, value):
        """Write `value` down under `key` for the criteria (`trace.note(key)`), as it is now."""
        self._recording.note(key, value)

    @contextlib.contextmanager
    def span(self, kind, name="", **data):
        """Context manager: from enter to exit something called `name` of this kind goes on.

        Also in a worker thread of the run.
        """
        span = self._recording.begin(kind, name, data, _current_number())
        try:
            yield span
        except (asyncio.CancelledError, GeneratorExit):
            self._recording.end(span, "cancelled")
            raise
        except BaseException:
            self._recording.end(span, "failed")
            raise
        else:
            self._recording.end(span, "finished")

    def service(self, kind, name, *, seconds, result=None, error=None, cleanup=0.0):
        """A slow service for student code to call: an async function that takes any arguments.

        Each call is a span of `kind`; it takes `seconds`, then raises `error` or returns `result`.
        When cancelled it first cleans up for `cleanup` seconds.
        """

        async def service(*args, **options):
            with self.span(kind, name, args=args):
                try:
                    await asyncio.sleep(seconds)
                except asyncio.CancelledError:
                    if cleanup:
                        await asyncio.sleep(cleanup)
                    raise
                if error is not None:
                    raise error
                return result

        service.__name__ = service.__qualname__ = str(name)
        return service

    async def attempt(self, awaitable) -> Outcome:
        """Await something of the student's and say how it ended, whatever it raises."""
        try:
            value = await awaitable
        except asyncio.CancelledError as error:
            if asyncio.current_task().cancelling():
                raise
            return Outcome("raised", error, self.time())
        except (Exception, BaseExceptionGroup) as error:
            # A TaskGroup around a `yield` wraps GeneratorExit: that is a student's error, not an exit.
            return Outcome("raised", error, self.time())
        return Outcome("returned", value, self.time())

    async def cancel_after(self, seconds, coroutine, *, settle=60.0, name="dibatalkan") -> Outcome:
        """Start a coroutine (or another awaitable), cancel it after `seconds`, say how it ended.

        Then `settle` seconds pass, so that whatever was left running shows in the trace.
        `cancelled_at` of the outcome is None where it had ended before.
        """
        if asyncio.iscoroutine(coroutine):
            task = asyncio.create_task(coroutine, name=name)
        else:  # a task that student code has made, or another awaitable
            task = asyncio.ensure_future(coroutine)
        await asyncio.sleep(seconds)
        cancelled_at = self.time() if task.cancel() else None
        outcome = await self.attempt(task)
        await asyncio.sleep(settle)
        return Outcome(outcome.how, outcome.value, outcome.at, cancelled_at)

    async def serve(self, app, host="data.contoh", port=80, *, owned=True) -> str:
        """Serve an aiohttp application at a host name of the closed world and return its base URL.

        owned: its tasks are the world's and never count as leftovers; False for a student's server,
        which runs as `web.run_app` runs it: a client that leaves does not cancel its handler.
        """
        from aiohttp import web

        token = owner.set("world") if owned else None
        try:
            runner = web.AppRunner(app, handler_cancellation=owned, access_log=None)
            await runner.setup()
            self._runners.append(runner)
            self.network.add_host(host)
            await web.TCPSite(runner, host, port).start()
        finally:
            if token:
                owner.reset(token)
        return f"http://{host}" + ("" if port == 80 else f":{port}")

    async def site(self, pages, host="data.contoh", port=80, *, kind="permintaan") -> Site:
        """Serve `pages` ({path: Page}); every request is a span of `kind` named by its path."""
        return await Site(self, pages, kind=kind).serve(host, port)

    def folder(self) -> Folder:
        """A new, empty folder as the working directory until the run ends; then it is gone."""
        folder = Folder()
        self._belongings.callback(folder.remove)
        return folder

    def watch(self, thing, attribute, key):
        """Note every change of the dict `thing.attribute` under `key`; see `asynclab.watch`."""
        return watch(self, thing, attribute, key)

    async def close(self):
        """Stop everything served; called by `run` after the scenario."""
        while self._runners:
            await self._runners.pop().cleanup()


def _current_number():
    try:
        task = asyncio.current_task()
    except RuntimeError:  # a worker thread
        return None
    return getattr(getattr(task, "record", None), "number", None)
