"""In-memory TCP: two sockets joined by two wires, which behave as the kernel's would."""
from __future__ import annotations

import collections
import errno
import os
import socket
import struct

from asynclab.notsimulated import NotSimulatedError

__all__ = ["WINDOW", "Socket", "Wire"]

WINDOW = 64 * 1024
PIECE_SECONDS = 0.05


class Wire:
    """One direction of a connection: bytes arrive in order, as late as latency and bandwidth say.

    latency: seconds; bandwidth: bytes per second, or None for any; window: how many bytes may be
    under way or unread at the receiver, as TCP's receive window.
    """

    def __init__(self, loop, receiver, *, latency=0.0, bandwidth=None, window=WINDOW):
        self._loop, self._receiver = loop, receiver
        self._latency, self._bandwidth, self._window = latency, bandwidth, window
        # A slow wire delivers little by little, or a reader's timeout would see silence.
        self._piece = max(1, int(bandwidth * PIECE_SECONDS)) if bandwidth else window
        self._busy_since = self._busy_until = 0.0
        self._busy_bytes = 0
        self._allowance = self._on_break = None
        self._broken = False
        self.unread = 0

    @property
    def room(self):
        """Bytes that may be sent now."""
        return self._window - self.unread

    def break_after(self, size, action):
        """Deliver `size` bytes more and nothing after them; `action()` is called at that point."""
        self._allowance, self._on_break = size, action

    def send(self, data):
        """Put bytes on the wire, at most `room` of them."""
        self.unread += len(data)
        if self._allowance is not None:
            data = self._withhold(data)
        if self._bandwidth is None:
            if data:
                self._later(self._receiver.arrive, data)
        else:
            for start in range(0, len(data), self._piece):
                piece = data[start : start + self._piece]
                self._later(self._receiver.arrive, piece, size=len(piece))
        if self._on_break is not None and self._broken:
            action, self._on_break = self._on_break, None
            self._later(action)

    def finish(self):
        """Tell the receiver, after all bytes, that no more will come."""
        if not self._broken:
            self._later(self._receiver.finish)

    def reset(self):
        """Tell the receiver that the connection is gone; bytes still waiting to be sent are lost."""
        if self._broken:
            return
        self._broken = True
        if self._latency:
            self._loop.call_later(self._latency, self._receiver.reset)
        else:
            self._receiver.reset()

    def call(self, function, *args):
        """Call `function(*args)` when everything sent so far has arrived."""
        self._later(function, *args)

    def _withhold(self, data):
        if self._broken:
            return b""
        if len(data) > self._allowance:
            self._broken = True
            data = data[: self._allowance]
        self._allowance -= len(data)
        return data

    def _later(self, function, *args, size=0):
        if self._bandwidth is None:
            if self._latency:
                self._loop.call_later(self._latency, function, *args)
            else:
                function(*args)
            return
        now = self._loop.time()
        if now >= self._busy_until:
            self._busy_since, self._busy_bytes = now, 0
        # One division for all bytes since the wire was idle: a sum of pieces would drift.
        self._busy_bytes += size
        self._busy_until = self._busy_since + self._busy_bytes / self._bandwidth
        self._loop.call_at(self._busy_until + self._latency, function, *args)


class Socket:
    """One end of a connection, with those methods of `socket.socket` that asyncio's transport calls.

    Like the kernel's: bytes wait in it until they are read, `close()` with unread bytes resets the
    connection, and bytes for a closed end are answered by a reset. Without a peer it is a listener's.

    address, peer_address: (IPv4 address, port) of both ends. `closed_at`: seconds, or None while open.
    """

    family, type, proto = socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP

    def __init__(self, loop, address, peer_address):
        self.address, self.peer_address = address, peer_address
        self.closed_at = None
        self.closed_first = False
        self.was_reset = False
        self.received = 0
        self.abortive = self.discarded = False
        self.events = None
        self.peer = self.incoming = self.outgoing = None
        self._loop = loop
        self._options = {}
        self._pieces = collections.deque()
        self._error = None
        self._finished = self._shut = False

    def join(self, peer, **properties):
        """Lay the two wires between this end and `peer`; `properties` are those of `Wire`."""
        self.peer, peer.peer = peer, self
        self.outgoing = peer.incoming = Wire(self._loop, peer, **properties)
        self.incoming = peer.outgoing = Wire(self._loop, self, **properties)

    # ---- what the wire brings

    def arrive(self, data):
        """Take bytes from the wire."""
        if self.closed_at is not None:
            if self.outgoing is not None:
                self.outgoing.reset()
        elif not self.was_reset:
            self.received += len(data)
            self._pieces.append(data)
            if self.events is not None:
                self.events.wake_reader()

    def finish(self):
        """Take the word that no more bytes will come."""
        self._finished = True
        if self.events is not None:
            self.events.wake_reader()

    def reset(self):
        """Take the word that the connection is gone."""
        if self.closed_at is None and not self.was_reset:
            self.was_reset = True
            code = errno.EPIPE if self._finished else errno.ECONNRESET
            self._error = OSError(code, os.strerror(code))
            if self.events is not None:
                self.events.wake_reader()
                self.events.wake_writer()

    # ---- readiness, as a selector sees it

    @property
    def readable(self):
        """Whether `recv` would not block."""
        return bool(self._pieces) or self._finished or self.was_reset

    @property
    def writable(self):
        """Whether `send` would not block."""
        return self.was_reset or self.outgoing.room > 0

    # ---- what the transport calls

    def recv(self, size):
        """At most `size` bytes; b"" at the end; raises BlockingIOError where there is nothing yet."""
        pieces = self._pieces
        if not pieces:
            return self._recv_nothing()
        data = pieces.popleft() if len(pieces) == 1 else b"".join(pieces)
        pieces.clear()
        if len(data) > size:
            pieces.append(memoryview(data)[size:])
            data = data[:size]
        self.incoming.unread -= len(data)
        if self.peer.events is not None:
            self.peer.events.wake_writer()
        return bytes(data)

    def recv_into(self, buffer):
        """Like `recv`, into `buffer`; returns the number of bytes."""
        data = self.recv(len(buffer))
        memoryview(buffer).cast("B")[: len(data)] = data
        return len(data)

    def _recv_nothing(self):
        if self._error is not None:
            self._raise_error()
        if self._finished or self.was_reset:
            return b""
        raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    def _raise_error(self):
        error, self._error = self._error, None
        raise error

    def send(self, data):
        """Send what the window has room for; returns the number of bytes."""
        return self.sendmsg((data,))

    def sendmsg(self, buffers):
        """Like `send`, for several buffers in a row."""
        if self._error is not None:
            self._raise_error()
        if self._shut or self.was_reset:
            raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))
        sent = 0
        for data in buffers:
            room = self.outgoing.room
            if room <= 0:
                break
            part = data if type(data) is bytes and len(data) <= room else bytes(memoryview(data)[:room])
            self.outgoing.send(part)
            sent += len(part)
        if not sent:
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        return sent

    def shutdown(self, how):
        """Half-close: the peer reads everything sent so far, then the end."""
        if self.was_reset:
            raise OSError(errno.ENOTCONN, os.strerror(errno.ENOTCONN))
        if how != socket.SHUT_RD and not self._shut:
            self._shut = True
            self.outgoing.finish()

    def close(self):
        """Close this end: an orderly end for the peer, or a reset where bytes were left unread."""
        if self.closed_at is not None:
            return
        self.closed_at = self._loop.time()
        self.closed_first = self.peer.closed_at is None
        if not self.was_reset:
            if self.abortive or self._pieces:
                self.was_reset = True
                self.outgoing.reset()
            elif not self._shut:
                self.outgoing.finish()
        self._pieces.clear()
        self.events = None
        if not self.closed_first:
            for end in (self, self.peer):
                end.peer = end.incoming = end.outgoing = None

    def abort(self):
        """Close this end and reset the connection."""
        self.abortive = True
        self.close()

    def discard(self):
        """Forget what is under way: nothing will ever happen on it again."""
        self.discarded = True
        self.events = self.incoming = self.outgoing = None
        self._pieces.clear()

    def setsockopt(self, level, option, value):
        """Remember an option; `SO_LINGER` with zero seconds makes `close()` reset the connection."""
        self._options[level, option] = value
        if (level, option) == (socket.SOL_SOCKET, socket.SO_LINGER):
            self.abortive = value == struct.pack("ii", 1, 0)

    def getsockopt(self, level, option, size=0):
        """The option as it was set, or zero."""
        return self._options.get((level, option), bytes(size) if size else 0)

    def getsockname(self):
        """Address and port of this end."""
        return self.address

    def getpeername(self):
        """Address and port of the other end; raises OSError where there is none."""
        if self.peer_address is None:
            raise OSError(errno.ENOTCONN, os.strerror(errno.ENOTCONN))
        return self.peer_address

    def fileno(self):
        """-1: there is no file descriptor behind it."""
        return -1

    def setblocking(self, flag):
        """Only non-blocking mode exists."""
        if flag:
            raise NotSimulatedError("socket.setblocking(True)")

    def gettimeout(self):
        """0.0: non-blocking."""
        return 0.0

    def dup(self):
        """Not simulated: it would be a file descriptor."""
        raise NotSimulatedError("socket.dup")
