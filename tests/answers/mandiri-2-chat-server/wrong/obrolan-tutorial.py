"""KeyError: 'nama'

kehilangan:
- Nama yang kosong atau tidak disebut ditolak dengan 400
- Nama yang sedang dipakai ditolak dengan 409, dan pemakainya tidak terganggu
- Dari dua nama sama yang datang pada saat yang sama, tepat satu yang masuk
- Pesan dan kabar tidak melewati batas ruang; nama yang sama boleh dipakai di dua ruang
- Yang sambungannya putus diumumkan keluar tepat satu kali, dan obrolan berjalan terus
- Juga handler yang dibatalkan mengumumkan keluar dan membebaskan nama
- Pengirim bingkai yang salah menerima satu galat
- Sambungannya tetap terbuka, dan pesan berikutnya sampai
- Setiap jenis bingkai yang salah dijawab, juga JSON yang bentuknya lain dan bingkai biner
- Anggota yang tidak membaca tidak menahan yang lain
- Anggota yang tidak membaca diputus, dan kepergiannya dikabarkan
- Klien yang tidak menjawab ping dikeluarkan dalam 2,5 × heartbeat detik
- Bingkai yang terlalu besar menutup sambungan pengirimnya dengan 1009
- Ketika aplikasi dihentikan, setiap klien ditutup dengan kode 1001
- Server berhenti dalam 15 detik, juga bila ada klien yang tidak menjawab
- Juga bila enam orang masuk bersamaan, setiap anggota tahu tentang yang lain tepat satu kali
- Kepergian klien tidak menjadi galat di log
"""

import json

from aiohttp import WSMsgType, web


def create_app(*, max_queue=32, heartbeat=30.0, max_message=4096):
    rooms = {}

    async def handler(request):
        name = request.query["nama"]
        room = rooms.setdefault(request.query["ruang"], {})
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        room[name] = ws
        await ws.send_json({"jenis": "selamat", "anggota": sorted(room)})
        for other, socket in room.items():
            if other != name:
                await socket.send_json({"jenis": "masuk", "nama": name})
        async for message in ws:
            if message.type == WSMsgType.TEXT:
                text = json.loads(message.data)["teks"]
                for other, socket in room.items():
                    if other != name:
                        await socket.send_json({"jenis": "pesan", "dari": name, "teks": text})
        del room[name]
        for socket in room.values():
            await socket.send_json({"jenis": "keluar", "nama": name})
        return ws

    app = web.Application()
    app.router.add_get("/ws", handler)
    return app
