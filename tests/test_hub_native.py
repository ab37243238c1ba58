"""Signing up by oneself, with an admin's approval: the default way into a real class."""

import os
import re
import subprocess
import sys

import pytest
import requests
from hub_class import ROOT, need_hub

from asynclab.classroom import trial
from asynclab.classroom.people import Person, write_people
from asynclab.classroom.ports import draw_ports

pytestmark = [pytest.mark.hub, pytest.mark.heavy]
PASSWORD = "kopi susu gula aren"
SECONDS = 60


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    """The address of a Hub with native sign-in; nobody's server is started."""
    need_hub()
    folder = tmp_path_factory.mktemp("native")
    settings = trial.trial_settings(folder)
    settings.course.mkdir()
    settings.exchange.mkdir()
    (settings.course / "nbgrader_config.py").write_text('c.CourseDirectory.course_id = "modul11"\n')
    write_people(settings.people, [Person("ayu")])
    # Only signing in is tried here, so the services are names without programs.
    extra = folder / "tambahan.py"
    extra.write_text('c.JupyterHub.services = [{"name": "modul11"}, {"name": "idle-culler"}]\n')
    choices = {"MODUL11_ADMINS": "kepala", "MODUL11_EXTRA_CONFIG": str(extra)}
    (port,) = draw_ports(1)
    config = ROOT / "classroom" / "jupyterhub_config.py"
    with (folder / "hub.log").open("w") as log:
        hub = subprocess.Popen(
            [sys.executable, "-m", "jupyterhub", "-f", str(config)],
            cwd=folder,
            env=os.environ | trial.environment(settings, port) | choices,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        trial.await_hub(hub, port, folder / "hub.log")
        yield f"http://127.0.0.1:{port}"
    finally:
        trial.stop(hub)


class Browser(requests.Session):
    """One person's cookies."""

    def __init__(self, url, name):
        super().__init__()
        self.url, self.name = url, name

    def fill_in(self, page, **fields):
        """Fill in a form of the Hub; the page that comes then, unless it leads elsewhere."""
        self.get(f"{self.url}/hub/{page}", timeout=SECONDS)
        fields |= {"username": self.name, "_xsrf": self.cookies.get("_xsrf", path="/hub/")}
        return self.post(
            f"{self.url}/hub/{page}", data=fields, allow_redirects=False, timeout=SECONDS
        )

    def sign_up(self, password=PASSWORD):
        """Ask for an account."""
        fields = {"signup_password": password, "signup_password_confirmation": password}
        return self.fill_in("signup", email=f"{self.name}@contoh.ac.id", **fields)

    def comes_in(self):
        """Whether signing in succeeds."""
        return self.fill_in("login", password=PASSWORD).status_code == 302


def test_nobody_comes_in_before_an_admin_has_approved(url):
    """The student waits for the admin; a stranger stays outside although approved."""
    ayu, stranger, admin = (Browser(url, name) for name in ("ayu", "orang-lain", "kepala"))
    for each in (ayu, stranger, admin):
        assert each.sign_up().ok
    before = ayu.comes_in()
    assert admin.comes_in()
    for name in ("ayu", "orang-lain"):
        page = admin.get(f"{url}/hub/authorize", timeout=SECONDS)
        assert page.ok
        assert re.search(rf"authorize/{name}\b", page.text)
        assert admin.get(f"{url}/hub/authorize/{name}", timeout=SECONDS).ok

    assert (before, ayu.comes_in(), stranger.comes_in()) == (False, True, False)


def test_a_student_approves_nobody(url):
    """The page is the admins'."""
    ayu = Browser(url, "ayu")
    assert ayu.comes_in()

    assert ayu.get(f"{url}/hub/authorize", timeout=SECONDS).status_code == 403


@pytest.mark.parametrize("password", ["pendek", "password12"])
def test_a_weak_password_is_refused(url, password):
    """Too short, or one that everybody takes."""
    budi = Browser(url, "budi")
    budi.sign_up(password)

    assert not budi.fill_in("login", password=password).is_redirect
