"""Tests of asynclab.network.hosts: names, addresses and faults."""

import socket

import pytest

from asynclab.network.hosts import Fault, Hosts
from asynclab.notsimulated import NotSimulatedError


@pytest.fixture
def hosts():
    """A network's hosts, with one of them."""
    hosts = Hosts(latency=0.1, bandwidth=None)
    hosts.add("data.contoh")
    return hosts


def test_hosts_get_addresses_in_order(hosts):
    """The first host is 10.0.0.2, the next 10.0.0.3; the same name keeps its address."""
    names = ["api.contoh", "data.contoh", "gambar.contoh"]
    assert [hosts.add(name).address for name in names] == ["10.0.0.3", "10.0.0.2", "10.0.0.4"]


def test_an_address_may_be_a_host_by_itself(hosts):
    """An IPv4 literal is its own address, and no other host gets it."""
    assert hosts.add("10.0.0.3").address == "10.0.0.3"
    assert hosts.add("203.0.113.5").address == "203.0.113.5"
    assert hosts.add("lain.contoh").address == "10.0.0.4"


@pytest.mark.parametrize("name", ["data.contoh", "DATA.Contoh", "data.contoh.", b"data.contoh"])
def test_names_are_found_in_any_spelling(hosts, name):
    """Case and a final dot make no difference."""
    assert hosts.resolve(name, 80) == ("10.0.0.2", 80)


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", None, ""])
def test_loopback(hosts, name):
    """`localhost`, and no name at all, are this machine."""
    assert hosts.resolve(name, 80) == ("127.0.0.1", 80)
    assert hosts.at("127.0.0.53").name == hosts.at("0.0.0.0").name == "localhost"


def test_no_name_means_every_interface_for_a_listener():
    """With AI_PASSIVE no name is 0.0.0.0."""
    assert Hosts(0.0, None).resolve(None, 0, flags=socket.AI_PASSIVE) == ("0.0.0.0", 0)


@pytest.mark.parametrize("options", [{}, {"flags": socket.AI_NUMERICHOST}])
def test_an_unknown_name_is_the_usual_error(hosts, options):
    """socket.gaierror with EAI_NONAME, as from a real resolver."""
    with pytest.raises(socket.gaierror) as caught:
        hosts.resolve("tidak.ada" if not options else "data.contoh", 80, **options)
    assert caught.value.args == (socket.EAI_NONAME, "Name or service not known")


def test_there_are_only_ipv4_addresses(hosts):
    """A host has none of the IPv6 family; an IPv6 literal is not simulated, by name."""
    with pytest.raises(socket.gaierror):
        hosts.resolve("data.contoh", 80, family=socket.AF_INET6)
    with pytest.raises(NotSimulatedError, match="IPv6"):
        hosts.resolve("::1", 80)


def test_ports_may_be_names_or_digits(hosts):
    """As for getaddrinfo; an unknown service is its usual error."""
    ports = [None, 8080, "8080", b"80", "http", "https", "0"]
    assert [hosts.resolve("localhost", port)[1] for port in ports] == [
        0,
        8080,
        8080,
        80,
        80,
        443,
        0,
    ]
    with pytest.raises(socket.gaierror) as caught:
        hosts.resolve("localhost", "gopher")
    assert caught.value.errno == socket.EAI_SERVICE


def test_a_fault_strikes_as_often_as_it_says(hosts):
    """The first fault that fits strikes; used up, the next one does."""
    host = hosts.find("data.contoh")
    host.faults += [Fault("refuse", times=2), Fault("ignore", port=81), Fault("stall", times=1)]
    kinds = [getattr(host.next_fault(port), "kind", None) for port in (80, 80, 80, 80, 81)]
    assert kinds == ["refuse", "refuse", "stall", None, "ignore"]


@pytest.mark.parametrize("properties", [(-1, None), (0, 0), (0.1, -5), (float("nan"), None)])
def test_impossible_properties_are_refused(properties):
    """A latency below zero, a bandwidth of nothing."""
    with pytest.raises(ValueError, match="tidak mungkin"):
        Hosts(*properties)


def test_a_host_that_was_never_made_is_a_clear_error(hosts):
    """A scenario with a misspelt host hears which one, and what to call."""
    with pytest.raises(ValueError, match=r"“dta\.contoh” belum dikenal.*add_host"):
        hosts.find("dta.contoh")
    assert hosts.find("10.0.0.2").name == "data.contoh"
