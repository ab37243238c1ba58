"""What the Hub is told: services, roles and first pages; and the Hub refusing to start, in one sentence."""

import os
import subprocess
import sys

import pytest
from hub_class import ROOT, need_hub

from asynclab.classroom import checks, choices, hub, trial
from asynclab.classroom.ports import draw_ports
from asynclab.classroom.settings import Settings

SETTINGS = Settings(course_id="async")


def test_nobody_may_do_more_than_needed():
    """No admin's scope anywhere, and the course service has no role at all."""
    roles = {role["name"]: role for role in hub.make_roles(SETTINGS)}
    scopes = {name: role["scopes"] for name, role in roles.items()}

    assert scopes["formgrade-async"] == ["access:services!service=async"]
    assert [scope for each in scopes.values() for scope in each if "admin" in scope] == []
    assert [role for role in roles.values() if "async" in role.get("services", [])] == []


def test_the_course_service_runs_as_the_course_account():
    """Its name is the course's, it listens on this machine only; in a trial nobody can switch accounts."""
    service = hub.make_course_service(SETTINGS, ["server"], 9999, {})
    in_trial = hub.make_course_service(Settings(trial=True), ["server"], 9999, {})

    assert (service["name"], service["user"]) == ("async", "modul11")
    assert service["url"] == "http://127.0.0.1:9999"
    assert "user" not in in_trial
    assert "admin" not in service
    assert "api_token" not in service


def test_idle_servers_are_stopped_after_minutes():
    """The culler takes seconds, the admin gives minutes."""
    assert hub.make_culler_service("python", 45)["command"][-1] == "--timeout=2700"


@pytest.mark.parametrize(
    ("groups", "admin", "page"),
    [
        (["formgrade-async"], False, "/services/async/formgrader"),
        (["formgrade-async"], True, "/services/async/formgrader"),
        ([], True, "/hub/admin"),
        (["nbgrader-async"], False, None),
    ],
)
def test_everybody_lands_where_the_work_is(groups, admin, page):
    """Instructors at formgrader, admins at the list of servers, students in their own JupyterLab."""
    assert hub.first_page(SETTINGS, "/", groups, admin) == page


# ---- the Hub does not start


@pytest.fixture
def start(tmp_path, monkeypatch):
    """Starts JupyterHub with the classroom's configuration as a trial; returns the ended process."""
    need_hub()
    settings = trial.trial_settings(tmp_path)
    settings.course.mkdir()
    settings.exchange.mkdir()
    (settings.course / "nbgrader_config.py").write_text('c.CourseDirectory.course_id = "modul11"\n')
    (port,) = draw_ports(1)
    environment = trial.environment(settings, port)

    def start(**changes):
        config = ROOT / "classroom" / "jupyterhub_config.py"
        command = [sys.executable, "-m", "jupyterhub", "-f", str(config)]
        return subprocess.run(
            command,
            cwd=tmp_path,
            env=environment | changes,
            capture_output=True,
            text=True,
            timeout=120,
        )

    return start


@pytest.mark.hub
@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"MODUL11_COURSE_ID": "lain"}, "Nama kursus tidak sama: 'modul11' di "),
        ({"MODUL11_EXCHANGE": "/tidak/ada"}, "Tempat penukaran /tidak/ada (MODUL11_EXCHANGE)"),
        ({"MODUL11_SIGN_IN": "kertas"}, "MODUL11_SIGN_IN='kertas' tidak dikenal"),
        ({"MODUL11_IDLE_MINUTES": "sejam"}, "MODUL11_IDLE_MINUTES='sejam' harus bilangan bulat"),
        ({"MODUL11_ADDRESS": "kelas.ac.id"}, "MODUL11_ADDRESS='kelas.ac.id' bukan alamat"),
        ({"MODUL11_CPUS": "banyak"}, "MODUL11_CPUS='banyak' harus bilangan"),
        ({"MODUL11_MEMORY": "1GB"}, "MODUL11_MEMORY='1GB' bukan batas memori"),
        ({"MODUL11_SPAWNER": "sistemd"}, "MODUL11_SPAWNER='sistemd' tidak dapat dipakai"),
        ({"MODUL11_ADMIN": "siti"}, "Mungkin maksudnya MODUL11_ADMINS."),
        ({"MODUL11_EXTRA_CONFIG": "/tidak/ada.py"}, "Berkas /tidak/ada.py (MODUL11_EXTRA_CONFIG)"),
        ({"MODUL11_TLS_KEY": "/tidak/ada"}, "tidak diawali https://"),
    ],
)
def test_an_admins_mistake_is_one_sentence(start, changes, sentence):
    """Exit code 2, the sentence, and no traceback; several mistakes are several lines."""
    done = start(**changes)

    assert done.returncode == 2, done.stderr
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.strip().splitlines()[0] == checks.NOT_STARTED


@pytest.mark.hub
def test_https_without_a_certificate_is_refused(start):
    """It would be plain http; an address of the own machine behind a reverse proxy needs none."""
    done = start(MODUL11_ADDRESS="https://127.0.0.1:0")

    assert done.returncode == 2
    assert "tanpa keduanya halaman dikirim tanpa enkripsi" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.hub
@pytest.mark.skipif(os.geteuid() != 0, reason="a real class needs root")
def test_a_real_class_needs_an_admin(start, tmp_path):
    """Otherwise people would sign up, and nobody could let them in."""
    (tmp_path / "exchange").chmod(0o1777)
    done = start(MODUL11_TRIAL="0", MODUL11_ACCOUNT="nobody")

    assert done.returncode == 2
    assert done.stderr.splitlines()[1:] == [f"- {choices.NO_ADMINS}"], done.stderr


@pytest.mark.hub
def test_without_root_a_real_class_is_refused(start):
    """Whoever is not root is told of the trial; root without the course account, of that."""
    done = start(MODUL11_TRIAL="0", MODUL11_ACCOUNT="tidak-ada-akun-ini")

    expected = "asynclab classroom init" if os.geteuid() == 0 else "make hub"
    assert done.returncode == 2
    assert expected in done.stderr
