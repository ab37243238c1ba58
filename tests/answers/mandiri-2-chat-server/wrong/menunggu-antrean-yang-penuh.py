"""tidak pernah sampai kepada Ani

kehilangan:
- Anggota yang tidak membaca tidak menahan yang lain
- Anggota yang tidak membaca diputus, dan kepergiannya dikabarkan
- Server berhenti dalam 15 detik, juga bila ada klien yang tidak menjawab
- Sesudah berhenti tidak ada task yang tertinggal
"""

import asyncio
import json

from aiohttp import WSCloseCode, WSMsgType, web


class Member:
    def __init__(self, name, socket, transport, max_queue):
        self.name = name
        self.socket = socket
        self.transport = transport
        self.waiting = asyncio.Queue(max_queue)

    async def send(self, data):
        await self.waiting.put(data)

    async def close(self):
        try:
            async with asyncio.timeout(5):
                await self.socket.close(code=WSCloseCode.GOING_AWAY)
        except TimeoutError:
            self.transport.abort()

    async def write(self):
        try:
            while True:
                await self.socket.send_json(await self.waiting.get())
        except ConnectionError:
            pass


class Room:
    def __init__(self):
        self.names = set()
        self.members = {}

    async def broadcast(self, data, sender=None):
        for member in list(self.members.values()):
            if member is not sender:
                await member.send(data)


class Chat:
    def __init__(self, max_queue, heartbeat, max_message):
        self.max_queue = max_queue
        self.heartbeat = heartbeat
        self.max_message = max_message
        self.rooms = {}

    async def handle(self, request):
        name = request.query.get("nama", "")
        room_name = request.query.get("ruang", "umum")
        if not name:
            raise web.HTTPBadRequest(text="nama harus diisi")
        room = self.rooms.setdefault(room_name, Room())
        if name in room.names:
            raise web.HTTPConflict(text="nama sedang dipakai")
        room.names.add(name)
        try:
            socket = web.WebSocketResponse(heartbeat=self.heartbeat, max_msg_size=self.max_message)
            await socket.prepare(request)
            await self.stay(room, Member(name, socket, request.transport, self.max_queue))
        finally:
            room.names.discard(name)
        return socket

    async def stay(self, room, member):
        await member.send({"jenis": "selamat", "anggota": sorted([*room.members, member.name])})
        await room.broadcast({"jenis": "masuk", "nama": member.name})
        room.members[member.name] = member
        writer = asyncio.create_task(member.write())
        try:
            async for message in member.socket:
                await self.receive(room, member, message)
                await asyncio.sleep(0)
        finally:
            del room.members[member.name]
            await room.broadcast({"jenis": "keluar", "nama": member.name})
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)

    async def receive(self, room, member, message):
        try:
            text = read_text(message)
        except ValueError as error:
            await member.send({"jenis": "galat", "alasan": str(error)})
        else:
            await room.broadcast({"jenis": "pesan", "dari": member.name, "teks": text}, sender=member)

    async def close_all(self, app):
        members = [member for room in self.rooms.values() for member in room.members.values()]
        await asyncio.gather(*(member.close() for member in members))


def read_text(message):
    if message.type is not WSMsgType.TEXT:
        raise ValueError("hanya bingkai teks")
    data = json.loads(message.data)
    if not isinstance(data, dict) or not isinstance(data.get("teks"), str):
        raise ValueError("bingkai salah")
    return data["teks"]


def create_app(*, max_queue=32, heartbeat=30.0, max_message=4096):
    chat = Chat(max_queue, heartbeat, max_message)
    app = web.Application()
    app.router.add_get("/ws", chat.handle)
    app.on_shutdown.append(chat.close_all)
    return app
