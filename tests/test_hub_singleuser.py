"""A person's own server starts, whatever lies in the person's folder."""

import subprocess
import sys

import pytest
from hub_class import ROOT

from asynclab.classroom import hub
from asynclab.classroom.settings import Settings
from asynclab.classroom.singleuser import COMMAND


@pytest.mark.hub
@pytest.mark.parametrize("name", ["asyncio", "queue", "json", "asynclab"])
def test_a_file_named_like_a_module_does_no_harm(tmp_path, name):
    """Somebody who tries things out in queue.py can still open the server, and delete the file."""
    pytest.importorskip("jupyterhub", reason="requirements-classroom.txt belum dipasang")
    (tmp_path / f"{name}.py").write_text("raise SystemExit('milik mahasiswa')\n")
    command = [*COMMAND, "--version"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)

    assert (done.returncode, "milik mahasiswa" in done.stderr) == (0, False), done.stderr


def test_everything_the_hub_starts_is_started_that_way():
    """Students' servers, the course service, and what ends idle ones."""
    config = (ROOT / "classroom" / "jupyterhub_config.py").read_text(encoding="utf-8")
    service = hub.make_course_service(Settings(), list(COMMAND), 9999, {})

    assert "c.Spawner.cmd = list(singleuser.COMMAND)" in config
    assert "settings, c.Spawner.cmd, formgrader_port" in config
    assert service["command"][:2] == [sys.executable, "-P"]
    assert hub.make_culler_service(sys.executable, 1)["command"][:2] == [sys.executable, "-P"]
