"""Peran dibalik: handler menulis, sebuah task membaca; deque dan Event sebagai antrean."""

import asyncio
import collections
import json

from aiohttp import WSCloseCode, WSMsgType, web


class Outbox:
    def __init__(self, limit, transport):
        self.limit = limit
        self.transport = transport
        self.frames = collections.deque()
        self.changed = asyncio.Event()

    def put(self, frame):
        if len(self.frames) >= self.limit:
            self.transport.abort()
        else:
            self.frames.append(frame)
            self.changed.set()


async def read_all(ws, outbox, room, name):
    """Baca sampai sambungannya berakhir."""
    async for message in ws:
        data = None
        if message.type is WSMsgType.TEXT:
            try:
                data = json.loads(message.data)
            except json.JSONDecodeError:
                pass
        match data:
            case {"teks": str(text)}:
                for other, box in room.items():
                    if other != name and box is not None:
                        box.put({"jenis": "pesan", "dari": name, "teks": text})
            case _:
                outbox.put({"jenis": "galat", "alasan": 'seharusnya {"teks": …}'})
        await asyncio.sleep(0)


async def write_all(ws, outbox, reader):
    """Tulis sampai pembacanya selesai."""
    while not reader.done():
        outbox.changed.clear()
        while outbox.frames:
            await ws.send_json(outbox.frames.popleft())
        await outbox.changed.wait()


def create_app(*, max_queue=32, heartbeat=30.0, max_message=4096):
    rooms = collections.defaultdict(dict)
    sockets = set()

    async def chat(request):
        name, key = request.query.get("nama"), request.query.get("ruang") or "umum"
        if not name:
            raise web.HTTPBadRequest
        room = rooms[key]
        if name in room:
            raise web.HTTPConflict
        room[name] = None
        try:
            ws = web.WebSocketResponse(heartbeat=heartbeat, max_msg_size=max_message)
            await ws.prepare(request)
        except BaseException:
            del room[name]
            raise
        outbox = Outbox(max_queue, request.transport)
        present = [other for other, box in room.items() if box is not None]
        outbox.put({"jenis": "selamat", "anggota": sorted([*present, name])})
        for other in present:
            room[other].put({"jenis": "masuk", "nama": name})
        room[name] = outbox
        sockets.add(ws)
        reader = asyncio.create_task(read_all(ws, outbox, room, name))
        reader.add_done_callback(lambda _: outbox.changed.set())
        try:
            await write_all(ws, outbox, reader)
        except ConnectionError:
            pass
        finally:
            sockets.discard(ws)
            room.pop(name)
            for box in room.values():
                if box is not None:
                    box.put({"jenis": "keluar", "nama": name})
            reader.cancel()
            await asyncio.gather(reader, return_exceptions=True)
        return ws

    async def goodbye(app):
        try:
            async with asyncio.timeout(8), asyncio.TaskGroup() as group:
                for ws in list(sockets):
                    group.create_task(ws.close(code=WSCloseCode.GOING_AWAY, message=b"sampai jumpa"))
        except TimeoutError:
            for room in rooms.values():
                for box in room.values():
                    if box is not None:
                        box.transport.abort()

    app = web.Application()
    app.router.add_route("GET", "/ws", chat)
    app.on_shutdown.append(goodbye)
    return app
