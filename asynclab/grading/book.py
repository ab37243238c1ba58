"""`asynclab book`: the lessons, with outputs and pictures, as one static site that is read offline."""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from pathlib import Path

from asynclab.errors import CommandError

__all__ = ["add_arguments", "anchor", "collect_sources", "run"]


def add_arguments(parser):
    """Arguments of `asynclab book`."""
    parser.add_argument("--folder", default="book/site", help="tempat situsnya (bawaan: book/site)")
    parser.add_argument("lesson", nargs="*", help="hanya pelajaran ini, misalnya 01-sync-vs-async")


def run(arguments) -> int:
    """Build the site; 0 when every lesson ran, 1 with the name of the lesson that did not."""
    root = Path.cwd()
    if not (root / "notebooks").is_dir() or not (root / "book" / "conf.py").is_file():
        raise CommandError(NO_COURSE.format(folder=root), exit_code=2)
    known = {path.stem for path in (root / "notebooks").glob("*.ipynb")}
    unknown = sorted(set(arguments.lesson) - known)
    if unknown:
        raise CommandError(
            UNKNOWN.format(lesson=unknown[0], known=", ".join(sorted(known))), exit_code=2
        )
    try:
        from sphinx.cmd.build import main as build
    except ImportError:
        raise CommandError(NO_SPHINX, exit_code=2) from None
    site = Path(arguments.folder).absolute()
    with tempfile.TemporaryDirectory(prefix="asynclab-book-") as scratch:
        source = collect_sources(root, Path(scratch) / "source", set(arguments.lesson) or known)
        options = ["-q", "-b", "html", "-c", str(root / "book"), "-d", f"{scratch}/doctrees"]
        # In a part of the book, links to the other lessons lead nowhere; in the whole, none may.
        options += (
            ["-D", "suppress_warnings=myst.xref_missing"]
            if arguments.lesson
            else ["-W", "--keep-going"]
        )
        code = build([*options, str(source), str(site)])
    if code:
        print(FAILED, file=sys.stderr)
        return 1
    print(DONE.format(page=site / "index.html"))
    return 0


def collect_sources(root, folder, lessons) -> Path:
    """Copy lessons, glossary and the assignments' student versions to `folder`, with links that lead within it.

    root: the course folder; lessons: names of the lessons to take. Returns `folder`.
    """
    folder.mkdir(parents=True)
    shutil.copy(root / "book" / "index.md", folder)
    shutil.copy(root / "notebooks" / "glosarium.md", folder)
    for lesson in sorted(lessons):
        text = (root / "notebooks" / f"{lesson}.ipynb").read_text(encoding="utf-8")
        text = re.sub(r"\.\./release/[\w-]+/([\w-]+\.ipynb)", r"tugas/\1", text)
        (folder / f"{lesson}.ipynb").write_text(text, encoding="utf-8")
    (folder / "tugas").mkdir()
    for path in sorted((root / "release").glob("*/*.ipynb")):
        text = path.read_text(encoding="utf-8").replace("../../notebooks/", "../")
        (folder / "tugas" / path.name).write_text(text, encoding="utf-8")
    return folder


def anchor(heading: str) -> str:
    """The name of a heading as the target of a link, as JupyterLab has it: hyphens for spaces."""
    return heading.replace(" ", "-")


NO_COURSE = "Folder {folder} bukan folder kursus: tidak ada notebooks/ atau book/conf.py. Pindahlah ke folder kursus, lalu ulangi."
UNKNOWN = "Pelajaran '{lesson}' tidak ada di notebooks/. Yang ada: {known}."
NO_SPHINX = (
    "Pembuat buku belum terpasang. Jalankan `make book`, atau: pip install -r requirements-book.txt"
)
FAILED = "Buku tidak jadi: lihat pelajaran dan sel yang disebut di atas."
DONE = "Buku siap: {page}"
