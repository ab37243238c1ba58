"""Shell: an IPython shell without a kernel, whose cells run in virtual time and leave outputs as data."""

from __future__ import annotations

import asyncio
import sys
import warnings

from IPython.core.history import HistoryManager
from IPython.core.interactiveshell import InteractiveShell

from asynclab import messages
from asynclab.celloutputs import Outputs, Publisher, ResultHook
from asynclab.loop import TICKS_PER_SECOND, Deadlock, HorizonReached, Livelock, VirtualLoop
from asynclab.places import place_of_task
from asynclab.schema import to_json

__all__ = ["CellShell"]

VIRTUAL_SECONDS = 3600
REST_TURNS = 1_000
VERDICTS = {Deadlock: "deadlock", Livelock: "livelock", HorizonReached: "horizon"}


class NotebookLoop(VirtualLoop):
    """The loop of a notebook's cells: virtual time; after `nest_asyncio.apply()` it may be nested."""

    hosts_runs = True
    # nest_asyncio would put its own `_run_once`, which needs a selector, into the class.
    _nest_patched = True

    def run_until_complete(self, future):
        """Like asyncio's, and from within a running cell once nest_asyncio has been applied."""
        if not (self.is_running() and hasattr(asyncio, "_nest_patched")):
            return super().run_until_complete(future)
        future = asyncio.ensure_future(future, loop=self)
        current = asyncio.current_task(self)
        asyncio.tasks._leave_task(self, current)
        try:
            while not future.done():
                self._run_once()
        finally:
            asyncio.tasks._enter_task(self, current)
        return future.result()

    def _run_once(self):
        try:
            super()._run_once()
        except IndexError:
            # A nested turn has already run what this turn had counted.
            if self._ready:
                raise


class CellShell(InteractiveShell):
    """Runs cells one after the other on one NotebookLoop; background tasks live across cells.

    `outputs` are those of the cell that runs, `number` is its number.
    """

    def __init__(self):
        self.outputs, self.number = Outputs(), 0
        super().__init__(display_pub_class=Publisher, displayhook_class=ResultHook)
        for kind in type(self)._walk_mro():
            kind._instance = self
        self.loop = NotebookLoop(horizon=VIRTUAL_SECONDS)
        asyncio.set_event_loop(self.loop)
        # IPython's advice about sys.exit() is for a terminal.
        warnings.filterwarnings("ignore", "To exit: use")

    def run_notebook_cell(self, source, number) -> dict | None:
        """Run one cell as In [number]; return None, or its fault as plain JSON.

        The fault's "kind" is "error" (an exception, shown among the outputs), "exited"
        (SystemExit), "deadlock", "livelock" or "horizon"; "waiting" lists where each task waited;
        "tainted" says that the cell could not be brought to an end.
        """
        self.number = self.execution_count = number
        self.loop.horizon = self.loop.ticks + VIRTUAL_SECONDS * TICKS_PER_SECOND
        self.loop._turns_here = 0
        cell = self.loop.create_task(self._run(source), name=f"sel {number}")
        try:
            result = self.loop.run_until_complete(cell)
        except (Deadlock, Livelock, HorizonReached) as verdict:
            return self._give_up(cell, VERDICTS[type(verdict)])
        except (SystemExit, KeyboardInterrupt):
            return {"kind": "exited", "tainted": not cell.done()}
        self._rest()
        error = result.error_before_exec or result.error_in_exec
        if error is None:
            return None
        if type(error) in VERDICTS:
            self._drop_error()
            return {"kind": VERDICTS[type(error)], "waiting": [], "tainted": False}
        if isinstance(error, SystemExit):
            self._drop_error()
            return {"kind": "exited", "tainted": False}
        return {"kind": "error", "tainted": False}

    async def _run(self, source):
        transformed, failure = source, None
        try:
            transformed = self.transform_cell(source)
        except Exception:
            failure = sys.exc_info()
        result = await self.run_cell_async(
            source,
            store_history=True,
            transformed_cell=transformed,
            preprocessing_exc_tuple=failure,
        )
        self.events.trigger("post_execute")
        self.events.trigger("post_run_cell", result)
        return result

    def _give_up(self, cell, kind):
        """End a cell that would wait for ever: note where everything waits, then cancel it."""
        tasks = sorted((task for task in asyncio.all_tasks(self.loop) if not task.done()), key=hash)
        waiting = [
            {"name": task.get_name(), "place": place and to_json(place)}
            for task, place in ((task, place_of_task(task)) for task in tasks[:8])
        ]
        cell.cancel()
        self.loop._turns_here = 0
        self.loop.horizon += TICKS_PER_SECOND
        try:
            self.loop.run_until_complete(cell)
        except asyncio.CancelledError:
            pass
        except (Deadlock, Livelock, HorizonReached, SystemExit, KeyboardInterrupt):
            return {"kind": kind, "waiting": waiting, "tainted": True}
        self._drop_error()
        return {"kind": kind, "waiting": waiting, "tainted": False}

    def _drop_error(self):
        """Take back a traceback in whose place the fault's sentence stands."""
        if self.outputs.items and self.outputs.items[-1]["output_type"] == "error":
            self.outputs.items.pop()

    def _rest(self):
        """Let what is ready come to rest, as a kernel does between cells; the clock stands still."""
        try:
            for _ in range(REST_TURNS):
                if not self.loop._ready:
                    break
                self.loop.stop()
                self.loop.run_forever()
        except (Deadlock, Livelock, HorizonReached, SystemExit, KeyboardInterrupt):
            pass

    # ---- where IPython would need a terminal, a kernel or a disk

    def _showtraceback(self, etype, evalue, stb):
        name, text = getattr(etype, "__name__", str(etype)), str(evalue)[:2_000]
        lines = [line[:5_000] for line in stb][-100:]
        self.outputs.add(
            {"output_type": "error", "ename": name, "evalue": text, "traceback": lines}
        )

    def init_history(self):
        """No history file, and no thread that would write it."""
        self.history_manager = HistoryManager(shell=self, parent=self, enabled=False)
        self.configurables.append(self.history_manager)

    def _format_exception_for_storage(self, *arguments, **options):
        """Nor is a traceback worked out a second time for it."""
        return {}

    def init_virtualenv(self):
        """Nothing to look for."""

    def enable_gui(self, gui=None):
        """There is none."""

    def ask_exit(self):
        """`exit` and `quit` end the cell, not the grading."""
        raise SystemExit

    def system(self, command):
        """`!command` and `%pip`: not run while grading."""
        print(messages.no_shell_command(str(command)))

    system_piped = system_raw = system

    def getoutput(self, command, split=True, depth=0):
        """`x = !command`: not run while grading."""
        self.system(command)
        return [] if split else ""
