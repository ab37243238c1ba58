"""What grading a class costs: stock nbgrader, this project's engine, and the floor, in one run.

python -m bench grading                                    a handful of students, one assignment
python -m bench.grading --students 20 --all                the class of the README
python -m bench.grading --students 20 --all --accidents    half of it with cells that hang, exit, spin ...
python -m bench.grading --sizes 10 100 1000 --no-stock     cost per submission in larger classes
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from asynclab.grading import linux
from asynclab.grading.release import CONFIG, generate_releases, open_course
from asynclab.grading.sample_class import draw_submissions, make_students

ROOT = Path(__file__).resolve().parent.parent
SLUG = "latihan-2-task-queue"
STUDENTS = 4
SAMPLE_SECONDS = 0.1
SET_CHILD_SUBREAPER = 36
# nbgrader's own preprocessors; the same limit for a cell, since some submissions never end.
STOCK_CONFIG = """
from pathlib import Path

c = get_config()
c.CourseDirectory.course_id = "modul11"
c.CourseDirectory.root = str(Path(__file__).resolve().parent)
c.Execute.timeout = 15
c.Execute.interrupt_on_timeout = True
"""
# Runs and judges the answers in one warm interpreter: no sandbox, no notebook, no gradebook.
FLOOR = """
import contextlib, io, sys, time
from pathlib import Path
import nbformat
from asynclab.grading.course import judge_answer, read_assignments
part, parts, root, slug = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]), sys.argv[4]
(assignment,) = [item for item in read_assignments(root) if item.slug == slug]
paths = sorted(Path(sys.argv[5]).glob(f"*/{slug}/*.ipynb"))[part::parts]
answers = []
for path in paths:
    with contextlib.suppress(Exception):
        cells = nbformat.read(path, 4).cells
        answers.append("\\n\\n".join(c.source for c in cells if c.metadata.get("nbgrader", {}).get("solution")))
out = io.StringIO()
with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
    judge_answer(assignment, assignment.solution)
    began = time.perf_counter()
    for answer in answers:
        with contextlib.suppress(BaseException):
            judge_answer(assignment, answer)
print(time.perf_counter() - began)
"""
# Judges stored traces anew; each part takes every so many-th notebook.
REJUDGING = """
import sys, time
from pathlib import Path
from asynclab.grading.definition import read_definition
from asynclab.grading.regrade import read_tests
from asynclab.grading.rejudge import rejudge
from asynclab.grading.release import open_course
part, parts, course, *slugs = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]), *sys.argv[4:]
api = open_course(course)
tests = {}
for slug in slugs:
    tests.update(read_tests(api, read_definition(api, slug)))
paths = sorted((course / "autograded").glob("*/*/*.ipynb"))[part::parts]
rejudge(paths[0].read_bytes(), tests[paths[0].stem])
began = time.perf_counter()
for path in paths:
    rejudge(path.read_bytes(), tests[path.stem])
print(time.perf_counter() - began)
"""
COUNTING = """
import time
began = time.perf_counter()
for number in range(20_000_000):
    pass
print(time.perf_counter() - began)
"""


@dataclass(frozen=True)
class Cost:
    """What one way of grading took: seconds of wall and CPU, peak bytes of all processes, submissions graded."""

    wall: float
    cpu: float
    memory: int
    graded: int


def main(argv=()) -> None:
    """Grade one class in every way and print the table."""
    parser = argparse.ArgumentParser("python -m bench.grading")
    parser.add_argument("slug", nargs="*", default=[SLUG])
    parser.add_argument("--students", type=int, default=STUDENTS)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--accidents", action="store_true")
    parser.add_argument("--by-nbgrader", action="store_true", help="also ours, by its command")
    parser.add_argument("--no-stock", action="store_true")
    parser.add_argument("--sizes", type=int, nargs="+", default=[])
    options = parser.parse_args(argv)
    adopt_orphans()
    slugs = sorted(path.parent.name for path in (ROOT / "source").glob("*/*.ipynb"))
    slugs = slugs if options.all else options.slug
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        for size in options.sizes or [options.students]:
            course = prepare(Path(folder, str(size), "kelas"), slugs, size, options.accidents)
            stock, ours = not options.no_stock, options.by_nbgrader
            compare(course, slugs, size, stock=stock, ours=ours)


def compare(course, slugs, students, *, stock, ours) -> None:
    """One class of so many students, graded in a copy each way."""
    count = len(list((course / "submitted").glob("*/*/*.ipynb")))
    cores = len(os.sched_getaffinity(0))
    print(f"{students} students, {len(slugs)} assignments, {count} submissions, {cores} cores")
    ways = {}
    commands = [[sys.executable, "-m", "nbgrader", "autograde", slug] for slug in slugs]
    if stock:
        ways["nbgrader, its own preprocessors"] = (commands, STOCK_CONFIG)
    if ours:
        ways["nbgrader, ours"] = (commands, None)
    for workers in sorted({1, cores}):
        command = [sys.executable, "-m", "asynclab", "grade", *slugs, "--workers", str(workers)]
        ways[f"asynclab grade, {workers} worker(s)"] = ([command], None)
    costs = {}
    for number, (name, (commands, config)) in enumerate(ways.items()):
        copy = course.with_name(str(number))
        shutil.copytree(course, copy)
        if config:
            (copy / CONFIG).write_text(config)
        costs[name] = measure(commands, copy)
        show(name, costs[name])
    fastest = list(costs.values())[-1]
    floors = {number: measure_floor(course, slugs, number) for number in sorted({1, cores})}
    for number, floor in floors.items():
        name = f"floor, {number} warm interpreter(s)"
        print(f"  {name:38} {floor:8.1f} s wall (start not counted)")
    for name, cost in costs.items():
        if cost is not fastest and cost.wall:
            print(f"  {name}: {cost.wall / fastest.wall:.1f} x the time of the last")
    print(f"  the last: {fastest.wall / floors[cores]:.1f} x the floor of as many processes")
    print(f"  {cores} cores count {measure_cores(cores):.1f} x as fast as one")
    measure_regrading(copy, slugs, count, cores)


def prepare(course, slugs, students, accidents=False):
    """A course with this class's submissions collected: answers, and with `accidents` what goes wrong with them."""
    course.mkdir(parents=True)
    shutil.copy(ROOT / CONFIG, course)
    for slug in slugs:
        shutil.copytree(ROOT / "source" / slug, course / "source" / slug)
    api = open_course(course)
    releases = generate_releases(course, slugs)
    for slug in slugs:
        if not (result := api.generate_assignment(slug, force=True))["success"]:
            raise SystemExit(result["log"])
        release = releases[f"{slug}/{slug}.ipynb"]
        for item in draw_submissions(
            ROOT, release, slug, make_students(students), accidents=accidents
        ):
            if item.content is not None:
                folder = course / "submitted" / item.student.id / slug
                folder.mkdir(parents=True)
                (folder / f"{slug}.ipynb").write_bytes(item.content)
    return course


def measure(commands, course) -> Cost:
    """Run the commands in a course and look at the processes they start."""
    peak, cpu, began = 0, 0.0, time.perf_counter()
    for command in commands:
        before = os.times()
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        process = subprocess.Popen(
            command,
            cwd=course,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        done, seen = threading.Event(), [0]
        watch = threading.Thread(target=watch_memory, args=(process.pid, done, seen))
        watch.start()
        process.wait()
        done.set()
        watch.join()
        reap()
        after = os.times()
        cpu += after.children_user + after.children_system
        cpu -= before.children_user + before.children_system
        peak = max(peak, seen[0])
    graded = len(list((course / "autograded").glob("*/*/*.ipynb")))
    return Cost(time.perf_counter() - began, cpu, peak, graded)


def adopt_orphans() -> None:
    """From now on this process is the parent of processes whose own has ended, so that their CPU time is counted."""
    linux.prctl(SET_CHILD_SUBREAPER, 1)


def reap() -> None:
    """Wait until everything that was started has ended."""
    with contextlib.suppress(ChildProcessError):
        while True:
            os.waitpid(-1, 0)


def watch_memory(pid, done, seen) -> None:
    """Keep in seen[0] the most that a process and all below it have used; shared pages are counted once."""
    while not done.wait(SAMPLE_SECONDS):
        total = 0
        try:
            family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
        except psutil.Error:
            continue
        for process in family:
            try:
                total += process.memory_full_info().pss
            except (psutil.Error, AttributeError):
                continue
        seen[0] = max(seen[0], total)


def measure_regrading(course, slugs, count, cores) -> None:
    """Judge the stored traces of the graded class anew: by the command, and the judging alone, in warm interpreters."""
    cost = measure([[sys.executable, "-m", "asynclab", "regrade", *slugs]], course)
    wall = in_parallel(REJUDGING, cores, str(course), *slugs)
    print(
        f"  regraded in {cost.wall:.1f} s, start included: {count / cost.wall:.0f} per second; "
        f"judged alone, on all cores: {count / wall:.0f} per second"
    )


def in_parallel(script, cores, *arguments) -> float:
    """The longest of the times that one script prints, run once per core with (part, parts, *arguments)."""
    parts = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(part), str(cores), *arguments],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        for part in range(cores)
    ]
    return max(float(part.communicate()[0]) for part in parts)


def measure_cores(cores) -> float:
    """What all cores do in the time in which one does 1, by a loop that only counts: no grader can have more."""
    alone = min(in_parallel(COUNTING, 1) for _ in range(3))
    return cores * alone / min(in_parallel(COUNTING, cores) for _ in range(3))


def measure_floor(course, slugs, cores) -> float:
    """Seconds for the answers alone, those that can be read, split among the cores."""
    folder = str(course / "submitted")
    return sum(in_parallel(FLOOR, cores, str(ROOT), slug, folder) for slug in slugs)


def show(name, cost) -> None:
    """One row."""
    speed = cost.graded / cost.wall * 60
    print(
        f"  {name:38} {cost.wall:8.1f} s wall {cost.cpu:8.1f} s CPU {cost.memory / 2**20:7.0f} MiB "
        f"{cost.graded:5} graded {speed:8.1f} per minute",
        flush=True,
    )


if __name__ == "__main__":
    main(sys.argv[1:])
