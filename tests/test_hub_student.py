"""JupyterLab as a student finds it."""

import json

import pytest

from asynclab.classroom.settings import Settings
from asynclab.classroom.student import CONFIG, LAB, read_literals, write_student_files


@pytest.fixture
def settings(tmp_path, root):
    """A class with the course's own settings."""
    return Settings(course_id="async", course=root, exchange=tmp_path / "tukar")


def read(folder, name):
    """A written file as data."""
    return json.loads((folder / name).read_text(encoding="utf-8"))


def test_students_get_the_courses_sentences_and_nothing_secret(settings, tmp_path):
    """What Validate says comes from nbgrader_config.py; the seed of the hidden tests does not."""
    write_student_files(settings, tmp_path / "siswa")
    config = read(tmp_path / "siswa", f"{CONFIG}/nbgrader_config.json")

    assert "sel uji belum lulus" in config["Validator"]["failed_warning"]
    assert config["Execute"]["timeout"] == 60
    assert config["CourseDirectory"] == {"course_id": "async"}
    assert config["Exchange"]["root"] == str(settings.exchange)
    assert {*config} == {"Validator", "Execute", "CourseDirectory", "Exchange"}


def test_students_have_no_buttons_for_instructors(settings, tmp_path):
    """Formgrader and the making of assignments are neither in the menu nor on the server."""
    write_student_files(settings, tmp_path / "siswa")
    menu = read(tmp_path / "siswa", f"{CONFIG}/labconfig/page_config.json")["disabledExtensions"]
    server = read(tmp_path / "siswa", f"{CONFIG}/jupyter_server_config.json")["ServerApp"]

    assert menu["@jupyter/nbgrader:formgrader"]
    assert menu["@jupyter/nbgrader:create-assignment"]
    assert server["jpserver_extensions"]["nbgrader.server_extensions.formgrader"] is False


def test_nobody_listens_to_a_kernel(settings, tmp_path):
    """A kernel's ports are open to every account of the machine, so what goes through is encrypted."""
    write_student_files(settings, tmp_path / "siswa")
    server = read(tmp_path / "siswa", f"{CONFIG}/jupyter_server_config.json")

    assert server["KernelManager"] == {"transport_encryption": "required"}


def test_jupyterlab_speaks_indonesian(settings, tmp_path):
    """And asks nobody about news."""
    write_student_files(settings, tmp_path / "siswa")
    overrides = read(tmp_path / "siswa", f"{LAB}/overrides.json")

    assert overrides["@jupyterlab/translation-extension:plugin"] == {"locale": "id_ID"}
    assert overrides["@jupyterlab/apputils-extension:notification"]["fetchNews"] == "false"


def test_everybody_may_read_them_whatever_the_umask(settings, tmp_path):
    """The Hub writes them as root, the students read them."""
    write_student_files(settings, tmp_path / "siswa")
    modes = {path.stat().st_mode & 0o777 for path in (tmp_path / "siswa").rglob("*.json")}
    folders = {path.stat().st_mode & 0o777 for path in (tmp_path / "siswa").rglob("*/")}

    assert (modes, folders) == ({0o644}, {0o755})


def test_a_config_is_read_and_never_run(tmp_path):
    """Only what stands there as a value counts; the file belongs to another account."""
    config = tmp_path / "nbgrader_config.py"
    config.write_text(
        "import os\nos.abort()\n"
        "c.Validator.a = 'teks'\nc.Validator.b = 1 + os.getpid()\n"
        "if True:\n    c.Validator.c = 2\n"
        "c.Lain.x = [1]\nd.Validator.y = 3\n"
    )

    assert read_literals(config) == {"Validator": {"a": "teks"}, "Lain": {"x": [1]}}
    assert read_literals(config, ["Lain"]) == {"Lain": {"x": [1]}}
