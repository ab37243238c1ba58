"""Tests of asynclab.network.connector: how connections come about, fail, break, and what is on record."""

import asyncio
import errno

import pytest

from asynclab.loop import VirtualLoop
from asynclab.recording import owner


def play(main, **options):
    """Run `main(loop, network)` with a host data.contoh, whose port 80 answers each byte with 1000."""

    async def answer(reader, writer):
        try:
            while await reader.read(1):
                writer.write(b"x" * 1000)
        except ConnectionError:
            pass
        writer.close()

    async def prepared():
        loop.network.add_host("data.contoh")
        server = await asyncio.start_server(answer, "data.contoh", 80)
        try:
            return await main(loop, loop.network)
        finally:
            server.close()
            await asyncio.sleep(10)

    loop = VirtualLoop(**options)
    try:
        return loop.run_until_complete(prepared())
    finally:
        loop.close()


async def ask(size=1, *, port=80, host="data.contoh"):
    """Connect, send `size` bytes and read until 1000 each have come or the connection ends."""
    reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write(b"?" * size)
        return len(await reader.readexactly(size * 1000))
    finally:
        writer.close()


async def outcome(awaitable, loop):
    """(moment, result or the exception's class and number)."""
    try:
        result = await awaitable
    except (OSError, asyncio.IncompleteReadError, TimeoutError) as error:
        result = type(error).__name__, getattr(error, "errno", None)
    return loop.time(), result


def test_a_new_connection_costs_a_round_trip():
    """Two latencies to connect, one there, one back."""

    async def main(loop, network):
        return await outcome(ask(), loop)

    assert play(main, latency=0.25) == (1.0, 1000)


def test_a_server_that_speaks_first_is_heard_after_three_more_steps():
    """The server hears of the connection with the handshake's last packet."""

    async def greet(reader, writer):
        writer.write(b"halo")
        writer.close()

    async def main(loop, network):
        server = await asyncio.start_server(greet, "data.contoh", 81)
        reader, writer = await asyncio.open_connection("data.contoh", 81)
        times = [loop.time()]
        await reader.read()
        writer.close()
        server.close()
        return [*times, loop.time()]

    assert play(main, latency=1.0) == [2.0, 4.0]


def test_hosts_differ_in_latency_and_bandwidth():
    """What `add_host` is told counts for new connections to that host."""

    async def main(loop, network):
        slow = [await outcome(ask(), loop)]
        network.add_host("data.contoh", latency=2.0)
        slow.append(await outcome(ask(), loop))
        network.add_host("data.contoh", latency=0.0, bandwidth=100)
        slow.append(await outcome(ask(), loop))
        return [moment for moment, _ in slow]

    assert play(main) == [0.0, 8.0, 18.01]


def test_nobody_listens():
    """Refused after a round trip, with number and words of asyncio."""

    async def main(loop, network):
        with pytest.raises(ConnectionRefusedError) as caught:
            await ask(port=81)
        return loop.time(), caught.value.errno, str(caught.value)

    text = f"[Errno {errno.ECONNREFUSED}] Connect call failed ('10.0.0.2', 81)"
    assert play(main, latency=0.5) == (1.0, errno.ECONNREFUSED, text)


def test_an_address_of_no_host_is_unreachable():
    """Nothing outside the closed world answers."""

    async def main(loop, network):
        return await outcome(ask(host="8.8.8.8"), loop)

    assert play(main) == (0.0, ("OSError", errno.ENETUNREACH))


def test_refusing_for_a_while():
    """`times` counts attempts; `restore` ends it early."""

    async def main(loop, network):
        network.refuse("data.contoh", times=2)
        record = [(await outcome(ask(), loop))[1] for _ in range(3)]
        network.refuse("data.contoh", port=80)
        record.append((await outcome(ask(), loop))[1])
        network.restore("data.contoh")
        return [*record, await ask()]

    no = ("ConnectionRefusedError", errno.ECONNREFUSED)
    assert play(main) == [no, no, 1000, no, 1000]


def test_a_black_hole_ends_as_on_linux():
    """Nobody answers: a timeout of the student's cancels it, without one it takes 127 seconds."""

    async def main(loop, network):
        network.blackhole("data.contoh", times=2)
        record = [await outcome(asyncio.wait_for(ask(), 5), loop)]
        record += [await outcome(ask(), loop), await outcome(ask(), loop)]
        return record, [(item.reason, item.began, item.ended) for item in network.failures]

    late = ("TimeoutError", errno.ETIMEDOUT)
    record = [(5.0, ("TimeoutError", None)), (132.0, late), (132.0, 1000)]
    assert play(main) == (record, [("cancelled", 0.0, 5.0), ("timeout", 5.0, 132.0)])


@pytest.mark.parametrize(("size", "read"), [(0, 0), (400, 400), (999, 999)])
def test_a_reset_in_the_middle(size, read):
    """After `size` bytes both ends see a reset; the reader has got just those."""

    async def main(loop, network):
        network.reset_after("data.contoh", size)
        reader, writer = await asyncio.open_connection("data.contoh", 80)
        writer.write(b"?")
        got = await reader.readexactly(size)
        with pytest.raises(ConnectionResetError):
            await reader.read(1)
        writer.close()
        await asyncio.sleep(1)
        (record,) = network.connections
        return len(got), record.received, record.outcome, record.ended_by

    assert play(main, latency=0.1) == (read, read, "reset", "network")


def test_a_reset_on_the_way_up():
    """`sender="client"` counts the client's bytes."""

    async def main(loop, network):
        network.reset_after("data.contoh", 2, sender="client", times=1)
        record = [(await outcome(ask(3), loop))[1], await ask(3)]
        return record, [(item.sent, item.outcome) for item in network.connections]

    error = ("ConnectionResetError", errno.ECONNRESET)
    assert play(main) == ([error, 3000], [(2, "reset"), (3, "open")])


def test_a_stall_in_the_middle():
    """After `size` bytes nothing comes any more, not even the end."""

    async def main(loop, network):
        network.stall_after("data.contoh", 600)
        reader, writer = await asyncio.open_connection("data.contoh", 80)
        writer.write(b"?")
        first = len(await reader.readexactly(600))
        silence = await outcome(asyncio.wait_for(reader.read(1), 500), loop)
        writer.close()
        return first, silence

    assert play(main) == (600, (500.0, ("TimeoutError", None)))


def test_bytes_are_on_record_both_ways():
    """Who connected to what, when, how many bytes each way, who closed first."""

    async def main(loop, network):
        token = owner.set("world")
        await ask(2)
        owner.reset(token)
        await asyncio.sleep(3)
        (record,) = network.connections
        return record

    record = play(main, latency=0.5)
    assert (record.number, record.host) == (1, "data.contoh")
    assert (record.client, record.server) == (("10.0.0.1", 49152), ("10.0.0.2", 80))
    assert (record.client_owner, record.server_owner) == ("world", "student")
    assert (record.opened, record.client_closed, record.server_closed) == (1.0, 2.0, 2.5)
    assert (record.sent, record.received) == (2, 2000)
    assert (record.outcome, record.ended_by) == ("closed", "client")


def test_the_line_that_connected_is_on_record():
    """The innermost line that belongs to no library."""

    async def main(loop, network):
        await ask()
        await outcome(ask(port=81), loop)
        await outcome(ask(host="tidak.ada"), loop)
        return [item.place.function for item in (*network.connections, *network.failures)]

    assert play(main) == ["ask", "ask", "ask"]


def test_every_failure_has_its_reason():
    """Refused, unreachable, unknown: in order, by whom, to where."""

    async def main(loop, network):
        for where in ({"port": 81}, {"host": "8.8.8.8"}, {"host": "tidak.ada"}):
            await outcome(ask(**where), loop)
        return [(item.host, item.port, item.owner, item.reason) for item in network.failures]

    assert play(main) == [
        ("data.contoh", 81, "student", "refused"),
        ("8.8.8.8", 80, "student", "unreachable"),
        ("tidak.ada", 80, "student", "unknown host"),
    ]


def test_open_connections_are_those_not_closed_on_both_sides():
    """Unclosed by the client: listed until it closes too."""

    async def main(loop, network):
        _, writer = await asyncio.open_connection("data.contoh", 80)
        await asyncio.sleep(1)
        (record,) = network.open_connections()
        writer.close()
        await asyncio.sleep(1)
        return record.outcome, record.client_closed, network.open_connections()

    assert play(main) == ("open", None, [])


def test_a_retry_loop_can_not_spin_within_one_turn():
    """Each refused attempt takes a turn of the loop, so that livelock detection sees it."""

    async def main(loop, network):
        before = loop.turns
        for _ in range(100):
            await outcome(ask(port=81), loop)
        return loop.turns - before >= 100

    assert play(main) is True
