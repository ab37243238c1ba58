"""Cells of a submission in child processes: every cell gets an answer, whatever the others do."""

import os
import time
from types import SimpleNamespace

import pytest
from tiny_course import WAY

from asynclab.grading import runner
from asynclab.grading.runner import GRACE, LENIENCE, MOST_LENIENCE, Cell, Limits, run_cells
from asynclab.grading.spawn import ChildError

QUICK = Limits(cell=1.5, scenario=3)
SCENARIO = "from asynclab import run\nasync def s(world):\n    world.note('x', X)\ntrace = run(s)"


@pytest.fixture(autouse=True)
def patient_grader(monkeypatch):
    """However busy the machine is: a child that can stop itself does so, before it is killed."""
    monkeypatch.setattr(runner, "LENIENCE", 40)


def run_sources(*sources, scenarios=(), **options):
    """The results of these cells of the student's and these stripped test cells."""
    cells = [Cell(source, number) for number, source in enumerate(sources, 1)]
    cells += [
        Cell(source, len(sources) + number, f"tugas-{number}")
        for number, source in enumerate(scenarios, 1)
    ]
    return run_cells(cells, seed=3, **{"limits": QUICK, "spawn": WAY, **options})


def text(result):
    """What a cell has shown."""
    parts = [item.get("text") or item["data"]["text/plain"] for item in result.outputs]
    return "".join(parts)


def test_cells_share_names_time_and_tasks():
    """Like a notebook: names and background tasks live on, awaits at top level, sleeps take no time."""
    began = time.monotonic()
    results = run_sources(
        "import asyncio, time\nt = asyncio.create_task(asyncio.sleep(1000, 'latar'))",
        "await asyncio.sleep(3600 - 1)\nprint(t.done())",
        "before = time.monotonic(); time.sleep(600); round(time.monotonic() - before)",
        "await t",
    )

    assert [text(result) for result in results] == ["", "True\n", "600", "'latar'"]
    # What runs everything may have to be started first, on a busy machine.
    assert time.monotonic() - began < 300


def test_results_and_numbers_are_those_of_the_notebook():
    """Out[n] has the cell's number, and a traceback names it."""
    results = run_sources("1 + 1", "def f():\n    1 / 0", "f()")

    assert results[0].outputs[0]["execution_count"] == 1
    assert "Cell" in str(results[2].outputs[0]["traceback"])
    assert results[2].outputs[0]["ename"] == "ZeroDivisionError"
    assert results[2].fault == ""


def test_magics_displays_and_pictures():
    """What a kernel would show; shell commands and input() are refused in a sentence."""
    results = run_sources(
        "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2]);",
        "from IPython.display import HTML, display\nh = display(HTML('<b>a</b>'), display_id=True)",
        "!ls",
        "input()",
        "import sys\nprint('galat', file=sys.stderr)",
        limits=Limits(cell=30),
    )

    assert "image/png" in results[0].outputs[0]["data"]
    assert results[1].outputs[0]["data"]["text/html"] == "<b>a</b>"
    assert "Perintah shell tidak dijalankan" in text(results[2])
    assert "input() tidak dapat dipakai" in results[3].outputs[0]["evalue"]
    assert (results[4].outputs[0]["name"], text(results[4])) == ("stderr", "galat\n")


def test_a_timeline_is_drawn_while_grading_too():
    """It listens to the loop's tasks, which its seal leaves to it."""
    source = "%%timeline\nimport asyncio\nawait asyncio.gather(asyncio.sleep(1), asyncio.sleep(2))"
    results = run_sources("%load_ext asynclab", source)

    assert results[1].fault == ""
    assert "<svg" in results[1].outputs[-1]["data"]["text/html"]


def test_a_cell_may_run_scenarios_and_nest_loops():
    """`run` and, after nest_asyncio.apply(), asyncio.run work in a cell as they do in a kernel."""
    results = run_sources(
        "import asyncio\nfrom asynclab import run\nasync def s(world):\n    world.note('a', 1)",
        "run(s).note('a')",
        "async def nap():\n    await asyncio.sleep(5)\n    return 7\nc = nap()\ntry:\n    asyncio.run(c)\nexcept RuntimeError as e:\n    print('tidak')\nc.close()",
        "import nest_asyncio\nnest_asyncio.apply()\nasyncio.run(nap())",
        "asyncio.get_event_loop().run_until_complete(asyncio.gather(nap(), nap()))",
        "run(s).note('a')",
    )

    assert [text(item) for item in results[1:]] == ["1", "tidak\n", "7", "[7, 7]", "1"]


def test_a_stopped_cell_keeps_its_definitions():
    """A hanging trial at the end of a cell does not cost the class above it."""
    results = run_sources(
        "X = 1",
        "class A:\n    pass\nwhile True: pass",
        "A, X",
        scenarios=[SCENARIO],
    )

    assert "belum selesai setelah 2 detik, lalu dihentikan" in results[1].fault
    assert "baris 3" in results[1].fault
    assert text(results[2]) == "(__main__.A, 1)"
    assert results[3].traces[0].note("x") == 1


def test_a_deadlock_is_said_at_once_and_costs_nothing():
    """The cell is told who waits where; its process and its names live on."""
    results = run_sources(
        "import asyncio\nA = 1\nq = asyncio.Queue()\nawait q.get()", "A", limits=Limits(restarts=0)
    )

    assert results[0].fault.splitlines() == [
        "Kebuntuan (deadlock): sel ini menunggu sesuatu yang tidak akan pernah terjadi. Sel lain tetap dijalankan.",
        "• sel 1 menunggu di sel [1] baris 4: `await q.get()`",
    ]
    assert text(results[1]) == "1"


def test_a_dead_process_costs_one_test_cell():
    """The traces before it are kept, the next test cell gets a fresh process and what it needs."""
    killing = "async def k(world):\n    import os\n    os._exit(1)\nfirst = run(s)\nsecond = run(k)"
    results = run_sources("X = 2", scenarios=[SCENARIO, killing, SCENARIO])

    assert [len(result.traces) for result in results[1:]] == [1, 1, 1]
    assert results[2].fault.startswith("Proses yang menjalankan kode Anda mati")
    assert results[3].traces[0].note("x") == 2


def test_a_test_cell_may_use_an_earlier_one_after_a_restart():
    """Its definitions, not its runs, are there in the fresh process."""
    cells = [
        Cell(
            "from asynclab import run\nasync def s(world):\n    pass\na = run(s)",
            1,
            "tugas-1",
            "from asynclab import run\nasync def s(world):\n    pass",
        ),
        Cell("import os\nos._exit(1)", 2, "tugas-2"),
        Cell("b = run(s)", 3, "tugas-3"),
    ]
    results = run_cells(cells, seed=3, limits=QUICK, spawn=WAY)

    assert [[trace.verdict for trace in result.traces] for result in results] == [
        ["finished"],
        [],
        ["finished"],
    ]


def test_helpers_of_a_test_cell_do_not_replace_the_students():
    """A function of the same name is each one's own, also in the test cells that follow."""
    test = "def helper():\n    return 'uji'\n" + SCENARIO.replace("X", "[work(), helper()]")
    later = SCENARIO.replace("X", "[work(), helper()]")
    student = "def helper():\n    return 'mahasiswa'\ndef work():\n    return helper()"
    results = run_sources(student, scenarios=[test, later])

    assert [result.traces[0].note("x") for result in results[1:]] == [["mahasiswa", "uji"]] * 2


def test_output_is_bounded():
    """A flood is cut with a sentence, a giant picture is left out with one."""
    results = run_sources(
        "print('x' * 10**6)",
        "for i in range(10**5):\n    print(i)",
        "from IPython.display import HTML, display\ndisplay(HTML('y' * 10**7))",
    )

    assert [len(text(result)) < 110_000 for result in results] == [True] * 3
    assert "sisanya dipotong" in text(results[0])
    assert text(results[1]).count("\n") < 1_000
    assert "terlalu besar" in text(results[2])


def test_what_a_scenario_prints_is_thrown_away():
    """No student code can print a hidden test into the feedback."""
    noisy = SCENARIO.replace(
        "    world", "    import sys\n    print(open)\n    print(1, file=sys.stderr)\n    world"
    )
    results = run_sources("X = 1", scenarios=[noisy])

    assert results[1].outputs == []
    assert results[1].traces[0].note("x") == 1


def test_files_of_the_submission_are_there_and_nothing_else():
    """The child stands in a folder of its own, without the instructor's environment."""
    results = run_sources(
        "import os\nsorted(name for name in os.listdir() if not name.startswith('.'))",
        "open('isi/data.txt').read()",
        "[name for name in os.environ if 'SECRET' in name or name == 'USER']",
        files={"isi/data.txt": "aGFsbw=="},
    )

    assert [text(result) for result in results] == ["['isi']", "'halo'", "[]"]


def test_restarts_and_time_are_bounded():
    """A notebook in which every cell kills ends soon, and says so."""
    killing = ["import os\nos._exit(1)"] * 5
    results = run_sources(*killing, limits=Limits(restarts=2))
    slow = run_sources("while True: pass", "1", limits=Limits(cell=1, cells=1))

    assert [result.fault[:20] for result in results[:3]] == ["Proses yang menjalan"] * 3
    assert "terlalu banyak sel" in results[4].fault
    assert "sudah habis" in slow[1].fault


MADE_BEFORE = """
import json, os, struct
from asynclab import run
async def meet(world):
    world.note('x', 'palsu')
data = json.dumps({'trace': run(meet, seed=3).to_json()}).encode()
FRAME = struct.pack('!I', len(data)) + data
"""


def test_an_answer_that_was_made_beforehand_is_none():
    """It lacks what the request has drawn: no trace of it is taken, and the instructor is told."""
    spoken = SCENARIO.replace("    world", "    import os\n    os.write(3, FRAME)\n    world")
    results = run_sources(MADE_BEFORE, "X = 1", scenarios=[spoken, SCENARIO])

    assert results[2].traces == []
    assert "tidak dapat dibaca" in results[2].fault
    assert [item["what"] for item in results[2].attempts] == ["speech"]
    assert (results[3].traces[0].note("x"), results[3].attempts) == (1, [])


SPEAKING = """
import signal
signal.getsignal(signal.SIGALRM).__self__.answer(outputs=[], fault=None, spent=0)
"""


def test_an_answer_too_many_is_found():
    """Code that speaks in the child's place leaves the child's own answer behind, also in the last cell."""
    results = run_sources("1", SPEAKING, "2", SPEAKING)

    assert [[item["what"] for item in result.attempts] for result in results] == [
        [], [], ["speech"], ["speech"],
    ]  # fmt: skip
    assert "tidak dapat dibaca" in results[2].fault


def test_what_a_thread_tries_after_its_cell_is_told_with_the_next():
    """Nothing of it comes between two requests, where it would pass for speech."""
    late = "import threading, time\ndef peek():\n    for n in range(40):\n        time.sleep(0.005)\n        try:\n            open(f'/etc/x{n}')\n        except OSError:\n            pass\nthreading.Thread(target=peek).start()"
    results = run_sources(late, *["1"] * 20)

    assert [text(result) for result in results[1:]] == ["1"] * 20
    assert {item["what"] for result in results for item in result.attempts} <= {"file"}


class FakeChild:
    """A child whose answers are written down beforehand."""

    def __init__(self, answers):
        self.answers = list(answers)

    def ask(self, deadline=None, **request):
        pass

    def answer(self, deadline):
        if not self.answers:
            raise ChildError("died")
        return self.answers.pop(0)

    def close(self):
        pass


RUBBISH = [
    {},
    {"outputs": 5, "fault": 7},
    {"outputs": [{"output_type": "stream", "name": "stdout"}, 1, {"output_type": "x"}]},
    {"outputs": [{"output_type": "display_data", "data": {"text/html": 5}, "metadata": {}}]},
    {"fault": {"kind": "stopped", "seconds": "lama", "place": {"function": 1}, "waiting": [1]}},
    {"fault": {"kind": "lulus"}},
    {"outputs": [{"output_type": "error", "ename": "E", "evalue": "e", "traceback": [1]}]},
]


@pytest.mark.parametrize("answer", RUBBISH, ids=range(len(RUBBISH)))
def test_rubbish_from_a_child_is_no_output(answer):
    """Whatever comes back is checked: nothing ill-formed gets into the notebook, nothing raises."""
    results = run_sources("1", spawn=lambda *_: FakeChild([answer]))

    assert results[0].outputs == []


def test_traces_that_are_none_become_sentences():
    """A forged trace stands in its place as a sentence."""
    answers = [{"trace": {"scenario": "s"}}, {"trace": 5}, {"done": True}]
    results = run_sources(scenarios=[SCENARIO], spawn=lambda *_: FakeChild(answers))

    assert ["tidak sah" in trace for trace in results[0].traces] == [True, True]


def test_a_child_that_never_stops_sending_is_left():
    """Traces without end are bounded by the test cell's time."""

    class Endless(FakeChild):
        def answer(self, deadline):
            if time.monotonic() > deadline:
                raise ChildError("stopped")
            return {"trace": 1}

    results = run_sources(
        scenarios=[SCENARIO], spawn=lambda *_: Endless([]), limits=Limits(scenario=0.2)
    )

    assert "tidak dapat dibaca" in results[0].fault
    assert len(results[0].traces) <= 101


@pytest.mark.parametrize(("load", "times"), [(0.1, LENIENCE), (6.0, 12), (90.0, MOST_LENIENCE)])
def test_a_busy_machine_gives_a_deaf_child_more_time(monkeypatch, load, times):
    """One that only waits for a processor may still stop itself, and say where it was; within bounds."""
    monkeypatch.setattr(runner, "LENIENCE", LENIENCE)
    monkeypatch.setattr(os, "getloadavg", lambda: (load * os.cpu_count(), 0.0, 0.0))
    monkeypatch.setattr(runner, "time", SimpleNamespace(monotonic=lambda: 100.0))
    deadlines = []

    class Heard(FakeChild):
        def answer(self, deadline):
            deadlines.append(deadline - 100.0)
            return super().answer(deadline)

    run_sources("1", spawn=lambda *_: Heard([{"outputs": [], "fault": None}]))

    assert deadlines[0] == pytest.approx(times * QUICK.cell + GRACE)
