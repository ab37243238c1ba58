"""Listeners: which server of the closed world listens at which address."""

from __future__ import annotations

import errno
import os

from asynclab.network.hosts import ANY, LOOPBACK
from asynclab.network.tcp import Socket

__all__ = ["Listeners"]


class Listeners:
    """Addresses that are bound, each with its server; 0.0.0.0 stands for all of 127.x.x.x."""

    def __init__(self, loop, hosts):
        self._loop, self._hosts = loop, hosts
        self._servers = {}

    def bind(self, server, addresses, ports):
        """Give `server` a listening socket at each (address, port); port 0 takes one of `ports`.

        Raises OSError, as binding a real socket does, where an address is taken or not of a host.
        """
        sockets = []
        for host, port in addresses:
            address = host, port or next(ports)
            if self._hosts.at(host) is None:
                raise _bind_error(errno.EADDRNOTAVAIL, address)
            if any(_conflict(address, taken) for taken in self._servers):
                raise _bind_error(errno.EADDRINUSE, address)
            sockets.append(Socket(self._loop, address, None))
        server.listeners = sockets
        self._servers.update((sock.address, server) for sock in sockets)

    def release(self, server):
        """Free the addresses of a server."""
        for sock in server.listeners:
            del self._servers[sock.address]

    def at(self, address):
        """The server that accepts connections at an address, or None."""
        server = self._servers.get(address)
        if server is None and self._hosts.at(address[0]).address == LOOPBACK:
            server = self._servers.get((ANY, address[1]))
        return server if server is not None and server.is_serving() else None


def _conflict(address, other):
    hosts = address[0], other[0]
    everywhere = ANY in hosts and all(host == ANY or host.startswith("127.") for host in hosts)
    return address[1] == other[1] and (hosts[0] == hosts[1] or everywhere)


def _bind_error(code, address):
    text = os.strerror(code).lower()
    return OSError(code, f"error while attempting to bind on address {address}: {text}")
