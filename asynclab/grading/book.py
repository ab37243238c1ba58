"""`asynclab book`: the lessons, with outputs and pictures, as one static site that is read offline."""

from __future__ import annotations

import importlib.util
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
    """Build the site; 0 when every lesson ran, 1 with the lesson, the cell and the error that did not."""
    root = Path.cwd()
    if not (root / "notebooks").is_dir() or not (root / "book" / "conf.py").is_file():
        raise CommandError(NO_COURSE.format(folder=root), exit_code=2)
    known = {path.stem for path in (root / "notebooks").glob("*.ipynb")}
    unknown = sorted(set(arguments.lesson) - known)
    if unknown:
        raise CommandError(
            UNKNOWN.format(lesson=unknown[0], known=", ".join(sorted(known))), exit_code=2
        )
    if not all(importlib.util.find_spec(package) for package in ("sphinx", "myst_nb")):
        raise CommandError(NO_SPHINX, exit_code=2)
    site = Path(arguments.folder).absolute()
    with tempfile.TemporaryDirectory(prefix="asynclab-book-") as scratch:
        source = collect_sources(root, Path(scratch) / "source", set(arguments.lesson) or known)
        code = build(source, root / "book", site, whole=not arguments.lesson)
    if code:
        print(FAILED, file=sys.stderr)
        return 1
    print(DONE.format(page=site / "index.html"))
    return 0


def build(source, settings, site, *, whole) -> int:
    """Run every lesson in `source` and write the pages to `site`; 1 where the whole book has warnings.

    settings: the folder of conf.py. whole: not only a part, in which links to the other lessons lead
    nowhere. A cell that fails raises CommandError.
    """
    # Sphinx as a command would answer a failing cell with an appeal to report it to Sphinx.
    from myst_nb.core.execute import ExecutionError
    from nbclient.exceptions import DeadKernelError
    from sphinx.application import Sphinx
    from sphinx.errors import SphinxError
    from sphinx.util.console import nocolor
    from sphinx.util.docutils import docutils_namespace, patch_docutils

    if not sys.stderr.isatty():
        nocolor()
    doctrees = source.with_name("doctrees")
    try:
        with patch_docutils(settings), docutils_namespace():
            app = Sphinx(
                source, settings, site, doctrees, "html", status=None, warningiserror=whole
            )
            if not whole:
                app.config.suppress_warnings.append("myst.xref_missing")
            app.build()
            return app.statuscode
    except (ExecutionError, DeadKernelError) as error:
        cause = error.__cause__ if isinstance(error, ExecutionError) else error
        raise CommandError(describe_failure(app.env.docname, cause)) from None
    except SphinxError as error:
        raise CommandError(BROKEN.format(kind=error.category, error=error)) from None


def describe_failure(lesson: str, error: Exception) -> str:
    """What a person reads about a cell that failed: nbclient's account of it, without colours.

    error: nbclient's CellExecutionError, whose text holds the cell's source, its output and the
    traceback; its CellTimeoutError, whose text holds the cell's source and the limit; or its
    DeadKernelError, which names no cell.
    """
    what = f"{error.ename}: {error.evalue}" if hasattr(error, "ename") else type(error).__name__
    text = CELL_FAILED.format(lesson=lesson, error=what, account=str(error).strip())
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


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
CELL_FAILED = """\
Buku tidak jadi: sebuah sel di pelajaran {lesson} gagal dengan {error}
Perbaiki sel itu di JupyterLab, lalu ulangi. Laporan dari Jupyter:

{account}"""
BROKEN = "Buku tidak jadi. {kind}: {error}"
FAILED = "Buku tidak jadi: perbaiki yang disebut di atas, lalu ulangi."
DONE = "Buku siap: {page}"
