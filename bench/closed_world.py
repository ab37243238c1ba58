"""What the closed world costs: the same coroutines in it, on a bare stock loop, and in real time.

Real time is that of a plain asyncio loop that really sleeps; the bare loop is a stock one with
every sleep cut to `sleep(0)`: what asyncio alone costs. The best of several runs counts; on a busy
machine processor time says more than real time.
"""

from __future__ import annotations

import asyncio
import platform
import time

from asynclab import clock, run

REPEATS = 5
REQUESTS = 300
AT_ONCE = 10


async def heartbeat(sleep):
    """One task that sleeps 20,000 times."""
    for _ in range(20_000):
        await sleep(0.1)


async def crowd(sleep):
    """10,000 tasks that sleep once."""

    async def job():
        await sleep(1)

    await asyncio.gather(*(job() for _ in range(10_000)))


async def workers(sleep):
    """Five workers on a queue, 300 items of distinct length."""
    queue, done = asyncio.Queue(), []

    async def worker():
        while True:
            number = await queue.get()
            await sleep(0.1 + number % 7 / 10)
            done.append(number)
            queue.task_done()

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(worker()) for _ in range(5)]
        for number in range(300):
            queue.put_nowait(number)
        await queue.join()
        for task in tasks:
            task.cancel()


async def timeouts(sleep):
    """2,000 timeouts, of which every second one strikes."""
    for number in range(2_000):
        try:
            async with asyncio.timeout(0.5):
                await sleep(0.4 if number % 2 else 0.6)
        except TimeoutError:
            pass


async def threads(sleep):
    """100 jobs of 0.3 s in worker threads."""
    await asyncio.gather(*(asyncio.to_thread(time.sleep, 0.3) for _ in range(100)))


SCENARIOS = (heartbeat, crowd, workers, timeouts, threads)


async def web(world):
    """Requests of a client session to a server, both in the closed world."""
    import aiohttp
    from aiohttp import web

    async def answer(request):
        return web.Response(text="ok")

    app = web.Application()
    app.router.add_get("/", answer)
    url = await world.serve(app)
    async with aiohttp.ClientSession() as session:

        async def fetch():
            async with session.get(url) as response:
                await response.read()

        for _ in range(REQUESTS // AT_ONCE):
            await asyncio.gather(*(fetch() for _ in range(AT_ONCE)))


async def nothing(world):
    """An empty scenario."""


def best(function):
    """(real seconds, processor seconds) of the fastest of several calls."""
    spent = []
    for _ in range(REPEATS):
        real, processor = clock.real.perf_counter(), time.process_time()
        function()
        spent.append((clock.real.perf_counter() - real, time.process_time() - processor))
    return min(real for real, _ in spent), min(processor for _, processor in spent)


def virtual(scenario):
    """Run in the closed world; the trace."""

    async def play(world):
        await scenario(asyncio.sleep)

    play.__name__ = scenario.__name__
    trace = run(play, horizon=86_400, wall_limit=120)
    assert trace.verdict == "finished", trace.reason
    return trace


def bare(scenario):
    """Run on a stock loop with sleeps of nothing."""
    asyncio.run(scenario(lambda seconds: asyncio.sleep(0)))


def in_real_time(scenario, ended):
    """Seconds on a stock loop that really sleeps.

    Of more than a second only a second is slept; the rest is added to what was measured.
    """
    scale = min(1.0, 1.0 / ended)
    start = clock.real.perf_counter()
    asyncio.run(scenario(lambda seconds: asyncio.sleep(seconds * scale)))
    return clock.real.perf_counter() - start + ended * (1 - scale)


def main():
    """Print the tables."""
    print(f"CPython {platform.python_version()}, {platform.system()}, terbaik dari {REPEATS}")
    print("skenario    detik maya   ms nyata  ms prosesor  x lebih cepat  x loop polos")
    figures = {}
    for scenario in SCENARIOS:
        ended = virtual(scenario).ended
        figures[scenario] = best(lambda scenario=scenario: virtual(scenario))
        ratio, overhead = compare(scenario, ended, *figures[scenario])
        seconds, processor = (1_000 * value for value in figures[scenario])
        row = f"{scenario.__name__:12}{ended:10,.1f}{seconds:11.1f}{processor:13.1f}{ratio:15,.0f}"
        print(row + (f"{overhead:14.1f}" if overhead else f"{'-':>14}"))
    print()
    report_costs(figures)


def compare(scenario, ended, seconds, processor):
    """How much faster than real time, and how much dearer than a bare loop (None: no such thing)."""
    if scenario is threads:  # worker threads sleep for real on a stock loop
        return in_real_time(scenario, 1.0) / seconds, None
    if scenario is timeouts:  # with sleeps of nothing no timeout strikes
        return ended / seconds, None
    return in_real_time(scenario, ended) / seconds, processor / best(lambda: bare(scenario))[1]


def report_costs(figures):
    """What single things cost."""
    empty = [best(lambda: run(nothing)) for _ in range(10)]
    requests = best(lambda: run(web, wall_limit=120))
    lines = (
        ("satu sleep", 1e6 * figures[heartbeat][0] / 20_000, "µs"),
        ("satu sleep, waktu prosesor", 1e6 * figures[heartbeat][1] / 20_000, "µs"),
        ("10.000 task", 1e3 * figures[crowd][0], "ms"),
        ("satu pekerjaan di thread", 1e6 * figures[threads][0] / 100, "µs"),
        ("run() atas skenario kosong", 1e6 * min(seconds for seconds, _ in empty), "µs"),
        ("permintaan aiohttp", REQUESTS / requests[0], "per detik"),
        ("permintaan aiohttp", REQUESTS / requests[1], "per detik prosesor"),
    )
    for name, value, unit in lines:
        print(f"{name:32}{value:10,.1f} {unit}")


if __name__ == "__main__":
    main()
