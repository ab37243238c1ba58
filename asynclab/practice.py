"""A practice site for lessons: a real web server on this computer, in a thread of its own."""

from __future__ import annotations

import asyncio
import threading

__all__ = ["PracticeSite"]

TITLES = ("Kopi Gayo", "Teh Kayu Aro", "Cokelat Jembrana", "Vanila Alor", "Lada Muntok")


class PracticeSite:
    """Serves `/1`, `/2`, … (small HTML pages), `/rusak` (500) and anything else (404) at `url`.

    pages: how many there are; delay: real seconds that each answer takes.
    It runs on an event loop of its own, so that a lesson's timeline shows only the lesson's tasks.
    It ends with the program, or with `close()`. Raises OSError where no port can be had.
    """

    def __init__(self, pages=20, delay=0.3):
        self.pages, self.delay = pages, delay
        self.url = ""
        self.error = None
        self._ready = threading.Event()
        self._thread = threading.Thread(target=asyncio.run, args=(self._serve(),), daemon=True)
        self._thread.start()
        self._ready.wait()
        if self.error is not None:
            raise self.error

    def close(self):
        """Stop serving; a second call does nothing."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._over.set)
            self._thread.join()

    async def _serve(self):
        from aiohttp import web

        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        app = web.Application()
        app.router.add_get("/{path:.*}", self._answer)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
            self._ready.set()
            await self._over.wait()
        except OSError as error:
            self.error = error
            self._ready.set()
        finally:
            await runner.cleanup()

    async def _answer(self, request):
        from aiohttp import web

        path = request.match_info["path"]
        await asyncio.sleep(self.delay)
        if path == "rusak":
            raise web.HTTPInternalServerError
        if not path.isdecimal() or not 1 <= int(path) <= self.pages:
            raise web.HTTPNotFound
        return web.Response(text=page(int(path)), content_type="text/html")


def page(number) -> str:
    """The HTML of one page: a title, a price in rupiah, and a link to the next."""
    title = f"{TITLES[number % len(TITLES)]} {number}"
    price = 10_000 + 1_500 * number
    return (
        f"<html><head><title>{title}</title></head><body><h1>{title}</h1>"
        f'<p class="harga">{price}</p><a href="/{number + 1}">berikutnya</a></body></html>'
    )
