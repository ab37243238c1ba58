"""What every test stands on: tools of this environment, settings of nobody."""

import itertools
import os
import socket
import sysconfig
from pathlib import Path

import pytest
from jupyter_client.connect import LocalPortCache

ROOT = Path(__file__).resolve().parent.parent
PORTS = 1_000
"""For the kernels of each process of pytest-xdist, from 10,000 on: the system gives none of them to anybody."""


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
def kernel_ports():
    """A kernel's ports are drawn a second or more before it takes them: from those that nobody else draws."""
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    first = 10_000 + number % 10 * PORTS
    turn = itertools.cycle(range(first, first + PORTS))

    def find_available_port(cache, ip):
        for port in turn:
            with socket.socket() as probe:
                if probe.connect_ex((ip, port)):
                    return port

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(LocalPortCache, "find_available_port", find_available_port)
        yield
