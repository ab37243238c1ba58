"""Messages over a socket: whole, bounded, in time."""

import socket
import struct
import time

import pytest

from asynclab.frames import FrameError, receive, send


@pytest.fixture
def pair():
    """Two connected sockets."""
    left, right = socket.socketpair()
    with left, right:
        yield left, right


def test_messages_arrive_whole_and_in_order(pair):
    """What is sent arrives, one message at a time."""
    left, right = pair
    for message in ({"a": [1, "é", None]}, {}, "kata"):
        send(left, message)

    assert [receive(right, 1000) for _ in range(3)] == [{"a": [1, "é", None]}, {}, "kata"]


def test_a_closed_socket_ends_the_conversation(pair):
    """None where the other side has closed between messages."""
    left, right = pair
    left.close()

    assert receive(right, 1000) is None


@pytest.mark.parametrize(
    "data",
    [
        struct.pack("!I", 2000) + b"x",
        struct.pack("!I", 3) + b"{a}",
        struct.pack("!I", 3) + b"NaN",
        struct.pack("!I", 2) + b"\xff\xfe",
        struct.pack("!I", 900) + b"[" * 900,
        struct.pack("!I", 10) + b"[",
        b"\x00\x00",
    ],
)
def test_rubbish_is_refused(pair, data):
    """Too long, no JSON, no number, cut short: one kind of error."""
    left, right = pair
    left.sendall(data)
    left.close()

    with pytest.raises(FrameError):
        receive(right, 1000)


def test_a_silent_side_is_left_at_the_deadline(pair):
    """A message that does not come, or comes in part, is not waited for."""
    left, right = pair
    left.sendall(struct.pack("!I", 10) + b"[")

    with pytest.raises(TimeoutError):
        receive(right, 1000, time.monotonic() + 0.05)
