"""Missing return statement

kehilangan:
- Kepergian klien tidak menjadi galat di log
"""

import asyncio
import contextlib
import json

from aiohttp import WSCloseCode, WSMsgType, web


def create_app(*, max_queue=32, heartbeat=30.0, max_message=4096):
    """Aplikasi obrolan dengan WebSocket di /ws."""
    chat = Chat(max_queue, heartbeat, max_message)
    app = web.Application()
    app.router.add_get("/ws", chat.handle)
    app.on_shutdown.append(chat.close_all)
    return app


class Member:
    """Seorang anggota: sambungannya, dan pesan yang menunggu dikirim kepadanya."""

    def __init__(self, name, socket, transport, max_queue):
        self.name = name
        self.socket = socket
        self.transport = transport
        self.waiting = asyncio.Queue(max_queue)

    def send(self, data):
        """Titipkan `data` untuk anggota ini; tidak pernah menunggu."""
        try:
            self.waiting.put_nowait(data)
        except asyncio.QueueFull:
            # Ia tidak membaca, jadi tidak akan menjawab salam penutup: putuskan saja.
            self.transport.abort()

    async def close(self):
        """Berpamitan; bila ia tidak membaca, putuskan sesudah beberapa detik."""
        try:
            async with asyncio.timeout(5):
                await self.socket.close(code=WSCloseCode.GOING_AWAY)
        except TimeoutError:
            self.transport.abort()

    async def write(self):
        """Kirim titipan satu demi satu, sampai dibatalkan atau sambungannya putus."""
        with contextlib.suppress(ConnectionError):
            while True:
                await self.socket.send_json(await self.waiting.get())


class Room:
    """Satu ruang: nama yang dipakai, dan anggota yang sudah disambut."""

    def __init__(self):
        self.names = set()
        self.members = {}

    def broadcast(self, data, sender=None):
        """Kirim `data` kepada semua anggota kecuali `sender`."""
        for member in list(self.members.values()):
            if member is not sender:
                member.send(data)


class Chat:
    """Semua ruang obrolan."""

    def __init__(self, max_queue, heartbeat, max_message):
        self.max_queue = max_queue
        self.heartbeat = heartbeat
        self.max_message = max_message
        self.rooms = {}

    async def handle(self, request):
        """Layani satu klien, dari masuk sampai keluar."""
        name = request.query.get("nama", "")
        room_name = request.query.get("ruang", "umum")
        if not name:
            raise web.HTTPBadRequest(text="nama harus diisi")
        room = self.rooms.setdefault(room_name, Room())
        if name in room.names:
            raise web.HTTPConflict(text=f"nama {name} sedang dipakai")
        # Dipesan sebelum await pertama, sehingga tidak ada yang dapat menyela.
        room.names.add(name)
        try:
            socket = web.WebSocketResponse(heartbeat=self.heartbeat, max_msg_size=self.max_message)
            await socket.prepare(request)
            await self.stay(room, Member(name, socket, request.transport, self.max_queue))
        finally:
            room.names.discard(name)
            if not room.names:
                self.rooms.pop(room_name, None)

    async def stay(self, room, member):
        """Sambut anggota, sampaikan pesannya, dan umumkan kepergiannya."""
        # Tanpa await di antara ketiga langkah ini, daftar dan kabar selalu cocok.
        member.send({"jenis": "selamat", "anggota": sorted([*room.members, member.name])})
        room.broadcast({"jenis": "masuk", "nama": member.name})
        room.members[member.name] = member
        writer = asyncio.create_task(member.write())
        try:
            async for message in member.socket:
                self.receive(room, member, message)
                # Beri giliran kepada para penulis; bingkai berikutnya mungkin sudah siap dibaca.
                await asyncio.sleep(0)
        finally:
            # Dijalankan bagaimanapun klien pergi, juga bila handler ini dibatalkan.
            del room.members[member.name]
            room.broadcast({"jenis": "keluar", "nama": member.name})
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)

    def receive(self, room, member, message):
        """Sampaikan satu bingkai kepada yang lain, atau jawab dengan galat."""
        try:
            text = read_text(message)
        except ValueError as error:
            member.send({"jenis": "galat", "alasan": str(error)})
        else:
            room.broadcast({"jenis": "pesan", "dari": member.name, "teks": text}, sender=member)

    async def close_all(self, app):
        """Tutup semua sambungan bersamaan, supaya tidak ada yang menunggu giliran."""
        members = [member for room in self.rooms.values() for member in room.members.values()]
        await asyncio.gather(*(member.close() for member in members))


def read_text(message):
    """Teks di dalam sebuah bingkai; ValueError bila bingkainya salah."""
    if message.type is not WSMsgType.TEXT:
        raise ValueError("hanya bingkai teks yang dapat dibaca")
    data = json.loads(message.data)  # JSONDecodeError adalah ValueError
    if not isinstance(data, dict) or not isinstance(data.get("teks"), str):
        raise ValueError('bingkai harus berbentuk {"teks": "…"}')
    return data["teks"]
