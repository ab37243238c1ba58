"""Connector: how a connection to a host comes about, or why it does not."""

from __future__ import annotations

import asyncio
import errno
import socket
import sys

from asynclab.network.connections import Failure, Link
from asynclab.network.hosts import LOOPBACK
from asynclab.network.tcp import Socket
from asynclab.places import place_of_stack
from asynclab.recording import owner

__all__ = ["Connector"]

CLIENT_ADDRESS = "10.0.0.1"
CONNECT_TIMEOUT = 127.0  # seconds: Linux gives up after six repetitions
REASONS = {
    errno.ECONNREFUSED: "refused",
    errno.ENETUNREACH: "unreachable",
    errno.ETIMEDOUT: "timeout",
}


class Connector:
    """Connects to listeners, and keeps what became of it: `links` and `failures`, in order."""

    def __init__(self, loop, hosts, listeners, ports, window):
        self._loop, self._hosts, self._listeners = loop, hosts, listeners
        self._ports, self._window = ports, window
        self.links: list[Link] = []
        self.failures: list[Failure] = []

    def resolve(self, host, port, **options) -> tuple[str, int]:
        """`Hosts.resolve`, with a failure on record where the name is not known."""
        try:
            return self._hosts.resolve(host, port, **options)
        except socket.gaierror:
            place = place_of_stack(sys._getframe())
            self._fail(host, port, self._loop.time(), place, "unknown host")
            raise

    async def connect(self, address, local_address=None) -> Socket:
        """The client's end of a new connection to (IPv4 address, port).

        Raises ConnectionRefusedError, TimeoutError after CONNECT_TIMEOUT, or OSError.
        """
        began, place = self._loop.time(), place_of_stack(sys._getframe())
        host = self._hosts.at(address[0])
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
        client = Socket(self._loop, local_address, address)
        end = Socket(self._loop, address, local_address)
        number = len(self.links) + 1
        properties = {"latency": host.latency, "bandwidth": host.bandwidth, "window": self._window}
        client.join(end, number, **properties)
        link = Link(
            number=number,
            host=host.name,
            client=client,
            server=end,
            client_owner=owner.get(),
            server_owner=server.context.run(owner.get),
            place=place,
            opened=self._loop.time(),
        )
        self.links.append(link)
        if fault is not None:
            wire = link.ends[fault.sender].outgoing
            wire.break_after(fault.size, link.break_now if fault.kind == "reset" else None)
        # The server hears of it with the last packet of the handshake.
        client.outgoing.call(server.connected, end)
        return client

    async def _reach(self, host, fault, address):
        """The server at an address, after the time it takes to find out; raises OSError."""
        if host is None:
            await self._pass(0)
            raise _connect_error(errno.ENETUNREACH, address)
        if fault is not None and fault.kind == "ignore":
            await self._pass(CONNECT_TIMEOUT)
            raise _connect_error(errno.ETIMEDOUT, address)
        await self._pass(host.latency)
        server = self._listeners.at(address)
        if host.latency:
            await self._pass(host.latency)
        if server is None or (fault is not None and fault.kind == "refuse"):
            raise _connect_error(errno.ECONNREFUSED, address)
        return server

    async def _pass(self, seconds):
        """Wait; a turn of the loop at least, so that no retry loop can spin within one."""
        woken = self._loop.create_future()
        timer = self._loop.call_later(seconds, _wake, woken)
        try:
            await woken
        finally:
            timer.cancel()

    def _fail(self, address, port, began, place, reason):
        host = self._hosts.at(address) if reason != "unknown host" else None
        name = host.name if host else str(address)
        ended = self._loop.time()
        self.failures.append(Failure(name, port, owner.get(), place, began, ended, reason))


def _connect_error(code, address):
    return OSError(code, f"Connect call failed {address}")


def _wake(future):
    if not future.done():
        future.set_result(None)
