"""Tests of asynclab.network.listeners: who listens where."""

import errno
import itertools

import pytest

from asynclab.loop import VirtualLoop
from asynclab.network.hosts import Hosts
from asynclab.network.listeners import Listeners


class Server:
    """As much of a server as listeners need."""

    serving = True

    def is_serving(self):
        return self.serving


@pytest.fixture
def listeners():
    """Listeners of a network with one host, 10.0.0.2."""
    loop = VirtualLoop()
    hosts = Hosts(0.0, None)
    hosts.add("data.contoh")
    yield Listeners(loop, hosts)
    loop.close()


def bind(listeners, *addresses):
    """A server bound to these addresses."""
    server = Server()
    listeners.bind(server, addresses, itertools.count(50000))
    return server


def test_port_zero_takes_the_next_free_one(listeners):
    """Each address gets a port of its own."""
    server = bind(listeners, ("127.0.0.1", 0), ("10.0.0.2", 0))
    assert [sock.address[1] for sock in server.listeners] == [50000, 50001]
    assert listeners.at(("10.0.0.2", 50001)) is server
    assert listeners.at(("10.0.0.2", 50000)) is None


def test_every_interface_means_loopback(listeners):
    """A server on 0.0.0.0 is reached on all of 127.x.x.x, not at other hosts."""
    server = bind(listeners, ("0.0.0.0", 80))
    addresses = ("127.0.0.1", "127.0.0.9", "0.0.0.0", "10.0.0.2")
    found = [listeners.at((address, 80)) for address in addresses]
    assert found == [server, server, server, None]


@pytest.mark.parametrize(
    ("first", "second", "taken"),
    [
        (("10.0.0.2", 80), ("10.0.0.2", 80), True),
        (("0.0.0.0", 80), ("127.0.0.1", 80), True),
        (("127.0.0.1", 80), ("0.0.0.0", 80), True),
        (("0.0.0.0", 80), ("10.0.0.2", 80), False),
        (("127.0.0.1", 80), ("127.0.0.2", 80), False),
        (("127.0.0.1", 80), ("127.0.0.1", 81), False),
    ],
)
def test_an_address_can_be_taken_once(listeners, first, second, taken):
    """The second server gets EADDRINUSE, in the words of asyncio."""
    bind(listeners, first)
    if not taken:
        bind(listeners, second)
        return
    with pytest.raises(OSError, match=r"attempting to bind on address .*already in use") as caught:
        bind(listeners, second)
    assert caught.value.errno == errno.EADDRINUSE


def test_an_address_of_no_host_can_not_be_taken(listeners):
    """EADDRNOTAVAIL, as on a machine without that address."""
    with pytest.raises(OSError, match="cannot assign") as caught:
        bind(listeners, ("10.9.9.9", 80))
    assert caught.value.errno == errno.EADDRNOTAVAIL


def test_a_released_address_is_free_again(listeners):
    """Another server may take it."""
    listeners.release(bind(listeners, ("10.0.0.2", 80)))
    assert listeners.at(("10.0.0.2", 80)) is None
    server = bind(listeners, ("10.0.0.2", 80))
    assert listeners.at(("10.0.0.2", 80)) is server


def test_a_server_that_does_not_serve_is_not_found(listeners):
    """Bound is not yet listening."""
    server = bind(listeners, ("10.0.0.2", 80))
    server.serving = False
    assert listeners.at(("10.0.0.2", 80)) is None
