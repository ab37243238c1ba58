"""Attacks of a submission on its grader, stock nbgrader beside this course: python -m bench.attacks

The attacks are those of tests/test_sandbox.py. Stock nbgrader is given only those that would do no
harm to this computer if they got through.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from asynclab.grading.release import CONFIG
from bench.grading import ROOT, STOCK_CONFIG

sys.path.insert(0, str(ROOT / "tests"))

HARMLESS = {
    "baca-source", "baca-gradebook", "baca-gradebook-sqlite", "baca-kiriman-lain", "baca-autograded",
    "baca-shadow", "baca-home", "daftar-kursus", "baca-lingkungan", "baca-lingkungan-induk",
    "tulis-source", "tulis-gradebook", "tautan-keluar", "loopback", "soket-unix", "soket-abstrak",
    "fork", "program", "bunuh-korban", "berkas-terbuka",
}  # fmt: skip


def main(argv=()) -> None:
    """Try them in both ways, each in a process of its own, and print the table."""
    if argv:
        print(json.dumps(attack(argv[0])))
        return
    found = {}
    for way in ("nbgrader", "asynclab"):
        command = [sys.executable, "-m", "bench.attacks", way]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
        found[way] = json.loads(done.stdout.splitlines()[-1])
    print(f"{'':28} {'nbgrader':14} asynclab")
    for name, result in found["asynclab"].items():
        print(f"{name:28} {found['nbgrader'].get(name, 'not tried'):14} {result}")


def attack(way) -> dict[str, str]:
    """Every attack's name and what became of it, in a class that is graded this way."""
    from nbformat.v4 import new_code_cell
    from test_sandbox import ATTACKS, World, attempt_cell
    from tiny_course import SLUG, answered, find, index

    folder = Path(tempfile.mkdtemp(prefix="asynclab-", dir="/var/tmp"))
    world = World(folder)
    try:
        world.course.nbgrader("generate_assignment", SLUG)
        tried = [name for name in ATTACKS if way == "asynclab" or name in HARMLESS]
        for name in tried:
            notebook = answered(world.course.release)
            code = attempt_cell(world.fill(ATTACKS[name][0]))
            cell = new_code_cell(code, id="serangan")
            notebook.cells.insert(index(notebook, "tugas-1"), cell)
            world.course.submit(f"serang-{name}", notebook)
        world.course.submit("jujur", answered(world.course.release))
        if way == "nbgrader":
            (world.course.folder / CONFIG).write_text(STOCK_CONFIG)
        world.grade()
        return {name: read(world, f"serang-{name}", find) for name in tried}
    finally:
        world.victim.kill()
        world.victim.wait()
        shutil.rmtree(folder)


def read(world, student, find) -> str:
    """What became of an attack."""
    from test_sandbox import REFUSED, text_of

    try:
        text = text_of(find(world.course.graded(student), "serangan"))
    except (OSError, StopIteration, ValueError):
        return "not graded"
    if "BOBOL" in text:
        return "got through"
    return "refused" if any(word in text for word in REFUSED) else "?"


if __name__ == "__main__":
    main(sys.argv[1:])
