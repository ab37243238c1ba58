"""`%%timeline`: a notebook cell runs as it stands, and its picture appears below its output.

The magic never touches the cell's code. Its first line becomes a comment, so that the rest stays an
ordinary cell with top-level `await`, its own line numbers, names, last value and traceback; the
recording begins and ends with IPython's events around the cell.
"""

from __future__ import annotations

import asyncio

from IPython.core.error import UsageError
from IPython.display import display

from asynclab.timeline.lanes import LaneRecorder

__all__ = ["register_magics"]

HEARTBEAT = 0.5
"""Seconds between two wake-ups of the kernel's loop; the longest that Interrupt has to wait."""
CELL_NAME = "sel ini"
MAGIC = "%%timeline"
MISPLACED = "%%timeline harus berada di baris pertama sel. Pindahkan ke sana, lalu jalankan lagi."


def register_magics(ipython) -> None:
    """Make `%%timeline` known to an IPython shell; a second call changes nothing."""
    transforms = ipython.input_transformer_manager.line_transforms
    if comment_magic in transforms:
        return
    transforms.insert(0, comment_magic)  # before IPython's own, which would quote the cell
    watcher = CellWatcher(ipython)
    import asynclab.timeline.drawing  # noqa: F401 - now, in the setup cell, not after the first picture cell

    keep_interruptible(ipython)
    ipython.events.register("pre_run_cell", watcher.before)
    ipython.events.register("post_run_cell", watcher.after)
    ipython.register_magic_function(refuse, "cell", "timeline")
    for name in ("timeline", "%timeline"):  # what IPython reads on a later line of a cell
        ipython.register_magic_function(refuse, "line", name)


def keep_interruptible(ipython) -> None:
    """Let the kernel's loop wake up now and then, so that Interrupt reaches a cell that only waits.

    ipykernel hands an interrupt to its loop in a way that does not wake it (ipykernel issue 881).
    """
    if getattr(ipython, "kernel", None) is None:
        return
    loop = asyncio.get_running_loop()

    def beat():
        loop.call_later(HEARTBEAT, beat)

    beat()


def is_timeline(line: str) -> bool:
    """Whether a cell's first line is `%%timeline`, with or without a title."""
    return line.split(maxsplit=1)[:1] == [MAGIC]


def comment_magic(lines: list[str]) -> list[str]:
    """An input transformer: the magic's line as a comment, all other lines untouched."""
    return ["# " + lines[0], *lines[1:]] if lines and is_timeline(lines[0]) else lines


def refuse(line, cell=None):
    """Gambarkan kapan setiap task di sel ini berjalan dan menunggu: `%%timeline [judul]`."""
    # Reached only where the magic is not the cell's first line.
    raise UsageError(MISPLACED)


class CellWatcher:
    """Records the cells that ask for it, one at a time, and shows their pictures."""

    def __init__(self, ipython):
        self.ipython = ipython
        self.recorder = None
        self.title = ""

    def before(self, info) -> None:
        """IPython is about to run a cell."""
        first, _, _ = info.raw_cell.lstrip().partition("\n")
        if self.recorder is None and is_timeline(first):
            self.title = first.strip().removeprefix(MAGIC).strip()
            self.recorder = LaneRecorder()
            self.recorder.start(CELL_NAME)
            self.ipython.showtraceback = self.end_before(self.ipython.showtraceback)

    def end_before(self, showtraceback):
        """`showtraceback`, but the cell's lane ends first: IPython takes its time to draw it."""
        recorder = self.recorder

        def end_then_show(*args, **options):
            recorder.end_first_lane()
            return showtraceback(*args, **options)

        return end_then_show

    def after(self, result) -> None:
        """IPython has run a cell; `result` is None where it was stopped from outside."""
        if self.recorder is None:
            return
        recorder, self.recorder = self.recorder, None
        vars(self.ipython).pop("showtraceback", None)
        lanes = recorder.stop(outcome_of(result))
        if result is None or result.error_before_exec is None:
            from asynclab.timeline import timeline  # matplotlib only where a picture is drawn

            display(timeline(lanes, title=self.title))


def outcome_of(result) -> str:
    """How a cell ended, in the words of a task record."""
    if result is None or isinstance(
        result.error_in_exec, (asyncio.CancelledError, KeyboardInterrupt)
    ):
        return "cancelled"
    return "finished" if result.error_in_exec is None else "failed"
