"""The open notebook of a run: numbered, bounded, and closed when the scenario is over."""

import pytest

from asynclab import recording as module
from asynclab.recording import Overflow, Recording


@pytest.fixture
def clock():
    return [0.0]


@pytest.fixture
def recording(clock):
    return Recording(lambda: clock[0])


def test_events_are_numbered_in_order(recording, clock):
    """Spans and notes share one numbering; a span's end has a number of its own."""
    span = recording.begin("tugas", "a", {}, 1)
    clock[0] = 2.5
    recording.note("kunci", "nilai")
    recording.end(span, "finished")

    assert (span.start, span.began, span.end, span.finished) == (0.0, 1, 2.5, 3)
    assert [(note.time, note.order) for note in recording.notes] == [(2.5, 2)]


def test_values_are_kept_as_they_were(recording):
    """What is changed after it was noted does not change the note."""
    value = [1]
    recording.note("daftar", value)
    value.append(2)

    assert recording.notes[0].value == [1]


def test_a_second_end_changes_nothing(recording, clock):
    """Only the first end of a span counts."""
    span = recording.begin("tugas", "a", {}, None)
    recording.end(span, "cancelled")
    clock[0] = 9
    recording.end(span, "finished")

    assert (span.end, span.outcome) == (0.0, "cancelled")


def test_after_the_end_only_observations(recording, clock):
    """A frozen recording takes no more events, and observations at its last moment."""
    span = recording.begin("tugas", "a", {}, None)
    clock[0] = 3
    recording.freeze()
    clock[0] = 60
    recording.note("kunci", 1)
    recording.begin("tugas", "b", {}, None)
    recording.end(span, "finished")
    recording.observe("log", "terlambat")

    assert (recording.notes, len(recording.spans), span.outcome) == ([], 1, "open")
    assert recording.observations[0].time == 3


def test_too_many_events_overflow(recording, monkeypatch):
    """Beyond the limit every event raises, and the recording says that it is full."""
    monkeypatch.setattr(module, "EVENT_LIMIT", 3)
    for _ in range(3):
        recording.note("kunci", 1)
    for _ in range(2):
        with pytest.raises(Overflow):
            recording.note("kunci", 1)

    assert (recording.overflowed, len(recording.notes)) == (True, 3)


def test_too_much_data_overflows(recording):
    """A few huge values fill a trace as well as many small ones."""
    with pytest.raises(Overflow):
        for _ in range(100):
            recording.note("isi", "x" * 900_000)

    assert len(recording.notes) < 6


def test_a_full_span_stays_open(recording, monkeypatch):
    """Where the end of a span is one event too many, the span is open, never half closed."""
    monkeypatch.setattr(module, "EVENT_LIMIT", 1)
    span = recording.begin("tugas", "a", {}, None)
    with pytest.raises(Overflow):
        recording.end(span, "finished")

    assert (span.outcome, span.end, span.finished) == ("open", None, None)


def test_names_can_be_stored(recording):
    """Names and texts are cut, and hold nothing that a notebook can't."""
    recording.observe("log", "\ud800" + "x" * 9_000)
    recording.begin("tugas", "n" * 9_000, {}, None)

    assert len(recording.observations[0].text) <= 510
    assert recording.observations[0].text.encode()
    assert len(recording.spans[0].name) == 200


def test_tasks_are_bounded(recording, monkeypatch):
    """The first tasks are recorded; later ones are only counted."""
    monkeypatch.setattr(module, "TASK_LIMIT", 2)

    async def job():
        pass

    coroutines = [job() for _ in range(4)]
    records = [recording.task_created(coroutine, None, None) for coroutine in coroutines]
    for coroutine in coroutines:
        coroutine.close()

    assert [record.name for record in records] == ["Task-1", "Task-2", "Task-3", "Task-4"]
    assert [task.number for task in recording.tasks] == [1, 2]
