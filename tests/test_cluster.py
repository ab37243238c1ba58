"""The same jobs on a dask.distributed cluster: a real scheduler and two workers, all on 127.0.0.1."""

import contextlib
import json
import logging
import os
import signal
import subprocess
import sys
import time
from types import SimpleNamespace

import pytest
from small_class import copy_course, generated_course, hand_in
from tiny_course import ROOT, SLUG, TRUST

from asynclab.cli import main
from asynclab.errors import CommandError
from asynclab.grading import pools
from asynclab.grading.pools import ClusterExecutor

pytest.importorskip("distributed", reason="requirements-cluster.txt is not installed")
pytestmark = pytest.mark.heavy

SECONDS = 300
STUDENTS = [f"mahasiswa-{number:02}" for number in range(12)]
MANY = [f"mahasiswa-{number:02}" for number in range(60)]
"""More than can be graded between two looks of a test that has to wait for a processor."""


@pytest.fixture(scope="module")
def generated(tmp_path_factory):
    """The course that every test copies."""
    return generated_course(tmp_path_factory.mktemp("kursus"))[0]


class Cluster:
    """A scheduler and its workers, each a process of its own with one thread."""

    def __init__(self, folder):
        self.folder, self.workers = folder, []
        self.file = folder / "penjadwal.json"
        self.scheduler = self.start(
            "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard",
            "--scheduler-file", self.file,
        )  # fmt: skip
        try:
            wait_until(self.read_address)
        except BaseException:
            self.close()
            raise
        self.address = self.read_address()

    def read_address(self):
        """Where the scheduler listens, or None: it makes its file first and fills it afterwards."""
        with contextlib.suppress(FileNotFoundError, json.JSONDecodeError):
            return json.loads(self.file.read_text())["address"]

    def start(self, kind, *arguments):
        command = [sys.executable, "-m", "dask", kind, *map(str, arguments)]
        settings = {**os.environ, "PYTHONPATH": str(ROOT)}
        return subprocess.Popen(command, cwd=self.folder, env=settings, stdout=-3, stderr=-3)

    def add_worker(self, *arguments):
        self.workers.append(
            self.start(
                "worker", self.address, "--host", "127.0.0.1", "--nthreads", "1", "--no-nanny",
                "--no-dashboard", "--local-directory", self.folder, *arguments,
            )
        )  # fmt: skip
        return self.workers[-1]

    def close(self):
        for process in [*self.workers, self.scheduler]:
            process.kill()
            process.wait()


def wait_until(condition):
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture
def cluster(tmp_path_factory):
    """A scheduler without workers."""
    cluster = Cluster(tmp_path_factory.mktemp("klaster"))
    yield cluster
    cluster.close()


def grade_in(course, *arguments):
    command = [sys.executable, "-m", "asynclab", "grade", SLUG, "--json", *arguments]
    settings = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        command, cwd=course.folder, env=settings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )  # fmt: skip


def graded_notebooks(course):
    found = (course.folder / "autograded").glob(f"*/{SLUG}/{SLUG}.ipynb")
    return {path.parts[-3]: path.read_bytes() for path in found}


def test_a_killed_worker_costs_nobody_a_grade(generated, cluster, tmp_path):
    """One of two workers dies in mid-run: everybody is graded once, byte for byte as on one computer."""
    course, _ = copy_course(generated, tmp_path / "klaster")
    alone, _ = copy_course(generated, tmp_path / "sendiri")
    for folder in (course, alone):
        hand_in(folder, *STUDENTS)
    victim, _ = cluster.add_worker(), cluster.add_worker()
    wait_until_both_are_there(cluster)
    grader = grade_in(course, "--scheduler", cluster.address)
    wait_until(lambda: grader.poll() is not None or graded_notebooks(course))
    victim.kill()
    output, errors = grader.communicate(timeout=SECONDS)
    grade_in(alone).communicate(timeout=SECONDS)

    assert grader.returncode == 0, errors
    assert [json.loads(line)["student"] for line in output.splitlines()] == STUDENTS
    assert graded_notebooks(course) == graded_notebooks(alone)
    assert len(graded_notebooks(course)) == len(STUDENTS)
    assert TRUST or errors == ""


def wait_until_both_are_there(cluster):
    from distributed import Client

    with Client(cluster.address) as client:
        client.wait_for_workers(2, timeout=SECONDS)


@pytest.mark.parametrize(
    ("end", "code", "sentence"),
    [
        (lambda grader, cluster: grader.send_signal(signal.SIGINT), 130, "Dihentikan."),
        (lambda grader, cluster: cluster.scheduler.kill(), 1, "berhenti di tengah penilaian"),
    ],
)
def test_an_end_in_the_middle(generated, cluster, tmp_path, end, code, sentence):
    """Ctrl+C, or a scheduler that dies: one sentence, and what was graded stays."""
    course, _ = copy_course(generated, tmp_path)
    hand_in(course, *MANY)
    cluster.add_worker(), cluster.add_worker()
    wait_until_both_are_there(cluster)
    grader = grade_in(course, "--scheduler", cluster.address)
    wait_until(lambda: grader.poll() is not None or graded_notebooks(course))
    end(grader, cluster)
    _, errors = grader.communicate(timeout=SECONDS)

    assert grader.returncode == code
    assert sentence in errors
    assert "Traceback" not in errors
    assert graded_notebooks(course)


def test_what_a_lost_cluster_would_log(cluster):
    """Nothing of it reaches a person, whichever of its loggers it comes from."""
    with contextlib.suppress(CommandError):
        pools.distributed_pool(cluster.address)
    loggers = [*logging.root.manager.loggerDict, "distributed.imported.later"]
    concerned = [name for name in loggers if name.startswith(("asyncio", "distributed", "tornado"))]

    assert "distributed.batched" in concerned
    assert [name for name in concerned if logging.getLogger(name).isEnabledFor(logging.ERROR)] == []


class NoWorkers:
    """A client of a scheduler without workers."""

    status, get_executor, nthreads = "running", staticmethod(lambda pure: None), dict


def test_workers_that_don_t_come_back(monkeypatch):
    """They are waited for; after a minute the sentence says what to start."""
    executor = ClusterExecutor(NoWorkers(), "tcp://127.0.0.1:1")
    executor.look()
    monkeypatch.setattr(pools, "NOBODY_SECONDS", 0.0)

    with pytest.raises(CommandError, match="dask worker tcp:"):
        executor.look()


@pytest.mark.parametrize(
    "error",
    [
        OSError("Timed out trying to connect"),
        RuntimeError("ConnectionPool is closed"),
        AttributeError("'NoneType' object has no attribute 'ncores'"),
    ],
)
def test_a_client_that_just_gives_up_its_scheduler(error):
    """What it raises in between is not said; what is asked of it afterwards is answered by the sentence."""

    def refuse(*_, **__):
        raise error

    client = SimpleNamespace(
        status="closing", get_executor=lambda pure: SimpleNamespace(submit=refuse), nthreads=refuse
    )
    executor = ClusterExecutor(client, "tcp://127.0.0.1:1")
    executor.look()
    client.status = "closed"

    for ask in (executor.look, lambda: executor.submit(print)):
        with pytest.raises(CommandError, match="berhenti di tengah penilaian"):
            ask()


CLOSED = """
from asynclab import isolation
isolation.obstacle = lambda: "unshare: Operation not permitted"
isolation.remedy = lambda: "sudo sysctl -w user.max_user_namespaces=15000"
"""


def test_a_worker_that_shuts_nothing_in(generated, cluster, tmp_path, monkeypatch, capsys):
    """It is named with its remedy before anything is graded, also where the others could; exit code 1."""
    course, _ = copy_course(generated, tmp_path)
    config = course.folder / "nbgrader_config.py"
    config.write_text(config.read_text() + "\nc.ExecuteAndJudge.trust_submissions = False\n")
    hand_in(course, "ani")
    monkeypatch.chdir(course.folder)
    (cluster.folder / "tertutup.py").write_text(CLOSED)
    cluster.add_worker(), cluster.add_worker("--preload", cluster.folder / "tertutup.py")
    wait_until_both_are_there(cluster)

    assert main(["grade", SLUG, "--scheduler", cluster.address]) == 1
    error = capsys.readouterr().err
    assert "isolasi di pekerja tcp://127.0.0.1:" in error
    assert "(unshare: Operation not permitted)" in error
    assert "sudo sysctl -w user.max_user_namespaces=15000, atau hentikan pekerja itu." in error
    assert not (course.folder / "autograded").exists()


def test_a_worker_without_asynclab(generated, cluster, tmp_path, monkeypatch, capsys):
    """It is named before anything is graded; exit code 1."""
    course, _ = copy_course(generated, tmp_path)
    config = course.folder / "nbgrader_config.py"
    config.write_text(config.read_text() + "\nc.ExecuteAndJudge.trust_submissions = False\n")
    hand_in(course, "ani")
    monkeypatch.chdir(course.folder)
    (cluster.folder / "tanpa.py").write_text("import sys; sys.modules['asynclab.isolation'] = None")
    cluster.add_worker(), cluster.add_worker("--preload", cluster.folder / "tanpa.py")
    wait_until_both_are_there(cluster)

    assert main(["grade", SLUG, "--scheduler", cluster.address]) == 1
    assert "tidak dapat memakai asynclab (" in capsys.readouterr().err
    assert not (course.folder / "autograded").exists()


def test_a_cluster_without_workers(generated, cluster, tmp_path, monkeypatch, capsys):
    """Says so and what to start, instead of waiting for ever."""
    course, _ = copy_course(generated, tmp_path)
    hand_in(course, "ani")
    monkeypatch.chdir(course.folder)

    assert main(["grade", SLUG, "--scheduler", cluster.address]) == 2
    assert f"dask worker {cluster.address}" in capsys.readouterr().err


def test_nobody_at_the_address(generated, tmp_path, monkeypatch, capsys):
    """One sentence, exit code 2, nothing graded."""
    course, _ = copy_course(generated, tmp_path)
    hand_in(course, "ani")
    monkeypatch.chdir(course.folder)

    assert main(["grade", SLUG, "--scheduler", "tcp://127.0.0.1:1"]) == 2
    assert capsys.readouterr().err.startswith("asynclab: Tidak ada penjadwal yang menjawab")
    assert not (course.folder / "autograded").exists()
