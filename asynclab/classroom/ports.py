"""Ports of this computer that nobody has, and that nobody else is given until they are taken."""

from __future__ import annotations

import secrets
from collections import deque

from asynclab.classroom.checks import check_port

__all__ = ["choose_port", "draw_ports"]

OWN_PORTS = range(20_000, 32_768)
"""Below those from which a system gives one to whoever asks for any, as kernels and browsers do."""

_given: deque[int] = deque(maxlen=1_000)


def draw_ports(count, taken=()) -> list[int]:
    """So many ports of 127.0.0.1 that nobody has, and none of those `taken`."""
    ports = []
    while len(ports) < count:
        port = secrets.choice(OWN_PORTS)
        if port not in ports and port not in taken and not check_port("", "127.0.0.1", port):
            ports.append(port)
    return ports


def choose_port(spawner) -> None:
    """Before a person's server starts: a port that nobody else was just given.

    It is seconds until the server takes it; of a class that comes in at once, two would draw the
    same where JupyterHub draws.
    """
    (spawner.port,) = draw_ports(1, _given)
    _given.append(spawner.port)
