"""Hosts of the closed world: names, IPv4 addresses, and how each one behaves on the network."""

from __future__ import annotations

import ipaddress
import itertools
import socket
from dataclasses import dataclass, field

from asynclab import messages
from asynclab.notsimulated import NotSimulatedError

__all__ = ["ANY", "LOOPBACK", "Fault", "Host", "Hosts", "check_properties"]

LOOPBACK, ANY = "127.0.0.1", "0.0.0.0"
SERVICES = {"http": 80, "https": 443, "ws": 80, "wss": 443}


@dataclass
class Fault:
    """What happens to the next `times` connections to a host (None: to all), on one port or on any.

    kind: "refuse", "ignore", "reset" or "stall", the last two after `size` bytes of `sender`
    ("client" or "server").
    """

    kind: str
    port: int | None = None
    times: int | None = None
    size: int = 0
    sender: str = "server"


@dataclass
class Host:
    """One machine. latency: seconds one way; bandwidth: bytes per second or None for any."""

    name: str
    address: str
    latency: float
    bandwidth: float | None
    faults: list[Fault] = field(default_factory=list)

    def next_fault(self, port) -> Fault | None:
        """The fault that strikes a connection to `port` now; counts it as used."""
        for fault in self.faults:
            if fault.port in (None, port) and fault.times != 0:
                if fault.times is not None:
                    fault.times -= 1
                return fault
        return None


class Hosts:
    """The machines known so far; "localhost" (all of 127.x.x.x) is one of them from the start."""

    def __init__(self, latency, bandwidth):
        check_properties(latency, bandwidth)
        self._latency, self._bandwidth = latency, bandwidth
        self._by_name: dict[str, Host] = {}
        self._by_address: dict[str, Host] = {}
        # 10.0.0.1 is the machine that everything else is seen from.
        self._addresses = (str(ipaddress.IPv4Address("10.0.0.2") + n) for n in itertools.count())
        self.add("localhost", address=LOOPBACK)

    def add(self, name, *, address=None) -> Host:
        """The host called `name` (a name or an IPv4 address), made known if it was not."""
        name = _normal(name)
        known = self._by_name.get(name) or self._by_address.get(name)
        if known is not None:
            return known
        if address is None:
            unused = (free for free in self._addresses if free not in self._by_address)
            address = name if _version(name) == 4 else next(unused)
        host = Host(name, address, self._latency, self._bandwidth)
        self._by_name[name] = self._by_address[address] = host
        return host

    def find(self, name) -> Host:
        """The host of a name or address; raises ValueError where it is not known."""
        host = self._by_name.get(_normal(name)) or self.at(name)
        if host is None:
            raise ValueError(messages.unknown_host(name))
        return host

    def at(self, address) -> Host | None:
        """The host at an IPv4 address."""
        if address.startswith("127.") or address == ANY:
            address = LOOPBACK
        return self._by_address.get(address)

    def resolve(self, host, port, *, family=0, flags=0) -> tuple[str, int]:
        """The (address, port) of a name, as `getaddrinfo` finds it; raises socket.gaierror."""
        if isinstance(host, bytes):
            host = host.decode("ascii")
        if not host:
            address = ANY if flags & socket.AI_PASSIVE else LOOPBACK
        elif (version := _version(host)) is not None:
            if version == 6:
                raise NotSimulatedError(f"IPv6 ({host})")
            address = host
        else:
            known = None if flags & socket.AI_NUMERICHOST else self._by_name.get(_normal(host))
            address = known and known.address
        if address is None or family not in (socket.AF_UNSPEC, socket.AF_INET):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return address, _port(port)


def check_properties(latency, bandwidth):
    """Raise ValueError for a negative latency (seconds) or a bandwidth that is not positive."""
    if latency is not None and not latency >= 0:
        raise ValueError(messages.impossible_latency(latency))
    if bandwidth is not None and not bandwidth > 0:
        raise ValueError(messages.impossible_bandwidth(bandwidth))


def _normal(name):
    return name.lower().rstrip(".")


def _version(host):
    try:
        return ipaddress.ip_address(host).version
    except ValueError:
        return None


def _port(port):
    if isinstance(port, bytes):
        port = port.decode("ascii")
    if isinstance(port, str):
        if port not in SERVICES and not port.isdecimal():
            message = "Servname not supported for ai_socktype"
            raise socket.gaierror(socket.EAI_SERVICE, message)
        port = SERVICES.get(port) or int(port)
    return port or 0
