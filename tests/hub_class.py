"""A trial Hub with a tiny course, and the people who sign in to it in a real browser."""

import json
import os
import shutil
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import nbformat
import pytest
from tiny_course import SLUG, TRUST, make_source

from asynclab.classroom import checks, trial
from asynclab.classroom.ports import draw_ports

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
SCREENSHOTS = "MODUL11_SCREENSHOTS"
"""The folder that keeps what the browser showed; without it a temporary one does."""


def need_hub():
    """Skip where what a Hub needs is not installed; never in CI, where it must be."""
    checks.prefer_own_commands()
    pytest.importorskip("jupyterhub", reason="requirements-classroom.txt belum dipasang")
    if (lack := checks.check_proxy()) and not os.environ.get("CI"):
        pytest.skip(lack[0])


class TrialHub:
    """`make hub` in a folder of its own, with one tiny assignment."""

    def __init__(self, folder: Path):
        self.settings = trial.trial_settings(folder / "hub")
        (self.port,) = draw_ports(1)
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = None
        source = folder / "asal"
        (source / "source" / SLUG).mkdir(parents=True)
        nbformat.write(make_source(), source / "source" / SLUG / f"{SLUG}.ipynb")
        config = (ROOT / "nbgrader_config.py").read_text(encoding="utf-8")
        (source / "nbgrader_config.py").write_text(config + TRUST, encoding="utf-8")
        trial.prepare(self.settings, source)

    def start(self):
        """Return when the Hub answers."""
        command = [sys.executable, "-m", "asynclab.classroom.trial"]
        command += ["--folder", str(self.settings.state), "--port", str(self.port)]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        shown = []
        for line in self.process.stdout:
            shown.append(line)
            if "Ctrl-C" in line:
                return "".join(shown)
        raise AssertionError("".join(shown) + self.log)

    def stop(self):
        """End it as Ctrl-C does; returns the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        self.process.stdout.read()
        self.process.stdout.close()
        return self.process.wait(60)

    @property
    def log(self):
        """What the Hub wrote."""
        return (self.settings.state / "jupyterhub.log").read_text(errors="replace")

    @property
    def passwords(self):
        """The trial's passwords."""
        return json.loads((self.settings.state / "passwords.json").read_text())

    def health(self):
        """Whether the Hub answers."""
        with urllib.request.urlopen(f"{self.url}/hub/health", timeout=10) as answer:
            return answer.status


class Visitor:
    """One person with a browser of the own."""

    def __init__(self, browser, hub, name, screenshots):
        self.hub, self.name, self.screenshots = hub, name, screenshots
        self.page = browser.new_context(viewport={"width": 1250, "height": 850}).new_page()
        self.page.set_default_timeout(90_000)
        self.shots = 0

    def sign_in(self):
        """Choose the own name on the page for signing in."""
        self.page.goto(self.hub.url)
        self.page.locator(f'input[value="{self.name}"] ~ button').click()

    def shoot(self, what):
        """Keep what the page shows."""
        self.shots += 1
        self.page.screenshot(path=self.screenshots / f"{self.name}-{self.shots:02d}-{what}.png")

    def open_assignments(self):
        """The assignment list of nbgrader in JupyterLab."""
        self.page.goto(f"{self.hub.url}/user/{self.name}/lab")
        self.page.locator(".lm-MenuBar-itemLabel", has_text="Nbgrader").click()
        self.page.locator(".lm-Menu-itemLabel", has_text="Assignment List").click()
        self.page.locator("#fetched_assignments_list").wait_for()

    def open_notebook(self, slug):
        """A fetched assignment in JupyterLab, its kernel ready."""
        self.page.goto(f"{self.hub.url}/user/{self.name}/lab/tree/{slug}/{slug}.ipynb")
        self.page.locator(".jp-Notebook .jp-Cell").nth(5).wait_for()
        self.page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').wait_for()

    def dialog(self):
        """The text of JupyterLab's dialog, which is then closed."""
        dialog = self.page.locator(".jp-Dialog")
        dialog.wait_for()
        text = dialog.inner_text()
        self.shoot("dialog")
        dialog.locator("button.jp-mod-accept").click()
        dialog.wait_for(state="detached")
        return text

    def formgrader(self, page="manage_assignments"):
        """A page of formgrader."""
        self.page.goto(f"{self.hub.url}/services/modul11/formgrader/{page}")

    def click_icon(self, row, icon):
        """Click an icon of the row in formgrader; returns what it says then, and closes that."""
        line = self.page.locator("tbody tr", has_text=row)
        line.locator(f".glyphicon-{icon}").first.click()
        modal = self.page.locator(".modal.in, .modal.show")
        modal.locator("button", has_text="OK").wait_for()
        text = modal.inner_text()
        self.shoot(icon)
        modal.locator("button", has_text="OK").click()
        modal.wait_for(state="detached")
        return text

    def write_cells(self, cells):
        """Replace these cells of the open notebook, by position, and save it."""
        for position, source in cells.items():
            editor = self.page.locator(".jp-Notebook .jp-Cell").nth(position).locator(".cm-content")
            editor.click()
            self.page.keyboard.press("Control+a")
            self.page.keyboard.insert_text(source)
        self.page.keyboard.press("Control+s")
        self.page.locator(".jp-mod-current.jp-mod-dirty").wait_for(state="detached")

    def fetch(self, path):
        """Status and text of an address, with this person's cookies."""
        answer = self.page.request.get(f"{self.hub.url}{path}")
        return answer.status, answer.text()
