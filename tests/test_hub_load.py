"""A class submits at once: nothing is lost, nothing comes twice, and nobody waits long.

`MODUL11_LOAD=30` tells how many students there are; six otherwise.
"""

import os
import time
from concurrent.futures import ThreadPoolExecutor

import nbformat
import psutil
import pytest
import requests
from hub_class import TrialHub, need_hub
from tiny_course import GOOD_GREET, GOOD_TOTAL, SLUG, answered

from asynclab.classroom import trial
from asynclab.classroom.people import Person, write_people
from asynclab.grading.release import open_course

pytestmark = [pytest.mark.hub, pytest.mark.heavy, pytest.mark.filterwarnings("ignore")]

STUDENTS = int(os.environ.get("MODUL11_LOAD", "6"))
WITHIN_SECONDS = 60
PATIENCE = 300


class Student(requests.Session):
    """A student whose clicks are requests."""

    def __init__(self, hub, name):
        super().__init__()
        self.hub, self.name, self.waits = hub, name, {}

    def click(self, what, method, path, **options):
        """One request as JupyterLab sends it; remembers how long the answer took (seconds)."""
        began = time.monotonic()
        token = self.cookies.get("_xsrf", path=f"/user/{self.name}/") or ""
        answer = self.request(
            method, f"{self.hub.url}{path}", headers={"X-XSRFToken": token}, timeout=90, **options
        )
        self.waits[what] = time.monotonic() - began
        answer.raise_for_status()
        return answer

    def start(self):
        """Sign in and wait for the own server."""
        began = time.monotonic()
        self.get(f"{self.hub.url}/hub/login", timeout=90)
        token = self.cookies.get("_xsrf", path="/hub/")
        data = {"username": self.name, "password": self.hub.passwords["user"], "_xsrf": token}
        self.post(f"{self.hub.url}/hub/login", data=data, timeout=90).raise_for_status()
        # Only a page signs in to the own server; its API would answer 403.
        page = f"{self.hub.url}/user/{self.name}/lab"
        while not (answer := self.get(page, timeout=90)).ok or not answer.url.startswith(page):
            assert time.monotonic() < began + PATIENCE, answer.text
            time.sleep(0.5)
        self.waits["server"] = time.monotonic() - began

    def fetch(self):
        """Fetch the assignment."""
        data = {"course_id": "modul11", "assignment_id": SLUG}
        said = self.click("fetch", "POST", f"/user/{self.name}/assignments/fetch", data=data)
        assert said.json()["success"], said.text

    def submit(self):
        """Submit it."""
        data = {"course_id": "modul11", "assignment_id": SLUG}
        said = self.click("submit", "POST", f"/user/{self.name}/assignments/submit", data=data)
        assert said.json()["success"], said.text

    def write(self, notebook):
        """Save the notebook."""
        content = {"type": "notebook", "format": "json", "content": notebook}
        path = f"/user/{self.name}/api/contents/{SLUG}/{SLUG}.ipynb"
        self.click("save", "PUT", path, json=content)


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    """A trial Hub with the assignment released and a class of its own."""
    need_hub()
    trial_hub = TrialHub(tmp_path_factory.mktemp("ramai"))
    settings = trial_hub.settings
    names = [f"mhs{number:02d}" for number in range(STUDENTS)]
    write_people(settings.people, [Person(name) for name in names])
    for name in names:
        trial.write_identity(settings.state / "home" / name, name)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(settings.course)
        patch.setenv("MODUL11_EXCHANGE", str(settings.exchange))
        assert open_course(settings.course).release_assignment(SLUG)["success"]
    trial_hub.start()
    yield trial_hub
    trial_hub.stop()


def test_a_class_submits_at_once(hub, monkeypatch):
    """Everybody's submission is there once, with the own answer in it, within a minute."""
    names = [f"mhs{number:02d}" for number in range(STUDENTS)]
    students = [Student(hub, name) for name in names]
    release = nbformat.read(hub.settings.course / "release" / SLUG / f"{SLUG}.ipynb", 4)

    def everybody(do):
        with ThreadPoolExecutor(STUDENTS) as pool:
            list(pool.map(do, students))

    everybody(Student.start)
    everybody(Student.fetch)
    for student in students:
        mine = GOOD_TOTAL + f"\n# {student.name}\n"
        student.write(answered(release, total=mine, greet=GOOD_GREET))
    began = time.monotonic()
    everybody(Student.submit)
    lasted = time.monotonic() - began

    inbound = hub.settings.exchange / "modul11" / "inbound"
    owners = sorted(path.name.split("+")[0] for path in inbound.iterdir())
    assert owners == names
    for path in inbound.iterdir():
        text = (path / f"{SLUG}.ipynb").read_text(encoding="utf-8")
        assert f"# {path.name.split('+')[0]}" in text
    assert lasted < WITHIN_SECONDS
    show(students, lasted)

    monkeypatch.chdir(hub.settings.course)
    monkeypatch.setenv("MODUL11_EXCHANGE", str(hub.settings.exchange))
    assert open_course(hub.settings.course).collect(SLUG)["success"]
    collected = (hub.settings.course / "submitted").glob(f"*/{SLUG}/{SLUG}.ipynb")
    assert sorted(path.parts[-3] for path in collected) == names


def show(students, lasted):
    """The figures, for whoever runs this with -s."""
    for what in students[0].waits:
        waits = sorted(student.waits[what] for student in students)
        print(f"{what:8} median {waits[len(waits) // 2]:6.2f} s  slowest {waits[-1]:6.2f} s")
    print(f"{len(students)} submissions in {lasted:.2f} s")
    sizes = sorted(memory_of_servers())
    print(f"memory of a server: median {sizes[len(sizes) // 2] / 1e6:.0f} MB")


def memory_of_servers():
    """Bytes that each student's server occupies and shares with nobody."""
    for process in psutil.process_iter(["cmdline"]):
        command = process.info["cmdline"] or []
        if "asynclab.classroom.singleuser" in command and "MODUL11_LESSONS" in process.environ():
            yield process.memory_full_info().uss
