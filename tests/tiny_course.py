"""A course with one small assignment, and submissions of it with every accident, for the tests of grading."""

import copy
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from asynclab import isolation
from asynclab.grading.spawn import spawn, spawn_trusted

ROOT = Path(__file__).resolve().parent.parent
SLUG = "kecil"

OBSTACLE = isolation.obstacle()
"""Why student code can't be shut in on this machine, or ''; tests that are not about that go on without."""
WAY = spawn_trusted if OBSTACLE else spawn
TRUST = "c.ExecuteAndJudge.trust_submissions = True\n" if OBSTACLE else ""

PREPARATION = "import asyncio\n\nfrom asynclab import Rubric, run"
TOTAL = '''async def total(numbers):
    """Jumlah semua angka, sesudah satu detik."""
    ### BEGIN SOLUTION
    await asyncio.sleep(1)
    return sum(numbers)
    ### END SOLUTION'''
GREET = '''async def greet(name):
    """Salam untuk `name`, sesudah satu detik."""
    ### BEGIN SOLUTION
    await asyncio.sleep(1)
    return f"Halo, {name}"
    ### END SOLUTION'''
TEST_TOTAL = """from asynclab import Rubric, equal, run, took


async def three(world):
    world.note("hasil", await total([1, 2, 3]))
    world.note("lama", world.time())


trace = run(three)
rubric = Rubric(points=4)
rubric.check(
    "Menjumlahkan tiga angka", lambda: equal(trace.note("hasil"), 6, "`total([1, 2, 3])`"), points=1
)
rubric.check("Satu detik", lambda: took(trace.note("lama"), 1, "`total`"), points=1)

### BEGIN HIDDEN TESTS
RAHASIA = "hanya pengajar yang tahu"


def draw(random):
    return [random.randint(1, 99) for _ in range(20)]


async def many(world):
    world.note("hasil", await total(draw(world.random)))


twenty = run(many)
rubric.check(
    "Menjumlahkan dua puluh angka",
    lambda: equal(twenty.note("hasil"), sum(draw(twenty.random())), "`total`"),
    points=2,
)
### END HIDDEN TESTS
rubric"""
TEST_GREET = """from asynclab import Rubric, equal, run


async def meet(world):
    world.note("hasil", await greet("Ani"))


trace = run(meet)
rubric = Rubric(points=3)
rubric.check(
    "Menyapa", lambda: equal(trace.note("hasil"), "Halo, Ani", '`greet("Ani")`'), points=3
)
rubric"""
GOOD_TOTAL = "async def total(numbers):\n    await asyncio.sleep(1)\n    return sum(numbers)\n"
GOOD_GREET = 'async def greet(name):\n    await asyncio.sleep(1)\n    return f"Halo, {name}"\n'


def make_source():
    """The instructor's notebook: two solution cells, two test cells of 4 and 3 points."""
    cells = [
        new_markdown_cell("# Tugas kecil", id="judul"),
        new_code_cell(PREPARATION, id="persiapan"),
        _cell("jawaban-1", TOTAL, solution=True),
        _cell("tugas-1", TEST_TOTAL, points=4),
        _cell("jawaban-2", GREET, solution=True),
        _cell("tugas-2", TEST_GREET, points=3),
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel})


def _cell(name, source, *, solution=False, points=None):
    meta = {"grade_id": name, "grade": points is not None, "solution": solution, "task": False}
    meta |= {"locked": not solution, "schema_version": 3}
    if points is not None:
        meta["points"] = points
    return new_code_cell(source, id=name, metadata={"nbgrader": meta})


def make_release():
    """The student's version as nbgrader would make it, without nbgrader."""
    notebook = make_source()
    for cell in notebook.cells:
        lines, dropping = [], False
        for line in cell.source.split("\n"):
            if "### BEGIN" in line:
                dropping = True
                if "SOLUTION" in line:
                    lines.append("    raise NotImplementedError")
            elif "### END" in line:
                dropping = False
            elif not dropping:
                lines.append(line)
        cell.source = "\n".join(lines)
    return notebook


def answered(release, total=GOOD_TOTAL, greet=GOOD_GREET):
    """The student's version with these two answers."""
    notebook = copy.deepcopy(release)
    find(notebook, "jawaban-1").source = total
    find(notebook, "jawaban-2").source = greet
    return notebook


def find(notebook, name):
    """The cell with this id."""
    return next(cell for cell in notebook.cells if cell.get("id") == name)


def index(notebook, name):
    """Where the cell with this id stands."""
    return notebook.cells.index(find(notebook, name))


class TinyCourse:
    """A course folder with this project's own configuration, driven through stock nbgrader commands."""

    def __init__(self, folder, extra_config=""):
        self.folder = Path(folder)
        config = (ROOT / "nbgrader_config.py").read_text(encoding="utf-8")
        (self.folder / "nbgrader_config.py").write_text(config + "\n" + TRUST + extra_config)
        source = self.folder / "source" / SLUG
        source.mkdir(parents=True)
        nbformat.write(make_source(), source / f"{SLUG}.ipynb")
        (self.folder / "exchange").mkdir()

    def nbgrader(self, *arguments):
        """Run a stock command in a process of its own; returns the CompletedProcess, never raises."""
        # Half of nbgrader's start-up is a package that nothing here needs.
        start = "import sys; sys.modules['rfc3987_syntax'] = None; from nbgrader.apps.nbgraderapp import main; main()"
        return subprocess.run(
            [sys.executable, "-c", start, *arguments],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )

    @property
    def release(self):
        """The student's version."""
        return nbformat.read(self.folder / "release" / SLUG / f"{SLUG}.ipynb", as_version=4)

    def submit(self, student, notebook):
        """Put a notebook (or the bytes of a file) where `nbgrader collect` would; returns the folder."""
        folder = self.folder / "submitted" / student / SLUG
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        path = folder / f"{SLUG}.ipynb"
        if isinstance(notebook, bytes):
            path.write_bytes(notebook)
        else:
            path.write_text(nbformat.writes(notebook, version=4), encoding="utf-8")
        return folder

    def graded(self, student):
        """The notebook in autograded/."""
        path = self.folder / "autograded" / student / SLUG / f"{SLUG}.ipynb"
        return nbformat.read(path, as_version=4)

    def scores(self, student):
        """{grade id: automatic score} from the gradebook."""
        from nbgrader.api import Gradebook

        with Gradebook(f"sqlite:///{self.folder}/gradebook.db") as gradebook:
            submission = gradebook.find_submission(SLUG, student)
            grades = [grade for item in submission.notebooks for grade in item.grades]
            return {grade.name: grade.auto_score for grade in sorted(grades, key=lambda g: g.name)}
