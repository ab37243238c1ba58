"""Tanpa antrean: setiap penyiar mengirim kepada semua bersamaan, masing-masing dengan batas waktu 4 detik."""

import asyncio
import json

from aiohttp import WSCloseCode, WSMsgType, web


def create_app(*, max_queue=32, heartbeat=30.0, max_message=4096):
    rooms = {}

    async def send(ws, transport, data):
        try:
            async with asyncio.timeout(4):
                await ws.send_json(data)
        except (TimeoutError, ConnectionError):
            transport.abort()

    async def broadcast(room, data, sender=None):
        others = [value for name, value in room.items() if name != sender and value is not None]
        await asyncio.gather(*(send(*value, data) for value in others))

    async def handler(request):
        name = request.query.get("nama")
        key = request.query.get("ruang", "umum")
        if not name:
            return web.Response(status=400, text="nama?")
        room = rooms.setdefault(key, {})
        if name in room:
            return web.Response(status=409, text="nama sudah dipakai")
        room[name] = None
        joined = False
        ws = web.WebSocketResponse(heartbeat=heartbeat, max_msg_size=max_message)
        try:
            await ws.prepare(request)
            room[name] = ws, request.transport
            joined = True
            members = sorted(member for member, value in room.items() if value is not None)
            await ws.send_json({"jenis": "selamat", "anggota": members})
            await broadcast(room, {"jenis": "masuk", "nama": name}, name)
            async for message in ws:
                try:
                    text = json.loads(message.data)["teks"] if message.type == WSMsgType.TEXT else None
                except (ValueError, TypeError, KeyError, IndexError):
                    text = None
                if isinstance(text, str):
                    await broadcast(room, {"jenis": "pesan", "dari": name, "teks": text}, name)
                elif not ws.closed:
                    await ws.send_json({"jenis": "galat", "alasan": "bingkai salah"})
        finally:
            del room[name]
            if joined:
                await broadcast(room, {"jenis": "keluar", "nama": name})
        return ws

    async def shutdown(app):
        members = [value for room in rooms.values() for value in room.values() if value]
        closing = {asyncio.create_task(ws.close(code=WSCloseCode.GOING_AWAY)): transport for ws, transport in members}
        if closing:
            await asyncio.wait(closing, timeout=5)
            for transport in closing.values():
                transport.abort()
            await asyncio.gather(*closing, return_exceptions=True)

    app = web.Application()
    app.add_routes([web.get("/ws", handler)])
    app.on_shutdown.append(shutdown)
    return app
