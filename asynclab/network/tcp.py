"""Socket: one end of an in-memory TCP connection, which behaves as the kernel's would."""

from __future__ import annotations

import collections
import errno
import os
import socket
import struct

from asynclab.network.wire import Wire
from asynclab.notsimulated import NotSimulatedError

__all__ = ["Socket"]


class Socket:
    """One end of a connection, with the methods of `socket.socket` that asyncio's transport calls.

    Like the kernel's: bytes wait in it until they are read, `close()` with unread bytes resets the
    connection, bytes for a closed end are answered by a reset. Without a peer it is a listener's.

    address, peer_address: (IPv4 address, port) of both ends; closed_at: seconds, None while open;
    number: puts all ends of a network in one order.
    """

    family, type, proto = socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP

    def __init__(self, loop, address, peer_address):
        self.address, self.peer_address = address, peer_address
        self.number = 0
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

    def join(self, peer, number=0, **properties):
        """Lay the two wires of connection `number` to `peer`; `properties` are those of `Wire`."""
        self.number, peer.number = 2 * number, 2 * number + 1
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
        """At most `size` bytes, b"" at the end; raises BlockingIOError while there is nothing."""
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
            raise self._take_error()
        if self._finished or self.was_reset:
            return b""
        raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    def _take_error(self):
        # Raised by the caller: a frame that names its own exception would be a reference cycle.
        error, self._error = self._error, None
        return error

    def send(self, data):
        """Send what the window has room for; returns the number of bytes."""
        return self.sendmsg((data,))

    def sendmsg(self, buffers):
        """Like `send`, for several buffers in a row."""
        if self._error is not None:
            raise self._take_error()
        if self._shut or self.was_reset:
            raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))
        sent = 0
        for data in buffers:
            room = self.outgoing.room
            if room <= 0:
                break
            if type(data) is not bytes or len(data) > room:
                data = bytes(memoryview(data)[:room])
            self.outgoing.send(data)
            sent += len(data)
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
        self.discarded = self._shut = True
        self.events = self.incoming = self.outgoing = None
        self._pieces.clear()

    def setsockopt(self, level, option, value):
        """Remember an option; `SO_LINGER` with zero seconds makes `close()` a reset."""
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
