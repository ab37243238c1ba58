"""Lines that stand out: every way to the recorder passes by one; honest answers pass by none."""

from pathlib import Path

import nbformat
import pytest

from asynclab.grading.suspicion import NODE_LIMIT, SIZE_LIMIT, Inspector, Suspicion, inspect

ROOT = Path(__file__).parent.parent
ANSWERS = sorted((ROOT / "tests" / "answers").glob("*/*/*.py"))
RELEASED = sorted(ROOT.glob("source/*/*.ipynb"))

STANDING_OUT = {
    "import asynclab.trace": "import",
    "from asynclab.world import World": "import",
    "from asynclab import recording": "import",
    "import ctypes": "import",
    "import gc": "import",
    "import sys\nsys.modules['asynclab.run']": "attribute",
    "import sys\nsys._getframe(1)": "attribute",
    "f.__closure__[0].cell_contents": "attribute",
    "f.__globals__": "attribute",
    "().__class__.__bases__[0].__subclasses__()": "attribute",
    "get_ipython().ast_transformers.append(t)": "name",
    "exec('x')": "name",
    "__import__('asynclab.child')": "name",
    "getattr(m, 'no' + 'te')": "name",
    "import asyncio\nasyncio.sleep = None": "patch",
    "import asyncio as a\na.Queue.get = None": "patch",
    "import time\ndel time.sleep": "patch",
    "import asyncio\nsetattr(asyncio, 'sleep', None)": "patch",
    "def sum(x): return 6": "patch",
    "class A:\n    def __eq__(self, other): return True": "comparison",
    "import os\nos.write(3, b'')": "descriptor",
    "import socket\nsocket.socket(fileno=n)": "descriptor",
    "open(3, 'wb')": "descriptor",
    "print('application/vnd.asynclab.trace+json')": "text",
    "from asynclab.run import Performance": "import",
    "from asynclab import clock": "import",
    "import asynclab\nasynclab.world.World": "attribute",
    "from asynclab import Rubric\nRubric.check = None": "patch",
    "from asyncio import Queue\nQueue.get = None": "patch",
    "import asyncio\nQ = asyncio.Queue\nQ.get = None": "patch",
    "import asyncio\ntype(asyncio.get_event_loop()).time = None": "patch",
    "isinstance = lambda *a: True": "patch",
    "import os as o\no.write(n, b'')": "descriptor",
    "from os import sendfile as kirim": "descriptor",
    "import os\nw = os.write\nw(3, b'')": "descriptor",
    "import asyncio, os\nasyncio.to_thread(os.write, 3, b'')": "descriptor",
    "import asyncio\nasyncio.get_running_loop().turns = 0": "attribute",
    "import asyncio\nx = asyncio.get_running_loop()\nx.recording.notes.clear()": "attribute",
    "import asyncio\nloop = asyncio.get_running_loop()\nloop.call_later = None": "patch",
    "import asyncio\nt = asyncio.current_task()\nt.record.steps.clear()": "attribute",
    "getattr(f, '__globals__')": "attribute",
    "object.__setattr__(loop, 'turns', 0)": "name",
    "from inspect import getmodule": "name",
}
# What IPython makes Python of: every cell begins with this on its second line.
DISGUISES = {
    "prompt": ">>> x = 1\n>>> import gc",
    "prompt with a number": "In [1]: x = 1\n   ...: import gc",
    "indented": "    x = 1\n    import gc",
    "magic": "x = %pwd\nimport gc",
    "system": "x = !ls\nimport gc",
    "help": "len?\nimport gc",
    "cell magic": "%%timeline\nimport gc",
    "line magic": "x = 1\n%time import gc",
    "magic without a sign": "\ntime import gc",
    "expanded": "x = 1\n!echo {gc.get_objects(__builtins__)}",
}
HONEST = [
    "import asyncio, os, sys, time, signal, threading, socket",
    "from asynclab import Rubric, run, at_most",
    "from IPython.display import display, HTML",
    "class A:\n    def __init__(self): self.x = 1\n    def __lt__(self, other): return self.x < other.x",
    "class A:\n    def open(self): pass\n    def __eq__(self, other): return self.x == other.x",
    "import os\nos.environ['X'] = '1'\nwith open('data.txt') as file: file.read()",
    "setattr(self, 'x', 1)",
    "type(error).__name__, self.__class__.__name__",
    "%matplotlib inline\n!pip list\nawait f()",
    "def rusak(:",
    "x = !ls\nlen?\n%load_ext asynclab\n%timeit -n 3 f()",
    "%%html\n<b>import gc</b>",
    "tulis jawaban di sini",
    "import asyncio\nloop = asyncio.get_running_loop()\nloop.slow_callback_duration = 1\nloop.time()",
    "class A:\n    def f(self):\n        type(self).n = self._ready = self.loop = 1",
    "from time import time\ntime = {}\ntime['a'] = 1",
    "import numpy\na = numpy.zeros(3)\na[0] = 1",
    "import asyncio, os\nh = os.open('a', 1)\nawait asyncio.to_thread(os.write, h, b'')",
    "sum = 0",
]


@pytest.mark.parametrize("source", STANDING_OUT)
def test_a_way_to_the_recorder_stands_out(source):
    """Its kind, and the line on which it stands."""
    found = inspect(source)

    assert STANDING_OUT[source] in [item.kind for item in found]
    assert max(item.line for item in found) == source.count("\n") + 1


@pytest.mark.parametrize("source", HONEST)
def test_what_lessons_teach_does_not_stand_out(source):
    """Nor does what is no Python."""
    assert inspect(source) == []


@pytest.mark.parametrize("name", DISGUISES)
def test_what_the_shell_makes_of_a_cell_is_looked_at(name):
    """Text that is no Python before IPython has seen it; the line is still the notebook's."""
    assert [item.line for item in inspect(DISGUISES[name])] == [2]


def test_names_are_remembered_from_cell_to_cell():
    """An import in one cell, its use in another."""
    inspector = Inspector()

    assert inspector.inspect("import os as o") == []
    assert inspector.inspect("o.write(3, b'')") == [Suspicion(1, "descriptor", "os.write(3, ...)")]


def test_files_that_are_run_stand_out():
    """What is in them is not looked at."""
    assert inspect("%run bantu.py") == inspect("run bantu.py")
    assert inspect("%run bantu.py") == [Suspicion(1, "name", "%run bantu.py")]


def test_no_released_notebook_stands_out():
    """Neither what students are given nor the reference beside it."""
    for path in RELEASED:
        inspector = Inspector()
        for cell in nbformat.read(path, 4).cells:
            about = cell.metadata.get("nbgrader", {})
            if cell.cell_type == "code" and (about.get("solution") or not about.get("grade")):
                assert inspector.inspect(cell.source) == []

    assert len(RELEASED) >= 7


def test_no_known_answer_stands_out():
    """Right and wrong answers of the whole course: not one false alarm."""
    alarms = {path.name: found for path in ANSWERS if (found := inspect(path.read_text()))}

    assert len(ANSWERS) > 200
    assert alarms == {}


def test_what_is_found_is_plain_data_in_the_order_of_lines():
    """The report can sort and show it."""
    found = inspect("import gc\nimport time\ntime.time = None")

    assert found == [
        Suspicion(1, "import", "import gc"),
        Suspicion(3, "patch", "time.time = ..."),
    ]


@pytest.mark.parametrize(
    "source",
    ["x = " + "-" * 50_000 + "1", "x = " + "(" * 500, "x = 1\0"],
)
def test_code_that_no_parser_takes_stands_out_by_nothing(source):
    """The parser's limits are not the grader's."""
    assert inspect(source) == []


@pytest.mark.parametrize(
    "source",
    [
        "a" + ".b" * 50_000 + " = 1",
        "%pwd\n" * 2_000,
        "%pwd\nx = [" + "1," * 50_000 + "]",
        "x = [" + "1," * NODE_LIMIT + "]",
        "#" * (SIZE_LIMIT + 1),
    ],
    ids=["deep", "magics", "tokens", "nodes", "long"],
)
def test_code_that_would_cost_too_much_is_said_to_be_unread(source):
    """It may run, so nobody may think that somebody has looked at it."""
    assert inspect(source) == [Suspicion(1, "unread", str(len(source)))]


def test_long_chains_of_calls_are_looked_at_once():
    """Each call of a chain is a node of its own, and must not cost what the whole chain costs."""
    inspector = Inspector()

    assert inspector.inspect("if False:\n" + ("    x" + "()" * 190 + "\n") * 100) == []
    assert inspector.inspect("import gc") == [Suspicion(1, "import", "import gc")]
