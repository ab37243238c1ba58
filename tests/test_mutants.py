"""Mutants: which changes are made, which ones the hidden tests notice, and what is kept and listed."""

import os
import shutil
from pathlib import Path

import nbformat
import pytest
from tiny_course import SLUG, TEST_GREET, TEST_TOTAL, find, make_source

from asynclab.cli import main
from asynclab.errors import CommandError
from asynclab.grading.course import find_assignments, read_answers
from asynclab.grading.mutants import examine
from asynclab.grading.mutation.equivalents import Equivalent, read_equivalents, write_entries
from asynclab.grading.mutation.mutants import make_mutants
from asynclab.grading.mutation.mutate import mutate
from asynclab.grading.mutation.results import Results
from asynclab.grading.mutation.summary import summarize
from asynclab.grading.mutation.trial import Verdict, try_source

ROOT = Path(__file__).parent.parent
needs_fork = pytest.mark.skipif(
    not hasattr(os, "fork"), reason="mutants are judged in forked children"
)
pytestmark = pytest.mark.filterwarnings(
    "ignore:This process .* is multi-threaded:DeprecationWarning"
)


def changes(source, operator):
    """What an operator makes of a source: the changed lines."""
    return [item.after for item in mutate(source) if item.operator == operator]


# ---- operators


@pytest.mark.parametrize(
    ("operator", "source", "wanted"),
    [
        ("drop-await", "async def f():\n    await g()", ["g()"]),
        ("drop-finally", "try:\n    f()\nfinally:\n    g()\n    h()", ["pass"]),
        ("drop-statement", "for q in x:\n    q.task_done()", ["pass"]),
        ("drop-statement", "try:\n    f()\nexcept E:\n    raise", ["pass", "pass"]),
        ("drop-statement", "def f():\n    return 5", ["return None"]),
        ("change-handler", "try:\n    f()\nexcept E:\n    pass", ["except BaseException:", "except ():"]),
        ("change-bound", "s = Semaphore(n)", ["s = Semaphore(n + 1)", "s = Semaphore(n - 1)"]),
        ("change-queue", "q = PriorityQueue()", ["q = Queue()", "q = LifoQueue()"]),
        (
            "block-instead-of-sleep",
            "async def f():\n    await asyncio.sleep(n)",
            ['__import__("time").sleep(n)'],
        ),
        ("sleep-nothing", "async def f():\n    await asyncio.sleep(n)", ["await asyncio.sleep(0)"]),
        (
            "one-after-the-other",
            "async def f():\n    await gather(*x)",
            ["[await part for part in [*x]]"],
        ),
        ("one-after-the-other", "async def f():\n    t = create_task(g())", ["t = (await g())"]),
        (
            "drop-context",
            "async def f():\n    async with lock:\n        pass",
            ['async with __import__("contextlib").nullcontext(lock):'],
        ),
        ("change-timeout", "async def f():\n    await wait_for(g(), t)", ["await g()", "await wait_for(g(), t * 2)"]),
        ("unshield", "async def f():\n    await shield(g())", ["await g()"]),
        ("block-instead-of-thread", "async def f():\n    await to_thread(g, 1)", ["g(1)"]),
        ("drop-keyword", "gather(a, return_exceptions=True)", ["gather(a)"]),
        ("change-sign", "a < b", ["a <= b"]),
        ("change-sign", "a and b", ["a or b"]),
        ("change-augmented", "a += 1", ["a -= 1"]),
        ("drop-operand", "a or b", ["(b)", "(a)"]),
        ("negate", "if a:\n    b", ["if not (a):", "if True:"]),
        ("look-once", "while a:\n    b()", ["if a:"]),
        ("change-constant", "f(3)", ["f(4)", "f(2)"]),
        ("change-constant", "f(True)", ["f(False)"]),
        ("change-constant", "f(0.5)", ["f(1.0)"]),
        ("change-name", "wait(x=a.FIRST_COMPLETED)", ["wait(x=a.ALL_COMPLETED)"]),
        ("change-name", "e.set()", ["e.clear()"]),
        ("change-name", "max(a)", ["min(a)"]),
        (
            "swap-statements",
            "async def f():\n    t.cancel()\n    await t",
            ["await t\nt.cancel()"],
        ),
    ],
)  # fmt: skip
def test_operators(operator, source, wanted):
    """Each operator makes the change that its name says, and nothing else."""
    assert changes(source, operator) == wanted


@pytest.mark.parametrize(
    "source",
    [
        '"""Sebuah docstring."""',
        "import asyncio",
        "def f(a: int = None) -> list[int]: ...",
        "raise ValueError(f'kurang dari {1}')",
        'f"{1 + 1}"',
    ],
)
def test_what_is_said_is_left_alone(source):
    """Docstrings, annotations, imports, f-strings and what an exception says are no mutants."""
    assert [item.after for item in mutate(source) if "pass" not in item.after] == []


def test_a_mutation_keeps_the_rest_of_the_text():
    """Comments, blank lines and letters beyond ASCII stay as they are."""
    source = "# “kutipan”\na = 1  # é\n\nb = 2\n"

    assert next(item.source for item in mutate(source)) == "# “kutipan”\na = 2  # é\n\nb = 2\n"


def test_equal_lines_are_counted():
    """The same change of the same line in two places has two names."""
    keys = [item.key for item in mutate("f(a < b)\ng()\nf(a < b)\n") if "<=" in item.after]

    assert keys == [("f(a < b)", "f(a <= b)", 1), ("f(a < b)", "f(a <= b)", 2)]


# ---- a tiny assignment with a hole


@pytest.fixture
def course(tmp_path):
    """A course whose hidden tests never ask how long `greet` takes."""
    folder = tmp_path / "source" / SLUG
    folder.mkdir(parents=True)
    nbformat.write(make_source(), folder / f"{SLUG}.ipynb")
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    return tmp_path


def survivors(summary):
    return [(mutant.mutation.before, mutant.mutation.after) for mutant, _ in summary.survivors]


@needs_fork
@pytest.mark.heavy
def test_a_hole_lets_a_mutant_live(course):
    """What no criterion asks for survives; what one asks for does not."""
    summary = examine(course, find_assignments(course)[0], workers=1)

    assert ("await asyncio.sleep(1)", "pass") in survivors(summary)
    assert ("return sum(numbers)", "return None") not in survivors(summary)


@needs_fork
@pytest.mark.heavy
def test_a_better_criterion_kills_it(course):
    """A criterion on the time makes the survivors of the hole disappear."""
    path = course / "source" / SLUG / f"{SLUG}.ipynb"
    notebook = nbformat.read(path, 4)
    test = TEST_GREET.replace("equal, run", "equal, never_blocking, run, took").replace(
        'world.note("hasil", await greet("Ani"))',
        'world.note("hasil", await greet("Ani"))\n    world.note("lama", world.time())',
    )
    test = test.replace(
        "'`greet(\"Ani\")`')",
        "'`greet(\"Ani\")`') and took(trace.note(\"lama\"), 1, '`greet`') and never_blocking(trace)",
    )
    find(notebook, "tugas-2").source = test
    nbformat.write(notebook, path)

    summary = examine(course, find_assignments(course)[0], workers=1)
    assert [pair for pair in survivors(summary) if "sleep" not in pair[1]] == []


@needs_fork
@pytest.mark.heavy
def test_a_broken_reference_is_named(course):
    """Where the unbroken reference loses points nothing is tried, and the sentence says why."""
    path = course / "source" / SLUG / f"{SLUG}.ipynb"
    notebook = nbformat.read(path, 4)
    cell = find(notebook, "jawaban-2")
    cell.source = cell.source.replace("Halo", "Hai")
    nbformat.write(notebook, path)

    with pytest.raises(CommandError, match="acuan untuk 'kecil' tidak mendapat nilai penuh"):
        examine(course, find_assignments(course)[0], workers=1)


@needs_fork
@pytest.mark.parametrize(
    ("name", "source", "what"),
    [
        (None, None, "Bukan notebook yang sah"),
        ("jawaban-2", "def f(:", "Sel jawaban-2 baris 1 bukan Python yang sah"),
        pytest.param("tugas-2", "5", "dengan jawaban acuan: TypeError", marks=pytest.mark.heavy),
        pytest.param("jawaban-2", "import os\nos._exit(0)", "mengakhiri proses", marks=pytest.mark.heavy),
    ],
)  # fmt: skip
def test_a_broken_notebook_is_left_to_verify(course, monkeypatch, capsys, name, source, what):
    """What can't be judged at all is one sentence that names verify, never a traceback."""
    path = course / "source" / SLUG / f"{SLUG}.ipynb"
    notebook = nbformat.read(path, 4)
    if name:
        find(notebook, name).source = source
    path.write_text(nbformat.writes(notebook) if name else "{", encoding="utf-8")
    monkeypatch.chdir(course)

    assert main(["mutants", SLUG, "--workers", "1"]) == 1
    shown = capsys.readouterr().err.strip().splitlines()[-1]
    assert what in shown
    assert shown.endswith("Perbaiki dahulu: asynclab verify kecil")


@needs_fork
def test_a_mutant_that_never_ends_is_killed(course):
    """A mutant that eats the processor is stopped by the limit and counts as noticed."""
    (assignment,) = find_assignments(course)
    source = assignment.solution.replace("await asyncio.sleep(1)", "while True: pass", 1)

    assert try_source(assignment, source, 11, limit=1) == Verdict("endless")


@needs_fork
def test_a_mutant_that_leaves_its_process_is_noticed(course):
    """A mutant that ends its process is noticed, and this one goes on."""
    (assignment,) = find_assignments(course)
    source = "import os\nos._exit(0)"

    assert try_source(assignment, source, 11, limit=5) == Verdict("died")


@needs_fork
def test_a_criterion_that_breaks_is_no_kill(course):
    """Where a criterion raises on a mutant nobody has noticed anything: it is shown as a survivor."""
    path = course / "source" / SLUG / f"{SLUG}.ipynb"
    notebook = nbformat.read(path, 4)
    find(notebook, "tugas-1").source = TEST_TOTAL.replace(
        'lambda: equal(trace.note("hasil"), 6, "`total([1, 2, 3])`")',
        'lambda: [True][trace.note("hasil") - 6]',
    )
    nbformat.write(notebook, path)
    (assignment,) = find_assignments(course)
    verdict = try_source(assignment, assignment.solution.replace("sum", "max"), 11, limit=5)

    assert (verdict.outcome, verdict.cell, verdict.killed) == ("unjudged", "tugas-1", False)


# ---- results that are kept


def test_results_are_kept_until_what_they_stand_on_changes(course):
    """A verdict is found again by another run, until a cell up to the deciding one changes."""
    (assignment,) = find_assignments(course)
    path = course / "hasil.jsonl"
    Results(path, assignment, 11).keep("a", Verdict("lost", "tugas-1", "Menjumlahkan"))
    Results(path, assignment, 11).keep("b", Verdict("survived"))
    path.write_text(path.read_text() + '{"mutant": "terpot')
    changed = find_assignments(course)[0]
    changed.tests[1].source += "\n# berubah"

    assert [Results(path, assignment, 11).find(item).outcome for item in "ab"] == [
        "lost",
        "survived",
    ]
    assert Results(path, assignment, 12).find("a") is None
    assert Results(path, changed, 11).find("a").outcome == "lost"
    assert Results(path, changed, 11).find("b") is None


@needs_fork
@pytest.mark.heavy
def test_a_second_run_tries_nothing_again(course, monkeypatch):
    """What an earlier run has found out is taken from its file."""
    (assignment,) = find_assignments(course)
    first = examine(course, assignment, workers=1)
    monkeypatch.setattr("asynclab.grading.mutants.ProcessPoolExecutor", None)

    assert examine(course, assignment).rows == first.rows


# ---- equivalents


def entry(answer="acuan", before="await asyncio.sleep(1)", after="pass", reason="karena"):
    return Equivalent(answer, before, after, reason)


def test_entries_are_read_as_they_are_written(tmp_path):
    """What is written for tests/equivalents/ is read again, line breaks and quotes included."""
    entries = [entry(), entry("right/lain"), entry(before="a = 'x'\nb = 2", after='c = "y"')]
    path = tmp_path / "tests" / "equivalents" / "kecil.toml"
    path.parent.mkdir(parents=True)
    path.write_text(write_entries(entries), encoding="utf-8")

    assert read_equivalents(tmp_path, "kecil") == entries
    assert read_equivalents(tmp_path, "lain") == []


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[[equivalent", "tidak dapat dibaca"),
        ("[[equivalent]]\nanswers = ['acuan']\nbefore = 'a'\nafter = 'b'\n", "entri ke-1: reason"),
        (write_entries([entry(reason="")]), "entri ke-1: reason"),
        ("[[equivalent]]\nanswers = 1\nbefore = ''\nafter = ''\nreason = 'x'\n", "answers"),
    ],
)
def test_an_entry_without_a_reason_is_refused(tmp_path, text, sentence):
    """A malformed file, and an entry without a reason, are named with their place."""
    path = tmp_path / "tests" / "equivalents" / "kecil.toml"
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")

    with pytest.raises(CommandError, match=sentence):
        read_equivalents(tmp_path, "kecil")


def test_listed_and_stale(course):
    """A listed survivor is none any more; an entry that matches no survivor is stale."""
    (assignment,) = find_assignments(course)
    mutants = make_mutants(assignment, [])
    verdicts = {mutant: Verdict("lost", "tugas-1") for mutant in mutants}
    verdicts[mutants[0]] = Verdict("survived")
    listed = Equivalent(*mutants[0].key[:3], "karena", mutants[0].key[3])
    killed = Equivalent(*mutants[1].key[:3], "karena", mutants[1].key[3])

    summary = summarize(SLUG, verdicts, [listed, killed])
    assert (summary.survivors, summary.stale) == ([], [killed])
    assert summary.total == (len(mutants), len(mutants) - 1, 1, 0)


# ---- the command


def test_wrong_use(tmp_path, monkeypatch, capsys):
    """Outside a course, with an unknown assignment or a count below one: one sentence, exit code 2."""
    monkeypatch.chdir(tmp_path)
    codes = [main(["mutants", "kecil"])]
    monkeypatch.chdir(ROOT)
    codes += [main(["mutants", "latihan-9"]), main(["mutants", "kecil", "--workers", "0"])]

    assert codes == [2, 2, 2]
    shown = capsys.readouterr().err
    assert "bukan folder kursus" in shown
    assert "Tugas 'latihan-9' tidak ada" in shown
    assert "--workers 0 tidak mungkin" in shown


@needs_fork
@pytest.mark.heavy
def test_the_command_shows_survivors_with_their_diff(course, monkeypatch, capsys):
    """The table, each survivor's diff, what to do; exit code 1. With --entries: what can be pasted."""
    monkeypatch.chdir(course)

    assert main(["mutants", SLUG]) == 1
    shown = capsys.readouterr().out
    assert "acuan" in shown
    assert "+    pass" in shown
    assert "mutan lolos dari uji tersembunyi" in shown
    assert main(["mutants", SLUG, "--entries"]) == 1
    assert "[[equivalent]]" in capsys.readouterr().out


# ---- the course


@needs_fork
@pytest.mark.heavy
@pytest.mark.parametrize("slug", ["latihan-2-task-queue", "mandiri-3-rate-limiter"])
def test_no_unlisted_mutant_lives(slug, tmp_path, monkeypatch):
    """A sample of the mutants of every right answer is noticed, or listed with its reason."""
    monkeypatch.setattr("asynclab.grading.mutants.CACHE", tmp_path)
    (assignment,) = find_assignments(ROOT, [slug])

    assert survivors(examine(ROOT, assignment, sample=12)) == []


def test_listed_equivalents_are_of_answers_that_exist():
    """tests/equivalents/ names only mutants that are still made."""
    stale = []
    for assignment in find_assignments(ROOT):
        made = {
            mutant.key for mutant in make_mutants(assignment, read_answers(ROOT, assignment.slug))
        }
        stale += [
            item.key for item in read_equivalents(ROOT, assignment.slug) if item.key not in made
        ]

    assert stale == []
