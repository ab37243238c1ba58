"""tidak pernah sampai kepada Ani

kehilangan:
- Anggota yang tidak membaca tidak menahan yang lain
- Anggota yang tidak membaca diputus, dan kepergiannya dikabarkan
- Server berhenti dalam 15 detik, juga bila ada klien yang tidak menjawab
"""

import asyncio
import json

from aiohttp import WSCloseCode, WSMsgType, web


def read_text(message):
    if message.type is not WSMsgType.TEXT:
        raise ValueError("hanya bingkai teks")
    data = json.loads(message.data)
    if not isinstance(data, dict) or not isinstance(data.get("teks"), str):
        raise ValueError("bingkai salah")
    return data["teks"]


def create_app(*, max_queue=32, heartbeat=30.0, max_message=4096):
    rooms = {}
    names = set()

    async def broadcast(room, data, sender=None):
        for name, ws in list(room.items()):
            if name != sender:
                try:
                    await ws.send_json(data)
                except ConnectionError:
                    pass

    async def handler(request):
        name = request.query.get("nama", "")
        key = request.query.get("ruang", "umum")
        if not name:
            raise web.HTTPBadRequest
        if (key, name) in names:
            raise web.HTTPConflict
        names.add((key, name))
        try:
            ws = web.WebSocketResponse(heartbeat=heartbeat, max_msg_size=max_message)
            await ws.prepare(request)
            room = rooms.setdefault(key, {})
            room[name] = ws
            try:
                await ws.send_json({"jenis": "selamat", "anggota": sorted(room)})
                await broadcast(room, {"jenis": "masuk", "nama": name}, name)
                async for message in ws:
                    try:
                        text = read_text(message)
                    except ValueError as error:
                        if not ws.closed:
                            await ws.send_json({"jenis": "galat", "alasan": str(error)})
                    else:
                        await broadcast(room, {"jenis": "pesan", "dari": name, "teks": text}, name)
            finally:
                del room[name]
                await broadcast(room, {"jenis": "keluar", "nama": name})
        finally:
            names.discard((key, name))
        return ws

    async def close(ws):
        try:
            await asyncio.wait_for(ws.close(code=WSCloseCode.GOING_AWAY), 5)
        except TimeoutError:
            ws._req.transport.abort()

    async def shutdown(app):
        await asyncio.gather(
            *(close(ws) for room in rooms.values() for ws in room.values()), return_exceptions=True
        )

    app = web.Application()
    app.router.add_get("/ws", handler)
    app.on_shutdown.append(shutdown)
    return app
