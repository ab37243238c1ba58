"""Ports for servers that take them later: free, and nobody else's."""

from types import SimpleNamespace

import pytest

from asynclab.classroom import ports


@pytest.fixture
def draws(monkeypatch):
    """Sets what will be drawn; somebody has 20,002."""

    def draw(*numbers):
        drawn = iter(numbers)
        monkeypatch.setattr(ports.secrets, "choice", lambda _: next(drawn))

    monkeypatch.setattr(
        ports, "check_port", lambda variable, host, port: ["terpakai"] if port == 20_002 else []
    )
    return draw


def test_two_servers_that_start_at_once_get_two_ports(draws):
    """A port stays given away, though nobody listens there yet, and though it is drawn again."""
    draws(20_011, 20_011, 20_012)
    spawners = [SimpleNamespace(port=0), SimpleNamespace(port=0)]
    for spawner in spawners:
        ports.choose_port(spawner)

    assert [spawner.port for spawner in spawners] == [20_011, 20_012]


def test_ports_are_free_and_different(draws):
    """None that somebody has, none that is named, none twice."""
    draws(20_002, 20_003, 20_004, 20_004, 20_005)

    assert ports.draw_ports(2, [20_003]) == [20_004, 20_005]
