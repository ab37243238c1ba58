"""What every test stands on: tools of this environment, settings of nobody."""

import fcntl
import os
import socket
import sysconfig
import tempfile
from pathlib import Path

import pytest
from jupyter_client.connect import LocalPortCache

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def root() -> Path:
    """The root folder of the course."""
    return ROOT


@pytest.fixture(scope="session", autouse=True)
def environment(tmp_path_factory: pytest.TempPathFactory):
    """This environment's commands, activated or not, and no personal Jupyter settings."""
    home = tmp_path_factory.mktemp("jupyter")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", sysconfig.get_path("scripts") + os.pathsep + os.environ["PATH"])
        patch.setenv("JUPYTER_CONFIG_DIR", str(home / "config"))
        patch.setenv("JUPYTER_DATA_DIR", str(home / "data"))
        patch.setenv("JUPYTER_RUNTIME_DIR", str(home / "runtime"))
        patch.setenv("IPYTHONDIR", str(home / "ipython"))
        patch.setenv("MPLBACKEND", "Agg")
        yield


@pytest.fixture(scope="session", autouse=True)
def ports():
    """The ports chosen for a kernel stay free until it has them; else another process's kernel may get them first."""
    kept = {}

    def find(self, ip):
        with socket.socket() as chosen:
            chosen.bind((ip, 0))
            # Now only a socket with this option, such as the kernel's own, can be bound to it too.
            chosen.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            port = chosen.getsockname()[1]
            kept[port] = chosen.detach()
        return port

    def give_back(self, port):
        if port in kept:
            os.close(kept.pop(port))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(LocalPortCache, "find_available_port", find)
        patch.setattr(LocalPortCache, "return_port", give_back)
        yield


@pytest.fixture(scope="module")
def accounts():
    """The system's accounts, and who may enter the project's folder, are changed by one test process at a time."""
    with Path(tempfile.gettempdir(), "modul11-accounts.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
