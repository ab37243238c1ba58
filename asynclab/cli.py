"""The `asynclab` command: finds the subcommand, runs it, returns its exit code; no logic.

A subcommand is a module with two small functions and a line in SUBCOMMANDS:

    def add_arguments(parser: argparse.ArgumentParser) -> None
    def run(arguments: argparse.Namespace) -> int

Its module is imported only when it is the one asked for, so that `asynclab --help` is quick.
Exit codes: 0 all well, 1 the command was right but something is lacking or failed, 2 wrong use.
"""

import argparse
import difflib
import importlib
import os
import platform
import re
import sys
import traceback
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple, NoReturn

from asynclab.errors import CommandError

__all__ = ["SUBCOMMANDS", "Subcommand", "main"]


# Parts of Python that Windows does not have.
UNIX_MODULES = {"fcntl", "grp", "pwd", "resource"}


class Subcommand(NamedTuple):
    """Where a subcommand lives and the half line that says what it does."""

    module: str
    summary: str


SUBCOMMANDS = {
    "release": Subcommand(
        "asynclab.grading.release", "membuat versi mahasiswa di release/ dari source/"
    ),
    "book": Subcommand("asynclab.grading.book", "membuat buku pelajaran sebagai situs statis"),
    "demo": Subcommand(
        "asynclab.grading.demo", "sebuah kelas percobaan, dari rilis sampai umpan balik"
    ),
    "grade": Subcommand("asynclab.grading.grade", "menilai semua yang sudah dikumpulkan"),
    "regrade": Subcommand(
        "asynclab.grading.regrade", "menilai ulang catatan sesudah kriteria berubah"
    ),
    "report": Subcommand(
        "asynclab.grading.report.command",
        "halaman pengajar: nilai, kriteria, dan yang perlu dilihat",
    ),
    "export": Subcommand(
        "asynclab.grading.exports.command", "menulis nilai untuk Moodle atau Google Classroom"
    ),
    "classroom": Subcommand(
        "asynclab.classroom.command", "kelas JupyterHub: menyiapkan, orang, cadangan"
    ),
    "verify": Subcommand(
        "asynclab.grading.verify", "membuktikan soal dengan jawaban benar dan salah"
    ),
    "mutants": Subcommand(
        "asynclab.grading.mutants", "menguji uji tersembunyi dengan merusak jawaban benar"
    ),
    "doctor": Subcommand("asynclab.doctor", "memeriksa apakah lingkungan ini siap dipakai"),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code; `argv` is without the program's name."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that can't show "✓" gets "?" for it instead of an error.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        exit_code = _dispatch(list(sys.argv[1:] if argv is None else argv))
        sys.stdout.flush()
        return exit_code
    except CommandError as error:
        print(f"asynclab: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print(f"\nasynclab: {INTERRUPTED}", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader of the pipe (`asynclab ... | head`) has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:
        if os.environ.get("ASYNCLAB_TRACEBACK"):
            raise
        missing = isinstance(error, ModuleNotFoundError) and not error.name.startswith("asynclab")
        print(f"asynclab: {_missing(error) if missing else _unexpected(error)}", file=sys.stderr)
        return 1


def _dispatch(argv: list[str]) -> int:
    name, *rest = argv or [""]
    if name in ("-h", "--help", "help", ""):
        print(_overview())
        return 0 if name else 2
    if name == "--version":
        print(f"asynclab {version('asynclab')} (Python {platform.python_version()})")
        return 0
    if name not in SUBCOMMANDS:
        raise CommandError(_unknown(name), exit_code=2)
    module = importlib.import_module(SUBCOMMANDS[name].module)
    summary = SUBCOMMANDS[name].summary
    parser = _Parser(f"asynclab {name}", f"{summary[0].upper()}{summary[1:]}.")
    module.add_arguments(parser)
    return module.run(parser.parse_args(rest))


def _overview() -> str:
    width = max(map(len, SUBCOMMANDS))
    lines = [f"  {name:{width}}  {item.summary}" for name, item in sorted(SUBCOMMANDS.items())]
    return "\n".join([OVERVIEW, *lines, "", DETAILS])


def _unknown(name: str) -> str:
    close = difflib.get_close_matches(name, SUBCOMMANDS, n=3, cutoff=0.5)
    guess = f" Mungkin maksud Anda: {', '.join(close)}." if close else ""
    return f"Perintah '{name}' tidak ada.{guess} Daftar perintah: asynclab --help"


def _missing(error: ModuleNotFoundError) -> str:
    if error.name in UNIX_MODULES:
        return UNIX_ONLY
    return MISSING.format(name=error.name, python=sys.executable)


def _unexpected(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    frame = next((f for f in reversed(frames) if "asynclab" in Path(f.filename).parts), frames[-1])
    return UNEXPECTED.format(
        kind=type(error).__name__, text=error, file=Path(frame.filename).name, line=frame.lineno
    )


class _Parser(argparse.ArgumentParser):
    """argparse with its words in Indonesian; a wrong use raises CommandError."""

    def __init__(self, prog: str, description: str) -> None:
        super().__init__(
            prog,
            description=description,
            formatter_class=_Formatter,
            add_help=False,
            allow_abbrev=False,
        )
        self._positionals.title, self._optionals.title = "argumen", "opsi"
        self.add_argument("-h", "--help", action="help", help="tampilkan bantuan ini")

    def error(self, message: str) -> NoReturn:
        for pattern, sentence in USAGE_ERRORS.items():
            if found := re.fullmatch(pattern, message, re.DOTALL):
                message = sentence.format(*found.groups())
                break
        raise CommandError(f"{message} Bantuan: {self.prog} --help", exit_code=2)


class _Formatter(argparse.RawDescriptionHelpFormatter):
    def add_usage(self, usage, actions, groups, prefix=None):
        super().add_usage(usage, actions, groups, prefix or "Pemakaian: ")


# Sentences

OVERVIEW = """\
Pemakaian: asynclab PERINTAH [OPSI]

Alat kursus Modul 11: pemrograman asinkron di Python.
"""
DETAILS = "Rincian sebuah perintah: asynclab PERINTAH --help"
INTERRUPTED = "Dihentikan."
MISSING = (
    "Paket '{name}' belum terpasang. Pasang dengan: {python} -m pip install -r requirements.txt "
    "(pemeriksaan lengkap: asynclab doctor)"
)
UNIX_ONLY = "Perintah ini tidak dapat berjalan di Windows. Jalankan kursus ini di WSL 2."
UNEXPECTED = (
    "Kesalahan di dalam asynclab sendiri: {kind}: {text} ({file} baris {line}). "
    "Jalankan lagi dengan ASYNCLAB_TRACEBACK=1 untuk melihat rinciannya, lalu laporkan."
)

# argparse's messages, as CPython 3.11 to 3.13 word them.
USAGE_ERRORS = {
    r"unrecognized arguments: (.*)": "Argumen tidak dikenal: {0}.",
    r"the following arguments are required: (.*)": "Argumen ini wajib diisi: {0}.",
    r"argument (.*): expected (?:one|at least one|\d+) arguments?": "{0} memerlukan nilai.",
    r"argument (.*): invalid choice: (.*) \(choose from (.*)\)": (
        "{0} tidak boleh {1}; pilihannya: {2}."
    ),
    r"argument (.*): invalid int value: (.*)": "{0} harus bilangan bulat, bukan {1}.",
    r"argument (.*): invalid float value: (.*)": "{0} harus bilangan, bukan {1}.",
    r"argument (.*): invalid \S+ value: (.*)": "{0} tidak menerima nilai {1}.",
    r"argument (.*): ignored explicit argument (.*)": "{0} tidak memakai nilai, tetapi diberi {1}.",
    r"argument (.*): not allowed with argument (.*)": "{0} dan {1} tidak dapat dipakai bersama.",
    r"one of the arguments (.*) is required": "Isi salah satu: {0}.",
    r"argument (.*): (.*)": "{0}: {1}",
}
