"""The committed student versions are what nbgrader makes of the sources."""

from pathlib import Path

import pytest

from asynclab.cli import main
from asynclab.grading.release import _find_reason, find_drift

ROOT = Path(__file__).parent.parent


@pytest.mark.heavy
def test_release_is_fresh():
    """release/ equals a fresh generation; mended by `asynclab release`."""
    assert find_drift(ROOT) == []


def test_outside_a_course(tmp_path, monkeypatch, capsys):
    """Outside a course folder the command says so in one sentence and exits with 2."""
    monkeypatch.chdir(tmp_path)

    assert main(["release"]) == 2
    assert "bukan folder kursus" in capsys.readouterr().err


def test_unknown_slug(monkeypatch, capsys):
    """An unknown assignment is named together with those that exist; exit code 2."""
    monkeypatch.chdir(ROOT)

    assert main(["release", "latihan-9"]) == 2
    assert "latihan-2-task-queue" in capsys.readouterr().err


def test_nbgraders_reason_is_found():
    """Of nbgrader's log the first traceback's last line is said: the later ones only follow from it."""
    log = (
        "[ERROR] Traceback (most recent call last):\n"
        '      File "v3.py", line 110, in validate_nb\n        raise ValidationError(a)\n'
        "    jsonschema.exceptions.ValidationError: Duplicate grade id: tugas-1\n    \n"
        "[ERROR] Please see the the above traceback for details on the specific errors.\n"
    )

    assert (
        _find_reason({"error": "x", "log": log}) == "ValidationError: Duplicate grade id: tugas-1"
    )
    assert _find_reason({"error": "", "log": "[ERROR] a\nb\n"}) == "b"


@pytest.mark.heavy
def test_drift_is_named(tmp_path, monkeypatch, capsys):
    """A student version edited by hand is named, not what JupyterLab left beside it; exit code 1."""
    slug = "latihan-2-task-queue"
    for name in (
        f"source/{slug}/{slug}.ipynb",
        f"release/{slug}/{slug}.ipynb",
        "nbgrader_config.py",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    with (tmp_path / f"release/{slug}/{slug}.ipynb").open("a") as file:
        file.write("\n")
    left = tmp_path / "release" / slug / ".ipynb_checkpoints" / f"{slug}-checkpoint.ipynb"
    left.parent.mkdir()
    left.touch()
    monkeypatch.chdir(tmp_path)

    assert main(["release", "--check"]) == 1
    said = capsys.readouterr().out
    assert f"release/{slug}/{slug}.ipynb tidak sama" in said
    assert said.count("tidak sama") == 1
