"""WebSocket clients of the closed world: what they receive, and every way in which they leave."""

import asyncio

from asynclab import run
from asynclab.websocket import WebSocketClients


def visit(talk, **options):
    """The trace of `talk(world, clients)` with a server that sends back everything it is told."""

    async def scenario(world):
        from aiohttp import WSMsgType, web

        async def echo(request):
            if "tolak" in request.query:
                raise web.HTTPConflict
            socket = web.WebSocketResponse(heartbeat=20, max_msg_size=1000)
            await socket.prepare(request)
            async for message in socket:
                if message.data == "pergi":
                    await socket.close(code=4000)
                elif message.data == "putus":
                    request.transport.close()
                elif message.type is WSMsgType.TEXT:
                    await socket.send_str(message.data)
                elif message.type is WSMsgType.BINARY:
                    await socket.send_bytes(message.data)
            world.note("selesai", request.query.get("nama"))
            return socket

        app = web.Application()
        app.router.add_get("/", echo)
        base = await world.serve(app, owned=False)
        async with WebSocketClients(world, base) as clients:
            await talk(world, clients)

    return run(scenario, **options)


def test_frames_are_noted_with_their_moment():
    """JSON comes back decoded, other text and bytes as they are, after the time they travelled."""

    async def talk(world, clients):
        client = await clients.connect("Ani", "/")
        for value in ({"teks": "halo"}, "bukan JSON", b"\x00"):
            await client.send(value)
        await asyncio.sleep(1)

    trace = visit(talk, latency=0.1)

    assert trace.notes("Ani") == [(0.6, {"teks": "halo"}), (0.6, "bukan JSON"), (0.6, b"\x00")]
    assert trace.leftovers == []


def test_refusal_is_a_status():
    """A server that refuses leaves its HTTP status; one that is not there, 0."""

    async def talk(world, clients):
        world.network.add_host("tutup.contoh")
        clients.base, there = "http://tutup.contoh", clients.base
        nobody = await clients.connect("nobody", "/")
        clients.base = there
        refused, welcome = [await clients.connect("x", path) for path in ("/?tolak", "/")]
        world.note("status", [nobody.status, refused.status, welcome.status])

    assert visit(talk).note("status") == [0, 409, 101]


def test_close_codes_of_the_server():
    """A closing handshake leaves its code, a lost connection 1006; both are noted at that moment."""

    async def talk(world, clients):
        for name in ("pergi", "putus"):
            client = await clients.connect(name, "/")
            await asyncio.sleep(2)
            await client.send(name)
            await asyncio.sleep(1)

    trace = visit(talk)

    assert trace.notes("pergi ditutup") == [(2, 4000)]
    assert trace.notes("putus ditutup") == [(5, 1006)]


def test_ways_to_leave():
    """The server sees a goodbye, an end of the stream and a reset alike: its handler ends at once."""

    async def talk(world, clients):
        for name in ("pamit", "lenyap", "reset"):
            client = await clients.connect(name, f"/?nama={name}")
            await asyncio.sleep(2)
            await client.close() if name == "pamit" else client.vanish(reset=name == "reset")

    trace = visit(talk)

    assert trace.notes("selesai") == [(2, "pamit"), (4, "lenyap"), (6, "reset")]
    assert trace.leftovers == []


def test_dead_peer_answers_no_ping():
    """A client that answers no pings is given up by a server with a heartbeat, a live one is not."""

    async def talk(world, clients):
        await clients.connect("hidup", "/?nama=hidup")
        await clients.connect("mati", "/?nama=mati", answers_pings=False)
        await asyncio.sleep(100)
        world.note("akhir", None)

    trace = visit(talk)

    assert trace.notes("selesai")[0] == (30, "mati")
    assert trace.notes("selesai")[1][0] >= trace.notes("akhir")[0][0]


def test_paused_client_gets_everything_when_it_reads_again():
    """While a client is paused nothing reaches it; afterwards nothing is missing."""

    async def talk(world, clients):
        client = await clients.connect("Ani", "/")
        client.pause()
        for number in range(5):
            await client.send({"nomor": number})
        await asyncio.sleep(3)
        client.resume()
        await asyncio.sleep(1)

    trace = visit(talk)

    assert trace.notes("Ani") == [(3, {"nomor": number}) for number in range(5)]


def test_frames_can_stay_unnoted():
    """`noted=False` keeps the frames in the client only, for scenarios with very many of them."""

    async def talk(world, clients):
        client = await clients.connect("Ani", "/", noted=False)
        await client.send("halo")
        await asyncio.sleep(1)
        world.note("banyak", len(client.frames))

    trace = visit(talk)

    assert trace.note("banyak") == 1
    assert trace.notes("Ani") == []
