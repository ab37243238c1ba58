"""Hundreds of mangled notebooks: each is graded or named, and no script of theirs runs in a page.

ASYNCLAB_FUZZ is how many (560), ASYNCLAB_FUZZ_SEED from which seed (11).
"""

import json
import os
import shutil
import subprocess
import sys

import nbformat
import pytest
from mangled import FLAG, hostile, mangle
from small_class import make_definition
from tiny_course import OBSTACLE, ROOT, SLUG, TinyCourse, answered, make_release
from traitlets.config import PyFileConfigLoader

from asynclab.grading import execute
from asynclab.grading.definition import plain
from asynclab.grading.job import Submission, grade
from asynclab.grading.runner import Result

COUNT = int(os.environ.get("ASYNCLAB_FUZZ", "560"))
SEED = int(os.environ.get("ASYNCLAB_FUZZ_SEED", "11"))
CELLS = {(SLUG, "tugas-1"), (SLUG, "tugas-2")}
UNREADABLE = "tidak dapat dibaca sebagai notebook"


@pytest.fixture(scope="module")
def definition():
    """The tiny assignment with the course's own configuration."""
    config = PyFileConfigLoader("nbgrader_config.py", path=str(ROOT)).load_config()
    config.ExecuteAndJudge.trust_submissions = bool(OBSTACLE)
    return make_definition(config=plain(config))


def find_problem(definition, content):
    """What is wrong with how a file was graded, or ''."""
    graded = grade(definition, Submission("ani", {SLUG: content}))
    if graded.fault:
        return f"not graded: {graded.fault}"
    notebook = nbformat.from_dict(json.loads(graded.notebooks[SLUG]))
    try:
        nbformat.validate(notebook)
    except nbformat.ValidationError as error:
        return f"invalid: {error}"
    sentences = [sentence for _, sentence in graded.log]
    named = any(UNREADABLE in sentence for sentence in sentences)
    if set(graded.scores) != CELLS or (None in graded.scores.values()) is not named:
        return f"scores {graded.scores}, said {sentences}"
    ugly = [
        text for text in sentences if not text.isprintable() or len(text) > 400 or "Error" in text
    ]
    return f"said {ugly[0]!r}" if ugly else ""


@pytest.mark.heavy
def test_every_mangled_file_is_graded_or_named(definition, monkeypatch):
    """Whatever a file is: scores for all cells, or none with one sentence that a person can read."""
    # What runs is not the matter here, and a process each would take minutes.
    monkeypatch.setattr(execute, "run_cells", lambda plan, **_: [Result() for _ in plan])
    problems = {}
    for name, content in mangle(SEED, COUNT):
        if problem := find_problem(definition, content):
            problems[name] = problem[:300]

    assert problems == {}


def test_the_files_are_many_different_and_always_the_same():
    """At least 500; another seed gives others."""
    made, again, others = dict(mangle()), dict(mangle()), dict(mangle(seed=12))

    assert len(set(made.values())) >= 500
    assert made == again
    assert len(set(others.values()) - set(made.values())) > 100


# ---- the whole way

CHOSEN = (
    "ribuan-sel", "terlalu-dalam", "banyak-kurung", "nul-di-kode", "pengganti-di-teks", "coding-cookie",
    "sel-bash", "id-penilai", "grade-id-tabrakan", "semua-dua-kali", "nbformat-3", "keluaran-palsu",
    "bom-png", "teks-utf-16", "teks-kosong", "teks-dalam", "teks-latin-1",
)  # fmt: skip
NAMED = {"teks-kosong", "teks-dalam"}


def asynclab(course, *arguments):
    """Run a subcommand in a process of its own, in the course."""
    return subprocess.run(
        [sys.executable, "-m", "asynclab", *arguments],
        cwd=course.folder,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory):
    """A class of mangled and hostile notebooks and one good one: graded, with feedback and report."""
    course = TinyCourse(tmp_path_factory.mktemp("kursus"))
    made = dict(mangle())
    course.students = {name: made[name] for name in CHOSEN} | dict(hostile())
    course.students["baik"] = nbformat.writes(answered(make_release())).encode()
    assert course.nbgrader("generate_assignment", SLUG).returncode == 0
    for name, content in course.students.items():
        course.submit(name, content)
    course.graded_by = asynclab(course, "grade", SLUG, "--json")
    course.records = {
        record["student"]: record
        for record in map(json.loads, course.graded_by.stdout.splitlines())
    }
    course.feedback = course.nbgrader("generate_feedback", SLUG)
    course.report = asynclab(course, "report", SLUG)
    return course


@pytest.mark.heavy
def test_all_of_a_mangled_class_are_graded_or_named(fuzzed):
    """One record each, no traceback; the broken files wait for a person, nobody else does."""
    left = {name for name, record in fuzzed.records.items() if not record["judged"]}

    assert fuzzed.records.keys() == fuzzed.students.keys()
    assert left == NAMED
    assert [record["fault"] for record in fuzzed.records.values() if record["fault"]] == []
    assert fuzzed.graded_by.returncode == 1
    assert "Traceback" not in fuzzed.graded_by.stderr
    assert "Warning" not in fuzzed.graded_by.stderr.replace("Peringatan", "")


@pytest.mark.heavy
def test_good_answers_keep_their_points_in_the_worst_wrapping(fuzzed):
    """What can be read of them is graded as it is."""
    good = {
        "baik", "ribuan-sel", "nbformat-3", "teks-utf-16", "teks-latin-1", "keluaran-palsu", "bom-png",
        "id-penilai", "semua-dua-kali", "teks-jahat", "metadata-jahat", "tampilan-jahat", "cetakan-jahat",
    }  # fmt: skip
    scores = {name: fuzzed.records[name]["score"] for name in good}

    assert {name: score for name, score in scores.items() if score != 7} == {}


@pytest.mark.heavy
def test_everybody_has_a_feedback_page_and_the_report_is_made(fuzzed):
    """A page for each, whatever their notebook is."""
    pages = fuzzed.folder.glob(f"feedback/*/{SLUG}/*.html")

    assert {page.parts[-3] for page in pages} == fuzzed.students.keys()
    assert fuzzed.feedback.returncode == 0
    assert "Traceback" not in fuzzed.feedback.stderr + fuzzed.report.stderr
    assert (fuzzed.folder / "laporan.html").is_file()


LOOK = """() => {
    const found = [];
    for (const element of document.querySelectorAll('*')) {
        for (const attribute of element.attributes) {
            const value = attribute.value.replace(/[\\x00-\\x20]/g, '').toLowerCase();
            if (attribute.name.startsWith('on')) found.push(element.tagName + ' ' + attribute.name);
            if (['href', 'src', 'xlink:href', 'action', 'formaction', 'data'].includes(attribute.name)
                && /^(javascript|vbscript|data:text|data:image\\/svg)/.test(value)
                // A picture runs no scripts.
                && !(element.tagName === 'IMG' && value.startsWith('data:image'))) found.push(element.tagName + ' ' + value.slice(0, 40));
        }
        if (['IFRAME', 'OBJECT', 'EMBED', 'BASE'].includes(element.tagName)) found.push(element.tagName);
        if (element.tagName === 'SCRIPT' && element.textContent.includes('__hacked')
            && element.type !== 'application/json') found.push('SCRIPT');
        if (element.tagName === 'META' && element.httpEquiv === 'refresh') found.push('META');
    }
    return found;
}"""


@pytest.fixture(scope="module")
def browser():
    """A real browser: the system's, or the one that `playwright install` brings."""
    sync_api = pytest.importorskip("playwright.sync_api")
    system = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_api.sync_playwright() as playwright:
        try:
            launched = playwright.chromium.launch(executable_path=system, args=["--no-sandbox"])
        except sync_api.Error as error:
            pytest.skip(f"no Chromium: {str(error).splitlines()[0]}")
        yield launched
        launched.close()


def visit(browser, path):
    """What is wrong with a page after it is loaded and everything in it has been clicked."""
    page, wrong = browser.new_page(), []
    page.on("dialog", lambda dialog: (wrong.append("dialog"), dialog.dismiss()))
    page.on(
        "request",
        lambda request: (
            wrong.append(f"request {request.url[:80]}")
            if not request.url.startswith(("file:", "data:", "blob:"))
            else None
        ),
    )
    page.goto(path.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(item => { item.open = true; })")
    page.evaluate(
        "document.querySelectorAll('a[href^=\"javascript\" i], #klik, #kirim').forEach(item => item.click())"
    )
    page.wait_for_timeout(50)
    wrong += page.evaluate(LOOK)
    if page.url.partition("#")[0] != path.as_uri():
        wrong.append(f"went to {page.url[:80]}")
    wrong += ["ran" for frame in page.frames if frame.evaluate("window.__hacked")]
    page.close()
    return sorted(set(wrong))


@pytest.mark.heavy
@pytest.mark.browser
def test_no_script_of_theirs_runs_in_a_feedback_page(fuzzed, browser):
    """Nor in any frame, on load or on a click; nothing is fetched from anywhere."""
    names = [name for name, _ in hostile()]
    pages = {name: fuzzed.folder / "feedback" / name / SLUG / f"{SLUG}.html" for name in names}
    wrong = {name: visit(browser, page) for name, page in pages.items()}

    assert {name: found for name, found in wrong.items() if found} == {}


@pytest.mark.heavy
@pytest.mark.browser
def test_no_script_of_theirs_runs_in_the_report(fuzzed, browser):
    """The instructor reads about all of them on one page."""
    assert visit(browser, fuzzed.folder / "laporan.html") == []


@pytest.mark.heavy
@pytest.mark.browser
@pytest.mark.parametrize(
    "bad", ["<img src=x onerror='FLAG'>", "<a id=klik href='javascript:FLAG'>x</a>"]
)
def test_a_script_that_runs_is_noticed(browser, tmp_path, bad):
    """The test above can fail."""
    (tmp_path / "x.html").write_text(f"<!doctype html><p>{bad.replace('FLAG', FLAG)}")

    assert "ran" in visit(browser, tmp_path / "x.html")
