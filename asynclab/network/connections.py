"""What became of every connection and of every attempt to connect."""

from __future__ import annotations

from dataclasses import dataclass

from asynclab.network.tcp import Socket
from asynclab.records import Connection, Failure, Place

__all__ = ["Connection", "Failure", "Link"]


@dataclass
class Link:
    """A living connection: its two ends, and what its record will need."""

    number: int
    host: str
    client: Socket
    server: Socket
    client_owner: str
    server_owner: str
    place: Place | None
    opened: float
    cut: bool = False

    @property
    def is_open(self) -> bool:
        """Whether one end at least has not been closed."""
        return self.client.closed_at is None or self.server.closed_at is None

    @property
    def ends(self) -> dict[str, Socket]:
        """Both ends by their names."""
        return {"client": self.client, "server": self.server}

    def break_now(self):
        """Reset both ends, as a network does that has lost the connection."""
        self.cut = True
        self.client.reset()
        self.server.reset()

    def record(self) -> Connection:
        """The record as of now."""
        client, server = self.client, self.server
        first = [name for name, end in self.ends.items() if end.closed_first]
        outcome = "closed"
        if client.was_reset or server.was_reset:
            outcome = "reset"
        elif self.is_open:
            outcome = "open"
        return Connection(
            number=self.number,
            host=self.host,
            client=client.address,
            server=server.address,
            client_owner=self.client_owner,
            server_owner=self.server_owner,
            place=self.place,
            opened=self.opened,
            client_closed=client.closed_at,
            server_closed=server.closed_at,
            sent=server.received,
            received=client.received,
            outcome=outcome,
            ended_by="network" if self.cut else next(iter(first), None),
        )
