"""Satu task penyiar per ruang mengambil dari antrean ruang dan mengirim dengan asyncio.wait dan batas waktu."""

import asyncio
import json

from aiohttp import WSMsgType, web


class Room:
    def __init__(self):
        self.members = {}
        self.reserved = set()
        self.events = asyncio.Queue()
        self.task = None

    def open(self):
        if self.task is None:
            self.task = asyncio.create_task(self.broadcast())

    async def broadcast(self):
        while True:
            targets, data = await self.events.get()
            sends = {}
            for name, (ws, transport) in targets.items():
                if self.members.get(name, (None,))[0] is ws:
                    sends[asyncio.create_task(ws.send_str(data))] = transport
            if sends:
                late = set(sends)
                try:
                    _, late = await asyncio.wait(sends, timeout=3)
                finally:
                    for task in late:
                        task.cancel()
                        sends[task].abort()
                    await asyncio.gather(*sends, return_exceptions=True)

    def post(self, data, but=None):
        targets = {name: member for name, member in self.members.items() if name != but}
        self.events.put_nowait((targets, json.dumps(data)))

    def post_to(self, name, data):
        self.events.put_nowait(({name: self.members[name]}, json.dumps(data)))


def create_app(*, max_queue=32, heartbeat=30.0, max_message=4096):
    app = web.Application()
    rooms = {}

    async def ws_handler(request):
        name = request.query.get("nama", "")
        if name == "":
            raise web.HTTPBadRequest(reason="nama kosong")
        room = rooms.setdefault(request.query.get("ruang", "umum"), Room())
        if name in room.reserved:
            raise web.HTTPConflict()
        room.reserved.add(name)
        ws = web.WebSocketResponse(heartbeat=heartbeat, max_msg_size=max_message)
        try:
            await ws.prepare(request)
            room.open()
            room.post({"jenis": "masuk", "nama": name})
            room.members[name] = ws, request.transport
            room.post_to(name, {"jenis": "selamat", "anggota": sorted(room.members)})
            async for message in ws:
                if message.type == WSMsgType.ERROR:
                    break
                text = parse(message)
                if text is None:
                    room.post_to(name, {"jenis": "galat", "alasan": "tidak dimengerti"})
                else:
                    room.post({"jenis": "pesan", "dari": name, "teks": text}, but=name)
        finally:
            room.reserved.remove(name)
            if room.members.pop(name, None):
                room.post({"jenis": "keluar", "nama": name})
            if not room.reserved and room.task:
                room.task.cancel()
                await asyncio.wait([room.task])
                if not room.reserved:
                    room.task = None
                else:
                    room.task = asyncio.create_task(room.broadcast())
        return ws

    async def close_everything(app):
        tasks = {}
        for room in rooms.values():
            for ws, transport in room.members.values():
                tasks[asyncio.create_task(ws.close(code=1001))] = transport
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=5)
            for task in late:
                tasks[task].abort()

    app.router.add_get("/ws", ws_handler)
    app.on_shutdown.append(close_everything)
    return app


def parse(message):
    if message.type == WSMsgType.TEXT:
        try:
            data = json.loads(message.data)
        except ValueError:
            return None
        if type(data) is dict and type(data.get("teks")) is str:
            return data["teks"]
    return None
