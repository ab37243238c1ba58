"""Network: named hosts joined by in-memory TCP, on which aiohttp and asyncio's streams run unchanged."""
from __future__ import annotations

import asyncio
import errno
import itertools
import os
import socket
import sys
import weakref
from collections.abc import Iterable
from contextvars import copy_context
from functools import partial

from asynclab.connections import Connection, Failure, Link
from asynclab.hosts import ANY, LOOPBACK, Fault, Hosts
from asynclab.notsimulated import NotSimulatedError
from asynclab.places import place_of_stack
from asynclab.recording import owner
from asynclab.tcp import WINDOW, Socket
from asynclab.transport import Events, Server, Transport

__all__ = ["Network"]

CLIENT_ADDRESS = "10.0.0.1"
FIRST_PORT = 49152
CONNECT_TIMEOUT = 127.0  # seconds: Linux gives up after six repetitions
REASONS = {
    errno.ECONNREFUSED: "refused",
    errno.ENETUNREACH: "unreachable",
    errno.ETIMEDOUT: "timeout",
}


class Network:
    """The network of one loop: hosts, listeners and connections, in memory and in virtual time.

    latency: seconds that anything takes one way; bandwidth: bytes per second of each direction of
    each connection, or None for any; window: bytes a receiver holds unread before the sender waits.
    So a request over a new connection takes four latencies, over a kept one two.
    """

    def __init__(self, loop, *, latency=0.0, bandwidth=None, window=WINDOW):
        self.loop = loop
        self.window = window
        self.hosts = Hosts(latency, bandwidth)
        self.failures: list[Failure] = []
        self._links: list[Link] = []
        self._bound: dict[tuple[str, int], Server] = {}
        self._parked = weakref.WeakKeyDictionary()
        self._ports = itertools.count(FIRST_PORT)

    # ---- what scenarios arrange

    def add_host(self, name, *, latency=None, bandwidth=None) -> str:
        """Make a host (a name or an IPv4 address) known and return its address.

        latency (seconds, one way) and bandwidth (bytes per second) of new connections to it; those
        of the network where None. Again for the same host: changes what is given.
        """
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
        """Reset the next `times` connections to `host` once `size` bytes of `sender` have arrived and more follow."""
        self._add_fault(host, Fault("reset", port, times, size, sender))

    def stall_after(self, host, size, *, sender="server", port=None, times=None):
        """Deliver only `size` bytes of `sender` on the next `times` connections to `host`, then nothing, for ever."""
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
        return [link.record() for link in self._links]

    def open_connections(self) -> list[Connection]:
        """Records of the connections of which at least one end has not been closed."""
        return [item for item in self.connections if None in (item.client_closed, item.server_closed)]

    def close(self):
        """Let go of everything still open; the records stay. Called when the loop closes."""
        for link in self._links:
            for end in link.ends.values():
                if end.closed_at is None:
                    end.discard()
        self._bound.clear()

    # ---- names

    async def getaddrinfo(self, host, port, *, family=0, type=0, proto=0, flags=0):
        """Like the loop's: the one IPv4 address of a known host; raises socket.gaierror for others."""
        address = self._resolve(host, port, family=family, flags=flags)
        type, proto = type or socket.SOCK_STREAM, proto or socket.IPPROTO_TCP
        return [(socket.AF_INET, type, proto, "", address)]

    async def getnameinfo(self, sockaddr, flags=0):
        """Like the loop's: (name, port) of an address."""
        host = None if flags & socket.NI_NUMERICHOST else self.hosts.at(sockaddr[0])
        return (host.name if host else sockaddr[0]), str(sockaddr[1])

    def _resolve(self, host, port, **options):
        try:
            return self.hosts.resolve(host, port, **options)
        except socket.gaierror:
            self._fail(host, port, self.loop.time(), place_of_stack(sys._getframe()), "unknown host")
            raise

    # ---- connecting

    async def sock_connect(self, sock, address):
        """Connect to a listener; `create_connection(sock=sock)` will take the connection over.

        `sock` is a real, unconnected socket, which serves as a name only: nothing passes through it.
        """
        address = self._resolve(*address[:2], family=sock.family)
        self._parked[sock] = await self._connect(address, None)

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
            address = self._resolve(host, port, family=family, flags=flags)
            try:
                end = await self._connect(address, local_addr)
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
        transport = Transport(Events(self.loop, end, copy_context()), end, protocol, waiter=waiter)
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

    async def _connect(self, address, local_address):
        """The client's end of a new connection to (IPv4 address, port)."""
        began, place = self.loop.time(), place_of_stack(sys._getframe())
        host = self.hosts.at(address[0])
        try:
            fault = host and host.next_fault(address[1])
            server = await self._reach(host, fault, address)
        except OSError as error:
            self._fail(address[0], address[1], began, place, REASONS[error.errno])
            raise
        except asyncio.CancelledError:
            self._fail(address[0], address[1], began, place, "cancelled")
            raise
        if local_address is None:
            loopback = host.address == LOOPBACK
            local_address = (LOOPBACK if loopback else CLIENT_ADDRESS, 0)
        local_address = (local_address[0], local_address[1] or next(self._ports))
        ends = Socket(self.loop, local_address, address), Socket(self.loop, address, local_address)
        ends[0].join(ends[1], latency=host.latency, bandwidth=host.bandwidth, window=self.window)
        server_owner = server.context.run(owner.get)
        link = Link(len(self._links) + 1, host.name, *ends, owner.get(), server_owner, place, self.loop.time())
        self._links.append(link)
        if fault is not None:
            wire = link.ends[fault.sender].outgoing
            wire.break_after(fault.size, link.break_now if fault.kind == "reset" else None)
        # The server hears of it with the last packet of the handshake.
        ends[0].outgoing.call(server.connected, ends[1])
        return ends[0]

    async def _reach(self, host, fault, address):
        """The server that listens at an address, after the time it takes to find out; raises OSError."""
        if host is None:
            await self._pass(0)
            raise _connect_error(errno.ENETUNREACH, address)
        if fault is not None and fault.kind == "ignore":
            await self._pass(CONNECT_TIMEOUT)
            raise _connect_error(errno.ETIMEDOUT, address)
        await self._pass(host.latency)
        server = self._bound.get(address)
        if server is None and host.address == LOOPBACK:
            server = self._bound.get((ANY, address[1]))
        listening = server is not None and server.is_serving()
        if host.latency:
            await self._pass(host.latency)
        if not listening or (fault is not None and fault.kind == "refuse"):
            raise _connect_error(errno.ECONNREFUSED, address)
        return server

    async def _pass(self, seconds):
        """Wait; a turn of the loop at least, so that no retry loop can spin within one."""
        woken = self.loop.create_future()
        timer = self.loop.call_later(seconds, _wake, woken)
        try:
            await woken
        finally:
            timer.cancel()

    def _fail(self, address, port, began, place, reason):
        host = self.hosts.at(address) if reason != "unknown host" else None
        name = host.name if host else str(address)
        self.failures.append(Failure(name, port, owner.get(), place, began, self.loop.time(), reason))

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
            addresses = dict.fromkeys(self._resolve(name, port, **options) for name in names)
        listeners = self._bind(addresses)
        server = Server(self.loop, listeners, protocol_factory, partial(self._release, sock))
        self._bound.update((listener.address, server) for listener in listeners)
        if start_serving:
            await server.start_serving()
        return server

    def _bind(self, addresses):
        listeners = []
        for host, port in addresses:
            address = host, port or next(self._ports)
            if self.hosts.at(host) is None:
                raise _bind_error(errno.EADDRNOTAVAIL, address)
            if any(_conflict(address, bound) for bound in self._bound):
                raise _bind_error(errno.EADDRINUSE, address)
            listeners.append(Socket(self.loop, address, None))
        return listeners

    def _release(self, sock, server):
        for listener in server.listeners:
            del self._bound[listener.address]
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


def _conflict(address, other):
    any_address = ANY in (address[0], other[0])
    loopback = all(host == ANY or host.startswith("127.") for host in (address[0], other[0]))
    return address[1] == other[1] and (address[0] == other[0] or (any_address and loopback))


def _connect_error(code, address):
    return OSError(code, f"Connect call failed {address}")


def _bind_error(code, address):
    text = os.strerror(code).lower()
    return OSError(code, f"error while attempting to bind on address {address}: {text}")


def _wake(future):
    if not future.done():
        future.set_result(None)
