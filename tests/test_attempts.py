"""What student code tries beyond its closed world, as its cell's result tells it."""

import pytest
from tiny_course import OBSTACLE, WAY

from asynclab.grading.parents import close_all
from asynclab.grading.runner import Cell, run_cells
from asynclab.grading.untrusted import read_attempt

SEEN = {
    "open('/etc/shadow')": [("file", "/etc/shadow")],
    "exec(\"open('/etc/shadow')\")": [("file", "/etc/shadow")],
    "from pathlib import Path\nPath('/etc/shadow').read_text()": [("file", "/etc/shadow")],
    "open('../rahasia')": [("file", "/rahasia")],
    "import sqlite3\nsqlite3.connect('/etc/x.db')": [("file", "/etc/x.db")],
    "import os\nos.kill(99999999, 0)": [("kill", "os.kill 99999999 0")],
    "import gc\nlen(gc.get_objects())": [("inside", "gc.get_objects()")],
    "import socket\nsocket.socket().connect(('127.0.0.1', 9))": [("connect", "('127.0.0.1', 9)")],
}
HONEST = [
    "open('a.txt', 'w').write('x'), open('a.txt').read()",
    "import sqlite3\nsqlite3.connect(':memory:'); sqlite3.connect('a.db')",
    "import matplotlib.pyplot as plt\nplt.plot([1])",
    "import tempfile, logging, json, csv, random, uuid\ntempfile.mkdtemp(); uuid.uuid4()",
    "import asyncio\nawait asyncio.to_thread(len, 'a')\nawait asyncio.gather(asyncio.sleep(1))",
    "1 / 0",
]
SCENARIO = """
from aiohttp import ClientSession, web
from asynclab import run
async def page(request):
    return web.Response(text='a')
async def s(world):
    app = web.Application()
    app.router.add_get('/', page)
    url = await world.serve(app)
    async with ClientSession() as session, session.get(url) as response:
        world.note('x', await response.text())
run(s)
"""


@pytest.fixture(scope="module")
def results():
    """What became of all these cells, in one child."""
    sources = [*SEEN, *HONEST]
    cells = [Cell(source, number) for number, source in enumerate(sources, 1)]
    cells.append(Cell(SCENARIO, len(cells) + 1, "tugas-1"))
    found = run_cells(cells, seed=1, spawn=WAY)
    close_all()
    return dict(zip([*sources, SCENARIO], found))


@pytest.mark.parametrize("source", [key for key in SEEN if not OBSTACLE or "../" not in key])
def test_an_attempt_is_noticed_once_and_has_its_line(results, source):
    """What was tried, on which line."""
    expected = [item for item in SEEN[source] if item[1] not in _earlier(source)]
    found = results[source].attempts

    assert [(item["what"], item["detail"]) for item in found] == expected
    assert [item["place"]["line"] for item in found] == [source.count("\n") + 1] * len(expected)


def _earlier(source):
    """What was noticed before: the same thing is told once in a process."""
    told = []
    for other in SEEN:
        if other == source:
            return told
        told += [detail for _, detail in SEEN[other]]
    return told


@pytest.mark.parametrize("source", HONEST)
def test_honest_cells_try_nothing(results, source):
    """Own files, libraries that read theirs, threads, tracebacks."""
    assert results[source].attempts == []


def test_a_test_cell_tries_nothing(results):
    """Neither does the closed world itself, with server and client."""
    assert results[SCENARIO].attempts == []
    assert results[SCENARIO].traces[0].note("x") == "a"


@pytest.mark.parametrize(
    "data",
    [None, 5, {}, {"what": "lulus", "detail": "x"}, {"what": "file", "detail": 5}],
)
def test_a_forged_attempt_is_none(data):
    """What comes back is checked."""
    assert read_attempt(data) is None


def test_an_attempts_text_is_bounded_and_printable():
    """Nothing in it can harm a log or a notebook."""
    read = read_attempt({"what": "file", "detail": "a\x1b[31m\n" + "x" * 10**6, "place": 7})

    assert len(read["detail"]) == 200
    assert read["detail"].startswith("a?[31m?")
    assert read["place"] is None
