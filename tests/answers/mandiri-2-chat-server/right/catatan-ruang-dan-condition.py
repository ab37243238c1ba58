"""Ruang sebagai satu catatan yang hanya bertambah; setiap anggota membaca dari tempatnya sendiri, dibangunkan Condition."""

import asyncio
import json

from aiohttp import WSMsgType, web


class Log:
    """Peristiwa sebuah ruang: (nomor, penerima atau None, pengecualian, data)."""

    def __init__(self):
        self.entries = {}
        self.end = 0
        self.places = {}
        self.transports = {}
        self.names = set()
        self.news = asyncio.Condition()

    def write(self, data, *, only=None, but=None):
        self.entries[self.end] = only, but, data
        self.end += 1
        self.trim()

    def trim(self):
        oldest = min(self.places.values(), default=self.end)
        while self.entries and next(iter(self.entries)) < oldest:
            del self.entries[next(iter(self.entries))]

    async def wake(self, limit):
        async with self.news:
            self.news.notify_all()
        await asyncio.sleep(0)
        for name, place in list(self.places.items()):
            waiting = sum(1 for number in range(place, self.end) if self.concerns(number, name))
            if waiting > limit:
                self.transports[name].abort()

    def concerns(self, number, name):
        only, but, _ = self.entries[number]
        return name == only if only is not None else name != but


def create_app(*, max_queue=32, heartbeat=30.0, max_message=4096):
    rooms = {}
    open_sockets = []

    async def follow(room, name, ws):
        try:
            while True:
                async with room.news:
                    await room.news.wait_for(lambda: room.places[name] < room.end)
                while room.places[name] < room.end:
                    number = room.places[name]
                    concerned, data = room.concerns(number, name), room.entries[number][2]
                    if concerned:
                        await ws.send_json(data)
                    room.places[name] = number + 1
                    room.trim()
        except ConnectionResetError:
            pass

    async def serve(request):
        name = request.query.get("nama")
        if not name:
            raise web.HTTPBadRequest()
        room = rooms.setdefault(request.query.get("ruang", "umum"), Log())
        if name in room.names:
            raise web.HTTPConflict()
        room.names.add(name)
        follower = None
        try:
            ws = web.WebSocketResponse(heartbeat=heartbeat, max_msg_size=max_message)
            await ws.prepare(request)
            open_sockets.append(ws)
            room.write({"jenis": "masuk", "nama": name})
            room.places[name], room.transports[name] = room.end, request.transport
            room.write({"jenis": "selamat", "anggota": sorted(room.places)}, only=name)
            follower = asyncio.create_task(follow(room, name, ws))
            await room.wake(max_queue)
            while True:
                message = await ws.receive()
                if message.type in (WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR):
                    break
                try:
                    assert message.type is WSMsgType.TEXT
                    data = json.loads(message.data)
                    text = data["teks"]
                    assert isinstance(text, str)
                except Exception:
                    room.write({"jenis": "galat", "alasan": "bingkai tidak sah"}, only=name)
                else:
                    room.write({"jenis": "pesan", "dari": name, "teks": text}, but=name)
                await room.wake(max_queue)
        finally:
            room.names.discard(name)
            if follower is not None:
                open_sockets.remove(ws)
                del room.places[name], room.transports[name]
                follower.cancel()
                room.write({"jenis": "keluar", "nama": name})
                await asyncio.wait([follower])
                await room.wake(max_queue)
        return ws

    async def stop(app):
        closing = [asyncio.wait_for(ws.close(code=1001), 3) for ws in open_sockets]
        transports = [transport for room in rooms.values() for transport in room.transports.values()]
        await asyncio.gather(*closing, return_exceptions=True)
        for transport in transports:
            transport.abort()

    app = web.Application()
    app.router.add_get("/ws", serve)
    app.on_shutdown.append(stop)
    return app
