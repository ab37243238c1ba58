"""The lessons as a student meets them: they run, they err only on purpose, they keep their form."""

import re
import statistics
import time
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from asynclab.grading.book import anchor

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "notebooks"
SOLUTIONS = ROOT / "tests" / "solutions"
LESSONS = sorted(path.stem for path in FOLDER.glob("[0-9]*.ipynb"))
TAUGHT = [name for name in LESSONS if not name.startswith("00")]
"""All but the introduction, which only shows the way."""
COURSE = {
    "00-mulai",
    "01-sync-vs-async",
    "02-coroutines",
    "03-tasks",
    "04-context-managers",
    "05-iterators-generators",
    "06-concurrent-operations",
    "07-queues-synchronization",
    "08-error-handling",
    "09-real-world",
    "10-praktik-terbaik",
}
ASSIGNMENTS = {
    "latihan-1-download-manager",
    "latihan-2-task-queue",
    "mandiri-1-web-crawler",
    "mandiri-2-chat-server",
    "mandiri-3-rate-limiter",
    "mandiri-4-data-pipeline",
    "mandiri-5-monitoring",
}
TAGS = {"check", "exercise", "expect-stderr", "pitfall", "raises-exception"}
HEADLINES = {  # lesson: {cell: the seconds it prints}
    "01-sync-vs-async": {"run-sync": 6, "run-async": 3},
    "02-coroutines": {"run-sequential": 3, "run-concurrent": 2},
}
VARIANTS = {  # what prose may not say: what it says instead
    r"asynchronous|asynchron": "asinkron",
    r"synchronous": "sinkron",
    r"concurrent": "konkuren",
    r"waktu virtual": "waktu maya",
    r"kamu|kalian": "Anda",
    "anda": "Anda",
    r"kesalahan|eror": "galat",
    r"cancellation": "pembatalan",
}
LIMIT = 60
"""Seconds that a lesson may ask a student to wait."""


def read(lesson):
    return nbformat.read(FOLDER / f"{lesson}.ipynb", as_version=4)


def tags(cell):
    return set(cell.metadata.get("tags", ()))


def prose(lesson):
    return [cell for cell in read(lesson).cells if cell.cell_type == "markdown"]


def code(lesson):
    return [cell for cell in read(lesson).cells if cell.cell_type == "code"]


def lines(cell):
    return [line for line in cell.source.splitlines() if line.strip()]


def plain(text):
    """Prose without code, targets of links, and markup."""
    text = re.sub(r"```.*?```|`[^`]*`|<[^>]+>", " ", text, flags=re.DOTALL)
    return re.sub(r"\]\([^)]*\)", "]", text)


# ---- form: nothing is run


@pytest.mark.parametrize("lesson", LESSONS)
def test_nothing_is_stored_but_the_lesson(lesson):
    """No outputs and no counts, so that a change of a lesson is a small change of its file."""
    notebook = read(lesson)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert [cell.outputs for cell in code(lesson) if cell.outputs] == []
    assert {cell.execution_count for cell in code(lesson)} == {None}
    assert set(notebook.metadata) == {"kernelspec", "language_info"}


@pytest.mark.parametrize("lesson", LESSONS)
def test_cells_have_names(lesson):
    """Cell ids are words, each used once; tags are those of the course."""
    names = [cell.id for cell in read(lesson).cells]
    assert len(names) == len(set(names))
    assert [name for name in names if not re.fullmatch(r"[a-z]+(-[a-z]+|-[0-9]{1,2})*", name)] == []
    assert [name for name in names if re.fullmatch(r"[0-9a-f]{8}", name)] == []
    assert set().union(*(tags(cell) for cell in read(lesson).cells)) <= TAGS


@pytest.mark.parametrize("lesson", TAUGHT)
def test_cells_are_short(lesson):
    """Half of the code cells have at most 6 lines, half of the prose cells at most 40 words."""
    shown = [c for c in code(lesson) if not tags(c) & {"exercise", "check"} and c.id != "setup"]
    assert statistics.median(len(lines(cell)) for cell in shown) <= 6
    assert statistics.median(len(plain(cell.source).split()) for cell in prose(lesson)) <= 40


@pytest.mark.parametrize("lesson", TAUGHT)
def test_the_parts_are_in_their_places(lesson):
    """Beginning, exercises with their checks, and ending are the same in every lesson."""
    names = [cell.id for cell in read(lesson).cells]
    tries = [name for name in names if re.fullmatch(r"try-[0-9]", name)]
    assert names[:3] == ["title", "before", "setup"]
    assert names[-3:] == ["summary", "words", "next"]
    assert 2 <= len(tries) <= 4
    for number in range(1, len(tries) + 1):
        first = names.index(f"try-{number}")
        parts = [f"try-{number}", f"exercise-{number}", f"check-{number}"]
        assert names[first : first + 3] == parts
        assert "<summary>Petunjuk</summary>" in read(lesson).cells[first].source


@pytest.mark.parametrize("lesson", TAUGHT)
def test_students_guess_and_meet_mistakes(lesson):
    """At least two predictions, each right before the cell it asks about, and one pitfall."""
    every = read(lesson).cells
    guesses = [n for n, cell in enumerate(every) if "**Tebak dulu.**" in cell.source]
    assert len(guesses) >= 2
    assert all(every[n + 1].cell_type == "code" for n in guesses)
    assert any(re.match(r"## Jebakan", cell.source) for cell in every)
    assert any("SALAH" in cell.source for cell in every if "pitfall" in tags(cell))


@pytest.mark.parametrize("lesson", LESSONS)
def test_links_lead_somewhere(lesson):
    """Links go to lessons and assignments of the course, to glossary entries, or to https."""
    entries = re.findall(r"^### (.+)$", (FOLDER / "glosarium.md").read_text("utf-8"), re.MULTILINE)
    known = {f"glosarium.md#{anchor(entry)}" for entry in entries}
    known |= {"glosarium.md"} | {f"{name}.ipynb" for name in COURSE}
    known |= {f"../release/{slug}/{slug}.ipynb" for slug in ASSIGNMENTS}
    links = {x for cell in prose(lesson) for x in re.findall(r"\]\(([^)]+)\)", cell.source)}
    assert {link for link in links if not link.startswith("https://")} <= known


def test_the_course_is_whole():
    """Every lesson and every assignment that a link may lead to is there, and no other."""
    released = {path.stem for path in (ROOT / "release").glob("*/*.ipynb")}
    assert (set(LESSONS), released) == (COURSE, ASSIGNMENTS)


def test_the_glossary_is_sorted():
    """Entries stand in alphabetical order, each once."""
    entries = re.findall(r"^### (.+)$", (FOLDER / "glosarium.md").read_text("utf-8"), re.MULTILINE)
    assert entries == sorted(set(entries), key=str.lower)


@pytest.mark.parametrize("lesson", LESSONS)
def test_one_vocabulary(lesson):
    """Prose uses one word for one thing."""
    text = "\n".join(plain(cell.source) for cell in prose(lesson))
    found = [
        f"{match[0]!r}, bukan {instead!r}"
        for variant, instead in VARIANTS.items()
        for match in re.finditer(
            rf"\b({variant})\b", text, 0 if variant == "anda" else re.IGNORECASE
        )
    ]
    assert found == []


# ---- run: each lesson once, from a fresh kernel


def printed(cell, name="stdout"):
    """What a cell wrote to one of its streams."""
    return "".join(output.text for output in cell.outputs if output.get("name") == name)


def html(cell):
    """The HTML among a cell's outputs."""
    return "".join(output.get("data", {}).get("text/html", "") for output in cell.outputs)


class Run(NotebookClient):
    """Runs a notebook to its end and remembers which cells raised."""

    def __init__(self, notebook):
        super().__init__(
            notebook,
            allow_errors=True,
            timeout=LIMIT,
            resources={"metadata": {"path": str(FOLDER)}},
            on_cell_executed=self.remember,
        )
        self.raised = set()
        self.times = []

    def remember(self, cell, cell_index, execute_reply):
        # The reply tells also where IPython prints an ExceptionGroup instead of showing an error.
        self.times.append(time.perf_counter())
        if execute_reply["content"]["status"] == "error":
            self.raised.add(cell.id)


def execute(name):
    """({id: executed cell}, the run) of a lesson in a fresh kernel."""
    notebook = read(name)
    run = Run(notebook)
    run.execute()
    return {cell.id: cell for cell in notebook.cells}, run


@pytest.fixture(scope="module", params=LESSONS)
def lesson(request):
    """(name, {id: executed cell}, the run) of a lesson in a fresh kernel."""
    return request.param, *execute(request.param)


@pytest.mark.kernel
def test_cells_raise_exactly_where_they_should(lesson):
    """Every cell tagged `raises-exception` raises, and no other does."""
    _, executed, run = lesson
    assert run.raised == {
        name for name, cell in executed.items() if "raises-exception" in tags(cell)
    }


@pytest.mark.kernel
def test_nothing_unwanted_on_stderr(lesson):
    """Warnings appear only where they are the point of the cell, and there they do appear."""
    _, executed, _ = lesson
    warned = {
        name for name, cell in executed.items() if "outputs" in cell and printed(cell, "stderr")
    }
    wanted = {name for name, cell in executed.items() if "expect-stderr" in tags(cell)}
    allowed = wanted | {name for name, cell in executed.items() if "raises-exception" in tags(cell)}
    assert wanted <= warned <= allowed


@pytest.mark.kernel
def test_every_timeline_is_drawn(lesson):
    """Each `%%timeline` cell shows its picture."""
    _, executed, _ = lesson
    for name, cell in executed.items():
        if cell.source.startswith("%%timeline"):
            assert "<svg" in html(cell), name


@pytest.mark.kernel
def test_unsolved_exercises_show_what_is_missing(lesson):
    """The check of an untouched exercise says in a table what fails; nothing breaks."""
    _, executed, _ = lesson
    for name, cell in executed.items():
        if "check" in tags(cell):
            assert "✗" in html(cell), name
            assert "tidak dinilai" not in html(cell), name


@pytest.mark.kernel
def test_a_lesson_does_not_wait_long(lesson):
    """Running all cells one after the other takes less than a minute."""
    run = lesson[2]
    assert run.times[-1] - run.times[0] < LIMIT


@pytest.mark.kernel
def test_headline_figures(lesson):
    """The times that the course begins with come out, within 10 %: the only real times asserted."""
    name, executed, _ = lesson
    expected = pytest.approx(HEADLINES.get(name, {}), rel=0.1)
    totals = read_totals(name, executed)
    for _ in range(2):
        # A busy machine can only add to them.
        if totals != expected:
            again = read_totals(name, execute(name)[0])
            totals = {cell: min(total, again[cell]) for cell, total in totals.items()}
    assert totals == expected


def read_totals(name, executed):
    """The seconds that the cells of a lesson's headline figures print."""
    shown = {cell: printed(executed[cell]) for cell in HEADLINES.get(name, {})}
    found = {cell: re.search(r"Waktu total: ([0-9.]+) detik", text) for cell, text in shown.items()}
    return {cell: float(total[1]) for cell, total in found.items()}


@pytest.mark.kernel
@pytest.mark.parametrize("name", sorted(path.stem for path in SOLUTIONS.glob("*.py")))
def test_exercises_can_be_solved(name):
    """With the solutions in tests/solutions every check of the lesson is all green."""
    solutions = dict(
        re.findall(r"^# %% (\S+)\n(.*?)(?=^# %% |\Z)", solution_text(name), re.M | re.S)
    )
    notebook = read(name)
    shown = [c for c in notebook.cells if not c.source.startswith("%%timeline")]
    notebook.cells = [c for c in shown if not tags(c) & {"pitfall", "raises-exception"}]
    for cell in notebook.cells:
        cell.source = solutions.pop(cell.id, cell.source)
    assert solutions == {}
    Run(notebook).execute()
    results = {cell.id: html(cell) for cell in notebook.cells if "check" in tags(cell)}
    assert [cell for cell, shown in results.items() if "✗" in shown or "✓" not in shown] == []


def solution_text(name):
    return (SOLUTIONS / f"{name}.py").read_text("utf-8")


@pytest.mark.parametrize("lesson", TAUGHT)
def test_every_exercise_has_a_solution(lesson):
    """tests/solutions holds an answer to each exercise of each lesson."""
    exercises = {cell.id for cell in code(lesson) if "exercise" in tags(cell)}
    assert set(re.findall(r"^# %% (\S+)$", solution_text(lesson), re.MULTILINE)) == exercises
