"""Selama 24 tamu lenyap di tengah percakapan, tercatat di log

kehilangan:
- Kepergian klien tidak menjadi galat di log
"""

import asyncio
import json
from dataclasses import dataclass, field

from aiohttp import WSCloseCode, WSMsgType, web

ROOMS = web.AppKey("rooms", dict)


@dataclass(eq=False)
class Client:
    name: str
    ws: web.WebSocketResponse
    task: asyncio.Task
    queue: asyncio.Queue
    transport: asyncio.Transport
    expelled: bool = False

    def push(self, **frame):
        if self.expelled:
            return
        if self.queue.full():
            self.expelled = True
            self.task.cancel()
        else:
            self.queue.put_nowait(frame)


@dataclass
class Room:
    reserved: set = field(default_factory=set)
    clients: list = field(default_factory=list)

    def tell(self, *, but=None, **frame):
        for client in tuple(self.clients):
            if client is not but:
                client.push(**frame)


def create_app(*, max_queue=32, heartbeat=30.0, max_message=4096):
    async def write(client):
        while True:
            frame = await client.queue.get()
            await client.ws.send_json(frame)

    async def read(client, room):
        async for kind, data, _ in client.ws:
            if kind is WSMsgType.ERROR:
                continue
            try:
                value = json.loads(data) if kind is WSMsgType.TEXT else None
            except ValueError:
                value = None
            text = value.get("teks") if isinstance(value, dict) else None
            if isinstance(text, str):
                room.tell(but=client, jenis="pesan", dari=client.name, teks=text)
            else:
                client.push(jenis="galat", alasan="tidak dapat dibaca")
            await asyncio.sleep(0)

    async def handle(request):
        query = request.query
        if not query.get("nama"):
            raise web.HTTPBadRequest(text="Sebutkan nama.")
        room = request.app[ROOMS].setdefault(query.get("ruang", "umum"), Room())
        if query["nama"] in room.reserved:
            raise web.HTTPConflict(text="Nama itu sedang dipakai.")
        room.reserved.add(query["nama"])
        try:
            ws = web.WebSocketResponse(heartbeat=heartbeat, max_msg_size=max_message)
            await ws.prepare(request)
            client = Client(query["nama"], ws, asyncio.current_task(), asyncio.Queue(max_queue), request.transport)
            room.tell(jenis="masuk", nama=client.name)
            room.clients.append(client)
            client.push(jenis="selamat", anggota=sorted(other.name for other in room.clients))
            try:
                async with asyncio.TaskGroup() as group:
                    writer = group.create_task(write(client))
                    await read(client, room)
                    writer.cancel()
            finally:
                room.clients.remove(client)
                room.tell(jenis="keluar", nama=client.name)
        finally:
            room.reserved.discard(query["nama"])
        return ws

    async def on_shutdown(app):
        clients = [client for room in app[ROOMS].values() for client in room.clients]
        try:
            async with asyncio.timeout(10):
                closing = [client.ws.close(code=WSCloseCode.GOING_AWAY) for client in clients]
                await asyncio.gather(*closing, return_exceptions=True)
        except TimeoutError:
            for client in clients:
                if client.transport is not None:
                    client.transport.abort()

    app = web.Application()
    app[ROOMS] = {}
    app.router.add_get("/ws", handle)
    app.on_shutdown.append(on_shutdown)
    return app
