"""asyncio's own socket transport and server, on in-memory sockets.

Flow control, order of closing, `wait_closed` and errors are thus those of the Python that runs.
"""

from __future__ import annotations

import contextvars
import heapq
import itertools
import weakref
from asyncio import base_events, selector_events, trsock

__all__ = ["Events", "Farewells", "Server", "Transport"]


class Farewells:
    """Ends the connections closed in one turn of the loop in the order in which they were opened.

    aiohttp keeps its connections in sets and closes them in no particular order.
    """

    def __init__(self, loop):
        self._loop = loop
        self._waiting = []
        self._numbers = itertools.count()

    def add(self, place, context, callback, *args):
        """Call `callback(*args)` in the next turn, behind those with a lower `place`."""
        item = (self._loop.turns, place, next(self._numbers), context, callback, args)
        heapq.heappush(self._waiting, item)
        self._loop.call_soon(self._next)

    def _next(self):
        *_, context, callback, args = heapq.heappop(self._waiting)
        context.run(callback, *args)


class Events:
    """What asyncio's transport asks of its loop, for one socket: to be called while it is ready.

    Every callback runs in `context`, at most once per turn of the loop, first ready first.
    """

    def __init__(self, loop, sock, context, farewells):
        # Where the transport registers itself under its file descriptor, of which there is none.
        self._transports = weakref.WeakValueDictionary()
        self._loop, self._socket, self._context = loop, sock, context
        self._farewells = farewells
        self._reader = self._writer = None
        self._reader_due = self._writer_due = False
        self.call_exception_handler = loop.call_exception_handler
        self.create_future = loop.create_future
        self.get_debug = loop.get_debug
        sock.events = self

    def call_soon(self, callback, *args):
        """Like the loop's, in the connection's context."""
        if getattr(callback, "__func__", None) is Transport._call_connection_lost:
            self._farewells.add(self._socket.number, self._context, callback, *args)
        else:
            self._loop.call_soon(callback, *args, context=self._context)

    def wake_reader(self):
        """Call the reader in the next turn, if there is one and something to read."""
        if self._reader is not None and not self._reader_due and self._socket.readable:
            self._reader_due = True
            self._loop.call_soon(self._read, context=self._context)

    def wake_writer(self):
        """Call the writer in the next turn, if there is one and room to write."""
        if self._writer is not None and not self._writer_due and self._socket.writable:
            self._writer_due = True
            self._loop.call_soon(self._write, context=self._context)

    def _read(self):
        self._reader_due = False
        if self._reader is not None and self._socket.readable:
            self._reader()
            self.wake_reader()

    def _write(self):
        self._writer_due = False
        if self._writer is not None and self._socket.writable:
            self._writer()
            self.wake_writer()

    def _add_reader(self, _, callback):
        self._reader = callback
        self.wake_reader()

    def _add_writer(self, _, callback):
        self._writer = callback
        self.wake_writer()

    def _remove_reader(self, _):
        self._reader = None

    def _remove_writer(self, _):
        self._writer = None


class Transport(selector_events._SelectorSocketTransport):
    """asyncio's socket transport on an in-memory socket."""

    def __init__(self, events, sock, protocol, *, waiter=None, server=None):
        super().__init__(events, sock, protocol, waiter, None, server)

    def abort(self):
        """Close at once; the peer sees a reset."""
        if self._sock is not None:
            self._sock.abortive = True
        super().abort()

    def _call_connection_lost(self, exc):
        super()._call_connection_lost(exc)
        # Bound methods of its own would keep a closed transport alive until gc runs.
        self._read_ready_cb = None
        if "_write_ready" in self.__dict__:  # 3.12 and later
            self._write_ready = _do_nothing

    def __repr__(self):
        state = "closed" if self._sock is None else "closing" if self._closing else "open"
        names = " -> ".join("{}:{}".format(*self._extra[name]) for name in ("sockname", "peername"))
        return f"<{type(self).__name__} {names} {state}>"

    def is_closing(self):
        """Like asyncio's; also once the network is closed, so that a stream writer's end is quiet."""
        return super().is_closing() or (self._sock is not None and self._sock.discarded)

    def __del__(self):
        # A network that was closed has its open connections on record already.
        if self._sock is not None and not self._sock.discarded:
            super().__del__()


def _do_nothing():
    pass


class Server(base_events.Server):
    """asyncio's server, whose protocols run in the context in which it was created.

    listeners: the sockets it listens on; release: called with the server when it closes.
    """

    def __init__(self, loop, protocol_factory, release, farewells):
        super().__init__(loop, (), protocol_factory, None, 100, None)
        self.context = contextvars.copy_context()
        self.listeners = []
        self._farewells = farewells
        self._release = release
        self._clients = _Clients()

    @property
    def sockets(self):
        """The sockets it listens on; none once it is closed."""
        return () if self._sockets is None else tuple(map(trsock.TransportSocket, self.listeners))

    def close(self):
        """Stop listening; open connections stay open."""
        if self._sockets is not None:
            self._release(self)
        super().close()

    def connected(self, sock):
        """A client has connected: hand `sock` to a new protocol, if still serving."""
        if self.is_serving():
            self._loop.call_soon(self._accept, sock, context=self.context)
        else:
            sock.abort()

    def _start_serving(self):
        self._serving = True

    def _accept(self, sock):
        if not self.is_serving():
            sock.abort()
            return
        try:
            context = contextvars.copy_context()
            events = Events(self._loop, sock, context, self._farewells)
            Transport(events, sock, self._protocol_factory(), server=self)
        except Exception as error:
            message = "Error on transport creation for incoming connection"
            self._loop.call_exception_handler({"message": message, "exception": error})
            sock.close()


class _Clients(weakref.WeakSet):
    """A server's transports, which `close_clients` takes in one order in every run."""

    def copy(self):
        return sorted(self, key=lambda transport: transport.get_extra_info("peername"))
