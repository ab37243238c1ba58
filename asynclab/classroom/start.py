"""Starts a program with the classroom's settings in its environment, where no systemd reads them.

`python -P -m asynclab.classroom.start FILE PROGRAM ARGUMENT...`; a shell that read the file would take
`MODUL11_ADMINS=siti, budi` for a command.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from asynclab.classroom import messages
from asynclab.classroom.settings_file import read_variables
from asynclab.errors import CommandError

__all__ = ["main"]


def main(argv: list[str]) -> int:
    """Become the program; returns only where that is impossible: 2, with a sentence on standard error."""
    file, *command = argv
    try:
        os.environ.update(read_variables(Path(file)))
        os.execvp(command[0], command)
    except CommandError as error:
        print(error, file=sys.stderr)
    except OSError as error:
        print(messages.not_started(command[0], messages.why(error)), file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
