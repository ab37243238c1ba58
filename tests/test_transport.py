"""Tests of asynclab.network.transport: asyncio's own transport and server on in-memory sockets."""

import asyncio
import contextlib
import contextvars
import gc
import sys
import warnings
import weakref

import pytest

from asynclab.loop import VirtualLoop

WHO = contextvars.ContextVar("who", default="nobody")


def play(main, **options):
    """Run `main(loop)` on a fresh loop; errors that reach the loop's handler are returned too."""
    loop, errors = VirtualLoop(**options), []
    loop.set_exception_handler(lambda loop, context: errors.append(context["message"]))
    try:
        result = loop.run_until_complete(main(loop))
    finally:
        loop.close()
    return (result, errors) if errors else result


class Recorder(asyncio.Protocol):
    """Writes down its callbacks, each with the context variable that it sees."""

    def __init__(self, record, name="server"):
        self.record, self.name = record, name

    def connection_made(self, transport):
        self.transport = transport
        self.record.append((self.name, "made", WHO.get()))

    def data_received(self, data):
        self.record.append((self.name, data, WHO.get()))

    def eof_received(self):
        self.record.append((self.name, "eof", WHO.get()))

    def connection_lost(self, exc):
        self.record.append((self.name, "lost", exc and exc.errno, WHO.get()))


async def connect(loop, server_factory, client_factory=asyncio.Protocol):
    """A server and a client's transport connected to it."""
    server = await loop.create_server(server_factory, "127.0.0.1", 8080)
    transport, _ = await loop.create_connection(client_factory, "127.0.0.1", 8080)
    await asyncio.sleep(0.001)
    return server, transport


@contextlib.asynccontextmanager
async def streams(loop):
    """Both ends of a stream connection, (reader, writer) of client and server, and the server."""
    accepted = loop.create_future()
    server = await asyncio.start_server(lambda *ends: accepted.set_result(ends), "127.0.0.1", 8080)
    client, served = await asyncio.open_connection("127.0.0.1", 8080), await accepted
    try:
        yield client, served, server
    finally:
        server.close()
        client[1].close()
        served[1].close()
        await asyncio.sleep(0.001)


def test_server_callbacks_run_in_the_context_of_create_server():
    """Whoever connects: the protocol sees the variables of whoever made the server."""

    async def main(loop):
        record = []
        WHO.set("server's maker")
        server = await loop.create_server(lambda: Recorder(record), "127.0.0.1", 80)
        WHO.set("client's maker")
        client = Recorder(record, "client")
        transport, _ = await loop.create_connection(lambda: client, "127.0.0.1", 80)
        transport.write(b"halo")
        transport.close()
        await asyncio.sleep(1)
        server.close()
        return {(name, who) for name, *_, who in record}, len(record)

    whose = {("server", "server's maker"), ("client", "client's maker")}
    assert play(main) == (whose, 6)


def test_drain_waits_until_the_reader_reads_on():
    """A paused reader takes 64 KiB; the writer's drain returns only when it goes on reading."""

    async def main(loop):
        async with streams(loop) as ((_, writer), (slow_reader, slow), _):
            slow.transport.pause_reading()
            loop.call_later(30, slow.transport.resume_reading)
            writer.write(b"x" * 300_000)
            before = writer.transport.get_write_buffer_size()
            reading = asyncio.create_task(slow_reader.readexactly(300_000))
            await writer.drain()
            return before, loop.time(), len(await reading)

    assert play(main) == (300_000 - 65_536, 30.0, 300_000)


def test_abort_resets_the_connection():
    """`abort()` loses what was not sent yet; the peer sees ConnectionResetError."""

    async def main(loop):
        async with streams(loop) as ((reader, writer), (_, other), _):
            other.write(b"x" * 200_000)
            other.transport.abort()
            with pytest.raises(ConnectionResetError):
                await reader.readexactly(200_000)
            return writer.transport.is_closing()

    assert play(main) is True


def test_a_buffered_protocol_gets_its_bytes_in_its_own_buffer():
    """`get_buffer` and `buffer_updated` instead of `data_received`."""

    class Buffered(asyncio.BufferedProtocol):
        def __init__(self):
            self.buffer, self.got = bytearray(10_000), bytearray()

        def get_buffer(self, size_hint):
            return self.buffer

        def buffer_updated(self, size):
            self.got += self.buffer[:size]

    async def main(loop):
        protocol = Buffered()
        server, transport = await connect(loop, lambda: protocol)
        transport.write(bytes(range(256)) * 500)
        transport.close()
        await asyncio.sleep(1)
        server.close()
        return bytes(protocol.got)

    assert play(main) == bytes(range(256)) * 500


def test_paused_reading_delivers_nothing_until_resumed():
    """Bytes and the end wait while reading is paused."""

    async def main(loop):
        record = []
        protocol = Recorder(record)
        server, transport = await connect(loop, lambda: protocol)
        protocol.transport.pause_reading()
        transport.write(b"halo")
        transport.close()
        await asyncio.sleep(10)
        before = len(record)
        protocol.transport.resume_reading()
        await asyncio.sleep(1)
        server.close()
        return before, [event[1] for event in record]

    assert play(main) == (1, ["made", b"halo", "eof", "lost"])


def test_an_exception_in_a_protocol_ends_the_connection():
    """As with real sockets: reported to the loop's handler, and the connection is closed."""

    class Broken(Recorder):
        def data_received(self, data):
            raise ValueError(data)

        def connection_lost(self, exc):
            self.record.append(type(exc))

    async def main(loop):
        record = []
        server, transport = await connect(loop, lambda: Broken(record))
        transport.write(b"x")
        await asyncio.sleep(1)
        server.close()
        return record[-1], transport.is_closing()

    assert play(main) == (
        (ValueError, True),
        ["Fatal error: protocol.data_received() call failed."],
    )


def test_a_failing_protocol_factory_closes_the_connection():
    """The client sees the end; the loop's handler hears of the error."""

    def factory():
        raise ValueError("rusak")

    async def main(loop):
        server = await loop.create_server(factory, "127.0.0.1", 8080)
        reader, writer = await asyncio.open_connection("127.0.0.1", 8080)
        rest = await reader.read()
        writer.close()
        server.close()
        return rest

    assert play(main) == (b"", ["Error on transport creation for incoming connection"])


def test_wait_closed_waits_for_connections_where_this_python_does():
    """3.12 and later: until the last connection is closed; 3.11: not at all."""

    async def main(loop):
        async with streams(loop) as ((_, writer), (_, other), server):
            loop.call_later(5, writer.close)
            loop.call_later(7, other.close)
            server.close()
            await server.wait_closed()
            return loop.time()

    assert play(main) == (7.0 if sys.version_info >= (3, 12) else 0.0)


@pytest.mark.skipif(sys.version_info < (3, 13), reason="new in Python 3.13")
@pytest.mark.parametrize(("method", "error"), [("close_clients", None), ("abort_clients", 104)])
def test_a_server_closes_its_clients_in_order(method, error):
    """`close_clients` and `abort_clients` take the connections in the order in which they came."""

    async def main(loop):
        record = []
        server = await loop.create_server(asyncio.Protocol, "127.0.0.1", 8080)
        for n in range(12):
            await loop.create_connection(lambda n=n: Recorder(record, n), "127.0.0.1", 8080)
        await asyncio.sleep(0)
        getattr(server, method)()
        server.close()
        await server.wait_closed()
        await asyncio.sleep(1)
        return [(name, event[1]) for name, *event in record if event[0] == "lost"]

    assert play(main) == [(n, error) for n in range(12)]


def test_a_server_that_has_not_started_refuses():
    """`start_serving=False` binds the address; connections are accepted after `start_serving()`."""

    async def main(loop):
        options = {"start_serving": False}
        server = await loop.create_server(asyncio.Protocol, "127.0.0.1", 8080, **options)
        with pytest.raises(ConnectionRefusedError):
            await loop.create_connection(asyncio.Protocol, "127.0.0.1", 8080)
        await server.start_serving()
        transport, _ = await loop.create_connection(asyncio.Protocol, "127.0.0.1", 8080)
        transport.close()
        server.close()
        return server.is_serving(), server.sockets

    assert play(main) == (False, ())


def test_serve_forever_ends_by_cancellation():
    """`async with server: await server.serve_forever()` closes the server when cancelled."""

    async def main(loop):
        server = await loop.create_server(asyncio.Protocol, "127.0.0.1", 8080)

        async def serve():
            async with server:
                await server.serve_forever()

        task = asyncio.create_task(serve())
        await asyncio.sleep(10)
        task.cancel()
        await asyncio.wait([task])
        return task.cancelled(), server.is_serving(), server.get_loop() is loop

    assert play(main) == (True, False, True)


@pytest.mark.parametrize("end", ["close", "abort"])
def test_a_closed_transport_is_freed_without_gc(end):
    """Nothing but the program holds a connection that has ended."""

    async def main(loop):
        protocol = Recorder([])
        server, transport = await connect(loop, lambda: protocol)
        both = [weakref.ref(transport), weakref.ref(protocol.transport)]
        getattr(transport, end)()
        await asyncio.sleep(1)
        del transport, protocol.transport
        server.close()
        return [ref() for ref in both]

    gc.disable()
    try:
        assert play(main) == [None, None]
    finally:
        gc.enable()


def test_connections_closed_at_once_end_in_the_order_in_which_they_were_opened():
    """Whatever the order of the calls: aiohttp closes its connections in the order of a set."""

    async def main(loop):
        record = []
        server = await loop.create_server(asyncio.Protocol, "127.0.0.1", 8080)
        made = [
            await loop.create_connection(lambda n=n: Recorder(record, n), "127.0.0.1", 8080)
            for n in range(5)
        ]
        for n in (3, 1, 4, 0, 2):
            made[n][0].abort() if n == 4 else made[n][0].close()
        await asyncio.sleep(1)
        server.close()
        return [name for name, event, *_ in record if event == "lost"]

    assert play(main) == [0, 1, 2, 3, 4]


def test_a_transport_says_where_it_leads():
    """Its repr names both addresses and its state."""

    async def main(loop):
        server, transport = await connect(loop, asyncio.Protocol)
        texts = [repr(transport)]
        transport.close()
        texts.append(repr(transport))
        await asyncio.sleep(1)
        server.close()
        return [*texts, repr(transport), transport.get_extra_info("socket").getpeername()]

    way = "<Transport 127.0.0.1:49152 -> 127.0.0.1:8080"
    expected = [f"{way} {state}>" for state in ("open", "closing", "closed")]
    assert play(main) == [*expected, ("127.0.0.1", 8080)]


def test_what_is_open_when_the_loop_closes_goes_without_a_warning():
    """It is on record; a warning at some later moment would only be noise."""

    async def main(loop):
        record = []
        await connect(loop, lambda: Recorder(record))

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        play(main)
        gc.collect()
    assert caught == []


def test_debug_mode_works():
    """asyncio's debug messages need nothing that an in-memory socket lacks."""

    async def main(loop):
        loop.set_debug(True)
        async with streams(loop) as ((reader, _), (_, other), _):
            other.write(b"x" * 200_000)
            other.write_eof()
            return len(await reader.read())

    assert play(main) == 200_000
