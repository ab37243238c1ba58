"""Feedback pages, as stock `nbgrader generate_feedback` makes them in this course."""

import re

import nbformat
import pytest
from small_class import copy_course, generated_course
from tiny_course import GOOD_TOTAL, SLUG, TRUST, answered

from asynclab.grading.course import read_answers, read_assignments
from asynclab.grading.execute import ExecuteAndJudge
from asynclab.grading.feedback.page import read_page
from asynclab.grading.feedback.rendering import render_page
from asynclab.grading.sample_class import fill_in

SLUGS = [
    "latihan-1-download-manager", "latihan-2-task-queue", "mandiri-1-web-crawler", "mandiri-2-chat-server",
    "mandiri-3-rate-limiter", "mandiri-4-data-pipeline", "mandiri-5-monitoring",
]  # fmt: skip


def hidden_lines(assignment):
    """The lines of its hidden tests that are code: those with a sentence for the student are left out."""
    for cell in assignment.tests:
        for region in re.findall(r"(?s)### BEGIN HIDDEN TESTS\n(.*?)### END HIDDEN", cell.source):
            lines = (line.strip() for line in region.splitlines())
            yield from (line for line in lines if len(line) > 20 and '"' not in line)


@pytest.mark.heavy
@pytest.mark.parametrize("slug", SLUGS)
def test_no_line_of_a_hidden_test_is_on_a_page(root, slug):
    """Of any assignment, with an answer that fails and one that is not written."""
    (assignment,) = [item for item in read_assignments(root) if item.slug == slug]
    release = (root / "release" / slug / f"{slug}.ipynb").read_bytes()
    wrong = next(item for item in read_answers(root, slug) if item.lost)
    lines = set(hidden_lines(assignment))
    for content in (fill_in(release, wrong.source), release):
        notebook = nbformat.reads(content, 4)
        by_id = {cell.metadata.nbgrader.grade_id: cell for cell in assignment.tests}
        for cell in notebook.cells:
            name = cell.metadata.get("nbgrader", {}).get("grade_id")
            cell.source = by_id[name].source if name in by_id else cell.source
        step = ExecuteAndJudge(trust_submissions=bool(TRUST))
        notebook, _ = step.preprocess(notebook, {"metadata": {"path": ""}})
        page = render_page(read_page(notebook, {"assignment": slug, "notebook": slug}))

        assert "✗</span> gagal" in page
        assert [line for line in lines if line in page] == []
        assert [word for word in ("HIDDEN TESTS", "fingerprint", "<script") if word in page] == []


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    """A course whose assignment is generated."""
    return generated_course(tmp_path_factory.mktemp("asli"))[0]


@pytest.mark.heavy
def test_nbgrader_makes_the_page_with_its_own_commands(original, tmp_path):
    """From a submission to the page, by configuration alone; made twice, it is the same."""
    course, _ = copy_course(original, tmp_path / "kursus")
    wrong = GOOD_TOTAL.replace("sum", "len")
    course.submit("salah", answered(course.release, total=wrong))
    course.nbgrader("autograde", SLUG)
    path = course.folder / "feedback" / "salah" / SLUG / f"{SLUG}.html"
    pages = []
    for _ in range(2):
        done = course.nbgrader("generate_feedback", SLUG, "--force")
        assert done.returncode == 0, done.stderr
        pages.append(path.read_bytes())

    assert pages[0] == pages[1]
    assert "menghasilkan 3; seharusnya 6" in pages[0].decode()


@pytest.mark.heavy
def test_a_page_knows_nothing_of_others(original, tmp_path):
    """Neither name nor code of another student."""
    course, _ = copy_course(original, tmp_path / "kursus")
    course.submit("ani", answered(course.release, total=f"# catatan ani\n{GOOD_TOTAL}"))
    course.submit("budi", answered(course.release, total=f"# catatan budi\n{GOOD_TOTAL}"))
    course.nbgrader("autograde", SLUG)
    course.nbgrader("generate_feedback", SLUG)
    page = (course.folder / "feedback" / "ani" / SLUG / f"{SLUG}.html").read_text(encoding="utf-8")

    assert "catatan ani" in page
    assert "budi" not in page
