"""What the closed world costs: time per scenario, beside plain asyncio with real sleeping and a bare loop."""

from __future__ import annotations

import asyncio
import statistics
import time

from asynclab import run
from asynclab.clock import real

ROUNDS = 7


async def crowd(sleep):
    """Twenty tasks that wait three times a twentieth of a second each: 0.15 s on a real clock."""

    async def one():
        for _ in range(3):
            await sleep(0.05)

    await asyncio.gather(*(one() for _ in range(20)))


async def many(sleep):
    """Ten thousand tasks that wait once."""
    await asyncio.gather(*(sleep(0.01) for _ in range(10_000)))


def measure(function, rounds=ROUNDS) -> float:
    """The median of so many calls, in seconds of real time."""
    times = []
    for _ in range(rounds):
        start = real.perf_counter()
        function()
        times.append(real.perf_counter() - start)
    return statistics.median(times)


def in_closed_world(workload):
    """One run of a workload in virtual time."""

    async def scenario(world):
        await workload(asyncio.sleep)

    trace = run(scenario)
    if trace.verdict != "finished":
        raise SystemExit(f"closed world: {trace.verdict} {trace.reason}")


def really_sleeping(workload):
    """The same on asyncio's own loop and the real clock."""
    asyncio.run(workload(asyncio.sleep))


def bare(workload):
    """The same on asyncio's own loop with every wait cut to one turn: what the tasks alone cost."""
    asyncio.run(workload(lambda seconds: asyncio.sleep(0)))


def requests(count):
    """aiohttp client and server over the in-memory network: `count` requests on kept connections."""
    from aiohttp import ClientSession, web

    async def scenario(world):
        app = web.Application()

        async def answer(request):
            return web.Response(text="ya")

        app.router.add_get("/", answer)
        base = await world.serve(app)
        async with ClientSession() as session:
            for _ in range(count):
                async with session.get(base) as response:
                    await response.read()

    if run(scenario, wall_limit=60).verdict != "finished":
        raise SystemExit("closed world: the requests did not finish")


def main():
    """Print the table."""
    in_closed_world(crowd)
    virtual, sleeping, plain = (
        measure(lambda how=how: how(crowd)) for how in (in_closed_world, really_sleeping, bare)
    )
    print("Satu skenario: 20 task, masing-masing tiga kali menunggu 0,05 detik")
    print(
        f"  asyncio, benar-benar menunggu   {sleeping * 1000:9.1f} ms   {sleeping / virtual:7.1f} x"
    )
    print(f"  dunia tertutup, waktu maya      {virtual * 1000:9.1f} ms   {1:7.1f} x")
    print(f"  asyncio tanpa menunggu (dasar)  {plain * 1000:9.1f} ms   {plain / virtual:7.1f} x")
    virtual, plain = measure(lambda: in_closed_world(many), 3), measure(lambda: bare(many), 3)
    print("10.000 task, masing-masing satu kali menunggu")
    print(
        f"  dunia tertutup                  {virtual * 1000:9.1f} ms   {virtual * 100:7.1f} µs per task"
    )
    print(f"  asyncio tanpa menunggu (dasar)  {plain * 1000:9.1f} ms   rasio {virtual / plain:.1f}")

    async def hour(world):
        for _ in range(3600):
            await asyncio.sleep(1)

    seconds = measure(lambda: run(hour, horizon=4000), 3)
    print(
        f"Satu jam dalam detik-detik satu   {seconds * 1000:9.1f} ms   {seconds / 3600 * 1e6:7.1f} µs per sleep"
    )

    async def empty(world):
        pass

    print(f"run() atas skenario kosong        {measure(lambda: run(empty), 51) * 1000:9.2f} ms")
    requests(1)  # imports aiohttp
    start = time.perf_counter()
    requests(500)
    print(
        f"aiohttp, klien dan server         {500 / (time.perf_counter() - start):9.0f} permintaan per detik"
    )
