"""Progress of a long command: a bar in a terminal, a line per finished part elsewhere."""

from __future__ import annotations

import sys

__all__ = ["Progress"]


class Progress:
    """Shows how far a command is; a context manager that leaves the terminal as it was.

    parts: label of each part -> how many steps it has. Everything goes to stderr, so that what the
    command prints can be piped.
    """

    def __init__(self, parts: dict[str, int]):
        self._left = dict(parts)
        self._bar = None
        if sys.stderr.isatty():
            from rich import progress
            from rich.console import Console

            self._bar = progress.Progress(
                progress.TextColumn("{task.description}"),
                progress.BarColumn(),
                progress.MofNCompleteColumn(),
                progress.TimeRemainingColumn(compact=True),
                console=Console(stderr=True),
                transient=True,
            )

    def __enter__(self):
        if self._bar:
            self._bar.start()
            self._task = self._bar.add_task("", total=sum(self._left.values()))
        return self

    def __exit__(self, *exc_info):
        if self._bar:
            self._bar.stop()

    def advance(self, part: str):
        """One step of a part is done."""
        self._left[part] -= 1
        if self._bar:
            self._bar.update(self._task, advance=1, description=part)
        elif not self._left[part]:
            print(part, file=sys.stderr, flush=True)
