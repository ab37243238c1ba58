"""`asynclab doctor`: what it prints of the diagnoses, and which exit code they give."""

import json
import subprocess
import sys
import types

import pytest

from asynclab import cli, doctor, environment
from asynclab.environment import Diagnosis

HEALTHY = Diagnosis("Python", True, "CPython 3.12.1")
LACKING = Diagnosis("Kernel", False, "tidak menyala", "perbaiki")
ADVICE = Diagnosis("Sandbox", False, "tidak ada", "pasang", required=False)


def test_the_text_puts_the_remedy_under_the_lack():
    """✓, ✗ and ! in front, the remedy on a line of its own, the outcome last."""
    *lines, outcome = doctor.render([HEALTHY, LACKING, ADVICE]).splitlines()

    assert lines == [
        "✓ Python   CPython 3.12.1",
        "✗ Kernel   tidak menyala",
        "           → perbaiki",
        "! Sandbox  tidak ada",
        "           → pasang",
        "",
    ]
    assert outcome.startswith("Belum siap: 1 hal perlu diperbaiki")
    assert outcome.endswith("1 saran di atas boleh menyusul.")


@pytest.mark.parametrize(
    ("diagnoses", "exit_code"),
    [([HEALTHY], 0), ([HEALTHY, ADVICE], 0), ([HEALTHY, LACKING, ADVICE], 1)],
)
def test_only_what_is_required_fails(monkeypatch, capsys, diagnoses, exit_code):
    """Advice leaves the exit code 0; a required lack makes it 1."""
    monkeypatch.setattr(doctor, "examine", lambda course: diagnoses)

    assert cli.main(["doctor"]) == exit_code
    assert capsys.readouterr().out == doctor.render(diagnoses) + "\n"


def test_json_is_the_same_as_data(monkeypatch, capsys):
    """`--json` prints the records themselves."""
    monkeypatch.setattr(doctor, "examine", lambda course: [LACKING])

    assert cli.main(["doctor", "--json"]) == 1
    assert json.loads(capsys.readouterr().out) == [
        {
            "subject": "Kernel",
            "healthy": False,
            "found": "tidak menyala",
            "remedy": "perbaiki",
            "required": True,
        }
    ]


def test_a_check_that_breaks_down_is_a_lack(monkeypatch, root):
    """A broken package may break the check that asks about it; the others still come."""
    broken = types.SimpleNamespace(**vars(environment))
    broken.kernel = broken.alembic = lambda: 1 / 0
    monkeypatch.setattr(doctor, "environment", broken)

    found = {item.subject: item for item in doctor.examine(doctor._course(doctor.Path.cwd()))}
    assert (
        found["Kernel"].found
        == "pemeriksaan ini sendiri gagal: ZeroDivisionError: division by zero"
    )
    assert not found["Buku nilai"].healthy
    assert found["Python"].healthy


@pytest.mark.kernel
def test_this_environment_is_healthy(root):
    """`asynclab doctor` finds nothing lacking where the tests run."""
    done = subprocess.run(
        [sys.executable, "-m", "asynclab", "doctor"], capture_output=True, text=True, cwd=root
    )

    assert done.returncode == 0, done.stdout
    assert done.stderr == ""
