"""Pewarisan WebSocketResponse; antrean berupa list, satu task pengirim hanya selama ada yang menunggu."""

import asyncio
import json

from aiohttp import WSMsgType, web


class ChatSocket(web.WebSocketResponse):
    def __init__(self, max_queue, **options):
        super().__init__(**options)
        self.max_queue = max_queue
        self.backlog = []
        self.sender = None

    def post(self, frame):
        self.backlog.append(frame)
        if self.sender is None or self.sender.done():
            self.sender = asyncio.create_task(self.flush())

    async def flush(self):
        while self.backlog:
            frame = self.backlog.pop(0)
            try:
                await self.send_json(frame)
            except ConnectionError:
                self.backlog.clear()

    async def finish(self):
        if self.sender is not None:
            self.sender.cancel()
            await asyncio.gather(self.sender, return_exceptions=True)


class Server:
    def __init__(self, max_queue, heartbeat, max_message):
        self.max_queue, self.heartbeat, self.max_message = max_queue, heartbeat, max_message
        self.taken = set()
        self.present = {}

    def others(self, room, name):
        return [(who, item) for (where, who), item in self.present.items() if where == room and who != name]

    async def announce(self, room, name, frame):
        members = self.others(room, name)
        for _, (socket, _) in members:
            socket.post(frame)
        await asyncio.sleep(0)
        for _, (socket, transport) in members:
            if len(socket.backlog) > self.max_queue:
                transport.abort()

    async def __call__(self, request):
        name, room = request.query.get("nama", ""), request.query.get("ruang", "umum")
        if not name.strip():
            raise web.HTTPBadRequest
        if (room, name) in self.taken:
            raise web.HTTPConflict
        self.taken.add((room, name))
        socket = ChatSocket(self.max_queue, heartbeat=self.heartbeat, max_msg_size=self.max_message)
        try:
            await socket.prepare(request)
            try:
                self.present[room, name] = socket, request.transport
                names = sorted([name, *(who for who, _ in self.others(room, name))])
                socket.post({"jenis": "selamat", "anggota": names})
                await self.announce(room, name, {"jenis": "masuk", "nama": name})
                async for message in socket:
                    await self.understand(room, name, socket, message)
            finally:
                del self.present[room, name]
                await self.announce(room, name, {"jenis": "keluar", "nama": name})
                await socket.finish()
        finally:
            self.taken.discard((room, name))
        return socket

    async def understand(self, room, name, socket, message):
        text = None
        if message.type is WSMsgType.TEXT:
            try:
                content = json.loads(message.data)
                text = content["teks"] if isinstance(content, dict) else None
            except (ValueError, KeyError):
                pass
        if isinstance(text, str):
            await self.announce(room, name, {"jenis": "pesan", "dari": name, "teks": text})
        else:
            socket.post({"jenis": "galat", "alasan": "kirimkan objek JSON dengan teks"})

    async def close(self, app):
        async def close_one(socket, transport):
            try:
                await asyncio.wait_for(socket.close(code=1001), 5)
            except TimeoutError:
                transport.abort()

        await asyncio.gather(*(close_one(*item) for item in self.present.values()))


def create_app(*, max_queue=32, heartbeat=30.0, max_message=4096):
    server = Server(max_queue, heartbeat, max_message)
    app = web.Application()
    app.router.add_get("/ws", server)
    app.on_shutdown.append(server.close)
    return app
