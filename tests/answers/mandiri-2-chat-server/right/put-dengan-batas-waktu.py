"""Antrean per anggota diisi dengan put() yang berbatas waktu: yang antreannya penuh selama dua setengah detik diputus."""

import asyncio
import json
from collections import defaultdict

from aiohttp import WSMsgType, web


def create_app(*, max_queue=32, heartbeat=30.0, max_message=4096):
    booked = defaultdict(set)
    rooms = defaultdict(dict)

    async def deliver(member, frame):
        queue, transport, _ = member
        try:
            async with asyncio.timeout(2.5):
                await queue.put(frame)
        except TimeoutError:
            transport.abort()

    async def publish(room, frame, but=None):
        receivers = [member for name, member in rooms[room].items() if name != but]
        async with asyncio.TaskGroup() as group:
            for member in receivers:
                group.create_task(deliver(member, frame))

    async def write(ws, queue):
        try:
            while frame := await queue.get():
                await ws.send_str(json.dumps(frame))
        except ConnectionError:
            # Tetap mengosongkan antrean, supaya tidak ada yang menunggu karenanya.
            while await queue.get():
                pass

    def understand(message):
        if message.type is WSMsgType.TEXT:
            try:
                data = json.loads(message.data)
            except json.JSONDecodeError:
                return None
            if isinstance(data, dict) and isinstance(data.get("teks"), str):
                return data["teks"]
        return None

    async def handle(request):
        name, room = request.query.get("nama"), request.query.get("ruang", "umum")
        if not name:
            raise web.HTTPBadRequest
        if name in booked[room]:
            raise web.HTTPConflict
        booked[room].add(name)
        try:
            ws = web.WebSocketResponse(heartbeat=heartbeat, max_msg_size=max_message)
            await ws.prepare(request)
            queue = asyncio.Queue(max_queue)
            queue.put_nowait({"jenis": "selamat", "anggota": sorted([*rooms[room], name])})
            earlier = list(rooms[room])
            rooms[room][name] = queue, request.transport, ws
            writer = asyncio.create_task(write(ws, queue))
            try:
                await announce(room, earlier, {"jenis": "masuk", "nama": name})
                async for message in ws:
                    text = understand(message)
                    if text is not None:
                        await publish(room, {"jenis": "pesan", "dari": name, "teks": text}, but=name)
                    elif message.type is not WSMsgType.ERROR:
                        await deliver(rooms[room][name], {"jenis": "galat", "alasan": "tidak dapat dibaca"})
            finally:
                del rooms[room][name]
                writer.cancel()
                await publish(room, {"jenis": "keluar", "nama": name})
                await asyncio.wait([writer])
        finally:
            booked[room].discard(name)
        return ws

    async def announce(room, names, frame):
        await asyncio.gather(*(deliver(rooms[room][name], frame) for name in names if name in rooms[room]))

    async def close(app):
        members = [member for room in rooms.values() for member in room.values()]
        closing = [asyncio.create_task(ws.close(code=1001)) for _, _, ws in members]
        if closing:
            await asyncio.wait(closing, timeout=5)
        for _, transport, _ in members:
            transport.abort()

    app = web.Application()
    app.router.add_get("/ws", handle)
    app.on_shutdown.append(close)
    return app
