"""Tests of asynclab.network.tcp: an in-memory socket behaves as the kernel's does."""

import errno
import socket
import struct

import pytest

from asynclab.loop import VirtualLoop
from asynclab.network.tcp import Socket
from asynclab.notsimulated import NotSimulatedError

CLIENT, SERVER = ("10.0.0.1", 50000), ("10.0.0.2", 80)


@pytest.fixture
def loop():
    """A loop that never turns: without latency nothing here needs it to."""
    loop = VirtualLoop()
    yield loop
    loop.close()


@pytest.fixture
def ends(loop):
    """Two joined sockets."""
    client, server = Socket(loop, CLIENT, SERVER), Socket(loop, SERVER, CLIENT)
    client.join(server)
    return client, server


def code_of(call, *args):
    """The error number that a call raises."""
    try:
        call(*args)
    except OSError as error:
        return error.errno
    return None


def test_bytes_arrive_at_the_other_end(ends):
    """What one end sends the other reads, joined, in order."""
    client, server = ends
    assert [client.send(b"satu "), client.send(bytearray(b"dua"))] == [5, 3]
    assert server.recv(100) == b"satu dua"
    assert code_of(server.recv, 100) == errno.EAGAIN


@pytest.mark.parametrize("size", [1, 3, 7])
def test_reading_little_by_little_loses_nothing(ends, size):
    """`recv(size)` gives at most `size` bytes, always as bytes."""
    client, server = ends
    client.sendmsg([b"satu ", memoryview(b"dua "), bytearray(b"tiga")])
    pieces = []
    while sum(map(len, pieces)) < 13:
        pieces.append(server.recv(size))
    assert b"".join(pieces) == b"satu dua tiga"
    assert {type(piece) for piece in pieces} == {bytes}


def test_reading_into_a_buffer(ends):
    """`recv_into` fills the front of a buffer and says how much."""
    client, server = ends
    client.send(b"halo")
    buffer = bytearray(3)
    assert (server.recv_into(buffer), buffer) == (3, bytearray(b"hal"))
    assert (server.recv_into(buffer), buffer) == (1, bytearray(b"oal"))


def test_the_window_limits_what_is_sent(ends):
    """64 KiB may be unread; more has to wait until some of it is read."""
    client, server = ends
    assert client.send(b"x" * 100_000) == 65536
    assert (client.writable, code_of(client.send, b"x")) == (False, errno.EAGAIN)
    server.recv(1000)
    assert (client.writable, client.sendmsg([b"y" * 600, b"z" * 600])) == (True, 1000)


def test_an_orderly_end(ends):
    """After close() the peer reads what was sent, then the end, as often as it wants."""
    client, server = ends
    client.send(b"selesai")
    client.close()
    assert [server.recv(100), server.recv(100), server.recv(100)] == [b"selesai", b"", b""]


def test_half_close(ends):
    """After shutdown the other direction still works; sending is a broken pipe."""
    client, server = ends
    client.shutdown(socket.SHUT_WR)
    client.shutdown(socket.SHUT_WR)
    server.send(b"jawaban")
    assert (server.recv(10), client.recv(10)) == (b"", b"jawaban")
    assert code_of(client.send, b"x") == errno.EPIPE


def test_closing_with_unread_bytes_resets(ends):
    """As in the kernel: who closes without reading everything resets the connection."""
    client, server = ends
    server.send(b"belum dibaca")
    client.close()
    assert server.readable
    assert code_of(server.recv, 100) == errno.ECONNRESET


def test_bytes_for_a_closed_end_are_answered_by_a_reset(ends):
    """The first write after the peer has closed succeeds, the second fails."""
    client, server = ends
    server.close()
    assert client.send(b"x") == 1
    assert code_of(client.send, b"x") == errno.EPIPE


def test_bytes_that_came_before_a_reset_can_be_read(ends):
    """First the bytes, then the error once, then the end; sending is a broken pipe."""
    client, server = ends
    server.send(b"sempat")
    server.abort()
    assert client.recv(100) == b"sempat"
    assert code_of(client.recv, 100) == errno.ECONNRESET
    assert client.recv(100) == b""
    assert code_of(client.send, b"x") == errno.EPIPE
    assert code_of(client.shutdown, socket.SHUT_WR) == errno.ENOTCONN


def test_linger_of_zero_seconds_makes_close_a_reset(ends):
    """SO_LINGER is honoured, other options are remembered."""
    client, server = ends
    server.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    server.close()
    assert code_of(client.recv, 1) == errno.ECONNRESET
    assert server.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1
    assert server.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF) == 0


def test_names_of_both_ends(loop, ends):
    """Each end knows both addresses; a listener's socket has no peer."""
    client, server = ends
    assert [client.getsockname(), client.getpeername()] == [CLIENT, SERVER]
    assert [server.getsockname(), server.getpeername()] == [SERVER, CLIENT]
    assert code_of(Socket(loop, SERVER, None).getpeername) == errno.ENOTCONN


def test_there_is_no_file_descriptor(ends):
    """What needs one raises by name."""
    client, _ = ends
    assert (client.fileno(), client.gettimeout()) == (-1, 0.0)
    client.setblocking(False)
    for call in (client.dup, lambda: client.setblocking(True)):
        with pytest.raises(NotSimulatedError, match=r"socket\."):
            call()


def test_who_closed_first_and_what_arrived_is_on_record(ends):
    """`closed_first`, `closed_at` and `received` are what connection records are made of."""
    client, server = ends
    client.send(b"12345")
    server.recv(10)
    server.close()
    client.close()
    client.close()
    assert [server.closed_first, client.closed_first] == [True, False]
    assert [server.received, client.received, client.closed_at] == [5, 0, 0.0]


def test_a_discarded_socket_refuses_to_send(ends):
    """After the network is closed a write fails instead of going nowhere."""
    client, _ = ends
    client.discard()
    assert code_of(client.send, b"x") == errno.EPIPE
