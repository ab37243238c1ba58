"""`asynclab classroom`: its subcommands and options; what they do is in actions.py."""

from __future__ import annotations

import argparse
import contextlib
import os
import shlex
import sys
from pathlib import Path

from asynclab.classroom import messages
from asynclab.classroom.settings import Settings, read_settings
from asynclab.errors import CommandError

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The subcommands of `asynclab classroom` and their options."""
    commands = parser.add_subparsers(dest="action", metavar="PERINTAH", title="perintah")
    parser.set_defaults(usage=parser.format_help)
    _command(commands, "init", "membuat yang belum ada: akun kursus, folder, layanan")
    add = _command(commands, "add", "menambahkan orang dari sebuah CSV")
    add.add_argument("--csv", required=True, type=Path, metavar="BERKAS", help="daftar kelas")
    add.add_argument("--dosen", action="store_true", help="orang-orang ini dosen, bukan mahasiswa")
    add.add_argument(
        "--awalan", default="", metavar="HURUF", help="ditaruh di depan id yang diawali angka"
    )
    remove = _command(commands, "remove", "mengeluarkan orang; pekerjaannya tidak dihapus")
    remove.add_argument("id", nargs="*", help="id orang yang dikeluarkan")
    status = _command(
        commands,
        "status",
        "siapa di kelas, sampai mana, dan apa yang kurang",
        changes=False,
    )
    status.add_argument("--orang", action="store_true", help="sebutkan setiap orang")
    status.add_argument("--json", action="store_true", help="cetak sebagai JSON")
    backup = _command(commands, "backup", "mencadangkan kelas ke satu berkas", changes=False)
    backup.add_argument("file", type=Path, metavar="BERKAS", help="misalnya kelas.tar.gz")
    restore = _command(commands, "restore", "memulihkan kelas dari sebuah cadangan")
    restore.add_argument("file", type=Path, metavar="BERKAS", help="cadangan yang dipulihkan")


def _command(commands, name, summary, *, changes=True):
    parser = commands.add_parser(
        name, prog=f"asynclab classroom {name}", description=f"{summary}.", help=summary
    )
    parser.add_argument(
        "--percobaan",
        nargs="?",
        const=".hub",
        metavar="FOLDER",
        help="kelas percobaan dari `make hub`, tanpa root (bawaan: .hub)",
    )
    parser.add_argument(
        "--settings", type=Path, metavar="BERKAS", help="pengaturan kelas (bawaan: milik server)"
    )
    if changes:
        parser.add_argument(
            "--lakukan", action="store_true", help="laksanakan; tanpa ini hanya rencananya"
        )
    return parser


def run(arguments: argparse.Namespace) -> int:
    """The exit code of the subcommand."""
    if not arguments.action:
        print(arguments.usage())
        return 2
    if sys.platform != "linux":
        raise CommandError(messages.NEED_LINUX)
    # Unix only, so not before that is known.
    from asynclab.classroom.actions import ACTIONS

    settings = _find_settings(arguments)
    if not settings.trial and os.geteuid() != 0:
        raise CommandError(messages.need_root(shlex.join(sys.argv)))
    changes = getattr(arguments, "lakukan", False)
    with _hold(settings) if changes else contextlib.nullcontext():
        return ACTIONS[arguments.action](settings, arguments)


def _find_settings(arguments):
    if arguments.percobaan:
        from asynclab.classroom.trial import trial_settings

        return trial_settings(Path(arguments.percobaan).absolute())
    return read_settings(arguments.settings)


@contextlib.contextmanager
def _hold(settings: Settings):
    """One command at a time changes a classroom; raises CommandError where another is at it."""
    import fcntl

    try:
        folder = os.open(settings.state, os.O_RDONLY)
    except OSError:
        yield  # there is no classroom yet, or the command itself will say what is wrong with it
        return
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(folder)
        raise CommandError(messages.busy(settings.state)) from None
    try:
        yield
    finally:
        os.close(folder)
