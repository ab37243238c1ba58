"""Tasks and futures that are hashed by number, so that sets of them have one order in every run."""

from __future__ import annotations

import asyncio

from asynclab.recording import NAME_LIMIT
from asynclab.values import clean_text

__all__ = ["VirtualFuture", "VirtualTask"]


class VirtualTask(asyncio.Task):
    """A task with the record of its life; its hash is the record's number."""

    def __init__(self, coro, *, record, **options):
        self.record = record  # before asyncio's own set of all tasks asks for the hash
        super().__init__(coro, **options)

    def __hash__(self):
        return self.record.number

    def set_name(self, value):
        """Like asyncio's."""
        super().set_name(value)
        self.record.name = clean_text(self.get_name(), NAME_LIMIT)


class VirtualFuture(asyncio.Future):
    """A future whose hash is its number: aiohttp and asyncio keep waiters in sets."""

    __slots__ = ("number",)

    def __hash__(self):
        return self.number
