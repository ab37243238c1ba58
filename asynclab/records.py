"""Records: the plain data that a trace is made of. Moments are seconds of virtual time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

__all__ = [
    "OUTCOMES", "VERDICTS", "Connection", "Failure", "Leftover", "Note", "Observation", "Place",
    "Span", "TaskRecord",
]  # fmt: skip

VERDICTS = (
    "finished", "failed", "deadlock", "livelock", "horizon", "stopped", "exited", "killed",
    "overflow", "broken",
)  # fmt: skip
OUTCOMES = ("finished", "failed", "cancelled", "open")


@dataclass(frozen=True)
class Place:
    """A line of student code: its function, number and text, and the name of its cell.

    line: counted within the cell from 1; 0 with all else empty where a hidden test stands.
    cell: its number as digits, a file's name, or '' where neither is known.
    """

    function: str
    line: int
    source: str
    cell: str


@dataclass
class Span:
    """Something with a beginning and an end. `began`/`finished` number all events in order."""

    kind: str
    name: str
    start: float
    began: int
    end: float | None = None
    finished: int | None = None
    outcome: str = "open"
    data: dict[str, Any] = field(default_factory=dict)
    task: int | None = None

    @property
    def seconds(self) -> float | None:
        """How long it lasted; None while it is open."""
        return None if self.end is None else round(self.end - self.start, 9)


@dataclass
class Note:
    """A value that the scenario wrote down, encoded by `asynclab.encoding`."""

    key: str
    value: Any
    time: float
    order: int


@dataclass
class Observation:
    """Something noticed on the side: a blocking call, a coroutine never awaited ..."""

    kind: str
    text: str
    time: float
    place: Place | None = None


@dataclass
class Leftover:
    """What still lived when the scenario had ended, or waited when it was stopped.

    kind: "task", "thread", "generator" or "connection"; task: a task's number.
    """

    kind: str
    name: str
    place: Place | None = None
    task: int | None = None


@dataclass
class TaskRecord:
    """The life of one task: at the (start, end) of its `steps` it ran; between them it waited."""

    number: int
    name: str
    parent: int | None
    coroutine: str
    created: float
    owner: str = "student"
    steps: list[tuple[float, float]] = field(default_factory=list)
    ended: float | None = None
    outcome: str = "open"
    place: Place | None = None


@dataclass
class Connection:
    """A connection of the in-memory network; moments are None while that end is open.

    sent, received: bytes from the client to the server and back, counted as they arrive.
    outcome: "open", "closed" or "reset"; ended_by: "client", "server", "network" (a fault) or None.
    client_owner, server_owner: "student" or "world"; place: the student's line that connected.
    """

    number: int
    host: str
    client: tuple[str, int]
    server: tuple[str, int]
    client_owner: str
    server_owner: str
    place: Place | None
    opened: float
    client_closed: float | None
    server_closed: float | None
    sent: int
    received: int
    outcome: str
    ended_by: str | None


@dataclass
class Failure:
    """An attempt to connect that came to nothing; `owner` made it, at `place`.

    reason: "unknown host", "refused", "timeout" (nobody answered), "unreachable" or "cancelled".
    """

    host: str
    port: int
    owner: str
    place: Place | None
    began: float
    ended: float
    reason: str
