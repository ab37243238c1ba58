"""What is noticed on the side of a run, each with the student's line, and what is refused by name."""

import asyncio
import io
import json
import logging
import os
import pathlib
import socket
import subprocess
import sys
import urllib.request
import warnings

import aiohttp
import pytest
from aiohttp import web
from IPython.core import interactiveshell

from asynclab import run


def seen(scenario, *kinds, **options):
    """(kind, text) of what a run noticed, of these kinds or of all."""
    trace = run(scenario, **options)
    return [
        (item.kind, item.text) for item in trace.observations if not kinds or item.kind in kinds
    ]


def place(scenario, kind):
    """The place of the only observation of this kind."""
    (found,) = [item.place for item in run(scenario).observations if item.kind == kind]
    return found


# ---- blocking the loop's thread


def test_blocking_sleep_is_named_with_its_line():
    """`time.sleep` in a coroutine: how long, when, and on which line."""
    import time

    async def fetch():
        time.sleep(1)

    async def scenario(world):
        await asyncio.sleep(2)
        await fetch()

    (found,) = run(scenario).observations

    assert (found.kind, found.text, found.time) == ("blocking", "time.sleep(1)", 2.0)
    assert (found.place.function, found.place.source) == ("fetch", "time.sleep(1)")


@pytest.mark.parametrize(
    ("use", "text"),
    [
        (lambda path: open(path).close(), "open('data.txt', 'r')"),
        (lambda path: interactiveshell._modified_open(path).close(), "open('data.txt', 'r')"),
        (lambda path: path.write_text("x"), "open('data.txt', 'w')"),
        (lambda path: path.read_bytes(), "open('data.txt', 'r')"),
        (lambda path: io.open(path, "a").close(), "open('data.txt', 'a')"),  # noqa: UP020
        (lambda path: os.close(os.open(path, os.O_RDONLY)), "open('data.txt')"),
    ],
)
def test_files_opened_on_the_loop_are_named(use, text, tmp_path):
    """However a file is opened, by student code or the standard library for it, it blocks."""
    path = tmp_path / "data.txt"
    path.write_text("isi")

    async def scenario(world):
        use(path)

    assert seen(scenario, "blocking") == [("blocking", text)]


def test_files_opened_in_a_thread_do_not_block(tmp_path):
    """In a worker files are where they belong."""

    async def scenario(world):
        await asyncio.to_thread((tmp_path / "x").write_text, "isi")

    assert seen(scenario) == []


def test_imports_and_tracebacks_do_not_count(tmp_path, monkeypatch):
    """What Python itself opens, for an import or the lines of a traceback, is no student's file."""
    (tmp_path / "new_module_of_a_student.py").write_text("value = 1")
    monkeypatch.syspath_prepend(tmp_path)

    async def scenario(world):
        import traceback

        import new_module_of_a_student

        try:
            new_module_of_a_student.missing  # noqa: B018
        except AttributeError:
            traceback.format_exc()
            logging.getLogger("x").exception("galat")

    assert seen(scenario, "blocking") == []


# ---- forgotten


def test_never_awaited():
    """A coroutine that nobody awaits is named with the line that made it."""

    async def fetch():
        pass

    async def scenario(world):
        fetch()

    assert seen(scenario) == [("never-awaited", "fetch")]
    assert place(scenario, "never-awaited").source == "fetch()"


def test_never_awaited_in_a_cycle():
    """Also where only the garbage collector finds it."""

    async def fetch():
        pass

    async def scenario(world):
        knot = [fetch()]
        knot.append(knot)

    assert seen(scenario) == [("never-awaited", "fetch")]


def test_never_retrieved():
    """An exception of a task that nobody looks at, with the line that raised it."""

    async def fail():
        await asyncio.sleep(1)
        raise ValueError("tak dilihat")

    async def scenario(world):
        asyncio.create_task(fail())
        await asyncio.sleep(2)

    assert seen(scenario) == [("never-retrieved", "ValueError: tak dilihat")]
    assert place(scenario, "never-retrieved").function == "fail"


def test_fire_and_forget_after_the_end():
    """A task that would fail only when it is cancelled at the end is noticed too."""

    async def fail():
        try:
            await asyncio.sleep(100)
        finally:
            raise ValueError("saat dibersihkan")

    async def scenario(world):
        asyncio.create_task(fail())
        await asyncio.sleep(1)

    assert seen(scenario) == [("never-retrieved", "ValueError: saat dibersihkan")]


def test_a_retrieved_exception_is_no_observation():
    """Whoever gathers, or asks for the exception, has seen it."""

    async def fail():
        raise ValueError

    async def scenario(world):
        await asyncio.gather(fail(), return_exceptions=True)
        task = asyncio.create_task(fail())
        await asyncio.wait([task])
        task.exception()

    assert seen(scenario) == []


def test_a_task_that_is_lost_while_it_waits():
    """A task that only its own future holds may be destroyed: that is said."""

    async def wait():
        await asyncio.get_running_loop().create_future()

    async def scenario(world):
        import gc

        asyncio.create_task(wait(), name="hilang")
        await asyncio.sleep(1)
        gc.collect()

    assert seen(scenario) == [("destroyed", "hilang")]


def test_failing_callbacks():
    """`call_soon` and done-callbacks that raise are noticed, with their line."""

    def fail(*args):
        raise KeyError("callback")

    async def scenario(world):
        asyncio.get_running_loop().call_soon(fail)
        asyncio.create_task(asyncio.sleep(0)).add_done_callback(fail)
        await asyncio.sleep(1)

    found = [item for item in run(scenario).observations if item.kind == "callback-failed"]

    assert [item.place.source for item in found] == ['raise KeyError("callback")'] * 2
    assert all(item.text.endswith("KeyError: 'callback'") for item in found)


# ---- not closed


def test_unclosed_aiohttp_session():
    """A session that is left open is noticed once, with the line that made it."""

    async def scenario(world):
        await world.serve(web.Application())
        session = aiohttp.ClientSession()
        async with session.get("http://data.contoh/"):
            pass

    trace = run(scenario)
    found = [(item.text, item.place and item.place.source) for item in trace.observations]

    assert ("client session", "session = aiohttp.ClientSession()") in found
    assert [text for text, _ in found].count("client session") == 1


def test_unclosed_file():
    """A file that is not closed is an observation."""

    async def scenario(world):
        await asyncio.to_thread(open, os.devnull)

    assert seen(scenario) == [("unclosed", "file")]


# ---- warnings, logs


def test_warnings_of_student_code():
    """Warnings that student code causes are kept; those among libraries are not."""

    async def scenario(world):
        warnings.warn("hati-hati", stacklevel=1)

    assert seen(scenario) == [("warning", "UserWarning: hati-hati")]


def test_logs_from_warning_on():
    """Log records from warning on are kept, with the exception and its line."""

    async def scenario(world):
        logger = logging.getLogger("toko")
        logger.info("tidak dicatat")
        try:
            int("x")
        except ValueError:
            logger.exception("gagal")

    (found,) = run(scenario).observations

    assert found.text == "toko: gagal: ValueError: invalid literal for int() with base 10: 'x'"
    assert found.place.source == 'int("x")'


def test_many_observations_are_bounded():
    """A loop that warns without end does not make an endless trace."""

    async def scenario(world):
        for number in range(1_000):
            warnings.warn(str(number), stacklevel=1)

    assert len(run(scenario).observations) == 200


# ---- refused


def refused(call):
    """The sentence that a call in a coroutine and in a worker of a run gets."""

    async def scenario(world):
        sentences = []
        for attempt in (call, None):
            try:
                attempt() if attempt else await asyncio.to_thread(call)
            except NotImplementedError as error:
                sentences.append(str(error))
        world.note("kalimat", sentences)

    return run(scenario).note("kalimat")


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: socket.create_connection(("127.0.0.1", 1)), "socket.getaddrinfo"),
        (lambda: socket.socket().connect(("127.0.0.1", 1)), "socket.connect"),
        (lambda: urllib.request.urlopen("http://contoh.id"), "socket.getaddrinfo"),
        (lambda: socket.gethostbyname("contoh.id"), "socket.gethostbyname"),
        (lambda: subprocess.run([sys.executable, "-V"]), "subprocess.Popen"),
        (lambda: os.system("true"), "os.system"),
        (os.fork, "os.fork"),
        (asyncio.new_event_loop, "asyncio.new_event_loop"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_outside_world_is_refused_by_name(call, name):
    """Real sockets, processes and second event loops raise by name, on the loop and in workers."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        sentences = refused(call)

    assert [sentence.startswith(f"`{name}` tidak ada") for sentence in sentences] == [True, True]


def test_the_outside_world_is_there_outside_a_run():
    """What a run refuses works before and after it."""

    async def scenario(world):
        pass

    run(scenario)

    assert subprocess.run([sys.executable, "-c", ""]).returncode == 0
    assert socket.gethostbyname("localhost")


def test_a_runner_inside_is_asyncios_own_error():
    """`asyncio.run` in a coroutine gets Python's sentence, in a worker ours."""

    async def main():
        pass

    async def scenario(world):
        for call in (lambda: asyncio.run(main()), lambda: asyncio.Runner().run(main())):
            try:
                call()
            except (RuntimeError, NotImplementedError) as error:
                world.note("galat", type(error).__name__)

    trace = run(scenario)

    assert {name for _, name in trace.notes("galat")} <= {"RuntimeError", "NotSimulatedError"}
    assert len(trace.notes("galat")) == 2


def test_signals_cannot_be_set():
    """`signal.signal` in a run is refused by Python, `add_signal_handler` by name."""
    import signal

    async def scenario(world):
        for call in (
            lambda: signal.signal(signal.SIGTERM, print),
            lambda: asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, print),
        ):
            try:
                call()
            except (ValueError, NotImplementedError) as error:
                world.note("galat", type(error).__name__)

    assert [name for _, name in run(scenario).notes("galat")] == ["ValueError", "NotSimulatedError"]


def test_observations_are_plain_data():
    """What was noticed can be written as JSON."""

    async def scenario(world):
        asyncio.get_running_loop().call_soon(int, "\ud800")

    assert json.loads(json.dumps(run(scenario).to_json()))["observations"]


def test_paths_of_other_types_are_named(tmp_path):
    """Bytes and path objects are named as text; file descriptors are no files."""

    async def scenario(world):
        open(os.fsencode(tmp_path / "a"), "w").close()
        read, write = os.pipe()
        open(read).close()
        os.close(write)

    assert seen(scenario, "blocking") == [("blocking", "open('a', 'w')")]
    assert pathlib.Path(tmp_path / "a").exists()
