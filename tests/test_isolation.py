"""Whether a process can be shut in: believed only when it was tried."""

import subprocess
from types import SimpleNamespace

import pytest

from asynclab import isolation


@pytest.mark.parametrize(
    ("done", "obstacle"),
    [
        (SimpleNamespace(returncode=0, stdout="", stderr=""), ""),
        (SimpleNamespace(returncode=1, stdout="unshare: no\n", stderr=""), "unshare: no"),
        (SimpleNamespace(returncode=-9, stdout="", stderr="a\nb\n"), "b"),
        (SimpleNamespace(returncode=-9, stdout="", stderr=""), "?"),
    ],
)
def test_the_probe_believes_only_what_worked(monkeypatch, done, obstacle):
    """No obstacle only where the process was shut in; else the step that failed."""
    monkeypatch.setattr(isolation.subprocess, "run", lambda *args, **options: done)

    assert isolation.obstacle("linux") == obstacle


def test_a_probe_that_hangs_is_an_obstacle(monkeypatch):
    """It is given up after a while."""

    def hang(*args, **options):
        raise subprocess.TimeoutExpired("python", 30)

    monkeypatch.setattr(isolation.subprocess, "run", hang)
    assert isolation.obstacle("linux") == "30 s"


def test_other_systems_are_not_tried():
    """Only Linux has namespaces; elsewhere the way out is another machine."""
    assert isolation.obstacle("darwin") == "namespace: darwin"
    assert "WSL 2" in isolation.remedy("darwin")


@pytest.mark.parametrize(
    ("name", "value", "remedy"),
    [
        (
            "kernel/apparmor_restrict_unprivileged_userns",
            "1",
            "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0",
        ),
        (
            "kernel/unprivileged_userns_clone",
            "0",
            "sudo sysctl -w kernel.unprivileged_userns_clone=1",
        ),
        ("user/max_user_namespaces", "0", "sudo sysctl -w user.max_user_namespaces=15000"),
    ],
)
def test_a_closed_kernel_is_opened_by_its_own_setting(tmp_path, name, value, remedy):
    """The remedy is the setting that this kernel has closed."""
    file = tmp_path / name
    file.parent.mkdir()
    file.write_text(f"{value}\n")

    assert isolation.remedy("linux", tmp_path) == remedy


def test_without_a_closed_setting_the_container_is_in_the_way(tmp_path):
    """Otherwise it is a container's own filter."""
    assert "seccomp" in isolation.remedy("linux", tmp_path)
