"""What of a test cell runs beside student code."""

import pytest
from tiny_course import TEST_TOTAL

from asynclab.stripping import keep_definitions, strip


def lines(source):
    """The lines that are left."""
    return [line for line in source.splitlines() if line.strip()]


def test_no_criterion_survives():
    """Scenarios, what they use and the runs stay; criteria, expected values and their helpers go."""
    (stripped,) = strip([TEST_TOTAL])

    assert stripped.fault is None
    assert "async def many" in stripped.source
    assert "def draw" in stripped.source
    assert [
        word for word in ("RAHASIA", "rubric", "check", "equal(") if word in stripped.source
    ] == []


def test_lines_stay_where_they_were():
    """A place in the trace is a line of the cell as the instructor wrote it."""
    (stripped,) = strip([TEST_TOTAL])
    wanted = TEST_TOTAL.splitlines().index("trace = run(three)")

    assert stripped.source.splitlines()[wanted] == "trace = run(three)"


def test_constants_and_imports_stay_where_a_run_needs_them():
    """Also through others, also under another name, also from an earlier cell."""
    first = "import heapq\nfrom asynclab import run as jalankan\nA = [1]\nB = A + [2]\nC = 3"
    second = "async def s(world):\n    heapq.heapify(B)\ntrace = jalankan(s)"
    stripped = strip([first, second.replace("jalankan", "run")])

    assert lines(stripped[0].source) == ["import heapq", "A = [1]", "B = A + [2]"]
    assert lines(stripped[1].definitions) == ["async def s(world):", "    heapq.heapify(B)"]


def test_asyncio_run_is_no_run():
    """Only asynclab's `run` makes a trace."""
    (stripped,) = strip(["import asyncio\nx = asyncio.run(main())"])

    assert stripped.source.strip() == ""


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (
            "rubric = Rubric(points=1)\nrubric.check('a', lambda: run(s).note('x'))",
            "run-in-criterion",
        ),
        ("trace = run(", "'(' was never closed"),
    ],
)
def test_a_cell_that_cannot_be_split_says_why(source, reason):
    """A run inside a criterion, or no Python: the instructor is told."""
    (stripped,) = strip([source])

    assert stripped.fault.reason == reason


def test_statements_that_share_a_line_are_kept_apart():
    """`a = 1; rubric = Rubric(...)`: only the first survives."""
    (stripped,) = strip(["N = 1; rubric = Rubric(points=1); trace = run(make(N))"])

    assert lines(stripped.source) == ["N = 1", "trace = run(make(N))"]


def test_definitions_of_a_cell_that_killed_its_process():
    """Functions, classes, imports and literal constants; nothing that runs."""
    source = (
        "import os\nLIMIT = 3\nq = make()\n\n@dec\ndef f():\n    pass\nclass A: pass\nos._exit(1)"
    )

    assert lines(keep_definitions(source)) == [
        "import os",
        "LIMIT = 3",
        "@dec",
        "def f():",
        "    pass",
        "class A: pass",
    ]
