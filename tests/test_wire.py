"""Tests of asynclab.network.wire: latency, bandwidth, window and faults of one direction."""

import pytest

from asynclab.loop import VirtualLoop
from asynclab.network.wire import WINDOW, Wire


class Receiver:
    """What hangs at the end of a wire: it writes down what arrives, and when."""

    def __init__(self, loop):
        self.loop, self.record = loop, []

    def arrive(self, data):
        self.record.append((self.loop.time(), len(data)))

    def finish(self):
        self.record.append((self.loop.time(), "end"))

    def reset(self):
        self.record.append((self.loop.time(), "reset"))


def carry(act, *, until=100.0, **properties):
    """What arrives when `act(wire, loop)` uses a wire with these properties."""
    loop = VirtualLoop()
    receiver = Receiver(loop)
    act(Wire(loop, receiver, **properties), loop)
    loop.call_later(until, loop.stop)
    loop.run_forever()
    loop.close()
    return receiver.record


def test_without_delays_bytes_arrive_at_once():
    """No latency, no bandwidth: what is sent has arrived when `send` returns."""
    loop = VirtualLoop()
    receiver = Receiver(loop)
    Wire(loop, receiver).send(b"halo")
    loop.close()
    assert receiver.record == [(0.0, 4)]


def test_latency_delays_everything_by_the_same_time():
    """Bytes and the end arrive one latency later, in the order in which they were sent."""

    def act(wire, loop):
        wire.send(b"a")
        wire.send(b"bc")
        wire.finish()

    assert carry(act, latency=0.25) == [(0.25, 1), (0.25, 2), (0.25, "end")]


def test_bandwidth_is_exact_over_many_pieces():
    """Bytes at 1000 per second arrive in pieces of 50 ms, the last one without any drift."""

    def act(wire, loop):
        for _ in range(7):
            wire.send(b"x" * 1100)
        wire.finish()

    record = carry(act, bandwidth=1000)
    assert record[:2] == [(0.05, 50), (0.1, 50)]
    assert record[-2:] == [(7.7, 50), (7.7, "end")]


def test_bandwidth_does_not_save_up_idle_time():
    """After a pause the wire is no faster than before."""

    def act(wire, loop):
        wire.send(b"x" * 100)
        loop.call_later(10, wire.send, b"x" * 100)

    record = carry(act, bandwidth=100, latency=1.0)
    assert (record[19], record[-1]) == ((2.0, 5), (12.0, 5))


def test_even_the_slowest_wire_delivers_byte_by_byte():
    """Ten bytes per second arrive as ten bytes, a tenth of a second apart."""
    record = carry(lambda wire, loop: wire.send(b"x" * 10), bandwidth=10)
    assert record == [(n / 10, 1) for n in range(1, 11)]


def test_room_shrinks_until_the_receiver_reads():
    """The window counts bytes under way and unread; the receiver gives them back."""
    loop = VirtualLoop()
    wire = Wire(loop, Receiver(loop), latency=1.0)
    wire.send(b"x" * 60_000)
    before = wire.room
    wire.unread -= 10_000
    loop.close()
    assert (before, wire.room) == (WINDOW - 60_000, WINDOW - 50_000)


def test_reset_overtakes_bytes_that_wait_for_bandwidth():
    """A reset arrives after one latency; nothing is sent after it."""

    def act(wire, loop):
        wire.send(b"x" * 1000)
        wire.reset()
        wire.reset()
        wire.finish()

    record = carry(act, bandwidth=100, latency=2.0)
    assert record[0] == (2.0, "reset")
    assert "end" not in dict(record).values()


@pytest.mark.parametrize("sizes", [[100], [40, 60], [30, 5, 65]])
def test_a_broken_wire_delivers_exactly_its_allowance(sizes):
    """After the allowance comes the action, at that moment, and then nothing."""
    record = []

    def act(wire, loop):
        wire.break_after(35, lambda: record.append(loop.time()))
        for size in sizes:
            wire.send(b"x" * size)
        wire.finish()
        wire.reset()

    arrived = carry(act, latency=0.5)
    assert (sum(size for _, size in arrived), record) == (35, [0.5])


def test_an_allowance_that_is_not_exceeded_changes_nothing():
    """Exactly as many bytes as allowed: the end still arrives."""

    def act(wire, loop):
        wire.break_after(10, None)
        wire.send(b"x" * 10)
        wire.finish()

    assert carry(act) == [(0.0, 10), (0.0, "end")]


def test_a_stalled_wire_is_silent():
    """Without an action the receiver hears nothing, not even the end; the sender's window fills."""
    loop = VirtualLoop()
    receiver = Receiver(loop)
    wire = Wire(loop, receiver)
    wire.break_after(0, None)
    wire.send(b"x" * 1000)
    wire.finish()
    loop.close()
    assert (receiver.record, wire.unread) == ([], 1000)


def test_a_call_travels_behind_the_bytes():
    """`call` runs a function when everything sent before it has arrived."""
    record = []

    def act(wire, loop):
        wire.send(b"x" * 200)
        wire.call(lambda: record.append(loop.time()))

    carry(act, bandwidth=100, latency=1.0)
    assert record == [3.0]
