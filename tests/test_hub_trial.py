"""`make hub`: what it prepares, what it never changes, and what it says when it can't."""

import json
import os
import re
import socket
from types import SimpleNamespace

import pytest
from hub_class import ROOT, need_hub

from asynclab.classroom import trial
from asynclab.classroom.people import read_people
from asynclab.classroom.ports import draw_ports
from asynclab.errors import CommandError


@pytest.fixture
def source(tmp_path):
    """A course without assignments, which is prepared at once."""
    folder = tmp_path / "asal"
    (folder / "source").mkdir(parents=True)
    (folder / "nbgrader_config.py").write_text((ROOT / "nbgrader_config.py").read_text("utf-8"))
    return folder


@pytest.fixture
def settings(tmp_path):
    """Where the trial will be."""
    return trial.trial_settings(tmp_path / "hub")


def run(**options):
    """`make hub` with these options."""
    return trial.run(SimpleNamespace(**{"folder": ".hub", "port": 8000} | options))


def test_what_is_prepared(settings, source):
    """People, their identities, the course and its students; nobody else on this computer may look in."""
    trial.prepare(settings, source)
    identity = settings.state / "home" / "ayu" / ".jupyter" / "nbgrader_config.json"

    assert [*read_people(settings.people)] == ["ayu", "budi", "citra", "dosen"]
    assert json.loads(identity.read_text()) == {"CourseDirectory": {"student_id": "ayu"}}
    assert settings.gradebook.is_file()
    assert settings.state.stat().st_mode & 0o777 == 0o700
    assert (settings.state / "passwords.json").stat().st_mode & 0o777 == 0o600


def test_the_second_time_everything_stays(settings, source, capsys):
    """Passwords, people who were added, the course that was edited."""
    trial.prepare(settings, source)
    (settings.course / "nbgrader_config.py").write_text("# diubah dosen\n")
    settings.people.write_text('{"version": 1, "people": [{"id": "dodi"}]}')
    passwords = (settings.state / "passwords.json").read_text()
    capsys.readouterr()
    trial.prepare(settings, source)

    assert capsys.readouterr().out == ""
    assert (settings.course / "nbgrader_config.py").read_text() == "# diubah dosen\n"
    assert [*read_people(settings.people)] == ["dodi"]
    assert (settings.state / "passwords.json").read_text() == passwords


def test_passwords_are_long_enough_for_the_hub(settings, source):
    """The Hub takes none below 8, and none below 32 for admins; they differ everywhere."""
    trial.prepare(settings, source)
    passwords = json.loads((settings.state / "passwords.json").read_text())

    assert len(passwords["user"]) >= 8
    assert len(passwords["admin"]) >= 32
    assert [person["id"] for person in passwords["people"]] == [
        "dosen", "ayu", "budi", "citra", "admin",
    ]  # fmt: skip


def test_nothing_of_a_real_class_gets_into_a_trial(settings, monkeypatch):
    """Variables of the shell don't count; every address is this computer's own."""
    monkeypatch.setenv("MODUL11_SIGN_IN", "pam")
    monkeypatch.setenv("MODUL11_EXTRA_CONFIG", "/etc/rahasia.py")
    made = trial.environment(settings, 8123)

    assert "MODUL11_SIGN_IN" not in made
    assert "MODUL11_EXTRA_CONFIG" not in made
    assert (made["MODUL11_TRIAL"], made["MODUL11_ADDRESS"]) == ("1", "http://127.0.0.1:8123")


def test_a_port_that_is_taken(tmp_path):
    """The sentence names the port and the option; nothing is prepared."""
    need_hub()
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(CommandError, match=rf"Port {port} .* sudah dipakai .* --port"):
            run(folder=str(tmp_path / "hub"), port=port)

    assert not (tmp_path / "hub").exists()


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_a_port_that_does_not_exist(port):
    """Wrong use: exit code 2."""
    with pytest.raises(CommandError, match="--port 8080") as refused:
        run(port=port)

    assert refused.value.exit_code == 2


def test_a_file_in_place_of_the_folder(tmp_path):
    """Said with the system's reason and the option."""
    need_hub()
    (tmp_path / "hub").write_text("x")
    (port,) = draw_ports(1)

    with pytest.raises(CommandError, match=r"tidak dapat disiapkan: .* --folder"):
        run(folder=str(tmp_path / "hub"), port=port)


def test_a_hub_that_ends_at_once_is_one_sentence(tmp_path):
    """Its last line is the reason."""
    log = tmp_path / "hub.log"
    log.write_text("JupyterHub tidak dinyalakan:\n- Folder kursus tidak ada.\n")
    ended = SimpleNamespace(poll=lambda: 2)

    with pytest.raises(CommandError) as refused:
        trial.await_hub(ended, 1, log)
    assert str(refused.value) == (
        "JupyterHub tidak dapat dinyalakan: Folder kursus tidak ada. "
        f"(catatan lengkap: {log})"
    )  # fmt: skip


def test_what_a_server_installs_is_pinned():
    """Every line of requirements-classroom.txt is one version, and none is in requirements.txt too."""
    lines = (ROOT / "requirements-classroom.txt").read_text("utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    course = (ROOT / "requirements.txt").read_text("utf-8").lower().splitlines()

    assert [pin for pin in pins if not re.fullmatch(r"[\w.-]+==[\w.]+", pin)] == []
    assert [pin for pin in pins if pin.lower() in course] == []
    assert os.access(ROOT / ".ci" / "setup-classroom", os.R_OK)
