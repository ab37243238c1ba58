"""Seconds of a limit: processor time while something computes, real time while it waits."""

from types import SimpleNamespace

import pytest

from asynclab import patience
from asynclab.patience import Patience


@pytest.fixture
def machine(monkeypatch):
    """A machine whose two clocks stand where a test puts them: `real` and `processor`, in seconds."""
    clocks = SimpleNamespace(real=100.0, processor=7.0)
    monkeypatch.setattr(patience.clock, "real", SimpleNamespace(monotonic=lambda: clocks.real))
    monkeypatch.setattr(patience, "time", SimpleNamespace(process_time=lambda: clocks.processor))
    return clocks


def pass_by(machine, real, processor):
    machine.real += real
    machine.processor += processor


@pytest.mark.parametrize(
    ("real", "processor", "spent"),
    [(1.0, 1.0, 1.0), (10.0, 1.0, 1.0), (1.0, 2.0, 2.0), (1.0, 0.0, 1.0), (1.0, 0.005, 1.0)],
    ids=["alone", "beside nine others", "on two cores", "asleep", "looking at a clock"],
)
def test_what_counts(machine, real, processor, spent):
    """What computes is charged what it got, however long that took; what waits, the time it waited."""
    seen = Patience()
    pass_by(machine, real, processor)

    assert seen.look() == pytest.approx(spent)


def test_each_stretch_is_counted_by_itself(machine):
    """Something that first computes and then waits is charged for both."""
    record, seen = [], Patience()
    for real, processor in [(4.0, 2.0), (3.0, 0.0), (0.0, 0.0)]:
        pass_by(machine, real, processor)
        record.append(seen.look())

    assert record == [2.0, 5.0, 5.0]
