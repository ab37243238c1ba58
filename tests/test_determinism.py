"""One scenario gives one trace: a thousand times, on a busy machine, in any process."""

import asyncio
import subprocess
import sys
import time

import aiohttp
import pytest
from aiohttp import web

from asynclab import run

URL = "http://data.contoh"


def make_site(world):
    """Pages that take their time, a body that breaks off, and a chat that answers."""

    async def page(request):
        with world.span("permintaan", request.path):
            await asyncio.sleep(world.random.uniform(0.1, 2))
            return web.Response(body=b"x" * world.random.randrange(200_000))

    async def chat(request):
        ws = web.WebSocketResponse(heartbeat=10)
        await ws.prepare(request)
        async for message in ws:
            await ws.send_str(message.data.upper())
        return ws

    app = web.Application()
    app.router.add_get("/chat", chat)
    app.router.add_get("/{name}", page)
    return app


async def scenario(world):
    """Downloads, a chat, timeouts, worker threads and cancellations, all at once."""
    await world.serve(make_site(world))
    limit = asyncio.Semaphore(5)

    async def download(session, n):
        async with limit:
            try:
                async with asyncio.timeout(2.2), session.get(f"{URL}/{n}") as response:
                    world.note("ukuran", (n, len(await response.read())))
            except (aiohttp.ClientError, TimeoutError) as error:
                world.note("galat", (n, type(error).__name__))

    async def talk(session):
        async with session.ws_connect(f"{URL}/chat") as ws:
            for n in range(10):
                await ws.send_str(f"pesan {n}")
                world.note("jawaban", (await ws.receive()).data)
                await asyncio.sleep(3)

    async def compute(n):
        world.note("hasil", await asyncio.to_thread(lambda: (time.sleep(n / 10), n * n)[1]))

    world.network.reset_after("data.contoh", 40_000, times=3)
    async with aiohttp.ClientSession() as session:
        doomed = asyncio.gather(*(download(session, n) for n in range(90, 99)))
        asyncio.get_running_loop().call_later(2, doomed.cancel)
        async with asyncio.TaskGroup() as group:
            group.create_task(talk(session))
            for n in range(30):
                group.create_task(download(session, n))
                group.create_task(compute(n))
        await asyncio.wait([doomed])
    async with aiohttp.ClientSession() as session:
        # Closed while requests are under way: aiohttp keeps their connections in a set.
        strays = [asyncio.create_task(download(session, n)) for n in range(50, 55)]
        await asyncio.sleep(0.5)
    await asyncio.wait(strays)
    for item in world.network.connections:
        sizes = (item.sent, item.received)
        world.note("koneksi", (*item.client, *sizes, item.outcome, item.client_closed))


def fingerprints(runs):
    """The different fingerprints of so many runs; every one of them has to finish."""
    traces = [run(scenario, latency=0.05, bandwidth=200_000) for _ in range(runs)]
    assert {trace.verdict for trace in traces} == {"finished"}
    return {trace.fingerprint() for trace in traces}


def test_the_scenario_is_worth_repeating():
    """It downloads, times out, breaks off, chats and computes."""
    trace = run(scenario, latency=0.05, bandwidth=200_000)
    kinds = {error for _, (_, error) in trace.notes("galat")}
    assert kinds == {"TimeoutError", "ClientPayloadError", "ClientConnectionError"}
    assert [len(trace.notes(key)) for key in ("jawaban", "hasil")] == [10, 30]
    assert len(trace.notes("ukuran")) > 5
    assert {item[4] for _, item in trace.notes("koneksi")} == {"closed", "reset"}
    assert trace.leftovers == []


def test_one_trace():
    """A few runs, one fingerprint."""
    assert len(fingerprints(10)) == 1


def test_seeds_differ():
    """The fingerprint tells different runs apart."""
    assert len({run(scenario, seed=seed).fingerprint() for seed in (1, 2, 3)}) == 3


def fingerprint_of_a_process(before="", *, hash_seed="0"):
    """What another process prints that runs the scenario after the statements `before`."""
    code = f"{before}\nimport test_determinism as tests\nprint(*tests.fingerprints(1))"
    env = {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": ".."}
    options = {"capture_output": True, "text": True, "cwd": "tests", "timeout": 120}
    command = [sys.executable, "-W", "ignore", "-c", code]
    return subprocess.run(command, env=env, check=True, **options).stdout


def test_one_trace_in_every_process():
    """Other hash seeds and other memory addresses change nothing."""
    found = {fingerprint_of_a_process(hash_seed=seed) for seed in ("1", "random")}
    assert found == {next(iter(fingerprints(1))) + "\n"}


def test_one_trace_after_nest_asyncio():
    """A student's `nest_asyncio.apply()`, before or after asynclab's import, changes nothing."""
    apply = "import asyncio, nest_asyncio; nest_asyncio.apply(asyncio.new_event_loop())"
    found = {fingerprint_of_a_process(code) for code in (apply, f"import asynclab; {apply}")}
    assert found == {next(iter(fingerprints(1))) + "\n"}


@pytest.mark.heavy
def test_a_thousand_runs():
    """A thousand runs, one fingerprint."""
    assert len(fingerprints(1000)) == 1


@pytest.mark.heavy
def test_one_trace_while_every_core_is_busy():
    """Runs that have to wait for the processor give the same trace."""
    calm = fingerprints(1)
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2)]
    try:
        assert fingerprints(50) == calm
    finally:
        for process in busy:
            process.kill()
            process.wait()
