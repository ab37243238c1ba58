"""The project keeps its own rules: modules, pins, notebooks, what the README promises."""

import ast
import importlib
import json
import re
import subprocess
import sys
import tomllib
from importlib.metadata import requires
from pathlib import Path
from urllib.parse import unquote

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from asynclab import cli, environment

ROOT = Path(__file__).resolve().parent.parent
MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for path in ROOT.glob("asynclab/**/*.py")
)
PROSE = ["README.md", "README.en.md", "CONTRIBUTING.md"]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def tracked(pattern: str = "*") -> list[Path]:
    """The files of the repository that match, without what lies beside them (.venv, grades)."""
    if not (ROOT / ".git").exists():  # unpacked from an archive: nothing else is there yet
        return [path for path in ROOT.rglob(pattern) if path.is_file() and ".venv" not in str(path)]
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", pattern]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return [path for line in listed.stdout.splitlines() if (path := ROOT / line).is_file()]


def pins() -> list[Requirement]:
    """The packages of requirements.txt."""
    return [item for item in requirements() if not item.url]


def requirements() -> list[Requirement]:
    """Every line of requirements.txt that asks for something."""
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if line and line[0] not in "#-"]


# ---- modules


@pytest.mark.parametrize("name", MODULES)
def test_every_module_says_what_it_is(name):
    """A module opens with a sentence."""
    module = importlib.import_module(name)

    assert module.__doc__
    assert module.__doc__.splitlines()[0].rstrip(":").strip()


@pytest.mark.parametrize("name", sorted({*MODULES} - {"asynclab.__main__", "asynclab.grading"}))
def test_what_a_module_offers_exists(name):
    """`__all__` is there, without doubles, and names only what exists (ruff keeps it sorted)."""
    module = importlib.import_module(name)

    assert len(module.__all__) == len(set(module.__all__))
    assert [item for item in module.__all__ if not hasattr(module, item)] == []


def test_ruff_finds_nothing():
    """Style and the mistakes that ruff knows: none in the tree."""
    command = [sys.executable, "-m", "ruff", "check", "--output-format", "concise", "."]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout


def test_a_students_kernel_gets_only_what_it_needs():
    """`import asynclab` brings neither the instructor's half nor anything that is slow to import."""
    heavy = {"aiohttp", "matplotlib", "nbgrader", "nbformat", "numpy", "rich"}
    code = "import asynclab, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    loaded = done.stdout.split()
    assert heavy & {name.split(".")[0] for name in loaded} == set()
    assert [name for name in loaded if name.startswith("asynclab.grading")] == []


def test_only_the_command_knows_the_instructors_half():
    """No module that a student's kernel may import imports `asynclab.grading`."""
    guilty = [
        path.name
        for path in ROOT.glob("asynclab/*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.ImportFrom) and (node.module or "").startswith("asynclab.grading"))
        or (isinstance(node, ast.Import) and "asynclab.grading" in {a.name for a in node.names})
    ]

    assert guilty == []


# ---- packages


def test_every_requirement_is_one_version():
    """requirements.txt pins with == and ends with the project itself."""
    last = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()[-1]

    assert [str(pin) for pin in pins() if not re.fullmatch(r"==[^*,]+", str(pin.specifier))] == []
    assert last == "-e ."


@pytest.mark.parametrize(
    ("version", "stops"),
    [("3.9", True), ("3.10", True), ("3.11", False), ("3.13", False), ("3.14", True)],
)
def test_pip_stops_at_a_sentence_on_another_python(version, stops):
    """The first requirement holds on unsupported Pythons only; what pip can't find there is a sentence."""
    first = requirements()[0]

    assert first.marker.evaluate({"python_version": version}) == stops
    assert "memerlukan Python 3.11, 3.12, atau 3.13" in unquote(first.url)


def test_everything_that_is_needed_is_pinned():
    """Whatever the project and its extras pull in, on this Python, stands in requirements.txt."""
    pinned = {canonicalize_name(pin.name) for pin in pins()}
    extras = {"", *PROJECT["project"]["optional-dependencies"]}
    todo, seen = [("asynclab", extras)], set()
    while todo:
        name, wanted = todo.pop()
        for line in requires(name) or []:
            item = Requirement(line)
            marker = item.marker
            if marker is None or any(marker.evaluate({"extra": extra}) for extra in wanted):
                key = (canonicalize_name(item.name), frozenset(item.extras))
                todo += [] if key in seen else [(key[0], {"", *item.extras})]
                seen.add(key)

    assert {name for name, _ in seen} - pinned == set()


def test_the_pins_hold_here():
    """The tests run with the pinned versions, not with others."""
    assert [
        item for item in environment.packages(ROOT / "requirements.txt") if not item.healthy
    ] == []


def test_the_pythons_are_the_same_everywhere():
    """pyproject, doctor and the set-up script agree on the Pythons."""
    oldest, newest = environment.OLDEST, environment.NEWEST
    versions = [f"3.{minor}" for minor in range(oldest[1], newest[1] + 1)]

    assert PROJECT["project"]["requires-python"] == f">={versions[0]},<3.{newest[1] + 1}"
    assert " | ".join(versions) in (ROOT / ".ci" / "setup").read_text(encoding="utf-8")
    assert f"for version in {' '.join(versions)};" in (ROOT / ".ci" / "run").read_text("utf-8")


# ---- what lies in the repository


def test_no_path_of_this_machine():
    """No file names a folder of the machine it was written on."""
    folders = {str(ROOT), sys.prefix, f"{Path.home()}/."} - {"/usr"}
    guilty = [
        f"{path.relative_to(ROOT)}: {folder}"
        for path in tracked()
        for folder in folders
        if folder.encode() in path.read_bytes()
    ]

    assert guilty == []


def test_no_work_of_students_in_the_repository():
    """Submissions, grades and feedback are not tracked."""
    names = {path.relative_to(ROOT).as_posix() for path in tracked()}
    kept = {"autograded/.gitkeep", "exchange/.gitkeep"}
    private = ("autograded/", "exchange/", "feedback/", "submitted/", "gradebook.db")

    assert {name for name in names if name.startswith(private)} == kept


NOTEBOOKS = tracked("*.ipynb")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_notebooks_are_stripped(path):
    """A notebook has no outputs, no counts, no versions, and cell ids that a person can read."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    ids = [cell["id"] for cell in notebook["cells"]]

    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    assert notebook["metadata"].keys() <= {"kernelspec", "language_info", "jupytext", "celltoolbar"}
    assert notebook["metadata"]["kernelspec"]["name"] == "python3"
    assert "version" not in notebook["metadata"].get("language_info", {})
    assert [cell["id"] for cell in code if cell["outputs"] or cell["execution_count"]] == []
    assert len(ids) == len(set(ids))
    assert [name for name in ids if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)] == []
    assert [name for name in ids if re.fullmatch(r"[0-9a-f]{8,}", name)] == []


# ---- what the prose promises


@pytest.mark.parametrize("name", PROSE)
def test_commands_in_the_prose_exist(name):
    """Every `make …` and `asynclab …` that the prose names can be run."""
    text = (ROOT / name).read_text(encoding="utf-8")
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))

    assert set(re.findall(r"(?m)(?:^|`)(?:\$ )?make ([a-z]+)", text)) - targets == set()
    assert set(re.findall(r"(?m)(?:^|`|bin/)asynclab ([a-z]+)", text)) - {*cli.SUBCOMMANDS} == set()


@pytest.mark.parametrize("name", PROSE)
def test_links_in_the_prose_lead_somewhere(name):
    """Every relative link is a file or folder of the repository."""
    text = (ROOT / name).read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text)

    assert [link for link in links if "://" not in link and not (ROOT / link).exists()] == []


def test_the_changelog_knows_this_version():
    """The version of pyproject.toml has its section in the changelog."""
    assert f"## {PROJECT['project']['version']}" in (ROOT / "CHANGELOG.md").read_text("utf-8")
