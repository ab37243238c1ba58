"""A grader that is killed again and again, and what becomes of the grades: python -m bench.kills --kills 200

Each time the class is done, everybody hands in once more. In the end the grades and the graded
notebooks are those of a class that was graded in peace, and nothing half-written was ever seen.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from asynclab.grading.release import open_course
from asynclab.grading.writer import LOCK
from bench.grading import ROOT, prepare

SLUGS = ["latihan-2-task-queue", "mandiri-3-rate-limiter"]
DAY = datetime.timedelta(days=1)


def main(argv=()) -> None:
    """Kill so many graders, then compare."""
    parser = argparse.ArgumentParser("python -m bench.kills")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--students", type=int, default=12)
    parser.add_argument("--longest", type=float, default=6.0, help="seconds until a kill")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        course = prepare(Path(folder, "kelas"), SLUGS, options.students)
        peace = Path(folder, "damai")
        shutil.copytree(course, peace)
        moment = hand_in(course, datetime.datetime(2026, 3, 1))
        draw, kills, rounds, torn = random.Random(options.seed), 0, 0, 0
        while kills < options.kills:
            at_work = draw.random() < 0.8
            code = grade(course, draw.uniform(0.1, options.longest), at_work)
            torn += count_torn(course)
            if code == -signal.SIGKILL:
                kills += 1
            else:
                rounds += 1
                moment = hand_in(course, moment + DAY)
        grade(course)
        hand_in(peace, moment)
        grade(peace)
        equal = read_class(course) == read_class(peace)
        scores, files = read_class(course)
    print(
        f"\n{kills} graders killed, {rounds} times the class was done in between; {torn} torn files seen"
    )
    print(
        f"{len(scores)} scores and {len(files)} notebooks, equal to those graded in peace: {equal}"
    )
    raise SystemExit(not equal or torn > 0)


def hand_in(course, moment):
    """Everybody hands in at this moment (UTC)."""
    for folder in (course / "submitted").glob("*/*"):
        (folder / "timestamp.txt").write_text(f"{moment:%Y-%m-%d %H:%M:%S.%f} UTC")
    return moment


def grade(course, seconds=None, at_work=False):
    """Grade, killed after so many seconds, with `at_work` from the moment on when it may write; the exit code."""
    grader = subprocess.Popen(
        [sys.executable, "-m", "asynclab", "grade", *SLUGS],
        cwd=course,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while at_work and grader.poll() is None and not is_writing(course, grader.pid):
            time.sleep(0.01)
        return grader.wait(seconds)
    except subprocess.TimeoutExpired:
        grader.kill()
        return grader.wait()
    finally:
        print(".", end="", flush=True)


def is_writing(course, pid):
    """Whether this grader has the lock."""
    try:
        return (course / LOCK).read_text().startswith(f"{pid}\n")
    except OSError:
        return False


def count_torn(course):
    """Graded notebooks that are not whole."""
    torn = 0
    for path in (course / "autograded").glob("*/*/*.ipynb"):
        try:
            json.loads(path.read_bytes())
        except ValueError:
            torn += 1
    return torn


def read_class(course):
    """({(assignment, student, cell): score}, {graded file: bytes})."""
    scores = {}
    with open_course(course).gradebook as gradebook:
        for slug in SLUGS:
            for submission in gradebook.assignment_submissions(slug):
                for item in [grade for part in submission.notebooks for grade in part.grades]:
                    scores[slug, submission.student.id, item.name] = item.auto_score
    files = {
        path.relative_to(course).as_posix(): path.read_bytes()
        for path in sorted((course / "autograded").rglob("*.ipynb"))
    }
    return scores, files


if __name__ == "__main__":
    main(sys.argv[1:])
