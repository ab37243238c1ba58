"""nbgrader_config.py: loads anywhere, with a reason above each setting, and the stock commands work."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from dateutil.tz import gettz
from traitlets.config import PyFileConfigLoader

CONFIG = "nbgrader_config.py"


def load(folder: Path):
    """The settings as nbgrader reads them from a course folder."""
    return PyFileConfigLoader(CONFIG, path=str(folder)).load_config()


@pytest.fixture
def course(tmp_path, root):
    """A course folder with only the settings in it, its name with a space as people have them."""
    folder = tmp_path / "kursus saya"
    folder.mkdir()
    shutil.copy(root / CONFIG, folder)
    return folder


@pytest.fixture(autouse=True)
def path(monkeypatch):
    """Loading the settings changes PATH; the tests don't keep that."""
    monkeypatch.setenv("PATH", os.environ["PATH"])
    monkeypatch.delenv("MODUL11_EXCHANGE", raising=False)


def test_the_course_is_where_its_settings_lie(course, tmp_path, monkeypatch):
    """Whatever the working folder is, the course is the folder of the file."""
    monkeypatch.chdir(tmp_path)

    settings = load(course).CourseDirectory
    assert (settings.course_id, settings.root) == ("modul11", str(course))


def test_the_exchange_is_in_the_course_unless_somebody_says_otherwise(course, monkeypatch):
    """On a laptop the exchange is a folder of the course; an admin's variable wins."""
    monkeypatch.setattr(Path, "is_dir", lambda self: False)
    assert load(course).Exchange.root == str(course / "exchange")

    monkeypatch.setenv("MODUL11_EXCHANGE", "/srv/tukar")
    assert load(course).Exchange.root == "/srv/tukar"


def test_a_server_s_own_exchange_is_left_alone(course, monkeypatch):
    """Where nbgrader's shared folder exists, the course doesn't replace it."""
    monkeypatch.setattr(Path, "is_dir", lambda self: True)

    assert "root" not in load(course).Exchange


def test_this_environment_s_commands_come_first(course):
    """nbgrader finds this environment's alembic, activated or not."""
    load(course)

    assert os.environ["PATH"].split(os.pathsep)[0] == sysconfig.get_path("scripts")


def test_the_sentences_can_be_filled_in(course):
    """The texts take the values that nbgrader puts into them; the time zone exists."""
    settings = load(course)
    validator = settings.Validator

    assert "3 sel" in validator.failed_warning.format(num_failed=3)
    assert "3 sel" in validator.changed_warning.format(num_changed=3)
    assert "3 sel" in validator.type_changed_warning.format(num_changed=3)
    assert "uji-2" in settings.OverwriteCells.missing_cell_notification.format(cell_id="uji-2")
    assert gettz(settings.NbGraderAPI.timezone) is not None


def test_every_setting_has_its_reason(root):
    """Above each group of settings stands a comment that says why."""
    paragraphs = (root / CONFIG).read_text(encoding="utf-8").split("\n\n")
    settings = [text for text in paragraphs if re.search(r"^\s*c\.\w+", text, re.MULTILINE)]

    assert settings
    assert [text for text in settings if not text.lstrip().startswith("#")] == []


@pytest.mark.heavy
def test_stock_commands_work_without_activation(course, root):
    """generate, release and list run in a fresh course, with a PATH that knows no environment."""
    shutil.copytree(root / "source", course / "source")
    (course / "exchange").mkdir()
    slug = sorted(path.name for path in (course / "source").iterdir())[0]
    bare = {**os.environ, "PATH": "/usr/bin:/bin"}

    def nbgrader(*arguments):
        command = [sys.executable, "-m", "nbgrader", *arguments]
        done = subprocess.run(command, cwd=course, env=bare, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stderr

    nbgrader("generate_assignment", slug)
    nbgrader("release_assignment", slug)
    assert f"modul11 {slug}" in nbgrader("list")
    released = (course / "release" / slug / f"{slug}.ipynb").read_text(encoding="utf-8")
    assert "Tulis jawaban Anda di sini" in released
    assert "HIDDEN TESTS" not in released
