"""aiohttp's client, server and WebSocket on the in-memory network, unchanged and in virtual time."""

import asyncio
import contextlib
import gc
import socket
import ssl
import subprocess
import sys
import warnings

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from asynclab import clock
from asynclab.loop import VirtualLoop
from asynclab.notsimulated import NotSimulatedError

URL = "http://data.contoh"


@pytest.fixture(autouse=True)
def clocks():
    """aiohttp's deadlines follow the virtual clock, as in every run."""
    clock.install()


def play(main, **options):
    """Run `main(loop, network)` on a fresh loop whose network has a host data.contoh."""
    loop = VirtualLoop(**options)
    loop.network.add_host("data.contoh")
    try:
        return loop.run_until_complete(main(loop, loop.network))
    finally:
        loop.close()


@contextlib.asynccontextmanager
async def site(*, host="data.contoh", port=80, keepalive_timeout=75.0, **handlers):
    """A site with handlers by path, and a session for it."""
    app = web.Application()
    app.router.add_routes([web.route("*", f"/{name}", handlers[name]) for name in handlers])
    options = {"access_log": None, "keepalive_timeout": keepalive_timeout}
    runner = web.AppRunner(app, handler_cancellation=True, **options)
    await runner.setup()
    await web.TCPSite(runner, host, port).start()
    try:
        async with aiohttp.ClientSession() as session:
            yield session
    finally:
        await runner.cleanup()


async def page(request):
    """The simplest handler."""
    return web.Response(text="halo")


async def get(session, path="/page", **options):
    """The text of a page."""
    async with session.get(URL + path, **options) as response:
        return await response.text()


async def outcome(awaitable, loop):
    """(moment, result or the class of the exception)."""
    try:
        result = await awaitable
    except Exception as error:
        result = type(error)
    return loop.time(), result


# ---- requests and connections


def test_requests_one_after_the_other_share_a_connection():
    """Keep-alive: two latencies for a request, four for the first."""

    async def main(loop, network):
        async with site(page=page) as session:
            record = [(await outcome(get(session), loop)) for _ in range(3)]
        return record, len(network.connections)

    assert play(main, latency=0.5) == ([(2.0, "halo"), (3.0, "halo"), (4.0, "halo")], 1)


@pytest.mark.parametrize(("pause", "connections"), [(14, 1), (16, 2)])
def test_an_idle_connection_expires_on_the_clients_side(pause, connections):
    """aiohttp's client keeps it for 15 seconds of virtual time."""

    async def main(loop, network):
        async with site(page=page) as session:
            await get(session)
            await asyncio.sleep(pause)
            await get(session)
        return len(network.connections)

    assert play(main) == connections


def test_an_idle_connection_expires_on_the_servers_side():
    """The server closes it after its own keep-alive time."""

    async def main(loop, network):
        async with site(page=page, keepalive_timeout=5.0) as session:
            await get(session)
            await asyncio.sleep(10)
            (record,) = network.connections
            return record.ended_by, record.server_closed, record.client_closed

    assert play(main) == ("server", 5.0, 5.0)


def test_the_connector_limits_connections():
    """Ten requests of one second through two connections take five seconds."""

    async def slow(request):
        await asyncio.sleep(1)
        return web.Response(text="halo")

    async def main(loop, network):
        async with site(slow=slow):
            connector = aiohttp.TCPConnector(limit=2)
            async with aiohttp.ClientSession(connector=connector) as session:
                await asyncio.gather(*(get(session, "/slow") for _ in range(10)))
        return loop.time(), len(network.connections)

    assert play(main) == (5.0, 2)


def test_a_slow_download_shows_its_progress():
    """100 kB at 10 kB/s: pieces arrive all along, so a read timeout of one second is never hit."""

    async def big(request):
        return web.Response(body=b"x" * 100_000)

    async def main(loop, network):
        network.add_host("data.contoh", bandwidth=10_000)
        async with site(big=big) as session:
            timeout = aiohttp.ClientTimeout(total=None, sock_read=1)
            async with session.get(f"{URL}/big", timeout=timeout) as response:
                times = [loop.time() async for _ in response.content.iter_any()]
                return len(times) > 100, round(times[-1], 1)

    assert play(main) == (True, 10.0)


def test_a_server_feels_a_client_that_reads_slowly():
    """Back-pressure: the handler's write waits, and the client's pause shows on the server."""
    written = []

    async def stream(request):
        response = web.StreamResponse()
        await response.prepare(request)
        for n in range(40):
            await response.write(b"x" * 50_000)
            written.append((asyncio.get_running_loop().time(), n))
        return response

    async def main(loop, network):
        async with site(stream=stream) as session, session.get(f"{URL}/stream") as response:
            await asyncio.sleep(100)
            ahead = len(written)
            size = sum([len(data) async for data in response.content.iter_any()])
            return ahead, size, written[-1]

    ahead, size, last = play(main)
    assert (ahead < 20, size, last) == (True, 2_000_000, (100.0, 39))


def test_a_client_feels_a_server_that_reads_slowly():
    """An upload waits until the handler reads on."""

    async def upload(request):
        await asyncio.sleep(50)
        return web.json_response(len(await request.read()))

    async def main(loop, network):
        sent = []

        async def pieces():
            for _ in range(20):
                yield b"x" * 50_000
                sent.append(loop.time())

        async with (
            site(upload=upload) as session,
            session.post(f"{URL}/upload", data=pieces()) as response,
        ):
            return await response.json(), sent[0], sent[-1]

    assert play(main) == (1_000_000, 0.0, 50.0)


@pytest.mark.parametrize("size", [0, 10, 300_000, 2_000_000])
def test_file_responses(tmp_path, size):
    """`FileResponse` falls back from `loop.sendfile`, which is not simulated, by itself."""
    path = tmp_path / "berkas.bin"
    path.write_bytes(bytes(range(256)) * (size // 256) + b"x" * (size % 256))

    async def main(loop, network):
        async def send(request):
            return web.FileResponse(path)

        async with site(send=send) as session, session.get(f"{URL}/send") as response:
            return await response.read()

    assert play(main) == path.read_bytes()


def test_a_client_that_goes_away_cancels_the_handler():
    """The server notices one latency after the client's timeout."""
    record = []

    async def slow(request):
        try:
            await asyncio.sleep(1000)
        finally:
            record.append(asyncio.get_running_loop().time())

    async def main(loop, network):
        async with site(slow=slow) as session:
            options = {"timeout": aiohttp.ClientTimeout(total=5)}
            record.append(await outcome(get(session, "/slow", **options), loop))
            await asyncio.sleep(10)

    play(main, latency=0.25)
    assert record == [(5.0, TimeoutError), 5.25]


# ---- failures


def test_nobody_listens_and_nobody_knows_the_name():
    """aiohttp's own errors, with the number and the words of real ones."""

    async def main(loop, network):
        errors = []
        async with aiohttp.ClientSession() as session:
            for url in (URL, "http://tidak.ada", "http://127.0.0.1:81"):
                try:
                    await session.get(url)
                except aiohttp.ClientConnectorError as error:
                    errors.append((type(error).__name__, error.errno, error.host))
        return errors

    assert play(main) == [
        ("ClientConnectorError", 111, "data.contoh"),
        ("ClientConnectorDNSError", socket.EAI_NONAME, "tidak.ada"),
        ("ClientConnectorError", 111, "127.0.0.1"),
    ]


def test_connecting_to_a_black_hole_times_out():
    """aiohttp gives up after its `sock_connect` of 30 seconds."""

    async def main(loop, network):
        network.blackhole("data.contoh")
        async with aiohttp.ClientSession() as session:
            return await outcome(get(session), loop)

    assert play(main) == (30.0, aiohttp.ConnectionTimeoutError)


def test_a_stalled_body_times_out():
    """`sock_read` counts from the last byte that came."""

    async def big(request):
        return web.Response(body=b"x" * 100_000)

    async def main(loop, network):
        network.stall_after("data.contoh", 50_000)
        async with site(big=big) as session:
            timeout = aiohttp.ClientTimeout(total=None, sock_read=7)
            moment, error = await outcome(get(session, "/big", timeout=timeout), loop)
            return round(moment, 1), error

    assert play(main, bandwidth=10_000) == (12.0, aiohttp.SocketTimeoutError)


def test_a_reset_body_and_a_second_try():
    """The first connection breaks in the middle of the body, the next one does not."""

    async def big(request):
        return web.Response(body=b"x" * 100_000)

    async def main(loop, network):
        network.reset_after("data.contoh", 50_000, times=1)
        async with site(big=big) as session:
            first = await outcome(get(session, "/big"), loop)
            return first[1], len(await get(session, "/big"))

    assert play(main) == (aiohttp.ClientPayloadError, 100_000)


def test_aborting_a_request_resets_it():
    """`request.transport.abort()` before the headers is a reset for the client."""

    async def broken(request):
        request.transport.abort()
        return web.Response()

    async def main(loop, network):
        async with site(broken=broken) as session:
            return await outcome(get(session, "/broken"), loop)

    assert play(main) == (0.0, aiohttp.ClientOSError)


def test_tls_is_not_simulated():
    """https to a port where somebody listens names the call; nothing stays open."""

    async def main(loop, network):
        errors = []
        async with site(page=page) as session:
            for url in ("https://data.contoh:80/page", "wss://data.contoh:80/page"):
                errors.append((await outcome(session.get(url), loop))[1])
            runner = web.AppRunner(web.Application())
            await runner.setup()
            tls = web.TCPSite(runner, "data.contoh", 443, ssl_context=ssl.create_default_context())
            errors.append((await outcome(tls.start(), loop))[1])
            await runner.cleanup()
        return errors, network.open_connections()

    assert play(main) == ([NotSimulatedError] * 3, [])


# ---- ways to serve


def test_port_zero_and_bound_sockets():
    """TCPSite with port 0, SockSite, and aiohttp's own test server and client."""

    async def main(loop, network):
        app = web.Application()
        app.router.add_get("/page", page)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "localhost", 0).start()
        sock = socket.socket()
        sock.bind(("127.0.0.1", 0))
        await web.SockSite(runner, sock).start()
        texts = []
        async with aiohttp.ClientSession() as session:
            for host, port in runner.addresses:
                async with session.get(f"http://{host}:{port}/page") as response:
                    texts.append(await response.text())
        async with TestClient(TestServer(app)) as client:
            texts.append(await (await client.get("/page")).text())
        await runner.cleanup()
        return texts

    assert play(main) == ["halo"] * 3


def test_the_server_sees_where_a_request_comes_from():
    """`request.remote` and `request.host`."""

    async def who(request):
        return web.Response(text=f"{request.remote} {request.host} {request.url.port}")

    async def main(loop, network):
        async with site(who=who) as session:
            return await get(session, "/who")

    assert play(main) == "10.0.0.1 data.contoh 80"


# ---- sessions that are never closed


def test_a_forgotten_session_is_still_reported():
    """ResourceWarnings, the loop's exception handler, and the connection on record as open."""
    messages = []

    async def main(loop, network):
        loop.set_exception_handler(lambda loop, context: messages.append(context["message"]))
        async with site(page=page):
            session = aiohttp.ClientSession()
            await get(session)
            (record,) = network.open_connections()
            del session
            gc.collect()
        return record.client_closed, record.place.function

    texts = []
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        # A recorded warning would keep the session alive, and with it the connector.
        warnings.showwarning = lambda message, *rest: texts.append(str(message).partition(" <")[0])
        assert play(main) == (None, "get")
    assert texts == messages == ["Unclosed client session", "Unclosed connector"]


# ---- WebSocket


def chat_site(serve, **options):
    """A site whose /chat is a WebSocket that `serve(ws, request)` answers."""

    async def chat(request):
        ws = web.WebSocketResponse(**options)
        await ws.prepare(request)
        await serve(ws, request)
        return ws

    return site(chat=chat)


async def echo(ws, request):
    """Answer every message."""
    async for message in ws:
        await ws.send_str(message.data.upper())


def test_heartbeats_keep_a_websocket_alive():
    """An hour with a ping every 30 seconds, in no time."""

    async def main(loop, network):
        async with (
            chat_site(echo, heartbeat=30) as session,
            session.ws_connect(f"{URL}/chat", heartbeat=25) as ws,
        ):
            await asyncio.sleep(3600)
            await ws.send_str("masih ada")
            return (await ws.receive()).data, loop.time(), ws.closed

    assert play(main, horizon=10_000.0) == ("MASIH ADA", 3600.0, False)


def test_a_dead_peer_is_noticed():
    """A client that answers no ping loses its connection after one and a half heartbeats."""
    record = []

    async def serve(ws, request):
        try:
            await ws.receive()
        finally:
            record.append((asyncio.get_running_loop().time(), ws.close_code))

    async def main(loop, network):
        async with (
            chat_site(serve, heartbeat=30) as session,
            session.ws_connect(f"{URL}/chat", autoping=False) as ws,
        ):
            await asyncio.sleep(100)
            return ws.closed

    play(main)
    assert record == [(45.0, 1006)]


def test_a_slow_reader_is_felt_by_the_sender():
    """A client whose transport does not read makes the server's `send_str` wait."""
    record = []

    async def serve(ws, request):
        for n in range(20):
            try:
                await asyncio.wait_for(ws.send_str("x" * 50_000), 5)
            except TimeoutError:
                record.append((n, asyncio.get_running_loop().time()))
                break

    async def main(loop, network):
        async with (
            chat_site(serve) as session,
            session.ws_connect(f"{URL}/chat") as ws,
        ):
            ws._conn.transport.pause_reading()
            await asyncio.sleep(60)
            ws._conn.transport.resume_reading()

    play(main)
    ((count, moment),) = record
    assert (2 <= count <= 6, moment) == (True, 5.0)


def test_close_codes():
    """1000 from the client, 1001 from the server, 1009 for too much, 1006 for a lost connection."""

    async def main(loop, network):
        codes = {}

        async def serve(ws, request):
            message = await ws.receive()
            if message.data == "1001":
                await ws.close(code=1001)
            elif message.data == "1006":
                request.transport.abort()

        async with chat_site(serve, max_msg_size=100) as session:
            for text in ("1001", "1006", "x" * 200):
                async with session.ws_connect(f"{URL}/chat") as ws:
                    await ws.send_str(text)
                    await ws.receive()
                    codes[text[:4]] = ws.close_code
            async with session.ws_connect(f"{URL}/chat") as ws:
                await ws.close()
                codes["1000"] = ws.close_code
        return codes

    assert play(main) == {"1001": 1001, "1006": 1006, "xxxx": 1009, "1000": 1000}


# ---- the process around it

AFTER_NEST_ASYNCIO = """
import {first}
import {second}
import asyncio, nest_asyncio, aiohttp
nest_asyncio.apply(asyncio.new_event_loop())
import test_network_aiohttp as tests
tests.clock.install()
tests.test_requests_one_after_the_other_share_a_connection()
tests.test_heartbeats_keep_a_websocket_alive()
tests.test_a_stalled_body_times_out()
print("ok")
"""


@pytest.mark.parametrize("order", [("asynclab.loop", "nest_asyncio"), ("nest_asyncio", "sys")])
def test_after_nest_asyncio(order):
    """A process in which `nest_asyncio.apply()` was called, before or after asynclab's import."""
    code = AFTER_NEST_ASYNCIO.format(first=order[0], second=order[1])
    options = {"capture_output": True, "text": True, "cwd": "tests", "timeout": 60}
    done = subprocess.run([sys.executable, "-c", code], check=False, **options)
    assert (done.stdout, done.returncode) == ("ok\n", 0), done.stderr
