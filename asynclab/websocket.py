"""WebSocket clients of the closed world: what each one receives is written down, with its moment."""

from __future__ import annotations

import asyncio
import contextvars
import json

from asynclab.recording import owner

__all__ = ["WebSocketClient", "WebSocketClients"]

CLOSE_SECONDS = 10.0


class WebSocketClients:
    """Connects clients to a server; as a context manager it disconnects all of them at its end.

    base: the server's URL, as `world.serve` returns it. The tasks of the clients are the world's,
    so that only the server's own ever count as leftovers.
    """

    def __init__(self, world, base):
        self.world, self.base = world, base
        self._context = contextvars.copy_context()
        self._context.run(owner.set, "world")
        self._clients = []
        self._session = None

    async def __aenter__(self):
        import aiohttp

        self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        return self

    async def __aexit__(self, *exc_info):
        # All at once: a server that never answers the closing handshake costs its timeout once.
        await asyncio.gather(*(client.close() for client in self._clients))
        await self._session.close()

    async def connect(self, name, path, *, noted=True, answers_pings=True) -> WebSocketClient:
        """Connect to a path (with its query) of the server and keep receiving; see WebSocketClient.

        noted: write every frame down under `name`. answers_pings: False is a peer that is dead,
        although its connection stands.
        """
        client = WebSocketClient(self.world, name, noted)
        await client.open(self._session, self.base + path, answers_pings, self._context)
        self._clients.append(client)
        return client


class WebSocketClient:
    """One client. While it is open, it receives whatever comes and writes it down.

    status: 101, or the HTTP status with which the server refused; 0 where it did not answer.
    frames: (seconds, value) of every frame: JSON decoded, other text and bytes as they are; with
    `noted` also `trace.notes(name)`. close_code: None while open; when the server ends it, noted
    under "<name> ditutup" (1006 where it did so without a closing handshake).
    """

    def __init__(self, world, name, noted=True):
        self.world, self.name, self.noted = world, name, noted
        self.status, self.close_code = 0, None
        self.frames = []
        self._socket = self._receiving = None

    async def open(self, session, url, answers_pings, context):
        """Connect and begin to receive; a refusal is kept in `status`."""
        import aiohttp

        try:
            self._socket = await session.ws_connect(
                url,
                autoping=answers_pings,
                autoclose=False,
                max_msg_size=0,
                timeout=_close_timeout(),
            )
        except aiohttp.WSServerHandshakeError as error:
            self.status = error.status
        except aiohttp.ClientError:
            pass
        else:
            self.status = 101
            task = asyncio.get_running_loop().create_task(self._receive(), context=context)
            self._receiving = task

    async def send(self, value):
        """Send text as it is, bytes as a binary frame, anything else as JSON; nothing once closed."""
        if self._socket is None or self._socket.closed:
            return
        try:
            if isinstance(value, bytes):
                await self._socket.send_bytes(value)
            else:
                await self._socket.send_str(value if isinstance(value, str) else json.dumps(value))
        except ConnectionError:
            pass

    def pause(self):
        """Stop reading: what is sent to this client waits in the connection, and then at the server."""
        self._transport.pause_reading()

    def resume(self):
        """Read again."""
        if self._transport is not None:
            self._transport.resume_reading()

    def vanish(self, *, reset=False):
        """Disconnect without a closing handshake: the stream just ends, or is reset."""
        if self._transport is not None:
            if reset:
                self._transport.abort()
            else:
                self._transport.close()

    async def close(self):
        """Say goodbye and wait until the connection is closed, for CLOSE_SECONDS at most."""
        if self._receiving is not None:
            if not self._socket.closed:
                self.resume()
                await self._socket.close()
            await asyncio.wait([self._receiving])
            if self.close_code is None:
                self.close_code = self._socket.close_code

    @property
    def _transport(self):
        connection = self._socket and self._socket._response.connection
        return connection and connection.transport

    async def _receive(self):
        from aiohttp import WSMsgType

        while True:
            message = await self._socket.receive()
            if message.type is WSMsgType.TEXT:
                self._keep(_from_json(message.data))
            elif message.type is WSMsgType.BINARY:
                self._keep(message.data)
            elif message.type not in (WSMsgType.PING, WSMsgType.PONG):
                break
        code = self._socket.close_code
        if message.type is WSMsgType.CLOSE:
            # The answer may find the connection gone already; the code is the server's all the same.
            code = message.data
            await self._socket.close()
        if code is not None:
            self.close_code = code
            self.world.note(f"{self.name} ditutup", code)

    def _keep(self, value):
        self.frames.append((self.world.time(), value))
        if self.noted:
            self.world.note(self.name, value)


def _close_timeout():
    from aiohttp import ClientWSTimeout

    return ClientWSTimeout(ws_close=CLOSE_SECONDS)


def _from_json(text):
    try:
        return json.loads(text)
    except ValueError:
        return text
