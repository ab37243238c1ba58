"""release/: the student versions, generated from source/ by nbgrader, committed, and checked for drift."""

from __future__ import annotations

import re
import shutil
import tempfile
import warnings
from pathlib import Path

from asynclab.errors import CommandError
from asynclab.grading.slugs import read_slug

__all__ = ["CONFIG", "add_arguments", "find_drift", "generate_releases", "open_course", "run"]

CONFIG = "nbgrader_config.py"
# What JupyterLab leaves where a notebook was opened; neither Git nor nbgrader passes it on.
CHECKPOINTS = ".ipynb_checkpoints"


def generate_releases(root, slugs=None) -> dict[str, bytes]:
    """The files of the student versions of these assignments (all by default), by path below `release/`.

    Made by nbgrader in a scratch copy, so that neither the course nor its gradebook changes.
    Raises CommandError with nbgrader's own last words where an assignment can't be generated.
    """
    root = Path(root)
    slugs = slugs or sorted(path.name for path in root.glob("source/*") if path.is_dir())
    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(scratch)
        shutil.copytree(root / "source", scratch / "source")
        shutil.copy(root / CONFIG, scratch)
        api = open_course(scratch)
        for slug in slugs:
            result = api.generate_assignment(slug, force=True)
            if not result["success"]:
                raise CommandError(NOT_GENERATED.format(slug=slug, reason=_find_reason(result)))
        files = (path for path in (scratch / "release").rglob("*") if path.is_file())
        return {
            path.relative_to(scratch / "release").as_posix(): path.read_bytes()
            for path in sorted(files)
        }


def _find_reason(result):
    """Why nbgrader could not: the last line of the first traceback; all later ones only follow from it."""
    found = re.search(r"^ {4}(?:\w+\.)*(\w+: .+)$", result["log"] or "", re.M)
    return found[1] if found else (result.get("error") or result["log"]).strip().splitlines()[-1]


def find_drift(root, slugs=None) -> list[str]:
    """Paths below `release/` that differ from a fresh generation, are missing, or should not be there."""
    fresh = generate_releases(root, slugs)
    folder = Path(root) / "release"
    committed = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != ".gitkeep" and CHECKPOINTS not in path.parts
    }
    if slugs:
        committed = {
            path: content for path, content in committed.items() if path.split("/")[0] in slugs
        }
    return sorted(
        path for path in fresh.keys() | committed.keys() if fresh.get(path) != committed.get(path)
    )


def add_arguments(parser):
    """Arguments of `asynclab release`."""
    parser.add_argument(
        "slug", nargs="*", type=read_slug, help="tugas yang dibuat ulang; tanpa ini semuanya"
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="hanya memeriksa; keluar dengan 1 bila ada yang berbeda",
    )


def run(arguments) -> int:
    """`asynclab release`: write release/ anew from source/, or only check it."""
    root = Path.cwd()
    if not (root / CONFIG).is_file() or not (root / "source").is_dir():
        raise CommandError(NO_COURSE.format(folder=root), exit_code=2)
    unknown = [slug for slug in arguments.slug if not (root / "source" / slug).is_dir()]
    if unknown:
        known = ", ".join(
            sorted(path.name for path in (root / "source").iterdir() if path.is_dir())
        )
        raise CommandError(UNKNOWN.format(slug=unknown[0], known=known), exit_code=2)
    if arguments.check:
        drift = find_drift(root, arguments.slug)
        print("\n".join([*(DRIFT.format(path=path) for path in drift), MEND]) if drift else FRESH)
        return 1 if drift else 0
    for path, content in generate_releases(root, arguments.slug).items():
        target = root / "release" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        print(f"release/{path}")
    return 0


def open_course(folder):
    """nbgrader's own API on the course in `folder`, with that folder's configuration."""
    # nbgrader 0.9.6 with SQLAlchemy 2 warns three times per submission about its own queries.
    warnings.filterwarnings("ignore", message="Object of type .* not in session")
    from nbgrader.apps import NbGraderAPI
    from traitlets.config import PyFileConfigLoader

    return NbGraderAPI(config=PyFileConfigLoader(CONFIG, path=str(folder)).load_config())


NO_COURSE = "Folder {folder} bukan folder kursus: tidak ada nbgrader_config.py atau source/. Pindahlah ke folder kursus, lalu ulangi."
UNKNOWN = "Tugas '{slug}' tidak ada di source/. Yang ada: {known}."
NOT_GENERATED = "Versi mahasiswa untuk '{slug}' tidak dapat dibuat: {reason}"
DRIFT = "release/{path} tidak sama dengan yang dibuat dari source/."
FRESH = "release/ sama dengan yang dibuat dari source/."
MEND = "Jalankan `asynclab release`, periksa `git diff release/`, lalu simpan hasilnya."
