"""Forged traces: whatever cannot have happened is found, and said in a sentence."""

import asyncio
import copy

import pytest

from asynclab import TraceError, run
from asynclab.trace import Trace


async def scenario(world):
    async def job(number):
        with world.span("tugas", f"t{number}", nomor=number):
            await asyncio.sleep(number)
            world.note("selesai", number)

    world.network.add_host("data.contoh")
    server = await asyncio.start_server(lambda reader, writer: writer.close(), "data.contoh", 80)
    _, writer = await asyncio.open_connection("data.contoh", 80)
    writer.close()
    server.close()
    try:
        await asyncio.open_connection("tak-ada", 80)
    except OSError:
        pass
    await asyncio.gather(job(1), job(2))
    asyncio.create_task(asyncio.sleep(10), name="sisa")
    job(3)
    await asyncio.sleep(1)


HONEST = run(scenario).to_json()


def forge(change):
    data = copy.deepcopy(HONEST)
    change(data)
    return data


def fault(data):
    """The sentence with which a trace is refused."""
    with pytest.raises(TraceError) as caught:
        Trace.from_json(data)
    return str(caught.value)


def test_an_honest_trace_passes():
    """What a run wrote is accepted, and comes back equal."""
    trace = Trace.from_json(copy.deepcopy(HONEST))

    assert trace.to_json() == HONEST
    assert [span.data for span in trace.spans("tugas")] == [{"nomor": 1}, {"nomor": 2}]
    assert (len(HONEST["connections_"]), len(HONEST["failures_"])) == (1, 1)


def put(path, value):
    """A change that sets what a path of keys leads to."""

    def change(data):
        for key in path[:-1]:
            data = data[key]
        data[path[-1]] = value

    return change


def swap_spans(data):
    data["spans_"].reverse()


def add_step(data):
    data["tasks"][1]["steps"].append([0.5, 0.1])


FORGERIES = [
    (put(["verdict"], "menang"), "verdict"),
    (put(["ended"], -1), "ended"),
    (put(["turns"], -5), "turns"),
    (put(["reason"], {"text": 5}), "reason 'text'"),
    (put(["reason"], {"place": {"function": "f"}}), "reason 'place'"),
    (put(["reason"], {"nilai": 100}), "reason 'nilai'"),
    (put(["spans_", 0, "outcome"], "hebat"), "span 't1'"),
    (put(["spans_", 0, "outcome"], "open"), "span 't1'"),
    (put(["spans_", 0, "end"], None), "span 't1'"),
    (put(["spans_", 0, "finished"], None), "span 't1'"),
    (put(["spans_", 0, "start"], 1.5), "span 't1'"),
    (put(["spans_", 0, "finished"], 1), "span 't1'"),
    (put(["spans_", 0, "began"], 2), "two events with one number"),
    (put(["spans_", 0, "start"], 0.5), "time runs backwards"),
    (put(["notes_", 0, "time"], 99.0), "time runs backwards"),
    (put(["spans_", 1, "end"], 99.0), "after the end"),
    (put(["spans_", 0, "start"], -1.0), "before the beginning"),
    (put(["notes_", 0, "order"], 0), "time runs backwards"),
    (swap_spans, "spans out of order"),
    (put(["tasks", 0, "outcome"], "hebat"), "task 'utama'"),
    (put(["tasks", 0, "ended"], None), "task 'utama'"),
    (add_step, "time runs backwards"),
    (put(["tasks", 0, "created"], -1.0), "time runs backwards"),
    (put(["tasks", 0, "ended"], 99.0), "after the end"),
    (put(["tasks", 1, "number"], 1), "number 1"),
    (put(["tasks", 1, "parent"], 7), "parent 7"),
    (put(["tasks", 1, "parent"], -1), "parent -1"),
    (put(["tasks", 1, "owner"], "guru"), "owner 'guru'"),
    (put(["observations", 0, "time"], 99.0), "observation"),
    (put(["leftovers", 0, "kind"], "hantu"), "leftover 'hantu'"),
    (put(["connections_", 0, "sent"], -1), "negative"),
    (put(["connections_", 0, "client_closed"], -1.0), "closed before"),
    (put(["failures_", 0, "began"], 5.0), "ended before it began"),
]


@pytest.mark.parametrize(("change", "detail"), FORGERIES)
def test_what_cannot_have_happened(change, detail):
    """Each contradiction is refused by the same sentence, with its own detail."""
    sentence = fault(forge(change))

    assert sentence.startswith("Catatan jalannya program bertentangan dengan dirinya sendiri")
    assert detail in sentence


MALFORMED = [
    (lambda data: data.clear(), "no "),
    (put(["format"], 2), "format 2"),
    (put(["format"], "1"), "trace.format"),
    (put(["score"], 100), "unknown 'score'"),
    (put(["ended"], float("nan")), "trace.ended"),
    (put(["ended"], True), "trace.ended"),
    (put(["notes_"], {"0": 1}), "trace.notes_"),
    (put(["spans_", 0, "data"], [1]), "trace.spans_[0].data"),
    (put(["tasks", 0, "steps"], [[0.0]]), "trace.tasks[0].steps[0]"),
    (put(["wall"], {"seconds": "x"}), "trace.wall.seconds"),
]


@pytest.mark.parametrize(("change", "detail"), MALFORMED)
def test_what_is_no_trace(change, detail):
    """JSON of another shape is refused by its sentence."""
    sentence = fault(forge(change))

    assert sentence.startswith("Catatan jalannya program tidak sah")
    assert detail in sentence


@pytest.mark.parametrize("data", [None, 5, "trace", [], {}, [[[]]]])
def test_what_is_no_object(data):
    """Anything at all may come in; nothing but a sentence comes out."""
    assert "tidak sah" in fault(data)


def test_a_forged_value_fails_only_who_asks():
    """A note that decodes to nothing is a failed question, with the sentence for a malformed trace."""
    trace = Trace.from_json(forge(put(["notes_", 0, "value"], {"$": "tipu"})))

    with pytest.raises(TraceError, match="tidak sah"):
        trace.notes("selesai")


def test_forged_span_data_fails_only_who_asks():
    """The same for what a span carries."""
    trace = Trace.from_json(forge(put(["spans_", 0, "data"], {"nomor": {"$": "tipu"}})))

    with pytest.raises(TraceError, match="tidak sah"):
        trace.spans("tugas")
