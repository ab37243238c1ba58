"""Slugs: the name of an assignment as a person types it on a command line."""

from __future__ import annotations

import re

from asynclab.errors import CommandError

__all__ = ["read_slug"]


def read_slug(text: str) -> str:
    """The slug, without the slash that a shell's completion puts behind a folder.

    Raises CommandError, exit code 2, for what can't be the name of a folder: a command would look
    elsewhere than in the course.
    """
    slug = text.rstrip("/\\")
    if slug in ("", ".", "..") or re.search(r"[/\\]", slug):
        last = re.split(r"[/\\]", slug)[-1]
        guess = GUESS.format(slug=last) if last.strip(".") else ""
        raise CommandError(NO_SLUG.format(text=text, guess=guess), exit_code=2)
    return slug


NO_SLUG = (
    "Tugas '{text}' tidak ada: tulis nama foldernya saja, tanpa garis miring, misalnya "
    "latihan-1-download-manager.{guess}"
)
GUESS = " Mungkin maksud Anda: {slug}."
