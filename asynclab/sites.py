"""Sites: web servers of the closed world that answer as slowly, oddly or badly as a scenario wants."""

from __future__ import annotations

import asyncio
import gzip
from dataclasses import dataclass, field

__all__ = ["Page", "Site", "link_page"]


@dataclass(frozen=True)
class Page:
    """What a site answers at one path.

    body: text counts as HTML, bytes as a file, unless `content_type` says something else.
    seconds: how long the answer takes to begin; pieces, pause: in how many parts the body is sent,
    and the seconds between two of them.
    chunked: without Content-Length. gzip: compressed, where the client accepts that; without
    Content-Length too where also chunked.
    cut_at, stall_at: after so many bytes of the body (as sent) the connection is closed, or nothing
    more ever comes.
    """

    body: str | bytes = b""
    status: int = 200
    content_type: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    pieces: int = 1
    pause: float = 0.0
    chunked: bool = False
    gzip: bool = False
    cut_at: int | None = None
    stall_at: int | None = None

    def encode(self, accepted: str) -> tuple[bytes, dict[str, str]]:
        """The body as it is sent and its headers, for a client with this Accept-Encoding."""
        text = isinstance(self.body, str)
        data = self.body.encode() if text else self.body
        content_type = "text/html; charset=utf-8" if text else "application/octet-stream"
        headers = {"Content-Type": self.content_type or content_type, **self.headers}
        if self.gzip and "gzip" in accepted:
            data = gzip.compress(data, mtime=0)
            headers["Content-Encoding"] = "gzip"
        if not self.chunked:
            headers["Content-Length"] = str(len(data))
        return data, headers


def link_page(*hrefs: str, **options) -> Page:
    """An HTML page with a link to each of these addresses, in this order; `options` are those of Page."""
    items = "".join(f'<li><a href="{href}">tautan {n}</a></li>' for n, href in enumerate(hrefs))
    return Page(f"<!doctype html><title>Halaman</title><ul>{items}</ul>", **options)


class Site:
    """A site being served: every request it gets is a span of `kind`, named by its path.

    The span ends just before the last bytes are sent, so that whoever begins the next request on
    receiving them never seems to have one too many. Paths that are not in `pages` are a 404.
    base: its URL without a path.
    """

    def __init__(self, world, pages: dict[str, Page], *, kind="permintaan"):
        self.world, self.pages, self.kind = world, pages, kind
        self.base = ""

    def url(self, path="/") -> str:
        """The URL of a path on it."""
        return self.base + path

    async def serve(self, host, port) -> Site:
        """Begin to answer at this host and port; returns the site."""
        from aiohttp import web

        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self.answer)
        self.base = await self.world.serve(app, host, port)
        return self

    async def answer(self, request):
        """Answer one request as its page says."""
        from aiohttp import web

        page = self.pages.get(request.raw_path, Page("tidak ditemukan", 404))
        data, headers = page.encode(request.headers.get("Accept-Encoding", ""))
        name = (
            request.raw_path if request.method == "GET" else f"{request.method} {request.raw_path}"
        )
        response = web.StreamResponse(status=page.status, headers=headers)
        if page.chunked:
            response.enable_chunked_encoding()
        end = min(limit for limit in (page.cut_at, page.stall_at, len(data)) if limit is not None)
        pieces = [data[start:stop] for start, stop in cut_evenly(end, page.pieces)]
        with self.world.span(self.kind, name, method=request.method, host=request.host):
            await asyncio.sleep(page.seconds)
            await response.prepare(request)
            if request.method == "HEAD":
                return response
            for piece in pieces[:-1]:
                await response.write(piece)
                await asyncio.sleep(page.pause)
            if page.stall_at is not None:
                await response.write(pieces[-1])
                # No timer of the server's: who waits without a limit is deadlocked, and told so.
                request.protocol.keep_alive(False)
                await asyncio.Event().wait()
        await response.write(pieces[-1])
        if page.cut_at is not None:
            request.transport.close()
        return response


def cut_evenly(size: int, pieces: int) -> list[tuple[int, int]]:
    """(start, stop) of `pieces` parts of `size` bytes that differ by a byte at most."""
    return [(size * part // pieces, size * (part + 1) // pieces) for part in range(pieces)]
