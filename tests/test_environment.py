"""The checks of this environment: healthy, and each lack with its remedy."""

import importlib.metadata
import sys

import pytest

from asynclab import environment, isolation
from asynclab.environment import Diagnosis


def only(diagnoses):
    """The one diagnosis of a check that found one thing."""
    (diagnosis,) = diagnoses
    return diagnosis


# ---- Python and its packages


@pytest.mark.parametrize("version", [(3, 11, 2), (3, 12, 1), (3, 13, 0)])
def test_supported_pythons_are_healthy(version):
    """CPython 3.11 to 3.13 is healthy."""
    assert only(environment.python(version, "cpython")).healthy


@pytest.mark.parametrize(
    ("version", "implementation"),
    [
        ((3, 9, 18), "cpython"),
        ((3, 10, 13), "cpython"),
        ((3, 14, 0), "cpython"),
        ((3, 11, 9), "pypy"),
    ],
)
def test_other_pythons_are_named(version, implementation):
    """Any other Python is a lack that names what was found and what is needed."""
    diagnosis = only(environment.python(version, implementation))

    assert (diagnosis.healthy, diagnosis.required) == (False, True)
    assert diagnosis.found.startswith(f"{implementation} {'.'.join(map(str, version))};")
    assert "3.11, 3.12, atau 3.13" in diagnosis.found


@pytest.fixture
def requirements(tmp_path):
    """A requirements file with two pins that hold here, one that does not, and the project."""
    file = tmp_path / "requirements.txt"
    file.write_text(
        "# kursus\nsatu==1.0\ndua==2.0  # alasan\ntiga==3.0 ; python_version < '3'\n-e .\n"
    )
    return file


def versions(**known):
    """An installation that has just these packages."""

    def installed(name):
        if name not in known:
            raise importlib.metadata.PackageNotFoundError(name)
        return known[name]

    return installed


def test_pinned_packages_are_healthy(requirements):
    """All pins of this Python are met: one line with their number."""
    diagnosis = only(environment.packages(requirements, versions(satu="1.0", dua="2.0")))

    assert diagnosis == Diagnosis("Paket", True, "2 paket sesuai requirements.txt")


def test_missing_and_differing_packages_are_told_apart(requirements):
    """A missing package is required; another version is advice; both say how to mend it."""
    diagnoses = environment.packages(requirements, versions(satu="9.9"))

    assert [(item.found, item.required) for item in diagnoses] == [
        ("belum terpasang: dua", True),
        ("versi lain: satu 9.9 (seharusnya 1.0)", False),
    ]
    assert all(item.remedy.endswith("-m pip install -r requirements.txt") for item in diagnoses)


def test_many_missing_packages_are_cut_short(tmp_path):
    """A long list is cut after five names."""
    file = tmp_path / "requirements.txt"
    file.write_text("".join(f"paket{n}==1\n" for n in range(8)))

    found = only(environment.packages(file, versions())).found
    assert found == "belum terpasang: paket0, paket1, paket2, paket3, paket4 dan 3 lainnya"


def test_outside_the_course_the_pins_are_advice(tmp_path):
    """Without a requirements.txt the check says where it looked, and is no lack."""
    diagnosis = only(environment.packages(tmp_path / "requirements.txt"))

    assert (diagnosis.healthy, diagnosis.required) == (False, False)
    assert str(tmp_path) in diagnosis.found


# ---- JupyterLab


@pytest.fixture
def lab(monkeypatch):
    """JupyterLab's settings as the test gives them."""

    def settings(on=(), installed=("@jupyter/nbgrader",), disabled=()):
        enabled = dict.fromkeys([f"nbgrader.server_extensions.{name}" for name in on], True)
        monkeypatch.setattr(
            "jupyter_server.extension.config.ExtensionConfigManager.get_jpserver_extensions",
            lambda self: enabled,
        )
        monkeypatch.setattr(
            "jupyterlab_server.config.get_federated_extensions",
            lambda paths: dict.fromkeys(installed),
        )
        monkeypatch.setattr(
            "jupyterlab_server.config.get_static_page_config",
            lambda level: {"disabledExtensions": dict.fromkeys(disabled, True)},
        )

    settings(environment.SERVER_EXTENSIONS)
    return settings


def test_the_buttons_are_on(lab):
    """With everything enabled the check is healthy."""
    assert only(environment.lab_extensions()).healthy


def test_a_server_extension_that_is_off_is_enabled_by_name(lab):
    """A disabled server extension is named, with the command that enables it."""
    lab(on=[name for name in environment.SERVER_EXTENSIONS if name != "formgrader"])

    diagnosis = only(environment.lab_extensions())
    assert not diagnosis.healthy
    assert diagnosis.remedy.endswith(
        "jupyter server extension enable --sys-prefix nbgrader.server_extensions.formgrader"
    )


def test_a_missing_page_extension_is_installed_anew(lab):
    """Without the page's half, the remedy puts nbgrader's files back in the same version."""
    lab(environment.SERVER_EXTENSIONS, installed=())

    version = importlib.metadata.version("nbgrader")
    assert only(environment.lab_extensions()).remedy.endswith(
        f"-m pip install --force-reinstall --no-deps nbgrader=={version}"
    )


@pytest.mark.parametrize("name", ["@jupyter/nbgrader", "@jupyter/nbgrader:formgrader"])
def test_a_disabled_page_extension_is_enabled(lab, name):
    """A page extension that somebody switched off, whole or in part, is named."""
    lab(environment.SERVER_EXTENSIONS, disabled=[name])

    diagnosis = only(environment.lab_extensions())
    assert diagnosis.found == "@jupyter/nbgrader dimatikan"
    assert diagnosis.remedy.endswith("jupyter labextension enable @jupyter/nbgrader")


# ---- the kernel


@pytest.mark.kernel
def test_the_kernel_starts():
    """The kernel of this environment starts and knows top-level `await` and asynclab."""
    assert only(environment.kernel()).healthy


@pytest.mark.kernel
def test_an_unknown_kernel_is_a_lack():
    """A kernel that isn't there is a lack with the command that installs one."""
    diagnosis = only(environment.kernel("tidak-ada"))

    assert not diagnosis.healthy
    assert "No such kernel named tidak-ada" in diagnosis.found
    assert diagnosis.remedy.endswith("-m ipykernel install --sys-prefix")


def answers(monkeypatch, reply, prefix=sys.prefix):
    monkeypatch.setattr(environment, "_ask_kernel", lambda name, code, seconds: (reply, prefix))


def test_a_kernel_of_another_python_is_named(monkeypatch):
    """A kernel that belongs to another environment is a lack, and says which."""
    answers(monkeypatch, {"status": "ok"}, "/opt/lain")

    found = only(environment.kernel()).found
    assert found == "kernel python3 memakai Python lain: /opt/lain"


def test_a_kernel_without_the_package_says_so(monkeypatch):
    """A kernel that starts but can't import asynclab gives its error."""
    answers(monkeypatch, {"status": "error", "ename": "ImportError", "evalue": "asynclab"})

    found = only(environment.kernel()).found
    assert found == "kernel python3 menyala, tetapi: ImportError: asynclab"


# ---- the gradebook, the sandbox, the pictures


def test_alembic_of_this_environment_is_found():
    """alembic is found even where the environment isn't activated."""
    assert only(environment.alembic()).healthy


def test_alembic_elsewhere_or_nowhere_is_a_lack(tmp_path):
    """Another environment's alembic, or none at all, is a lack."""
    nowhere = only(environment.alembic(str(tmp_path)))
    (tmp_path / "alembic").write_text("#!/bin/sh\n")
    (tmp_path / "alembic").chmod(0o755)
    elsewhere = only(environment.alembic(str(tmp_path)))

    assert nowhere.found.startswith("alembic tidak ditemukan")
    assert elsewhere.found.endswith(f"milik lingkungan lain: {tmp_path / 'alembic'}")
    assert not nowhere.healthy
    assert not elsewhere.healthy


def test_a_system_without_sandbox_is_advised():
    """Where there is none, the consequence is said and the way out; it is no lack."""
    diagnosis = only(environment.sandbox("darwin"))

    assert (diagnosis.healthy, diagnosis.required) == (False, False)
    assert "tidak akan dinilai di sini" in diagnosis.found
    assert "WSL 2" in diagnosis.remedy


@pytest.mark.parametrize("obstacle", ["", "unshare: Operation not permitted"])
def test_the_sandbox_is_what_the_probe_says(monkeypatch, obstacle):
    """The check is healthy where a process could be shut in; else it tells the step that failed."""
    monkeypatch.setattr(isolation, "obstacle", lambda system: obstacle)

    diagnosis = only(environment.sandbox("linux"))
    assert diagnosis.healthy == (not obstacle)
    assert obstacle in diagnosis.found


def test_the_font_cache_is_looked_for_where_matplotlib_keeps_it(tmp_path, monkeypatch):
    """Without matplotlib's list of fonts the check advises to make it; with it, it is healthy."""
    monkeypatch.setattr("matplotlib.get_cachedir", lambda: str(tmp_path))
    before = only(environment.font_cache())
    (tmp_path / "fontlist-v390.json").touch()
    after = only(environment.font_cache())

    assert (before.healthy, before.required, after.healthy) == (False, False, True)
    assert before.remedy.endswith("-c 'import matplotlib.font_manager'")


@pytest.mark.parametrize("name", ["jupyter_core", "matplotlib", "packaging"])
def test_a_package_that_is_gone_is_a_diagnosis(monkeypatch, requirements, name):
    """The checks themselves work where a package they ask about is missing."""
    monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setitem(sys.modules, f"{name}.paths", None)
    monkeypatch.setattr(environment.importlib.util, "find_spec", lambda wanted: None)
    checks = {
        "jupyter_core": environment.lab_extensions,
        "matplotlib": environment.font_cache,
        "packaging": lambda: environment.packages(requirements),
    }

    diagnosis = only(checks[name]())
    assert not diagnosis.healthy
    assert "belum terpasang" in diagnosis.found
