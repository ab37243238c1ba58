"""Marks: what says that stock nbgrader is at work on a folder in `autograded/`, or was killed over it."""

from __future__ import annotations

import json
import os
import socket
import time
from pathlib import Path

import psutil

__all__ = ["MARK", "is_alive", "mark_work"]

MARK = ".sedang-dinilai"
OTHER_MACHINE_SECONDS = 6 * 3600


def mark_work(converter) -> None:
    """Have the converter put a mark into each folder in `autograded/` for as long as it works on it."""
    before, after = converter.pre_convert_hook, converter.post_convert_hook

    def folder(notebooks):
        about = converter.init_single_notebook_resources(notebooks[0])["nbgrader"]
        return Path(converter._format_dest(about["assignment"], about["student"]))

    def begin(**about):
        place = folder(about["notebooks"])
        place.mkdir(parents=True, exist_ok=True)
        process = psutil.Process()
        mark = {"host": socket.gethostname(), "pid": process.pid, "born": process.create_time()}
        (place / MARK).write_text(json.dumps(mark))
        if before:
            before(**about)

    def end(**about):
        (folder(about["notebooks"]) / MARK).unlink(missing_ok=True)
        if after:
            after(**about)

    converter.pre_convert_hook, converter.post_convert_hook = begin, end


def is_alive(mark: Path) -> bool:
    """Whether another grader is still at work on the folder with this mark."""
    try:
        data = json.loads(mark.read_text())
        if data["host"] != socket.gethostname():
            return time.time() - mark.stat().st_mtime < OTHER_MACHINE_SECONDS
        process = psutil.Process(data["pid"])
        return process.pid != os.getpid() and abs(process.create_time() - data["born"]) < 1
    except (OSError, ValueError, KeyError, TypeError, psutil.Error):
        return False
