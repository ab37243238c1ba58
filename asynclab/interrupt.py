"""Interrupt: the Stop button works on a notebook cell that waits for ever.

ipykernel cancels the cell from a signal handler, but nothing wakes the event loop that sleeps, so a
deadlocked `await` goes on (seen with ipykernel 6.31 and 7.4). asyncio wakes its loop for every
signal once a handler of its own is installed for one.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys

__all__ = ["install"]


def install() -> None:
    """In a kernel: let signals wake the loop on which the cells run. Elsewhere nothing."""
    if "ipykernel" not in sys.modules:
        return
    # No loop here, not the main thread, or a system without that signal.
    with contextlib.suppress(RuntimeError, ValueError, NotImplementedError, AttributeError):
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGUSR2, lambda: None)
