"""Frames: JSON messages over a stream socket, each behind its length, bounded in size and time."""

from __future__ import annotations

import json
import struct
import time

__all__ = ["FrameError", "encode", "receive", "send"]

HEADER = struct.Struct("!I")


class FrameError(Exception):
    """What came over the socket is not a message: too long, cut short, or not JSON."""


def encode(message) -> bytes:
    """A message (plain JSON) as it goes over the socket."""
    data = json.dumps(message).encode()
    return HEADER.pack(len(data)) + data


def send(sock, message) -> None:
    """Send one message; raises OSError where the other side is gone."""
    sock.sendall(encode(message))


def receive(sock, limit, deadline=None):
    """The next message, or None where the other side has closed.

    limit: the largest length in bytes; deadline: a `time.monotonic()` moment, None for never.
    Raises FrameError where it is not a message, TimeoutError when the deadline has passed.
    """
    header = _receive_exactly(sock, HEADER.size, deadline)
    if not header:
        return None
    (length,) = HEADER.unpack(header)
    if length > limit:
        raise FrameError(f"a message of {length} bytes")
    try:
        return json.loads(_receive_exactly(sock, length, deadline), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise FrameError(f"not JSON: {error}") from None


def _receive_exactly(sock, length, deadline):
    received = bytearray()
    while len(received) < length:
        if deadline is not None:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            sock.settimeout(left)
        data = sock.recv(min(length - len(received), 1 << 20))
        if not data:
            if received:
                raise FrameError("a message cut short")
            return b""
        received += data
    return bytes(received)


def _refuse(constant):
    raise ValueError(f"{constant} is not JSON")
