"""`asynclab doctor`: what is here and what is lacking, each lack with the command that mends it."""

import argparse
import json
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path

from asynclab import environment
from asynclab.environment import Diagnosis

__all__ = ["add_arguments", "examine", "render", "run"]


def examine(course: Path) -> list[Diagnosis]:
    """Look at everything the course at `course` (its root folder) needs; starts one kernel."""
    return [
        *_checked("Python", environment.python),
        *_checked("Paket", lambda: environment.packages(course / "requirements.txt")),
        *_checked("JupyterLab", environment.lab_extensions),
        *_checked("Kernel", environment.kernel),
        *_checked("Buku nilai", environment.alembic),
        *_checked("Sandbox", environment.sandbox),
        *_checked("Gambar", environment.font_cache),
    ]


def _checked(subject: str, check: Callable[[], list[Diagnosis]]) -> list[Diagnosis]:
    """A check's diagnoses; one that breaks down is itself a lack, since a broken package is one."""
    try:
        return check()
    except Exception as error:
        found = f"pemeriksaan ini sendiri gagal: {type(error).__name__}: {error}"
        return [Diagnosis(subject, False, found, environment.reinstall())]


def render(diagnoses: Iterable[Diagnosis]) -> str:
    """The diagnoses as text for a terminal, the outcome last."""
    diagnoses = list(diagnoses)
    width = max(len(item.subject) for item in diagnoses)
    lines = []
    for item in diagnoses:
        sign = "✓" if item.healthy else "✗" if item.required else "!"
        lines.append(f"{sign} {item.subject:{width}}  {item.found}")
        if item.remedy:
            lines.append(f"  {'':{width}}  → {item.remedy}")
    return "\n".join([*lines, "", _outcome(diagnoses)])


def _outcome(diagnoses: list[Diagnosis]) -> str:
    lacks = sum(item.required for item in diagnoses if not item.healthy)
    hints = sum(not item.required for item in diagnoses if not item.healthy)
    advice = f" {hints} saran di atas boleh menyusul." if hints else ""
    if lacks:
        return f"Belum siap: {lacks} hal perlu diperbaiki dengan perintah di atas.{advice}"
    return f"Lingkungan ini siap dipakai.{advice}"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `asynclab doctor`."""
    parser.add_argument("--json", action="store_true", help="cetak hasilnya sebagai JSON")


def run(arguments: argparse.Namespace) -> int:
    """Examine, print, and return 1 when something required is lacking."""
    diagnoses = examine(_course(Path.cwd()))
    if arguments.json:
        print(json.dumps([asdict(item) for item in diagnoses], ensure_ascii=False, indent=2))
    else:
        print(render(diagnoses))
    return int(any(item.required and not item.healthy for item in diagnoses))


def _course(here: Path) -> Path:
    """The course's root: this folder, or else the one the package was installed from."""
    return here if (here / "requirements.txt").is_file() else Path(__file__).resolve().parents[1]
