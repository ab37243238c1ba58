"""Tests of asynclab.network: what a loop and a scenario ask of the network."""

import asyncio
import errno
import socket
import ssl

import pytest

from asynclab.loop import VirtualLoop
from asynclab.notsimulated import NotSimulatedError


def play(main, **options):
    """Run `main(loop, network)` on a fresh loop whose network has a host data.contoh."""
    loop = VirtualLoop(**options)
    loop.network.add_host("data.contoh")
    try:
        return loop.run_until_complete(main(loop, loop.network))
    finally:
        loop.close()


async def serve(loop, host="data.contoh", port=80, **options):
    """A server whose connections do nothing."""
    return await loop.create_server(asyncio.Protocol, host, port, **options)


def test_names_have_one_address_and_addresses_a_name():
    """`getaddrinfo` and `getnameinfo` of the loop."""

    async def main(loop, network):
        infos = await loop.getaddrinfo("data.contoh", "http", type=socket.SOCK_STREAM)
        names = [await loop.getnameinfo(infos[0][4]), await loop.getnameinfo(("8.8.8.8", 53))]
        return [*infos, *names, await loop.getnameinfo(infos[0][4], socket.NI_NUMERICHOST)]

    info = (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ("10.0.0.2", 80))
    names = [("data.contoh", "80"), ("8.8.8.8", "53"), ("10.0.0.2", "80")]
    assert play(main) == [info, *names]


def test_a_megabyte_at_100_kilobytes_per_second_takes_ten_seconds():
    """Exactly, and the reader hears of it all along."""

    async def send(reader, writer):
        writer.write(b"x" * 1_000_000)
        writer.close()

    async def main(loop, network):
        server = await asyncio.start_server(send, "data.contoh", 80)
        reader, writer = await asyncio.open_connection("data.contoh", 80)
        sizes, longest, last = [], 0.0, loop.time()
        while data := await reader.read(65536):
            sizes.append(len(data))
            longest, last = max(longest, loop.time() - last), loop.time()
        writer.close()
        server.close()
        return loop.time(), sum(sizes), round(longest, 6)

    assert play(main, bandwidth=100_000) == (10.0, 1_000_000, 0.05)


def test_both_directions_have_their_own_bandwidth():
    """Sending up does not slow down what comes down."""

    async def echo(reader, writer):
        while data := await reader.read(1000):
            writer.write(data)
        writer.close()

    async def main(loop, network):
        server = await asyncio.start_server(echo, "data.contoh", 80)
        reader, writer = await asyncio.open_connection("data.contoh", 80)
        writer.write(b"x" * 1000)
        writer.write_eof()
        size = len(await reader.read())
        writer.close()
        server.close()
        return loop.time(), size

    assert play(main, bandwidth=1000) == (1.05, 1000)


def test_port_zero_gives_an_address():
    """`server.sockets` tells which, on the host that was asked for."""

    async def main(loop, network):
        server = await serve(loop, port=0)
        address = server.sockets[0].getsockname()
        transport, _ = await loop.create_connection(asyncio.Protocol, *address)
        transport.close()
        server.close()
        return address

    assert play(main) == ("10.0.0.2", 49152)


def test_a_server_on_several_hosts():
    """Every host of the sequence gets a socket, each only once."""

    async def main(loop, network):
        network.add_host("cermin.contoh")
        server = await serve(loop, ["data.contoh", "cermin.contoh", "data.contoh", "localhost"])
        names = [sock.getsockname() for sock in server.sockets]
        server.close()
        return names, server.sockets

    assert play(main) == ([("10.0.0.2", 80), ("10.0.0.3", 80), ("127.0.0.1", 80)], ())


@pytest.mark.parametrize("host", [None, "", "0.0.0.0"])
def test_a_server_on_every_interface(host):
    """It is reached as localhost, not under another host's name."""

    async def main(loop, network):
        server = await serve(loop, host, 8080)
        transport, _ = await loop.create_connection(asyncio.Protocol, "localhost", 8080)
        transport.close()
        with pytest.raises(ConnectionRefusedError):
            await loop.create_connection(asyncio.Protocol, "data.contoh", 8080)
        server.close()

    play(main)


def test_an_address_that_is_taken():
    """The second server gets EADDRINUSE; after the first has closed it may listen."""

    async def main(loop, network):
        first = await serve(loop)
        with pytest.raises(OSError, match="already in use") as caught:
            await serve(loop)
        first.close()
        (await serve(loop)).close()
        return caught.value.errno

    assert play(main) == errno.EADDRINUSE


def test_a_host_that_nobody_made_can_not_be_listened_at():
    """As on a machine that does not have that name."""

    async def main(loop, network):
        with pytest.raises(socket.gaierror):
            await serve(loop, "lain.contoh")
        return network.failures

    assert play(main) == []


def test_a_bound_socket_lends_its_address():
    """`sock=` names where to listen; the real socket never listens and is closed with the server."""

    async def main(loop, network):
        sock = socket.socket()
        sock.bind(("127.0.0.1", 0))
        address = sock.getsockname()
        server = await loop.create_server(asyncio.Protocol, sock=sock)
        transport, _ = await loop.create_connection(asyncio.Protocol, *address)
        same = transport.get_extra_info("peername") == address
        transport.close()
        server.close()
        return same, sock.fileno()

    assert play(main) == (True, -1)


def test_a_connected_socket_becomes_a_connection():
    """What aiohttp does: `sock_connect` first, then `create_connection(sock=...)`."""

    async def main(loop, network):
        server = await serve(loop)
        sock = socket.socket()
        await loop.sock_connect(sock, ("data.contoh", 80))
        transport, _ = await loop.create_connection(asyncio.Protocol, sock=sock)
        names = [transport.get_extra_info(name) for name in ("sockname", "peername")]
        transport.close()
        server.close()
        return names, sock.fileno()

    assert play(main) == ([("10.0.0.1", 49152), ("10.0.0.2", 80)], -1)


def test_a_client_may_choose_its_address():
    """`local_addr` is what the server sees; port 0 takes the next one."""

    async def main(loop, network):
        server = await serve(loop)
        names = []
        for local in (("10.1.1.1", 0), ("10.1.1.1", 4000)):
            options = {"local_addr": local}
            made = await loop.create_connection(asyncio.Protocol, "data.contoh", 80, **options)
            names.append(made[0].get_extra_info("sockname"))
            made[0].close()
        server.close()
        return names

    assert play(main) == [("10.1.1.1", 49152), ("10.1.1.1", 4000)]


def test_wrong_arguments_are_asyncios_errors():
    """The same classes as from the standard library."""

    async def main(loop, network):
        with socket.socket() as sock, socket.socket(type=socket.SOCK_DGRAM) as datagrams:
            for call in (loop.create_connection, loop.create_server):
                for options in (
                    {},
                    {"host": "localhost", "sock": sock},
                    {"sock": datagrams},
                ):
                    with pytest.raises(ValueError, match=r"specified|Stream Socket"):
                        await call(asyncio.Protocol, **options)
            with pytest.raises(ValueError, match="ssl"):
                await loop.create_connection(asyncio.Protocol, "localhost", 80, server_hostname="x")

    play(main)


def test_all_errors_gives_a_group():
    """`all_errors=True` (3.12) wraps the error."""

    async def main(loop, network):
        with pytest.raises(ExceptionGroup) as caught:
            await loop.create_connection(asyncio.Protocol, "data.contoh", 1, all_errors=True)
        return [type(error) for error in caught.value.exceptions]

    assert play(main) == [ConnectionRefusedError]


def test_what_is_not_simulated_raises_by_name():
    """TLS, shared ports, foreign sockets, UDP, Unix sockets: each names the call."""

    async def main(loop, network):
        tls = ssl.create_default_context()
        names = []
        with socket.socket() as sock, socket.socket(socket.AF_UNIX) as unix:
            for call in (
                loop.create_connection(asyncio.Protocol, "data.contoh", 443, ssl=tls),
                loop.create_connection(asyncio.Protocol, sock=sock),
                loop.create_server(asyncio.Protocol, "data.contoh", 443, ssl=tls),
                loop.create_server(asyncio.Protocol, "data.contoh", 80, reuse_port=True),
                loop.create_server(asyncio.Protocol, sock=unix),
                loop.create_connection(asyncio.Protocol, "::1", 80),
                loop.create_datagram_endpoint(asyncio.DatagramProtocol),
                loop.create_unix_connection(asyncio.Protocol, "/tmp/x"),
                loop.create_unix_server(asyncio.Protocol, "/tmp/x"),
                loop.sock_recv(sock, 1),
            ):
                with pytest.raises(NotSimulatedError) as caught:
                    await call
                names.append(caught.value.call)
        return names

    assert play(main) == [
        "create_connection(ssl=...)",
        "create_connection(sock=...)",
        "create_server(ssl=...)",
        "create_server(reuse_port=True)",
        "create_server(sock=...), AF_UNIX",
        "IPv6 (::1)",
        "loop.create_datagram_endpoint",
        "loop.create_unix_connection",
        "loop.create_unix_server",
        "loop.sock_recv",
    ]


def test_faults_are_for_hosts_that_exist():
    """A misspelt host is an error of the scenario, said at once."""

    async def main(loop, network):
        for arrange in (network.refuse, network.blackhole, network.restore):
            with pytest.raises(ValueError, match=r"salah\.contoh"):
                arrange("salah.contoh")

    play(main)


def test_a_cancelled_connect_leaves_nothing():
    """No timer, no connection: the clock does not run on."""

    async def main(loop, network):
        network.blackhole("data.contoh")
        task = asyncio.create_task(asyncio.open_connection("data.contoh", 80))
        await asyncio.sleep(1)
        task.cancel()
        await asyncio.wait([task])
        return network.connections, [timer for *_, timer in loop._timers if not timer.cancelled()]

    assert play(main) == ([], [])


def test_a_protocol_factory_that_fails_closes_the_connection():
    """The error comes out of `create_connection`, and nothing stays open."""

    async def main(loop, network):
        server = await serve(loop)
        with pytest.raises(ZeroDivisionError):
            await loop.create_connection(lambda: 1 / 0, "data.contoh", 80)
        await asyncio.sleep(1)
        server.close()
        return network.connections[0].client_closed, network.open_connections()

    assert play(main) == (0.0, [])


def test_a_closed_network_keeps_its_records():
    """What was still open stays on record as open."""

    async def main(loop, network):
        await serve(loop)
        await loop.create_connection(asyncio.Protocol, "data.contoh", 80)
        return network

    network = play(main)
    assert [item.outcome for item in network.connections] == ["open"]
    assert len(network.open_connections()) == 1


def test_two_networks_know_nothing_of_each_other():
    """Each loop has its own."""
    first, second = VirtualLoop(), VirtualLoop()
    first.network.add_host("data.contoh")
    with pytest.raises(socket.gaierror):
        second.run_until_complete(second.getaddrinfo("data.contoh", 80))
    first.close()
    second.close()
