"""Lines that stand out: every way to the recorder passes by one; honest answers pass by none."""

from pathlib import Path

import pytest

from asynclab.grading.suspicion import Suspicion, inspect

ANSWERS = sorted((Path(__file__).parent / "answers").glob("*/*/*.py"))

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
    ["x = " + "-" * 50_000 + "1", "x = " + "(" * 500, "a" + ".b" * 50_000 + " = 1", "x = 1\0"],
)
def test_code_that_no_parser_takes_stands_out_by_nothing(source):
    """The parser's limits are not the grader's."""
    assert inspect(source) == []
