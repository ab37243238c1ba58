"""A Hub for real Unix users: only as root, only where CI is set, and cleaned up after."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
import requests
from hub_class import ROOT, need_hub

from asynclab.classroom import trial
from asynclab.classroom.installation import find_unreachable
from asynclab.classroom.machine import find_account
from asynclab.classroom.ports import draw_ports
from asynclab.cli import main

NAMES = ("hub11-dosen", "hub11-ani", "hub11-budi")
ACCOUNT = "hub11"
SLUG = "latihan-2-task-queue"
PASSWORD = "sandi-untuk-uji-11"
WALL = find_unreachable([sys.executable, ROOT])
SECONDS = 120

pytestmark = [
    pytest.mark.hub,
    pytest.mark.heavy,
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.skipif(os.geteuid() != 0, reason="makes Unix users: needs root"),
    pytest.mark.skipif(
        not os.environ.get("CI"), reason="makes Unix users: only where CI is set, as in CI=true"
    ),
    pytest.mark.skipif(bool(WALL), reason=f"other users may not enter {WALL}, where Python is"),
    pytest.mark.skipif(shutil.which("chpasswd") is None, reason="chpasswd is not here"),
]


class Server:
    """A class set up with `asynclab classroom`, and its Hub with sign-in by Unix password."""

    def __init__(self, folder):
        self.folder = folder
        self.settings = folder / "kelas.env"
        hub, proxy, formgrader, self.port = draw_ports(4)
        self.url = f"http://127.0.0.1:{self.port}"
        self.values = {
            "MODUL11_ACCOUNT": ACCOUNT,
            "MODUL11_COURSE": f"{folder}/kursus",
            "MODUL11_EXCHANGE": f"{folder}/exchange",
            "MODUL11_STATE": f"{folder}/hub",
            "MODUL11_SIGN_IN": "pam",
            "MODUL11_ADDRESS": self.url,
            "MODUL11_HUB_PORT": str(hub),
            "MODUL11_PROXY_PORT": str(proxy),
            "MODUL11_FORMGRADER_PORT": str(formgrader),
        }
        self.settings.write_text("".join(f"{n}={v}\n" for n, v in self.values.items()))

    def classroom(self, *arguments):
        """One command of an admin."""
        assert main(["classroom", *arguments, "--settings", str(self.settings), "--lakukan"]) == 0

    def enrol(self):
        """An instructor and two students, with passwords."""
        for file, rows, options in (
            ("dosen.csv", NAMES[:1], ["--dosen"]),
            ("mahasiswa.csv", NAMES[1:], []),
        ):
            (self.folder / file).write_text(
                "id,nama\n" + "".join(f"{name},{name}\n" for name in rows)
            )
            self.classroom("add", "--csv", str(self.folder / file), *options)
        passwords = "".join(f"{name}:{PASSWORD}\n" for name in NAMES)
        subprocess.run(["chpasswd"], input=passwords, text=True, check=True)

    def start(self):
        """Run the Hub; returns when it answers."""
        config = ROOT / "classroom" / "jupyterhub_config.py"
        log = (self.folder / "hub.log").open("w")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "jupyterhub", "-f", str(config)],
            cwd=self.folder / "hub",
            env=os.environ | self.values,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        trial.await_hub(self.process, self.port, self.folder / "hub.log")

    def stop(self):
        """End the Hub and what it started."""
        if hasattr(self, "process"):
            trial.stop(self.process)


@pytest.fixture(scope="module")
def server(accounts):
    """A folder that everybody may enter, with a class in it; nothing of it stays."""
    need_hub()
    for name in (ACCOUNT, *NAMES):
        assert find_account(name) is None, f"{name} exists already; this test would delete it"
    folder = Path(tempfile.mkdtemp(prefix="hub11-", dir="/var/tmp"))
    folder.chmod(0o755)
    made = Server(folder)
    try:
        made.classroom("init")
        made.enrol()
        made.start()
        yield made
    finally:
        made.stop()
        for name in (*NAMES, ACCOUNT):
            subprocess.run(["userdel", "--remove", name], capture_output=True, check=False)
        for group in (f"{ACCOUNT}-people", *NAMES, ACCOUNT):
            subprocess.run(["groupdel", group], capture_output=True, check=False)
        Path(f"/etc/systemd/system/{ACCOUNT}.service").unlink(missing_ok=True)
        shutil.rmtree(folder)


class Person(requests.Session):
    """Somebody signed in, whose clicks are requests."""

    def __init__(self, server, name, place):
        super().__init__()
        self.base = f"{server.url}{place}"
        self.place = place
        self.get(f"{server.url}/hub/login", timeout=SECONDS)
        data = {"username": name, "password": PASSWORD}
        data["_xsrf"] = self.cookies.get("_xsrf", path="/hub/")
        self.post(f"{server.url}/hub/login", data=data, timeout=SECONDS).raise_for_status()
        for _ in range(200):
            self.page = self.get(f"{self.base}lab", timeout=SECONDS)
            if self.page.ok and self.page.url.startswith(self.base):
                break
            time.sleep(0.5)

    def click(self, path, **data):
        """What a button of JupyterLab or formgrader gets for an answer, as data."""
        token = self.cookies.get("_xsrf", path=self.place)
        headers = {"X-XSRFToken": token}
        body = {"data": data} if data else {"json": {}}
        answer = self.post(f"{self.base}{path}", **body, headers=headers, timeout=SECONDS)
        assert answer.ok, answer.text
        return answer.json()


@pytest.fixture(scope="module")
def ani(server):
    """A student at the own server."""
    return Person(server, "hub11-ani", "/user/hub11-ani/")


@pytest.fixture(scope="module")
def dosen(server):
    """The instructor at the course's service."""
    return Person(server, "hub11-dosen", "/services/modul11/")


def as_user(name, *command):
    """A program run as this user, with no other rights."""
    account = find_account(name)
    options = {"user": account.uid, "group": name, "extra_groups": [], "cwd": "/"}
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


def test_a_server_runs_as_the_persons_own_unix_user(server, ani):
    """Lessons lie in the own home, read-only, and belong to the person."""
    home = find_account("hub11-ani").home
    lesson = home / "pelajaran" / "00-mulai.ipynb"

    assert ani.page.ok
    assert lesson.owner() == "hub11-ani"
    assert as_user("hub11-ani", "test", "-w", lesson).returncode == 1
    assert as_user("hub11-budi", "ls", home).returncode != 0


def test_the_circle_between_accounts(server, ani, dosen):
    """Release, fetch, submit, collect, grade, feedback: every step by the account whose step it is."""
    course = {"course_id": "modul11", "assignment_id": SLUG}
    api = f"formgrader/api/assignment/{SLUG}"
    steps = [
        dosen.click(f"{api}/assign"),
        dosen.click(f"{api}/release"),
        ani.click("assignments/fetch", **course),
        ani.click("assignments/submit", **course),
        dosen.click(f"{api}/collect"),
        dosen.click(f"formgrader/api/submission/{SLUG}/hub11-ani/autograde"),
        dosen.click(f"{api}/generate_feedback"),
        dosen.click(f"{api}/release_feedback"),
        ani.click("assignments/fetch_feedback", **course),
    ]
    home = find_account("hub11-ani").home

    assert [step for step in steps if not step["success"]] == []
    assert [page.owner() for page in home.glob(f"{SLUG}/feedback/*/*.html")] == ["hub11-ani"]


def test_a_student_reads_nothing_of_others(server, ani, dosen):
    """Neither the gradebook, nor the solutions, nor the list of submissions, nor the Hub's secrets."""
    closed = [
        server.folder / "kursus" / "gradebook.db",
        server.folder / "kursus" / "source" / SLUG / f"{SLUG}.ipynb",
        server.folder / "exchange" / "modul11" / "inbound",
        server.folder / "hub" / "jupyterhub.sqlite",
        server.folder / "hub" / "people.json",
        server.folder / "hub" / "cookie_secret",
        find_account("hub11-ani").home / SLUG,
    ]
    readers = [as_user("hub11-budi", "ls", path) for path in closed if path.is_dir()]
    readers += [as_user("hub11-budi", "head", "-c1", path) for path in closed if path.is_file()]
    readable = [done.args[-1] for done in readers if done.returncode == 0]

    assert len(readers) == len(closed)
    assert readable == []
    assert ani.get(f"{server.url}/services/modul11/formgrader", timeout=SECONDS).status_code == 403


def test_a_submission_in_anothers_name_is_not_taken(server, ani, dosen):
    """What budi puts into the inbound folder in ani's name does not replace ani's work."""
    inbound = server.folder / "exchange" / "modul11" / "inbound"
    forged = inbound / f"hub11-ani+{SLUG}+2099-01-01 00:00:00.000000 UTC+palsu"
    script = (
        f"mkdir -m 755 '{forged}' && cd '{forged}' && echo '{{}}' > {SLUG}.ipynb"
        " && echo '2099-01-01 00:00:00.000000 UTC' > timestamp.txt"
    )
    assert as_user("hub11-budi", "sh", "-c", script).returncode == 0
    dosen.click(f"formgrader/api/assignment/{SLUG}/collect")

    taken = server.folder / "kursus" / "submitted" / "hub11-ani" / SLUG / f"{SLUG}.ipynb"
    assert "cells" in json.loads(taken.read_text())
