"""A run and its verdict: whatever student code does, there is a trace, and nothing else has changed."""

import asyncio
import functools
import gc
import itertools
import logging
import os
import random
import signal
import subprocess
import sys
import textwrap
import threading
import time
import warnings

import pytest

from asynclab import TraceError, run
from asynclab.loop import Deadlock
from asynclab.recording import EVENT_LIMIT, Recording


def sentence(trace):
    """What a student reads about a run that did not finish."""
    with pytest.raises(TraceError) as caught:
        trace.spans("tugas")
    return str(caught.value)


def waiting(trace):
    return [(item.name, item.place.source) for item in trace.stuck]


def python(program, *options, **environment):
    """Run a program in a process of its own; its stdout and stderr."""
    result = subprocess.run(
        [sys.executable, *options, "-c", textwrap.dedent(program)],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, **environment},
    )
    return result.stdout.strip(), result.stderr.strip()


# ---- verdicts


def test_finished():
    """A scenario that returns leaves its notes, the moment and the number of turns."""

    async def scenario(world):
        await asyncio.sleep(2)
        world.note("jawaban", 42)

    trace = run(scenario)

    assert (trace.verdict, trace.ended, trace.note("jawaban")) == ("finished", 2.0, 42)
    assert (trace.scenario, trace.seed, trace.turns > 1) == ("scenario", 11, True)
    assert trace.wall["seconds"] > trace.wall["longest_step"] > 0


def test_deadlock_lists_every_task_with_its_line():
    """Nothing can ever happen again: the sentence says on which line each task waits."""

    async def consumer(queue):
        while True:
            await queue.get()

    async def scenario(world):
        queue = asyncio.Queue()
        for number in range(2):
            asyncio.create_task(consumer(queue), name=f"konsumen-{number}")
        await asyncio.sleep(3)
        await queue.put(1)
        await queue.join()

    trace = run(scenario)

    assert (trace.verdict, trace.ended) == ("deadlock", 3.0)
    assert waiting(trace) == [
        ("utama", "await queue.join()"),
        ("konsumen-0", "await queue.get()"),
        ("konsumen-1", "await queue.get()"),
    ]
    assert sentence(trace).splitlines()[0] == (
        "Kebuntuan (deadlock) pada t=3 s: semua task menunggu, dan tidak ada yang dapat membangunkannya."
    )
    assert "• konsumen-0, konsumen-1 menunggu di consumer() baris" in sentence(trace)


def test_livelock():
    """Endless yielding is a verdict of its own, with the lines of the busy tasks."""

    async def scenario(world):
        await asyncio.sleep(1)
        while True:
            await asyncio.sleep(0)

    trace = run(scenario)

    assert (trace.verdict, round(trace.ended, 6)) == ("livelock", 1.0)
    assert waiting(trace) == [("utama", "await asyncio.sleep(0)")]
    assert "t=1 s" in sentence(trace)


def test_horizon():
    """What never ends although time passes is stopped at the horizon."""

    async def scenario(world):
        while True:
            await asyncio.sleep(7)

    trace = run(scenario, horizon=100)

    assert (trace.verdict, trace.ended) == ("horizon", 100.0)
    assert sentence(trace).startswith("Sesudah 100 detik (waktu maya) kode belum juga selesai.")


def test_a_large_horizon_lets_a_year_pass():
    """A sleep of a year ends where the scenario allows for it."""

    async def scenario(world):
        await asyncio.sleep(365 * 86_400)

    assert run(scenario, horizon=400 * 86_400).ended == 365 * 86_400


def test_an_exception_comes_with_its_line():
    """The type, the text and the student's line of what came out."""

    async def fetch():
        await asyncio.sleep(1)
        raise ValueError("alamat salah")

    async def scenario(world):
        await fetch()

    trace = run(scenario)

    assert trace.verdict == "failed"
    assert (trace.reason["type"], trace.reason["place"]["function"]) == ("ValueError", "fetch")
    assert sentence(trace).startswith(
        "Kode berhenti karena ValueError: alamat salah (pada t=1 s, di fetch() baris"
    )


def test_a_group_of_exceptions_says_what_is_in_it():
    """Of an exception group the sentence names the parts, and the line of the first."""

    async def fail(text):
        raise LookupError(text)

    async def scenario(world):
        async with asyncio.TaskGroup() as group:
            group.create_task(fail("satu"))
            group.create_task(fail("dua"))

    reason = run(scenario).reason

    assert reason["text"] == "LookupError: satu; LookupError: dua"
    assert reason["place"]["source"] == "raise LookupError(text)"


@pytest.mark.parametrize("leave", [sys.exit, lambda: exec("raise SystemExit(3)")])
def test_sys_exit_ends_the_run_only(leave):
    """`sys.exit()`, in a child task too, is a verdict; the process goes on."""

    async def child():
        leave()

    async def scenario(world):
        await asyncio.gather(child())

    trace = run(scenario)

    assert (trace.verdict, trace.reason["type"]) == ("exited", "SystemExit")
    assert sentence(trace).startswith("Kode memanggil `sys.exit()` pada t=0 s")


def test_a_keyboard_interrupt_of_their_own():
    """Student code that raises KeyboardInterrupt ends its run, not ours."""

    async def scenario(world):
        raise KeyboardInterrupt

    trace = run(scenario)

    assert (trace.verdict, trace.reason["type"]) == ("exited", "KeyboardInterrupt")


def test_stopping_the_loop_is_named():
    """`loop.stop()` in student code is a verdict with the line that called it."""

    async def scenario(world):
        await asyncio.sleep(1)
        asyncio.get_running_loop().stop()
        await asyncio.sleep(1)

    trace = run(scenario)

    assert trace.verdict == "exited"
    assert "memanggil `loop.stop()` pada t=1 s, di scenario() baris" in sentence(trace)


def test_too_many_events():
    """Code that writes without end overflows, also when it swallows everything."""

    async def scenario(world):
        for number in range(3 * EVENT_LIMIT):
            try:
                world.note("nomor", number)
            except BaseException:
                await asyncio.sleep(0)

    trace = run(scenario)

    assert trace.verdict == "overflow"
    assert len(trace.partial.notes("nomor")) == EVENT_LIMIT


def test_a_busy_loop_is_stopped_with_its_line():
    """Code that never yields is stopped after its real seconds, and named."""

    async def spin():
        while True:
            pass

    async def scenario(world):
        await asyncio.gather(spin(), asyncio.sleep(1))

    start = time.perf_counter()
    trace = run(scenario, wall_limit=0.3)

    assert trace.verdict == "stopped"
    assert trace.reason["place"]["function"] == "spin"
    assert "event loop tidak pernah mendapat giliran lagi dari spin() baris" in sentence(trace)
    assert time.perf_counter() - start < 60


def test_code_that_swallows_everything_for_a_while():
    """A busy loop with `except BaseException` is thrown at again and again, until it ends."""

    async def scenario(world):
        caught = 0
        while caught < 20:
            try:
                while True:
                    caught += 0
            except BaseException:
                caught += 1

    trace = run(scenario, wall_limit=0.3)

    assert trace.verdict == "stopped"
    assert not any(thread.name == "asynclab-run" for thread in threading.enumerate())


def test_code_that_makes_progress_but_no_end():
    """Work that goes on turning, and takes too long, is told apart from a blocked loop."""

    async def scenario(world):
        while True:
            await asyncio.sleep(1e-6)
            sum(range(1_000))

    trace = run(scenario, wall_limit=0.5)

    assert (trace.verdict, trace.reason["progress"]) == ("stopped", True)
    assert "belum juga selesai" in sentence(trace)


def test_a_thread_that_computes_for_ever():
    """The clock waits for a computing worker; one that never ends is stopped and named."""

    def spin():
        while True:
            pass

    async def scenario(world):
        await asyncio.to_thread(spin)

    trace = run(scenario, wall_limit=0.3)

    assert (trace.verdict, trace.reason["threads"]) == ("stopped", ["spin"])
    assert "thread `spin` terus bekerja, di spin() baris" in sentence(trace)


def test_a_call_that_cannot_be_interrupted():
    """Blocked in C, in a lock nobody releases: the run is given up, the thread left behind."""
    lock = threading.Lock()
    lock.acquire()

    async def scenario(world):
        lock.acquire()

    start = time.perf_counter()
    trace = run(scenario, wall_limit=0.2)

    assert (trace.verdict, trace.reason["place"]["source"]) == ("stopped", "lock.acquire()")
    assert time.perf_counter() - start < 60
    lock.release()
    [left] = [thread for thread in threading.enumerate() if thread.name == "asynclab-run"]
    left.join()


def test_a_thread_left_behind_poisons_no_later_run():
    """After a run whose thread would not end, the next ones are as if it had never been."""
    stay = [True]

    async def stubborn(world):
        while stay:
            try:
                while stay:
                    time.sleep(1)
                    world.note("gangguan", 1)
            except BaseException:
                pass

    async def scenario(world):
        await asyncio.gather(asyncio.sleep(1), asyncio.to_thread(time.sleep, 0.5))
        world.note("jam", world.time())

    before = run(scenario).fingerprint()
    deaf = run(stubborn, wall_limit=0.2)
    frozen = deaf.fingerprint()
    after = run(scenario).fingerprint()

    assert deaf.verdict in ("stopped", "horizon")
    assert (after, deaf.fingerprint()) == (before, frozen)
    stay.clear()


def test_verdicts_come_with_a_guess():
    """The error that a query raises carries what the cause may be, where the lines give it away."""

    async def scenario(world):
        queue = asyncio.Queue()
        queue.put_nowait(1)
        await queue.join()

    with pytest.raises(TraceError) as caught:
        run(scenario).note("hasil")

    assert caught.value.guess.startswith("`task_done()` tidak dipanggil")


def test_our_own_faults_are_broken(monkeypatch):
    """Where asynclab itself fails, the verdict says so; it never passes for a finished run."""
    monkeypatch.setattr("asynclab.performance.list_leftovers", lambda loop, trace: 1 / 0)

    async def scenario(world):
        pass

    trace = run(scenario)

    assert (trace.verdict, trace.reason["text"]) == (
        "broken",
        "ZeroDivisionError: division by zero",
    )
    assert "bukan pada kode Anda" in sentence(trace)


# ---- how it is called


def test_what_is_no_scenario_is_refused():
    """A coroutine, or a plain function, raises with the sentence that says what to write."""

    async def scenario(world):
        pass

    with pytest.raises(
        TypeError, match=r"Tulis `run\(scenario\)`, bukan `run\(scenario\(\.\.\.\)\)`"
    ):
        run(scenario(None))
    with pytest.raises(TypeError, match="`async def` dengan satu argumen `world`"):
        run(print)


def test_a_partial_is_a_scenario():
    """`functools.partial` of a coroutine function works."""

    async def scenario(number, world):
        world.note("nomor", number)

    assert run(functools.partial(scenario, 7)).note("nomor") == 7


def test_no_run_within_a_run():
    """`run` in a scenario, or in a worker of one, is refused with a sentence."""

    async def inner(world):
        pass

    async def scenario(world):
        record = []
        for call in (lambda: run(inner), None):
            try:
                await asyncio.to_thread(run, inner) if call is None else call()
            except RuntimeError as error:
                record.append("dari dalam skenario" in str(error))
        world.note("ditolak", record)

    assert run(scenario).note("ditolak") == [True, True]


def test_bad_options_are_refused():
    """A misspelt option or a horizon that is no number fails at the call, before anything runs."""

    async def scenario(world):
        pass

    with pytest.raises(TypeError):
        run(scenario, horison=3)
    for option in ({"horizon": "satu jam"}, {"wall_limit": None}, {"latency": float("nan")}):
        with pytest.raises(TypeError, match="dengan jumlah detik, misalnya 60"):
            run(scenario, **option)


def test_the_seed_reaches_world_and_random():
    """`world.random` and the global `random` start from the seed; the trace draws the same."""

    async def scenario(world):
        world.note("undian", [world.random.random(), random.random()])

    first, other = run(scenario), run(scenario, seed=5)

    assert first.note("undian") == run(scenario).note("undian")
    assert first.note("undian") != other.note("undian")
    assert other.random().random() == other.note("undian")[0]


def test_two_threads_call_run_at_once():
    """Runs of several threads take turns, and each gets its own trace."""
    traces = {}

    async def scenario(world):
        await asyncio.to_thread(time.sleep, 1)
        world.note("benih", world.random.random())

    def work(seed):
        traces[seed] = run(scenario, seed=seed)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {trace.verdict for trace in traces.values()} == {"finished"}
    assert all(traces[seed].note("benih") == random.Random(seed).random() for seed in range(6))


def test_run_inside_a_running_loop():
    """As in a notebook with top-level await: the outer loop is blocked meanwhile, and then goes on."""

    async def scenario(world):
        await asyncio.sleep(3_599)

    async def cell():
        trace = run(scenario)
        await asyncio.sleep(0)
        return trace.ended, asyncio.current_task().get_name() != "utama"

    assert asyncio.run(cell()) == (3_599.0, True)


def test_an_interrupt_gives_control_back_at_once():
    """Ctrl+C (or the Stop button) during a run raises KeyboardInterrupt, and the run's thread ends."""

    async def scenario(world):
        os.kill(os.getpid(), signal.SIGINT)
        while True:
            pass

    # Whoever started the tests in the background may have had it ignored.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    start = time.perf_counter()
    with pytest.raises(KeyboardInterrupt):
        run(scenario, wall_limit=600)
    signal.signal(signal.SIGINT, before)

    assert time.perf_counter() - start < 60
    assert not any(thread.name == "asynclab-run" for thread in threading.enumerate())


# ---- nothing else has changed


def state():
    """Everything global that a run touches while it lasts."""
    root = logging.getLogger()
    return {
        "filters": list(warnings.filters),
        "showwarning": warnings.showwarning,
        "streams": (sys.stdout, sys.stderr),
        "hooks": (sys.unraisablehook, threading.excepthook, sys.excepthook),
        "handlers": [(handler, getattr(handler, "stream", None)) for handler in root.handlers],
        "random": random.getstate(),
        "folder": os.getcwd(),
        "frozen": gc.get_freeze_count(),
        "loop": asyncio._get_running_loop(),
        "generators": sys.get_asyncgen_hooks(),
        "origins": sys.get_coroutine_origin_tracking_depth(),
    }


async def stray():
    await asyncio.sleep(100)


@pytest.mark.parametrize("ending", ["return", "raise", "deadlock", "spin"])
def test_global_state_is_restored(ending):
    """Filters, streams, hooks, logging, random: all as before, however the run ends."""

    async def scenario(world):
        random.seed(99)
        warnings.simplefilter("ignore")
        asyncio.create_task(stray())
        stray()
        if ending == "raise":
            raise ValueError
        while ending == "spin":
            pass
        if ending == "deadlock":
            await asyncio.Event().wait()

    before = state()
    run(scenario, wall_limit=0.3 if ending == "spin" else 10)

    assert state() == before


NOISY = """
import asyncio, logging, os, threading, warnings
from asynclab import run

async def forgotten():
    pass

async def fail():
    raise ValueError("tak dilihat")

async def scenario(world):
    forgotten()
    asyncio.create_task(fail())
    asyncio.get_running_loop().call_soon(int, "x")
    threading.Thread(target=int, args=("x",)).start()
    asyncio.create_task(asyncio.sleep(100))
    logging.getLogger("aiohttp.server").error("galat")
    warnings.warn("peringatan")
    open(os.devnull)
    await asyncio.sleep(1)

for _ in range(3):
    kinds = sorted({item.kind for item in run(scenario).observations})
"""


def test_nothing_is_ever_written(tmp_path):
    """Forgotten coroutines, lost exceptions, logs, warnings: into the trace, never onto a stream."""
    quiet, telling = tmp_path / "quiet.py", tmp_path / "telling.py"
    quiet.write_text(NOISY)
    telling.write_text(NOISY + "print(*kinds)")

    assert python(f"import runpy; runpy.run_path({str(quiet)!r})", "-X", "dev") == ("", "")
    assert python(f"import runpy; runpy.run_path({str(telling)!r})")[0] == (
        "blocking callback-failed log never-awaited never-retrieved thread-failed unclosed warning"
    )


def test_what_is_written_to_stderr_goes_to_stdout(capfd):
    """Prints and logs for stderr appear on stdout: on stderr they would cost a cell its points."""
    handler = logging.StreamHandler(sys.stderr)
    logging.getLogger().addHandler(handler)

    async def scenario(world):
        print("satu", file=sys.stderr)
        logging.warning("dua")

    run(scenario)
    logging.getLogger().removeHandler(handler)

    assert capfd.readouterr() == ("satu\ndua\n", "")


# ---- determinism


def test_a_thousand_runs_give_one_trace():
    """Tasks, timeouts, threads, locks and random numbers: one fingerprint."""

    async def scenario(world):
        queue = asyncio.Queue()

        def compute(number):
            time.sleep(number / 10)
            return sum(range(number))

        async def worker():
            while True:
                number = await queue.get()
                with world.span("tugas", number):
                    await asyncio.sleep(world.random.random())
                    if number % 3 == 0:
                        world.note("hasil", await asyncio.to_thread(compute, number))
                queue.task_done()

        async with asyncio.TaskGroup() as group:
            workers = [group.create_task(worker()) for _ in range(3)]
            for number in range(8):
                queue.put_nowait(number)
            await queue.join()
            for task in workers:
                task.cancel()
        done, _ = await asyncio.wait([asyncio.create_task(asyncio.sleep(1, n)) for n in range(9)])
        world.note("urutan", [task.result() for task in done])
        asyncio.create_task(asyncio.sleep(5), name="tertinggal")

    traces = [run(scenario) for _ in range(1_000)]

    assert {trace.verdict for trace in traces} == {"finished"}
    assert len({trace.fingerprint() for trace in traces}) == 1


def test_addresses_of_objects_do_not_show():
    """Objects without a repr of their own give one fingerprint too."""

    class Thing:
        pass

    async def scenario(world):
        world.note("benda", [Thing(), Thing, scenario])

    assert len({run(scenario).fingerprint() for _ in range(3)}) == 1


def test_a_seed_shuffles_a_run():
    """`shuffle` gives other orders, each again with its own seed."""

    async def scenario(world):
        async def job(number):
            await asyncio.sleep(1)
            world.note("urutan", number)

        await asyncio.gather(*(job(number) for number in range(6)))

    def order(shuffle):
        return [value for _, value in run(scenario, shuffle=shuffle).notes("urutan")]

    assert order(None) == list(range(6))
    assert order(1) == order(1)
    assert len({tuple(order(seed)) for seed in range(5)}) > 1


# ---- where it runs


PLAIN = """
    import asyncio, time, threading
    {first}
    from asynclab import run
    {second}

    async def scenario(world):
        done, _ = await asyncio.wait([asyncio.create_task(asyncio.sleep(1, n)) for n in range(9)])
        world.note("urutan", [task.result() for task in done])
        world.note("utas", await asyncio.to_thread(time.sleep, 2))
        async with asyncio.TaskGroup() as group:
            group.create_task(asyncio.wait_for(asyncio.sleep(1), 2), name="diberi nama")

    async def stuck(world):
        await asyncio.Queue().get()

    print(run(scenario).fingerprint(), run(stuck).verdict)
"""


def test_nest_asyncio_changes_nothing():
    """Applied before or after the import, the trace is the one without it."""
    apply = "import nest_asyncio; asyncio.set_event_loop(asyncio.new_event_loop()); nest_asyncio.apply()"
    plain = python(PLAIN.format(first="", second=""))

    assert plain[0].endswith("deadlock")
    assert python(PLAIN.format(first=apply, second=""), "-W", "ignore") == plain
    assert python(PLAIN.format(first="", second=apply), "-W", "ignore") == plain


def test_debug_mode_of_the_process():
    """With PYTHONASYNCIODEBUG=1 and -X dev the same happens."""
    plain = python(PLAIN.format(first="", second=""))

    assert python(PLAIN.format(first="", second=""), PYTHONASYNCIODEBUG="1") == plain
    assert python(PLAIN.format(first="", second=""), "-X", "dev") == plain


def test_the_import_is_light():
    """`import asynclab` brings neither aiohttp, matplotlib nor IPython, nor the graders' half."""
    program = """
        import sys, asynclab
        heavy = ("aiohttp", "matplotlib", "IPython", "nbformat", "asynclab.grading")
        print([name for name in sys.modules if name.startswith(heavy)])
    """
    assert python(program) == ("[]", "")


def test_the_import_is_fast():
    """Beside asyncio it takes a few hundredths of a second of processor time."""
    program = """
        import asyncio, concurrent.futures, time
        start = time.process_time()
        import asynclab
        print(time.process_time() - start)
    """
    assert min(float(python(program)[0]) for _ in range(3)) < 0.3


def test_students_never_import_the_graders_half():
    """Nothing that a notebook can reach imports asynclab.grading, not even when it is used."""
    program = """
        import asyncio, importlib, pkgutil, sys
        import asynclab

        class Refuse:
            def find_spec(self, name, path=None, target=None):
                if name.startswith("asynclab.grading"):
                    raise AssertionError(name)

        sys.meta_path.insert(0, Refuse())
        for module in pkgutil.iter_modules(asynclab.__path__, "asynclab."):
            if module.name not in ("asynclab.grading", "asynclab.cli", "asynclab.__main__"):
                importlib.import_module(module.name)

        async def scenario(world):
            await world.serve(__import__("aiohttp.web").web.Application())

        rubric = asynclab.Rubric(points=1)
        rubric.check("ya", lambda: asynclab.clean(asynclab.run(scenario)))
        print(rubric, bool(rubric._repr_mimebundle_()))
    """
    assert python(program, "-W", "ignore") == ("1.0 True", "")


KERNEL_CELLS = [
    """
    import asyncio, time
    from asynclab import run
    await asyncio.sleep(0.01)
    """,
    """
    async def scenario(world):
        print("dicetak")
        await asyncio.sleep(3_599)
        await asyncio.to_thread(time.sleep, 1)

    trace = run(scenario)
    (trace.verdict, trace.ended)
    """,
    """
    async def stuck(world):
        await asyncio.Queue().get()

    trace = run(stuck)
    (trace.verdict, trace.stuck[0].place.cell, trace.stuck[0].place.line)
    """,
    """
    import nest_asyncio
    nest_asyncio.apply()
    run(scenario).ended
    """,
    """
    await asyncio.sleep(0.01)
    "masih hidup"
    """,
]


@pytest.mark.kernel
def test_in_a_real_kernel():
    """Beside top-level await: prints appear, time is virtual, the kernel's own loop stays usable,
    also after nest_asyncio."""
    nbclient, nbformat = pytest.importorskip("nbclient"), pytest.importorskip("nbformat")
    cells = [textwrap.dedent(cell).strip() for cell in KERNEL_CELLS]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nbclient.NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
    shown = [
        output.get("text") or output["data"]["text/plain"]
        for cell in notebook.cells
        for output in cell.outputs
    ]

    assert shown == [
        "dicetak\n",
        "('finished', 3600.0)",
        "('deadlock', '3', 2)",
        "dicetak\n",
        "3600.0",
        "'masih hidup'",
    ]


def test_base_exceptions_of_the_loop_are_no_exceptions():
    """Student code with `except Exception` cannot swallow a verdict by accident."""
    assert not issubclass(Deadlock, Exception)


def test_deadlock_names_the_task_that_died():
    """A deadlock whose cause is a task that failed unseen says so, with the error and its line."""

    async def feed(queue):
        raise KeyError("halaman 3")

    async def scenario(world):
        queue = asyncio.Queue()
        world.feeder = asyncio.create_task(feed(queue))
        del world.feeder
        await queue.get()

    trace = run(scenario)

    with pytest.raises(
        TraceError, match="KeyError: 'halaman 3', dan galatnya tidak pernah diambil"
    ):
        trace.require_finished()


@pytest.mark.parametrize("name", ["recording", "turn_numbers", "call_later"])
def test_a_loop_that_was_changed_by_a_way_round_is_seen(name):
    """Its run is broken, whatever it has written down."""

    async def scenario(world):
        loop = asyncio.get_running_loop()
        others = {"recording": Recording(loop.time), "turn_numbers": itertools.count(5)}
        vars(loop)[name] = others.get(name, print)
        world.note("x", 1)

    trace = run(scenario)

    assert trace.verdict == "broken"
    assert trace.reason["text"].startswith("bagian event loop yang dipakai penilai diganti")


def test_turns_that_were_set_back_are_counted_all_the_same():
    """The number is written anew with every turn."""

    async def scenario(world):
        for _ in range(100):
            vars(asyncio.get_running_loop())["turns"] = 0
            await asyncio.sleep(0.1)

    assert run(scenario).turns > 100
