"""A person's own server: the lessons are brought, then JupyterHub's single-user server starts.

Started by COMMAND, as the person, never as root: what it writes lies in a folder in which the person may
have put links.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from asynclab.classroom.lessons import bring_lessons

__all__ = ["COMMAND", "LESSONS", "main"]

COMMAND = (sys.executable, "-P", "-m", "asynclab.classroom.singleuser")
"""What starts it. With -P, since without it a person's own queue.py or asyncio.py in the working folder
would be imported instead of Python's, and the server that could delete that file would never start."""

LESSONS = "MODUL11_LESSONS"
"""The variable that names the folder with the lessons; without it none are brought."""

FOLDER = "pelajaran"


def main() -> None:
    """Bring the lessons where there are any, and become the server."""
    if source := os.environ.get(LESSONS):
        try:
            bring_lessons(Path(source), Path.home() / FOLDER)
        except OSError as error:
            # A full disk is no reason to keep somebody from the own work.
            print(NO_LESSONS.format(folder=Path.home() / FOLDER, reason=error), file=sys.stderr)
    # jsonschema would compile grammars for seconds when it finds it; nothing here needs it.
    sys.modules.setdefault("rfc3987_syntax", None)
    from jupyterhub.singleuser import main as serve

    serve()


NO_LESSONS = "Pelajaran tidak dapat disalin ke {folder}: {reason}. Server tetap dinyalakan."

if __name__ == "__main__":
    main()
