"""Places: the student's line at which something happens, and never a line that is somebody else's."""

import asyncio
import linecache
import sys
import textwrap
import threading

import pytest

from asynclab import places, run
from asynclab.records import Place
from asynclab.stage import recorded

STUDENT = "<ipython-input-3-abc123>"
TEST = "<ipython-input-9-def456>"


def load(source, filename):
    """Names of a notebook cell with this source."""
    source = textwrap.dedent(source)
    linecache.cache[filename] = (len(source), None, source.splitlines(True), filename)
    names = {"asyncio": asyncio}
    exec(compile(source, filename, "exec"), names)
    return names


@pytest.mark.parametrize(
    ("filename", "library"),
    [
        (asyncio.__file__, True),
        (pytest.__file__, True),
        (places.__file__, True),
        ("<frozen importlib._bootstrap>", True),
        ("<string>", True),
        (__file__, False),
        (STUDENT, False),
        ("/tmp/ipykernel_12/34.py", False),
    ],
)
def test_libraries_are_told_from_notebooks(filename, library):
    """Python, installed packages and asynclab are libraries; cells and files of one's own are not."""
    assert places.is_library(filename) == library


def test_a_task_waits_at_the_innermost_student_line():
    """Below a chain of awaits and library frames stands the line of the student's function."""

    async def inner(queue):
        await queue.get()

    async def scenario(world):
        await asyncio.wait_for(inner(asyncio.Queue()), None)

    (stuck,) = run(scenario).stuck

    assert (stuck.place.function, stuck.place.source) == ("inner", "await queue.get()")
    assert stuck.place.cell == "test_places.py"


def test_async_generators_are_looked_into():
    """A task that waits inside an async generator is there, not at its `async for`."""

    async def numbers():
        yield 1
        await asyncio.Event().wait()

    async def scenario(world):
        async for _ in numbers():
            pass

    assert run(scenario).stuck[0].place.function == "numbers"


def test_generators_in_generators_are_looked_into():
    """Also through `anext`, `asend`, `aclose` and generators within generators."""

    async def outer():
        async for number in numbers():
            yield number

    async def numbers():
        try:
            yield 1
            yield 2
        finally:
            await asyncio.Event().wait()

    async def scenario(world):
        generator = outer()
        await anext(generator, None)
        await generator.asend(None)
        await anext(generator, None)

    assert run(scenario).stuck[0].place.source == "await asyncio.Event().wait()"


def test_cells_are_numbered():
    """A cell's file name becomes its number; other files keep their name."""
    assert places.cell_name(STUDENT) == "3"
    assert places.cell_name("/home/ani/pembantu.py") == "pembantu.py"
    assert places.cell_name("/tmp/ipykernel_1/2.py") == ""


def test_a_thread_is_at_its_line():
    """A running thread's place, and none for one that has ended."""
    begun, release = threading.Event(), threading.Event()

    def work():
        begun.set()
        release.wait()

    thread = threading.Thread(target=work)
    thread.start()
    begun.wait()
    found = places.place_of_thread(thread)
    release.set()
    thread.join()

    assert (found.function, found.source) == ("work", "release.wait()")
    assert places.place_of_thread(thread) is None


STUDENTS_CELL = """
    async def call(func):
        await func()

    async def fail():
        raise ValueError
"""
TEST_CELL = """
    async def scenario(world):
        async def helper():
            await asyncio.Event().wait()

        await (call(helper) if through else helper())
"""


@pytest.mark.parametrize(
    ("through", "hidden", "function", "source"),
    [
        (True, False, "call", "await func()"),
        (True, True, "call", "await func()"),
        (False, False, "helper", "await asyncio.Event().wait()"),
        (False, True, "", ""),
    ],
)
def test_a_test_gives_way_to_student_code(through, hidden, function, source):
    """Where a test's helper waits for student code, that line is named; while grading, the lines
    of test cells are never quoted."""
    names = load(TEST_CELL, TEST) | {
        "through": through,
        "call": load(STUDENTS_CELL, STUDENT)["call"],
    }
    scenario = names["scenario"]
    scenario.__globals__.update(names)
    if hidden:
        with recorded(11):
            trace = run(scenario)
    else:
        trace = run(scenario)

    assert (trace.stuck[0].place.function, trace.stuck[0].place.source) == (function, source)


def test_no_line_is_withheld_after_the_run():
    """A scenario's file is a test only as long as its run lasts."""
    with places.testing(__file__, hidden=True):
        assert places.place_of_stack(sys._getframe()) == places.WITHHELD
    assert (
        places.place_of_stack(sys._getframe()).function == "test_no_line_is_withheld_after_the_run"
    )


def test_long_lines_are_cut():
    """A line of thousands of characters does not fill the trace."""
    names = load(f"def work(frame):\n    return frame(), {'x' * 900!r}\n", STUDENT)

    assert len(names["work"](lambda: places.place_of_stack(sys._getframe(1)))[0].source) == 200


def test_names_of_coroutines():
    """Without the class or function around them; other awaitables by their type."""

    class Queue:
        async def run(self):
            pass

    coroutine = Queue().run()
    assert places.coroutine_name(coroutine) == "run"
    coroutine.close()
    assert places.coroutine_name(object()) == "object"


def test_a_place_without_source():
    """Code of which no text is known has a place without a line's text."""
    names = {}
    exec(compile("def work(frame):\n    return frame()", "<tanpa teks>", "exec"), names)

    assert names["work"](lambda: places.place_of_stack(sys._getframe(1))) == Place(
        "work", 2, "", "<tanpa teks>"
    )
