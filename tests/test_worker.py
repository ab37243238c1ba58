"""A worker of the local pool: everything imported, and never without its grader."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
GRADER = """
import os, sys, time
from asynclab.grading.pools import local_pool

if __name__ == "__main__":
    pool = local_pool(1, sys.argv[1])
    print(pool.submit(os.getpid).result(), os.getpid(), flush=True)
    time.sleep(600)
"""


@pytest.mark.heavy
def test_a_worker_ends_with_its_grader(tmp_path):
    """However the grader ends, by kill -9 too, nothing of its pool goes on."""
    script = tmp_path / "penilai.py"
    script.write_text(GRADER)
    grader = subprocess.Popen(
        [sys.executable, script, tmp_path],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        start_new_session=True,
    )
    with grader.stdout:
        worker = int(grader.stdout.readline().split()[0])
    before = members(grader.pid)
    grader.kill()
    grader.wait()

    assert worker in before
    assert wait_until_empty(grader.pid)


def members(session):
    """The processes of a session that live."""
    found = set()
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, _, its_session = path.read_text().rpartition(")")[2].split()[:4]
        except OSError:
            continue
        if int(its_session) == session and state != "Z":
            found.add(int(path.parent.name))
    return found


def wait_until_empty(session):
    deadline = time.monotonic() + 60
    while (left := members(session)) and time.monotonic() < deadline:
        time.sleep(0.05)
    for process in left:
        os.kill(process, signal.SIGKILL)
    return not left
