"""Children of a warm parent: each starts from its own state, and none outlives what made it."""

import os
import select
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tiny_course import OBSTACLE

from asynclab.grading import parents as module
from asynclab.grading.spawn import spawn, spawn_trusted

needs_sandbox = pytest.mark.skipif(
    bool(OBSTACLE), reason=f"student code can't be shut in here: {OBSTACLE}"
)
WAYS = [
    pytest.param(spawn, marks=needs_sandbox, id="sandbox"),
    pytest.param(spawn_trusted, id="trusted"),
]


@pytest.fixture(autouse=True, scope="module")
def no_parents_left():
    """The warm parents of these tests end with them."""
    yield
    module.close_all()


def run_cell(child, source):
    """What a cell shows."""
    child.ask(do="cell", number=1, source=source, seconds=20)
    deadline = time.monotonic() + 30
    while "outputs" not in (answer := child.answer(deadline)):
        pass
    return "".join(item.get("text") or str(item.get("data")) for item in answer["outputs"])


@pytest.mark.parametrize("way", WAYS)
def test_children_share_nothing(way):
    """What one changes or writes is not there for the next; the seed is each child's own."""
    shown = []
    for seed in (1, 2, 1):
        child = way(seed, {}, {})
        code = "import asyncio, os, random\nprint(hasattr(asyncio, 'x'), os.listdir(), random.random())"
        shown.append(run_cell(child, f"{code}\nasyncio.x = 1\nopen('a', 'w').close()"))
        child.close()

    assert shown[0] == shown[2] != shown[1]
    assert [text.split()[:2] for text in shown] == [["False", "[]"]] * 3


@pytest.mark.parametrize("way", WAYS)
def test_children_have_one_socket(way):
    """The one to the grader; none to the warm parent, to other children or to other workers."""
    source = """import os, stat
found = []
for number in range(3, 200):
    try:
        found.append(stat.S_ISSOCK(os.fstat(number).st_mode))
    except OSError:
        pass
print(sum(found))"""
    children = [way(1, {}, {}) for _ in range(3)]
    shown = [run_cell(child, source) for child in children]
    for child in children:
        child.close()

    assert shown == ["1\n"] * 3


@pytest.mark.parametrize("way", WAYS)
def test_randomness_of_the_system_differs(way):
    """What is drawn without a seed is not the warm parent's, copied."""
    children = [way(1, {}, {}) for _ in range(2)]
    code = "import numpy, random, uuid\nprint(uuid.uuid4(), random.SystemRandom().random(), numpy.random.random())"
    shown = [run_cell(child, code).split() for child in children]
    for child in children:
        child.close()

    assert [first == second for first, second in zip(*shown)] == [False] * 3


@pytest.mark.parametrize("way", WAYS)
def test_several_threads_may_spawn_at_once(way):
    """Each gets a child of its own."""

    def work(number):
        child = way(number, {}, {})
        try:
            return run_cell(child, f"print({number})")
        finally:
            child.close()

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(work, range(8))) == [f"{number}\n" for number in range(8)]


@pytest.mark.parametrize("way", WAYS)
def test_a_warm_parent_that_was_killed_is_replaced(way):
    """The next child gets a new one; nobody notices."""
    way(1, {}, {}).close()
    mode = "sandbox" if way is spawn else "trusted"
    before = module._parents[mode].process
    before.kill()
    before.wait()
    child = way(1, {}, {})

    assert run_cell(child, "print('ada')") == "ada\n"
    assert module._parents[mode].process.pid != before.pid
    child.close()


@pytest.mark.parametrize("way", WAYS)
def test_a_closed_child_is_gone(way):
    """Also one that computes and would listen to nothing."""
    child = way(1, {}, {})
    child.ask(do="cell", number=1, source="sum(range(10**13))", seconds=600)
    began = time.monotonic()
    child.close()

    assert time.monotonic() - began < 60


GRADER = """
import sys, time
from asynclab.grading.spawn import {way}
child = {way}(1, {{}}, {{}})
child.ask(do="cell", number=1, source="sum(range(10**13))", seconds=600)
print("siap", flush=True)
time.sleep(600)
"""


@pytest.mark.parametrize("way", WAYS)
def test_nothing_outlives_a_killed_grader(way):
    """kill -9 of the grader ends the warm parent and its children."""
    source = GRADER.format(way=way.__name__)
    grader = subprocess.Popen([sys.executable, "-c", source], stdout=subprocess.PIPE, text=True)
    assert grader.stdout.readline() == "siap\n"
    handles = [os.pidfd_open(pid) for pid in _settled(grader.pid, 3 if way is spawn else 2)]
    grader.send_signal(signal.SIGKILL)
    grader.wait()
    grader.stdout.close()
    ended = [bool(select.select([handle], [], [], 60)[0]) for handle in handles]
    for handle in handles:
        os.close(handle)

    assert len(handles) >= 2
    assert all(ended)


def _settled(pid, count):
    """All that descends from a process, once it is so many: what has made a shut-in child is one more for a moment."""
    deadline = time.monotonic() + 60
    while len(found := _descendants(pid)) != count and time.monotonic() < deadline:
        time.sleep(0.01)
    return found


def _descendants(pid):
    try:
        children = [
            int(item) for item in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        ]
    except OSError:
        return []  # it has just ended
    return children + [item for child in children for item in _descendants(child)]


@needs_sandbox
def test_a_fork_of_the_grader_has_warm_parents_of_its_own():
    """A worker process that was forked does not speak over its parent's sockets."""
    spawn(1, {}, {}).close()
    before = module._parents["sandbox"]
    pid = os.fork()
    if pid == 0:
        os._exit(0 if module._parents == {} else 1)
    _, status = os.waitpid(pid, 0)

    assert os.waitstatus_to_exitcode(status) == 0
    assert module._parents["sandbox"] is before
    child = spawn(1, {}, {})
    assert run_cell(child, "print(1)") == "1\n"
    child.close()


ROOT = Path(__file__).parent.parent
BUSY = "sum(range(10**13))"
SHARING = """
import sys
from asynclab.grading import parents
from asynclab.grading.pools import local_pool

def begin(number):
    import os, pathlib, time
    from asynclab.grading.spawn import spawn
    # Kept, so that it is not closed.
    begin.child = spawn(1, {}, {})
    begin.child.ask(do="cell", number=1, source=sys.argv[2], seconds=600)
    # Neither worker goes on before the other has a child too.
    begun = pathlib.Path(sys.argv[1], "mulai")
    begun.mkdir(exist_ok=True)
    begun.joinpath(str(os.getpid())).touch()
    while len(list(begun.iterdir())) < 2:
        time.sleep(0.05)
    return os.getpid()

if __name__ == "__main__":
    pool = local_pool(2, sys.argv[1])
    workers = set(pool.map(begin, range(2)))
    print(parents.start("sandbox").process.pid, *workers, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def sharing(tmp_path):
    """Process ids: a warm parent, and two workers of one pool that share it and have a busy child each."""
    script = tmp_path / "penilai.py"
    script.write_text(SHARING)
    with subprocess.Popen(
        [sys.executable, script, tmp_path, BUSY],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as grader:
        yield [int(item) for item in grader.stdout.readline().split()]
        grader.kill()


@pytest.mark.heavy
@needs_sandbox
def test_what_a_killed_worker_has_started_ends_with_it(sharing):
    """Its busy child does not go on in the warm parent that it shared, which stays."""
    parent, worker, _ = sharing
    # Its first child is the warm one, in a process table of its own; what that has made are the children.
    warm, *children = [os.pidfd_open(pid) for pid in _settled(parent, 3)]
    os.kill(worker, signal.SIGKILL)
    # The pool ends the other worker itself, since it has lost one.
    ended = [bool(select.select([child], [], [], 60)[0]) for child in children]

    assert ended == [True, True]
    assert not select.select([warm], [], [], 0)[0]
