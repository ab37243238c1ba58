"""The event loop's methods for names, connections and servers: everything stays in memory."""

from __future__ import annotations

__all__ = ["NetworkMethods"]


class NetworkMethods:
    """What an event loop whose attribute `network` is a Network answers for it."""

    async def getaddrinfo(self, host, port, *, family=0, type=0, proto=0, flags=0):
        """Addresses of a host of the closed world."""
        return await self.network.getaddrinfo(
            host, port, family=family, type=type, proto=proto, flags=flags
        )

    async def getnameinfo(self, sockaddr, flags=0):
        """Host and port of an address of the closed world."""
        return await self.network.getnameinfo(sockaddr, flags)

    async def sock_connect(self, sock, address):
        """Aim a socket at a listener of the closed world."""
        return await self.network.sock_connect(sock, address)

    async def create_connection(self, protocol_factory, host=None, port=None, **options):
        """Connect to a listener of the closed world."""
        return await self.network.create_connection(protocol_factory, host, port, **options)

    async def create_server(self, protocol_factory, host=None, port=None, **options):
        """Listen in the closed world."""
        return await self.network.create_server(protocol_factory, host, port, **options)
