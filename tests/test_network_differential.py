"""The in-memory network shows a program the same events as real sockets on the loopback interface."""

import asyncio
import socket
import struct

import aiohttp
import pytest
from aiohttp import web

from asynclab.loop import VirtualLoop

RESET_ON_CLOSE = (socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def reset(transport):
    """Close a connection so that the peer sees a reset: on real sockets `abort()` alone does not."""
    transport.get_extra_info("socket").setsockopt(*RESET_ON_CLOSE)
    transport.abort()


async def raised(awaitable):
    """The classes and error number of what an awaitable raises, or what it returns."""
    try:
        return await awaitable
    except Exception as error:
        return type(error).__name__, getattr(error, "errno", None)


def on_both(scenario):
    """What `scenario(record)` writes on real sockets and on the in-memory network."""
    records = []
    for loop in (asyncio.SelectorEventLoop(), VirtualLoop()):
        record = []
        loop.set_exception_handler(lambda loop, context, r=record: r.append(context["message"]))
        try:
            loop.run_until_complete(asyncio.wait_for(scenario(record), 30))
            loop.run_until_complete(loop.shutdown_asyncgens())
        finally:
            loop.close()
        records.append(record)
    return records


async def serve_streams(handle):
    """A stream server on a free port, and the port."""
    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    return server, server.sockets[0].getsockname()[1]


class Site:
    """Context manager: an aiohttp site with these handlers, and a session for it."""

    def __init__(self, **handlers):
        self.app = web.Application()
        self.app.router.add_routes(
            [web.route("*", f"/{name}", handlers[name]) for name in handlers]
        )

    async def __aenter__(self):
        self.runner = web.AppRunner(self.app, access_log=None, handler_cancellation=True)
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", 0).start()
        host, port = self.runner.addresses[0]
        self.session = aiohttp.ClientSession(f"http://{host}:{port}")
        return self.session

    async def __aexit__(self, *exc_info):
        await self.session.close()
        await self.runner.cleanup()


async def half_closed_stream(record):
    """The client ends its half, the server reads the end and still answers."""
    done = asyncio.Event()

    async def handle(reader, writer):
        record.append(("server read", await reader.read()))
        writer.write(b"answer")
        await asyncio.sleep(0)
        writer.write(b" and more")
        writer.close()
        record.append(("server closed", await raised(writer.wait_closed())))
        done.set()

    server, port = await serve_streams(handle)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"question")
    writer.write_eof()
    record.append(("client read", await reader.read(), reader.at_eof()))
    writer.close()
    record.append(("client closed", await raised(writer.wait_closed())))
    await done.wait()
    server.close()
    await server.wait_closed()


class Witness(asyncio.Protocol):
    """A protocol that writes down its callbacks."""

    def __init__(self, record, name, keep_open=False):
        self.record, self.name, self.keep_open = record, name, keep_open
        self.lost = asyncio.get_running_loop().create_future()
        self.size = 0

    def connection_made(self, transport):
        self.transport = transport
        self.record.append((self.name, "made"))

    def data_received(self, data):
        self.size += len(data)

    def eof_received(self):
        self.record.append((self.name, "eof", self.size))
        return self.keep_open

    def connection_lost(self, exc):
        self.record.append((self.name, "lost", self.size, exc and (type(exc).__name__, exc.errno)))
        self.lost.set_result(None)


async def joined(server_events, client_events, *, keep_open=False):
    """Two connected protocols (server's, client's) that write to two records, and their server."""
    loop = asyncio.get_running_loop()
    accepted = loop.create_future()

    def factory():
        protocol = Witness(server_events, "server", keep_open)
        loop.call_soon(accepted.set_result, protocol)
        return protocol

    server = await loop.create_server(factory, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    _, client = await loop.create_connection(
        lambda: Witness(client_events, "client"), "127.0.0.1", port
    )
    return await accepted, client, server


def protocol_case(act, **options):
    """A scenario of two protocols on which `act(server, client)` acts until both have lost."""

    async def scenario(record):
        server_events, client_events = [], []
        served, client, server = await joined(server_events, client_events, **options)
        await act(served, client)
        await asyncio.gather(served.lost, client.lost)
        server.close()
        await server.wait_closed()
        record += server_events + client_events

    return scenario


async def client_closes(served, client):
    """Everything written before `close()` arrives, then the end."""
    client.transport.write(b"x" * 300_000)
    client.transport.close()


async def server_resets(served, client):
    """A reset is an error on the other side, and none on this one."""
    reset(served.transport)


async def server_resets_after_sending(served, client):
    """What arrived before the reset is read before the error."""
    served.transport.write(b"x" * 1000)
    reset(served.transport)


async def client_writes_after_end_and_reset(served, client):
    """Who has read the end, and stopped reading, meets the reset as a broken pipe."""
    client.keep_open = True
    served.transport.write_eof()
    while ("client", "eof", 0) not in client.record:
        await asyncio.sleep(0)
    reset(served.transport)
    await served.lost
    client.transport.write(b"too late")


async def server_aborts_while_much_is_unsent(served, client):
    """What the sender had not sent yet is lost; how much arrived before is up to the buffers."""
    client.size = float("inf")
    client.transport.pause_reading()
    served.transport.write(b"x" * 20_000_000)
    reset(served.transport)
    await served.lost
    client.transport.resume_reading()


async def client_closes_without_reading(served, client):
    """Closing with unread bytes resets the connection."""
    client.transport.pause_reading()
    served.transport.write(b"unread")
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    client.transport.close()


async def both_close(served, client):
    """Both sides close in the same turn."""
    served.transport.close()
    client.transport.close()


async def server_half_closes(served, client):
    """The end of one direction closes the other where `eof_received` returns a false value."""
    served.transport.write(b"last words")
    served.transport.write_eof()


async def write_to_a_reset_connection(record):
    """The error that a writer meets, and the one that a reader meets."""
    accepted = asyncio.get_running_loop().create_future()
    server, port = await serve_streams(lambda reader, writer: accepted.set_result(writer))
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    reset((await accepted).transport)
    record.append(await raised(reader.read()))
    writer.write(b"too late")
    record.append(await raised(writer.drain()))
    writer.close()
    record.append(await raised(writer.wait_closed()))
    server.close()
    await server.wait_closed()


async def refused(record):
    """Nobody listens: error number and words of a stream and of aiohttp."""
    server, port = await serve_streams(lambda reader, writer: None)
    server.close()
    await server.wait_closed()
    async with aiohttp.ClientSession() as session:
        for attempt in (
            asyncio.open_connection("127.0.0.1", port),
            session.get(f"http://127.0.0.1:{port}"),
        ):
            try:
                await attempt
            except OSError as error:
                text = str(error).replace(str(port), "PORT")
                record.append((type(error).__name__, error.errno, text))


async def waiting_for_a_closed_server(record):
    """Whether `wait_closed` waits for open connections differs between Pythons, not here."""
    accepted = asyncio.get_running_loop().create_future()
    server, port = await serve_streams(lambda reader, writer: accepted.set_result(writer))
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    other = await accepted
    server.close()
    record.append((server.is_serving(), server.sockets))
    waiting = asyncio.create_task(server.wait_closed())
    for _ in range(20):
        await asyncio.sleep(0)
    record.append(("closed at once", waiting.done(), hasattr(server, "close_clients")))
    for end in (writer, other):
        end.close()
        await end.wait_closed()
    await waiting


async def kept_connections(record):
    """Requests one after the other share a connection, requests at once do not."""
    peers = []
    both = asyncio.Barrier(2)

    async def page(request):
        peers.append(request.transport.get_extra_info("peername"))
        return web.Response(text="halo")

    async def meet(request):
        peers.append(request.transport.get_extra_info("peername"))
        await both.wait()
        return web.Response(text="halo")

    async with Site(page=page, meet=meet) as session:
        for _ in range(3):
            async with session.get("/page") as response:
                record.append((response.status, await response.text()))
        await asyncio.gather(session.get("/meet"), session.get("/meet"))
    record.append([sorted(set(peers), key=peers.index).index(peer) for peer in peers])


async def bodies(record):
    """Content-Length, chunks, an empty body, a large body up and down, and a client's stream."""

    async def chunks(request):
        response = web.StreamResponse()
        await response.prepare(request)
        for n in range(5):
            await response.write(b"%d" % n * 1000)
        return response

    async def echo(request):
        return web.Response(body=await request.read())

    async def pieces():
        for n in range(4):
            yield b"%d" % n * 50_000

    async with Site(chunks=chunks, echo=echo) as session:
        for method, path, data in (
            ("GET", "/chunks", None),
            ("POST", "/echo", b""),
            ("POST", "/echo", b"x" * 900_000),
            ("POST", "/echo", pieces()),
        ):
            async with session.request(method, path, data=data) as response:
                body = await response.read()
                record.append(
                    (
                        response.status,
                        response.content_length,
                        response.headers.get("Transfer-Encoding"),
                        len(body),
                        body[-1:],
                    )
                )


async def truncated_body(record):
    """The server promises more than it sends, and closes."""

    async def short(request):
        response = web.StreamResponse(headers={"Content-Length": "1000"})
        await response.prepare(request)
        await response.write(b"x" * 400)
        request.transport.close()
        return response

    async with Site(short=short) as session, session.get("/short") as response:
        record.append((response.status, await raised(response.read())))


async def reset_body(record):
    """The connection is reset before the headers, and in the middle of the body."""

    async def before(request):
        reset(request.transport)
        return web.Response()

    async def within(request):
        response = web.StreamResponse(headers={"Content-Length": "1000"})
        await response.prepare(request)
        await response.write(b"x" * 400)
        await asyncio.wait_for(seen.wait(), 5)
        reset(request.transport)
        return response

    seen = asyncio.Event()
    async with Site(before=before, within=within) as session:
        record.append(await raised(session.get("/before")))
        async with session.get("/within") as response:
            record.append(len(await response.content.readany()))
            seen.set()
            record.append(await raised(response.read()))


async def client_goes_away(record):
    """The handler of a request whose client disconnects is cancelled."""
    begun, ended = asyncio.Event(), asyncio.Event()

    async def slow(request):
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            record.append("handler cancelled")
            ended.set()
            raise

    async with Site(slow=slow) as session:
        task = asyncio.create_task(session.get("/slow"))
        await begun.wait()
        task.cancel()
        record.append(repr(await asyncio.gather(task, return_exceptions=True)))
        await ended.wait()


def websocket_case(serve, act, **options):
    """A scenario of a WebSocket: `serve(ws, record)` on the one side, `act(ws, record)` on the other."""

    async def scenario(record):
        server_events, client_events = [], []

        async def chat(request):
            ws = web.WebSocketResponse(**options)
            await ws.prepare(request)
            await serve(ws, server_events, request)
            server_events.append(("server code", ws.close_code, ws.closed))
            return ws

        async with Site(chat=chat) as session, session.ws_connect("/chat") as ws:
            await act(ws, client_events)
            client_events.append(("client code", ws.close_code, ws.closed))
        record += server_events + client_events

    return scenario


async def listen(ws, record, request=None):
    """Receive until the end; write down type and data."""
    while True:
        message = await ws.receive()
        data = message.data if isinstance(message.data, (str, int)) else type(message.data).__name__
        record.append((message.type.name, data, message.extra))
        if message.type in (
            aiohttp.WSMsgType.CLOSED,
            aiohttp.WSMsgType.CLOSE,
            aiohttp.WSMsgType.ERROR,
        ):
            return


async def greet_and_close(ws, record):
    """Say something and close with 1000."""
    await ws.send_str("halo")
    record.append(await ws.close())


async def go_away(ws, record, request):
    """Close as a server that shuts down does."""
    await ws.send_str("selamat")
    record.append(await ws.close(code=1001, message=b"server berhenti"))


async def hang_up(ws, record, request):
    """Lose the connection without a closing handshake."""
    await ws.send_str("selamat")
    request.transport.close()


async def send_too_much(ws, record):
    """Send a message over the limit, then listen."""
    await ws.send_str("x" * 5000)
    await listen(ws, record)


CASES = {
    "half-closed stream": half_closed_stream,
    "close after much data": protocol_case(client_closes),
    "close, the other side keeps open": protocol_case(server_half_closes),
    "reset": protocol_case(server_resets),
    "reset after data": protocol_case(server_resets_after_sending),
    "reset after the end": protocol_case(client_writes_after_end_and_reset),
    "reset of unsent data": protocol_case(server_aborts_while_much_is_unsent),
    "close with unread data": protocol_case(client_closes_without_reading),
    "both close": protocol_case(both_close),
    "write after reset": write_to_a_reset_connection,
    "refused": refused,
    "wait_closed": waiting_for_a_closed_server,
    "keep-alive": kept_connections,
    "bodies": bodies,
    "truncated body": truncated_body,
    "reset body": reset_body,
    "client disconnects": client_goes_away,
    "websocket 1000": websocket_case(listen, greet_and_close),
    "websocket 1001": websocket_case(go_away, listen),
    "websocket 1006": websocket_case(hang_up, listen),
    "websocket 1009": websocket_case(listen, send_too_much, max_msg_size=4096),
}


@pytest.mark.parametrize("name", CASES)
def test_same_events_as_real_sockets(name):
    """Each case leaves the same record on real sockets and in memory."""
    real, virtual = on_both(CASES[name])
    assert virtual == real
    assert real
