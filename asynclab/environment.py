"""What this environment has and lacks: checks that return plain diagnoses.

A check never raises for what it finds. It works where the packages it asks about are missing:
third-party imports stand inside the functions.
"""

import importlib.metadata
import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from asynclab import isolation

__all__ = [
    "Diagnosis",
    "alembic",
    "font_cache",
    "kernel",
    "lab_extensions",
    "packages",
    "python",
    "reinstall",
    "sandbox",
]

OLDEST, NEWEST = (3, 11), (3, 13)
KERNEL_SECONDS = 60
LAB_EXTENSION = "@jupyter/nbgrader"
SERVER_EXTENSIONS = ("assignment_list", "course_list", "formgrader", "validate_assignment")


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One thing that was looked at.

    Args:
        subject: what was looked at.
        healthy: whether it is as it should be.
        found: what was found, as a sentence.
        remedy: the command that mends it; empty when healthy.
        required: whether the course can't be used without it.
    """

    subject: str
    healthy: bool
    found: str
    remedy: str = ""
    required: bool = True


def python(
    version: tuple[int, ...] = sys.version_info, implementation: str = sys.implementation.name
) -> list[Diagnosis]:
    """Is this a CPython that the course runs on?"""
    number = ".".join(map(str, version[:3]))
    healthy = implementation == "cpython" and OLDEST <= tuple(version[:2]) <= NEWEST
    if healthy:
        return [Diagnosis("Python", True, f"CPython {number}")]
    found = f"{implementation} {number}; kursus ini memerlukan CPython 3.11, 3.12, atau 3.13"
    return [Diagnosis("Python", False, found, "python3.12 -m venv .venv")]


def packages(
    requirements: Path, installed: Callable[[str], str] = importlib.metadata.version
) -> list[Diagnosis]:
    """Are the packages of requirements.txt here, in the pinned versions?"""
    if not requirements.is_file():
        found = f"{requirements} tidak ada; jalankan perintah ini di folder kursus"
        return [Diagnosis("Paket", False, found, "cd FOLDER-KURSUS", required=False)]
    if not importlib.util.find_spec("packaging"):
        return [Diagnosis("Paket", False, "packaging belum terpasang", reinstall())]
    pins = _pins(requirements.read_text(encoding="utf-8"))
    missing, differing = [], []
    for name, wanted in pins.items():
        try:
            if (version := installed(name)) != wanted:
                differing.append(f"{name} {version} (seharusnya {wanted})")
        except importlib.metadata.PackageNotFoundError:
            missing.append(name)
    lacks = []
    if missing:
        lacks.append(Diagnosis("Paket", False, f"belum terpasang: {_some(missing)}", reinstall()))
    if differing:
        found = f"versi lain: {_some(differing)}"
        lacks.append(Diagnosis("Paket", False, found, reinstall(), required=False))
    return lacks or [Diagnosis("Paket", True, f"{len(pins)} paket sesuai requirements.txt")]


def lab_extensions() -> list[Diagnosis]:
    """Are nbgrader's buttons in JupyterLab on (its server's and its page's half)?"""
    try:
        from jupyter_core.paths import jupyter_config_path, jupyter_path
        from jupyter_server.extension.config import ExtensionConfigManager
        from jupyterlab_server.config import get_federated_extensions, get_static_page_config
    except ImportError as error:
        return [Diagnosis("JupyterLab", False, f"{error.name} belum terpasang", reinstall())]
    manager = ExtensionConfigManager(read_config_path=jupyter_config_path())
    on = manager.get_jpserver_extensions()
    names = [f"nbgrader.server_extensions.{name}" for name in SERVER_EXTENSIONS]
    off = [name for name in names if not on.get(name)]
    if off:
        found = f"ekstensi server belum aktif: {_some(off)}"
        enable = f"{_this_python()} -m jupyter server extension enable --sys-prefix"
        remedy = "; ".join(f"{enable} {name}" for name in off)
        return [Diagnosis("JupyterLab", False, found, remedy)]
    if LAB_EXTENSION not in get_federated_extensions(jupyter_path("labextensions")):
        return [Diagnosis("JupyterLab", False, f"{LAB_EXTENSION} tidak ada", reinstall("nbgrader"))]
    disabled = get_static_page_config(level="all").get("disabledExtensions", {})
    if any(name.split(":")[0] == LAB_EXTENSION and value for name, value in dict(disabled).items()):
        remedy = f"{_this_python()} -m jupyter labextension enable {LAB_EXTENSION}"
        return [Diagnosis("JupyterLab", False, f"{LAB_EXTENSION} dimatikan", remedy)]
    found = "tombol nbgrader aktif (Formgrader, Validate, Assignment List)"
    return [Diagnosis("JupyterLab", True, found)]


def kernel(name: str = "python3", seconds: float = KERNEL_SECONDS) -> list[Diagnosis]:
    """Does the kernel start, in this environment, with `asynclab` and top-level `await`?"""
    install = f"{_this_python()} -m ipykernel install --sys-prefix"
    probe = "import asyncio, sys, asynclab\nawait asyncio.sleep(0)\nprint(sys.prefix)"
    try:
        reply, prefix = _ask_kernel(name, probe, seconds)
    except ImportError as error:
        return [Diagnosis("Kernel", False, f"{error.name} belum terpasang", reinstall())]
    except Exception as error:
        found = f"kernel {name} tidak menyala: {error or type(error).__name__}"
        return [Diagnosis("Kernel", False, found, install)]
    if reply["status"] != "ok":
        found = f"kernel {name} menyala, tetapi: {reply['ename']}: {reply['evalue']}"
        return [Diagnosis("Kernel", False, found, reinstall())]
    if Path(prefix).resolve() != Path(sys.prefix).resolve():
        found = f"kernel {name} memakai Python lain: {prefix}"
        return [Diagnosis("Kernel", False, found, install)]
    return [Diagnosis("Kernel", True, f"{name} menyala dan mengenal `await`")]


def _ask_kernel(name: str, code: str, seconds: float) -> tuple[dict, str]:
    """Run `code` in a fresh kernel; return the reply's content and what was printed."""
    from jupyter_client.manager import start_new_kernel

    printed = []
    manager, client = start_new_kernel(
        kernel_name=name, startup_timeout=seconds, stderr=subprocess.DEVNULL
    )
    try:
        reply = client.execute_interactive(
            code, timeout=seconds, output_hook=lambda message: printed.append(message["content"])
        )
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    return reply["content"], "".join(item.get("text", "") for item in printed).strip()


def alembic(path: str | None = None) -> list[Diagnosis]:
    """Will nbgrader find `alembic`, which it calls by name when it makes a gradebook?"""
    scripts = sysconfig.get_path("scripts")
    # The course's nbgrader_config.py puts `scripts` first on the PATH, activated or not.
    path = path or os.pathsep.join([scripts, os.environ.get("PATH", "")])
    found = shutil.which("alembic", path=path)
    if found is None:
        sentence = "alembic tidak ditemukan; nbgrader memerlukannya untuk membuat buku nilai"
        return [Diagnosis("Buku nilai", False, sentence, reinstall("alembic"))]
    if Path(found).parent != Path(scripts):
        sentence = f"alembic yang ditemukan milik lingkungan lain: {found}"
        return [Diagnosis("Buku nilai", False, sentence, reinstall("alembic"))]
    return [Diagnosis("Buku nilai", True, "alembic ada di lingkungan ini")]


def sandbox(system: str = sys.platform) -> list[Diagnosis]:
    """Can student code be shut in when it is graded? Asked by trying, not by looking."""
    if not (obstacle := isolation.obstacle(system)):
        return [Diagnosis("Sandbox", True, "jawaban mahasiswa dapat diisolasi", required=False)]
    found = f"jawaban mahasiswa tidak dapat diisolasi ({obstacle}), jadi tidak akan dinilai di sini"
    return [Diagnosis("Sandbox", False, found, isolation.remedy(system), required=False)]


def font_cache() -> list[Diagnosis]:
    """Has matplotlib listed the fonts? The first picture waits for it, and says so on stderr."""
    try:
        import matplotlib
    except ImportError:
        return [Diagnosis("Gambar", False, "matplotlib belum terpasang", reinstall("matplotlib"))]
    if any(Path(matplotlib.get_cachedir()).glob("fontlist-*.json")):
        return [Diagnosis("Gambar", True, "daftar huruf matplotlib sudah ada", required=False)]
    remedy = f"{_this_python()} -c 'import matplotlib.font_manager'"
    found = "daftar huruf matplotlib belum dibuat; gambar pertama akan lambat"
    return [Diagnosis("Gambar", False, found, remedy, required=False)]


def reinstall(package: str = "") -> str:
    """The command that installs the pinned packages, or puts one of them back as it was."""
    pip = f"{_this_python()} -m pip install"
    if package:
        try:
            pin = f"{package}=={importlib.metadata.version(package)}"
            return f"{pip} --force-reinstall --no-deps {pin}"
        except importlib.metadata.PackageNotFoundError:
            pass
    return f"{pip} -r requirements.txt"


def _pins(text: str) -> dict[str, str]:
    """Name -> version of the lines of a requirements file that hold on this Python and system."""
    from packaging.requirements import Requirement

    lines = [line.split("#")[0].strip() for line in text.splitlines()]
    wanted = [Requirement(line) for line in lines if line and not line.startswith("-")]
    return {
        item.name: str(item.specifier).removeprefix("==")
        for item in wanted
        if item.marker is None or item.marker.evaluate()
    }


def _some(names: list[str], limit: int = 5) -> str:
    more = f" dan {len(names) - limit} lainnya" if len(names) > limit else ""
    return ", ".join(names[:limit]) + more


def _this_python() -> str:
    """How a person in this folder calls the running Python."""
    python = Path(sys.executable)
    return str(python.relative_to(Path.cwd()) if python.is_relative_to(Path.cwd()) else python)
