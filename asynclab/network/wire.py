"""Wire: one direction of an in-memory connection, with its latency, bandwidth and faults."""

from __future__ import annotations

__all__ = ["WINDOW", "Wire"]

WINDOW = 64 * 1024
PIECE_SECONDS = 0.05


class Wire:
    """One direction of a connection: bytes arrive in order, as late as latency and bandwidth say.

    latency: seconds; bandwidth: bytes per second, or None for any; window: how many bytes may be
    under way or unread at the receiver, as TCP's receive window.
    """

    def __init__(self, loop, receiver, *, latency=0.0, bandwidth=None, window=WINDOW):
        self._loop, self._receiver = loop, receiver
        self._latency, self._bandwidth, self._window = latency, bandwidth, window
        # A slow wire delivers little by little, or a reader's timeout would see silence.
        self._piece = max(1, int(bandwidth * PIECE_SECONDS)) if bandwidth else window
        self._busy_since = self._busy_until = 0.0
        self._busy_bytes = 0
        self._allowance = self._on_break = None
        self._broken = False
        self.unread = 0

    @property
    def room(self):
        """Bytes that may be sent now."""
        return self._window - self.unread

    def break_after(self, size, action):
        """Deliver `size` bytes more and nothing after them; `action()` is called at that point."""
        self._allowance, self._on_break = size, action

    def send(self, data):
        """Put bytes on the wire, at most `room` of them."""
        self.unread += len(data)
        if self._allowance is not None:
            data = self._withhold(data)
        if self._bandwidth is None:
            if data:
                self._later(self._receiver.arrive, data)
        else:
            for start in range(0, len(data), self._piece):
                piece = data[start : start + self._piece]
                self._later(self._receiver.arrive, piece, size=len(piece))
        if self._on_break is not None and self._broken:
            action, self._on_break = self._on_break, None
            self._later(action)

    def finish(self):
        """Tell the receiver, after all bytes, that no more will come."""
        if not self._broken:
            self._later(self._receiver.finish)

    def reset(self):
        """Tell the receiver that the connection is gone; what still waits to be sent is lost."""
        if self._broken:
            return
        self._broken = True
        if self._latency:
            self._loop.call_later(self._latency, self._receiver.reset)
        else:
            self._receiver.reset()

    def call(self, function, *args):
        """Call `function(*args)` when everything sent so far has arrived."""
        self._later(function, *args)

    def _withhold(self, data):
        if self._broken:
            return b""
        if len(data) > self._allowance:
            self._broken = True
            data = data[: self._allowance]
        self._allowance -= len(data)
        return data

    def _later(self, function, *args, size=0):
        if self._bandwidth is None:
            if self._latency:
                self._loop.call_later(self._latency, function, *args)
            else:
                function(*args)
            return
        now = self._loop.time()
        if now >= self._busy_until:
            self._busy_since, self._busy_bytes = now, 0
        # One division for all bytes since the wire was idle: a sum of pieces would drift.
        self._busy_bytes += size
        self._busy_until = self._busy_since + self._busy_bytes / self._bandwidth
        self._loop.call_at(self._busy_until + self._latency, function, *args)
