"""`.ci/setup`: which Python it takes, and the one sentence where there is none."""

import shutil
import subprocess
from pathlib import Path

import pytest

SETUP = Path(__file__).resolve().parent.parent / ".ci" / "setup"
BROKEN = "exit 127"


def answering(version: str, *, modules: bool = True) -> str:
    """A Python, as a script, that says its version; without `modules` it can't import ensurepip."""
    return (
        f'case "$*" in *version_info*) echo {version};; *ensurepip*) exit {int(not modules)};; '
        f'*) echo "$0 $*" >&2; exit 3;; esac'
    )


@pytest.fixture
def setup(tmp_path):
    """Runs `.ci/setup` where only these Pythons are on the PATH; returns the finished process."""

    def run(*arguments, **pythons):
        for name, body in pythons.items():
            python = tmp_path / name.replace("_", ".")
            python.write_text(f"#!/bin/sh\n{body}\n")
            python.chmod(0o755)
        return subprocess.run(
            [shutil.which("sh"), SETUP, tmp_path / ".venv", *arguments],
            env={"PATH": str(tmp_path)},
            capture_output=True,
            text=True,
        )

    return run


def test_an_old_python_gets_one_sentence(setup):
    """It says what is needed, what is here and what to do, and nothing is created."""
    done = setup(python3=answering("3.9"))

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "Modul 11 memerlukan Python 3.11, 3.12, atau 3.13, sedangkan di sini python3 = Python 3.9; "
        "pasang salah satunya, atau sebutkan letaknya: make PYTHON=/letak/python3.12 ...\n"
    )


def test_a_python_that_is_too_new_is_named_too(setup):
    """A Python after 3.13 is no more use than an old one."""
    done = setup(python3=answering("3.14"), python=answering("2.7"))

    assert "python3 = Python 3.14, python = Python 2.7;" in done.stderr


def test_no_python_at_all(setup):
    """Without any Python the sentence says so."""
    assert "sedangkan di sini tidak ditemukan Python;" in setup().stderr


@pytest.mark.parametrize("first", [answering("3.9"), BROKEN])
def test_a_usable_python_is_found_behind_others(setup, first):
    """An old Python or a shim that doesn't run is passed over."""
    done = setup(python3=first, python3_12=answering("3.12"))

    assert done.stdout.endswith("dengan Python 3.12; hanya sekali ...\n")
    assert "python3.12 -m venv --clear" in done.stderr


def test_the_python_that_is_named_is_the_one(setup):
    """PYTHON=... is taken, and nothing else is tried in its place."""
    done = setup("python3.10", python3=answering("3.12"), python3_10=answering("3.10"))

    assert "python3.10 = Python 3.10;" in done.stderr


def test_without_venv_the_package_to_install_is_named(setup):
    """Debian's Python without its venv package: the command that installs it."""
    done = setup(python3=answering("3.11", modules=False))

    assert done.returncode == 2
    assert done.stderr.endswith("sudo apt install python3.11-venv\n")


def test_packages_that_cannot_be_had_are_a_sentence(setup, tmp_path):
    """Where neither uv nor pip can install, the last line says what to look at."""
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\ncase "$1" in -c) ;; *) exit 1;; esac\n')
    python.chmod(0o755)

    done = setup()
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Paket kursus tidak dapat dipasang;")
