"""Whether a process can be shut in: believed only when it was tried."""

import pytest

from asynclab import isolation


def test_the_probe_believes_only_what_worked(monkeypatch):
    """A way counts when its command succeeded; one that fails or isn't there doesn't."""
    monkeypatch.setattr(isolation, "_namespaces", lambda: isolation._succeeds("false"))
    monkeypatch.setattr(isolation, "_bubblewrap", lambda: isolation._succeeds("tidak-ada-perintah"))
    assert isolation.available() == []

    monkeypatch.setattr(isolation, "_namespaces", lambda: isolation._succeeds("true"))
    assert isolation.available() == ["namespace"]


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
    ],
)
def test_a_closed_kernel_is_opened_by_its_own_setting(tmp_path, name, value, remedy):
    """The remedy is the setting that this kernel has closed."""
    file = tmp_path / name
    file.parent.mkdir()
    file.write_text(f"{value}\n")

    assert isolation.remedy(tmp_path) == remedy


def test_without_a_closed_setting_bubblewrap_or_the_container(tmp_path, monkeypatch):
    """Otherwise bubblewrap is to be installed, or the container's own filter is in the way."""
    monkeypatch.setattr(isolation.shutil, "which", lambda name: None)
    assert isolation.remedy(tmp_path) == "sudo apt install bubblewrap"

    monkeypatch.setattr(isolation.shutil, "which", lambda name: "/usr/bin/bwrap")
    assert "seccomp" in isolation.remedy(tmp_path)
