"""Problem: what is wrong with the course, in which file, and what mends it."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Problem"]


@dataclass(frozen=True)
class Problem:
    """Something that an author has to mend.

    file: relative to the course folder; what: what is wrong there; remedy: the command or the edit;
    fatal: whether nothing can be judged before it is mended.
    """

    file: str
    what: str
    remedy: str
    fatal: bool = False
