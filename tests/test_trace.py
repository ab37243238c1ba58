"""Traces answer questions about runs that finished, and say why where they can't."""

import asyncio
import dataclasses
import json

import aiohttp
import pytest
from aiohttp import web

from asynclab import Trace, TraceError, run


async def two_jobs(world):
    async def job(name, seconds):
        with world.span("tugas", name, bagian=(name, seconds)):
            await asyncio.sleep(seconds)

    await asyncio.gather(job("b", 2), job("a", 1))
    for number in range(3):
        world.note("nomor", number)
        await asyncio.sleep(1)


async def stuck(world):
    with world.span("tugas", "a"):
        world.note("nomor", 1)
        await asyncio.Event().wait()


def test_spans_by_kind():
    """In the order in which they began, with their data as it was given."""
    spans = run(two_jobs).spans("tugas")

    assert [(span.name, span.start, span.end, span.seconds) for span in spans] == [
        ("b", 0.0, 2.0, 2.0),
        ("a", 0.0, 1.0, 1.0),
    ]
    assert [span.data for span in spans] == [{"bagian": ("b", 2)}, {"bagian": ("a", 1)}]
    assert run(two_jobs).spans("lain") == []


def test_notes_by_key():
    """All of them with their moments, or the last one."""
    trace = run(two_jobs)

    assert trace.notes("nomor") == [(2.0, 0), (3.0, 1), (4.0, 2)]
    assert trace.note("nomor") == 2


def test_a_missing_note_is_a_sentence():
    """A scenario that ended without its note: the question fails with its own sentence."""
    with pytest.raises(TraceError, match="selesai tanpa mencatat “hasil”"):
        run(two_jobs).note("hasil")


QUESTIONS = [
    lambda trace: trace.spans("tugas"),
    lambda trace: trace.notes("nomor"),
    lambda trace: trace.note("nomor"),
    lambda trace: trace.connections(),
    lambda trace: trace.failures(),
    lambda trace: trace.observed("blocking"),
]


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_run_that_did_not_finish_answers_nothing(question):
    """Every question fails with the verdict's sentence; `partial` answers."""
    trace = run(stuck)

    with pytest.raises(TraceError, match=r"Kebuntuan \(deadlock\)"):
        question(trace)
    assert question(trace.partial) is not None


def test_open_spans():
    """What went on when a run ended has no end."""
    (span,) = run(stuck).partial.spans("tugas")

    assert (span.outcome, span.end, span.seconds) == ("open", None, None)


def test_connections_are_those_of_student_code():
    """Connections and failures with hosts, bytes and moments; those of the world's own do not count."""

    async def scenario(world):
        await world.serve(web.Application(), "satu.contoh")
        await world.serve(web.Application(), "dua.contoh")
        async with aiohttp.ClientSession() as session:
            for host in ("satu.contoh", "satu.contoh", "dua.contoh"):
                async with session.get(f"http://{host}/"):
                    pass
            try:
                await session.get("http://tak-ada.contoh/")
            except aiohttp.ClientError:
                pass

    trace = run(scenario, latency=0.1)

    assert [(item.host, item.opened, item.outcome) for item in trace.connections()] == [
        ("satu.contoh", 0.2, "closed"),
        ("dua.contoh", 0.8, "closed"),
    ]
    assert [item.host for item in trace.connections("dua.contoh")] == ["dua.contoh"]
    assert [(item.host, item.reason) for item in trace.failures()] == [
        ("tak-ada.contoh", "unknown host")
    ]


def test_tasks_have_lanes():
    """Each task's record: parent, steps, end; enough to draw its life."""
    main, first, second = run(two_jobs).tasks

    assert (main.name, main.parent, main.coroutine) == ("utama", None, "two_jobs")
    assert [(task.name, task.parent, task.coroutine) for task in (first, second)] == [
        ("Task-2", 1, "job"),
        ("Task-3", 1, "job"),
    ]
    assert (first.steps, first.ended, first.outcome) == ([(0, 0), (2, 2)], 2.0, "finished")


def test_json_there_and_back():
    """Through the text of a notebook a trace comes back with the same fingerprint."""
    trace = run(two_jobs)
    back = Trace.from_json(json.loads(json.dumps(trace.to_json(), ensure_ascii=False)))

    assert back.fingerprint() == trace.fingerprint()
    assert back.spans("tugas") == trace.spans("tugas")


def test_the_fingerprint_leaves_out_real_time_only():
    """Another duration of the run does not change it, anything else does."""
    trace = run(two_jobs)

    assert dataclasses.replace(trace, wall={"seconds": 9.0}).fingerprint() == trace.fingerprint()
    assert dataclasses.replace(trace, turns=1).fingerprint() != trace.fingerprint()


def test_a_trace_is_bounded():
    """The largest trace that a run can make stays below eight megabytes of JSON."""

    async def scenario(world):
        async def job(number):
            for _ in range(1_000):
                await asyncio.sleep(1)

        for number in range(3_000):
            asyncio.create_task(job(number), name="n" * 9_000)
        await asyncio.sleep(100)
        while True:
            with world.span("k" * 9_000, "n" * 9_000, data="d" * 300):
                world.note("c" * 9_000, "d" * 300)

    trace = run(scenario, wall_limit=60)

    assert trace.verdict == "overflow"
    assert len(json.dumps(trace.to_json())) < 8 << 20
