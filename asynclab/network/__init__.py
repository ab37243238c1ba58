"""Network: named hosts joined by in-memory TCP, on which aiohttp runs unchanged."""

from __future__ import annotations

import itertools
import socket
import weakref
from collections.abc import Iterable
from contextvars import copy_context
from functools import partial

from asynclab.network.connections import Connection, Failure
from asynclab.network.connector import Connector
from asynclab.network.hosts import Fault, Hosts, check_properties
from asynclab.network.listeners import Listeners
from asynclab.network.resolver import ask_the_loop
from asynclab.network.transport import Events, Farewells, Server, Transport
from asynclab.network.wire import WINDOW
from asynclab.notsimulated import NotSimulatedError

__all__ = ["Network"]

FIRST_PORT = 49152


class Network:
    """The network of one loop: hosts, listeners and connections, in memory and in virtual time.

    latency: seconds that anything takes one way; bandwidth: bytes per second of each direction of
    each connection, or None for any; window: bytes a receiver holds unread before the sender waits.
    So a request over a new connection takes four latencies, over a kept one two; a body larger
    than the window takes a latency more for each further window.
    """

    def __init__(self, loop, *, latency=0.0, bandwidth=None, window=WINDOW):
        ask_the_loop()
        self.loop = loop
        self.hosts = Hosts(latency, bandwidth)
        self._ports = itertools.count(FIRST_PORT)
        self._listeners = Listeners(loop, self.hosts)
        self._connector = Connector(loop, self.hosts, self._listeners, self._ports, window)
        self._farewells = Farewells(loop)
        self._parked = weakref.WeakKeyDictionary()

    # ---- what scenarios arrange

    def add_host(self, name, *, latency=None, bandwidth=None) -> str:
        """Make a host (a name or an IPv4 address) known and return its address.

        latency (seconds, one way) and bandwidth (bytes per second) of new connections to it; those
        of the network where None. Again for the same host: changes what is given. Raises
        ValueError for a negative latency and a bandwidth that is not positive.
        """
        check_properties(latency, bandwidth)
        host = self.hosts.add(name)
        if latency is not None:
            host.latency = latency
        if bandwidth is not None:
            host.bandwidth = bandwidth
        return host.address

    def refuse(self, host, *, port=None, times=None):
        """Refuse the next `times` connections to `host` (None: all), on one port or on any."""
        self._add_fault(host, Fault("refuse", port, times))

    def blackhole(self, host, *, port=None, times=None):
        """Leave the next `times` attempts to connect to `host` without an answer."""
        self._add_fault(host, Fault("ignore", port, times))

    def reset_after(self, host, size, *, sender="server", port=None, times=None):
        """Reset the next `times` connections to `host` in place of what follows `size` bytes.

        sender: whose bytes are counted, those of the "server" or of the "client".
        """
        self._add_fault(host, Fault("reset", port, times, size, sender))

    def stall_after(self, host, size, *, sender="server", port=None, times=None):
        """Like `reset_after`, but what follows `size` bytes just never arrives."""
        self._add_fault(host, Fault("stall", port, times, size, sender))

    def restore(self, host):
        """Take back every fault of `host`; connections that a fault has struck stay struck."""
        self.hosts.find(host).faults.clear()

    def _add_fault(self, host, fault):
        self.hosts.find(host).faults.append(fault)

    # ---- what traces read

    @property
    def connections(self) -> list[Connection]:
        """A record of every connection so far, in the order in which they were opened."""
        return [link.record() for link in self._connector.links]

    @property
    def failures(self) -> list[Failure]:
        """A record of every attempt to connect that failed, in the order in which they ended."""
        return list(self._connector.failures)

    def open_connections(self) -> list[Connection]:
        """Records of the connections of which one end at least has not been closed."""
        return [link.record() for link in self._connector.links if link.is_open]

    def close(self):
        """Let go of everything still open; the records stay. Called when the loop closes."""
        for link in self._connector.links:
            for end in link.ends.values():
                if end.closed_at is None:
                    end.discard()

    # ---- names

    async def getaddrinfo(self, host, port, *, family=0, type=0, proto=0, flags=0):
        """Like the loop's: the one address of a known host; raises socket.gaierror for others."""
        address = self._connector.resolve(host, port, family=family, flags=flags)
        type, proto = type or socket.SOCK_STREAM, proto or socket.IPPROTO_TCP
        return [(socket.AF_INET, type, proto, "", address)]

    async def getnameinfo(self, sockaddr, flags=0):
        """Like the loop's: (name, port) of an address."""
        host = None if flags & socket.NI_NUMERICHOST else self.hosts.at(sockaddr[0])
        return (host.name if host else sockaddr[0]), str(sockaddr[1])

    # ---- connecting

    async def sock_connect(self, sock, address):
        """Connect to a listener; `create_connection(sock=sock)` will take the connection over.

        `sock` is a real, unconnected socket that serves as a name: nothing passes through it.
        """
        address = self._connector.resolve(*address[:2], family=sock.family)
        self._parked[sock] = await self._connector.connect(address)

    async def create_connection(
        self, protocol_factory, host=None, port=None, *, ssl=None, family=0, proto=0, flags=0,
        sock=None, local_addr=None, server_hostname=None, ssl_handshake_timeout=None,
        ssl_shutdown_timeout=None, happy_eyeballs_delay=None, interleave=None, all_errors=False,
    ):  # fmt: skip
        """Like the loop's; raises NotSimulatedError for TLS and for sockets connected elsewhere."""
        if ssl:
            if sock in self._parked:
                self._unpark(sock).abort()
            raise NotSimulatedError("create_connection(ssl=...)")
        if server_hostname is not None:
            raise ValueError("server_hostname is only meaningful with ssl")
        if host is None and port is None:
            end = self._unpark(sock)
        elif sock is not None:
            raise ValueError("host/port and sock can not be specified at the same time")
        else:
            address = self._connector.resolve(host, port, family=family, flags=flags)
            try:
                end = await self._connector.connect(address, local_addr)
            except OSError as error:
                if all_errors:
                    raise ExceptionGroup("create_connection failed", [error]) from None
                raise
        try:
            protocol = protocol_factory()
        except BaseException:
            end.close()
            raise
        waiter = self.loop.create_future()
        events = Events(self.loop, end, copy_context(), self._farewells)
        transport = Transport(events, end, protocol, waiter=waiter)
        try:
            await waiter
        except BaseException:
            transport.close()
            raise
        return transport, protocol

    def _unpark(self, sock):
        if sock is None:
            raise ValueError("host and port was not specified and no sock specified")
        if sock.type != socket.SOCK_STREAM:
            raise ValueError(f"A Stream Socket was expected, got {sock!r}")
        end = self._parked.pop(sock, None)
        if end is None:
            raise NotSimulatedError("create_connection(sock=...)")
        sock.close()
        return end

    # ---- listening

    async def create_server(
        self, protocol_factory, host=None, port=None, *, family=0, flags=socket.AI_PASSIVE,
        sock=None, backlog=100, ssl=None, reuse_address=None, reuse_port=None, keep_alive=None,
        ssl_handshake_timeout=None, ssl_shutdown_timeout=None, start_serving=True,
    ):  # fmt: skip
        """Like the loop's, at any known host; the protocols run in the context of the caller.

        sock: a real socket, of which only the address is used. Raises NotSimulatedError for TLS.
        """
        if ssl is not None:
            raise NotSimulatedError("create_server(ssl=...)")
        if reuse_port:
            raise NotSimulatedError("create_server(reuse_port=True)")
        if host is None and port is None:
            addresses = [_address_of(sock)]
        elif sock is not None:
            raise ValueError("host/port and sock can not be specified at the same time")
        else:
            names = host if isinstance(host, Iterable) and not isinstance(host, str) else [host]
            options = {"family": family, "flags": flags}
            addresses = dict.fromkeys(self.hosts.resolve(name, port, **options) for name in names)
        release = partial(self._release, sock)
        server = Server(self.loop, protocol_factory, release, self._farewells)
        self._listeners.bind(server, addresses, self._ports)
        if start_serving:
            await server.start_serving()
        return server

    def _release(self, sock, server):
        self._listeners.release(server)
        if sock is not None:
            sock.close()


def _address_of(sock):
    if sock is None:
        raise ValueError("Neither host/port nor sock were specified")
    if sock.type != socket.SOCK_STREAM:
        raise ValueError(f"A Stream Socket was expected, got {sock!r}")
    if sock.family != socket.AF_INET:
        raise NotSimulatedError(f"create_server(sock=...), {sock.family.name}")
    return sock.getsockname()
