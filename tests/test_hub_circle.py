"""The whole circle on a real Hub in a real browser: release, solve, submit, grade, read; and what is refused.

The tests are one story and run in order: each goes on where the one before has stopped.
"""

import datetime
import os
from pathlib import Path

import pytest
from hub_class import CHROMIUM, SCREENSHOTS, TrialHub, Visitor, need_hub
from nbgrader.api import Gradebook
from tiny_course import GOOD_GREET, GOOD_TOTAL, SLUG

pytestmark = [pytest.mark.hub, pytest.mark.browser, pytest.mark.heavy]

ANSWER_CELLS = (2, 4)
RIGHT = dict(zip(ANSWER_CELLS, (GOOD_TOTAL, GOOD_GREET)))
WRONG = {**RIGHT, 2: GOOD_TOTAL.replace("sum", "len")}


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    """A trial Hub that runs while the story is told."""
    need_hub()
    trial_hub = TrialHub(tmp_path_factory.mktemp("kelas"))
    trial_hub.start()
    yield trial_hub
    assert trial_hub.stop() == 0


@pytest.fixture(scope="module")
def people(hub, tmp_path_factory):
    """The instructor and two students, each with a browser of the own."""
    if not CHROMIUM:
        pytest.skip("Chromium tidak ditemukan")
    from playwright.sync_api import sync_playwright

    shots = Path(os.environ.get(SCREENSHOTS) or tmp_path_factory.mktemp("layar"))
    shots.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        everybody = {
            name: Visitor(browser, hub, name, shots) for name in ("dosen", "ayu", "budi", "admin")
        }
        yield everybody
        for visitor in everybody.values():
            visitor.shoot("akhir")
        browser.close()


def test_the_page_for_signing_in_says_that_it_is_a_trial(hub, people):
    """Before anything else: a trial, and no isolation."""
    page = people["ayu"].page
    page.goto(hub.url)
    people["ayu"].shoot("masuk")

    assert "Percobaan, tanpa isolasi." in page.locator(".alert").inner_text()
    assert page.locator("form button strong").all_inner_texts() == [
        "dosen", "ayu", "budi", "citra", "admin",
    ]  # fmt: skip


def test_the_instructor_lands_at_formgrader_and_releases(people):
    """The assignment has been generated, so releasing it is one click."""
    dosen = people["dosen"]
    dosen.sign_in()
    dosen.page.wait_for_url("**/services/modul11/formgrader/**")

    assert f"Successfully released '{SLUG}'" in dosen.click_icon(SLUG, "cloud-upload")


@pytest.mark.parametrize("name", ["ayu", "budi"])
def test_students_find_lessons_and_fetch_the_assignment(hub, people, name):
    """JupyterLab opens with the lessons in it; the assignment list offers what was released."""
    student = people[name]
    student.sign_in()
    student.page.locator(".jp-DirListing-item", has_text="pelajaran").wait_for()
    student.open_assignments()
    student.page.get_by_role("button", name="Fetch", exact=True).click()
    student.page.locator("#fetched_assignments_list .assignment-notebooks-link").wait_for()
    student.shoot("diambil")

    home = hub.settings.state / "home" / name
    assert (home / SLUG / f"{SLUG}.ipynb").is_file()
    assert (home / "pelajaran" / "00-mulai.ipynb").is_file()


def test_the_empty_assignment_fails_validation_with_our_sentences(people):
    """The Validate button says in Indonesian what is lacking."""
    ayu = people["ayu"]
    ayu.open_notebook(SLUG)
    ayu.page.locator(".jp-Toolbar").get_by_text("Validate", exact=True).click()

    said = ayu.dialog()

    assert "Sel uji tugas-1" in said
    assert "Jawaban belum ditulis" in said
    assert "rubric.check" not in said


@pytest.mark.parametrize(("name", "answers"), [("ayu", RIGHT), ("budi", WRONG)])
def test_students_solve(people, name, answers):
    """What is typed into the notebook is saved and validated."""
    student = people[name]
    student.open_notebook(SLUG)
    student.write_cells(answers)
    student.page.locator(".jp-Toolbar").get_by_text("Validate", exact=True).click()
    said = student.dialog()
    student.shoot("dikerjakan")

    assert ("`total([1, 2, 3])` menghasilkan 3; seharusnya 6." in said) == (name == "budi")
    assert ("Success" in said) == (name == "ayu")


def test_a_restart_of_the_hub_loses_nothing(hub, people):
    """Nobody signs in again, and what was typed is there."""
    assert hub.stop() == 0
    hub.start()

    people["ayu"].open_notebook(SLUG)
    assert "Halo," in people["ayu"].page.locator(".jp-Notebook .jp-Cell").nth(4).inner_text()


@pytest.mark.parametrize("name", ["ayu", "budi"])
def test_students_submit(people, name):
    """The list shows the submission with its time."""
    student = people[name]
    student.open_assignments()
    student.page.get_by_role("button", name="Submit", exact=True).click()
    student.page.get_by_role("button", name="Fetch Feedback").wait_for()
    student.shoot("dikumpulkan")

    assert student.page.locator("#submitted_assignments_list").get_by_text(SLUG).count() == 1


def test_the_instructor_collects_and_grades(people):
    """Two submissions come in; each is graded by a click."""
    dosen = people["dosen"]
    dosen.formgrader()
    assert f"Successfully collected submissions of '{SLUG}'" in dosen.click_icon(
        SLUG, "cloud-download"
    )

    dosen.formgrader(f"manage_submissions/{SLUG}")
    for name in ("ayu", "budi"):
        assert "Successfully" in dosen.click_icon(name, "flash")
    scores = dosen.page.locator("tbody td.score")
    # A row is filled in again by a request of its own, which may still be under way.
    scores.filter(has_text="/").nth(1).wait_for()
    assert scores.all_inner_texts() == ["7 / 7", "4 / 7"]


def test_feedback_goes_back(people):
    """Generated and released for everybody by two clicks."""
    dosen = people["dosen"]
    dosen.formgrader()

    assert "Successfully generated" in dosen.click_icon(SLUG, "comment")
    assert "Successfully released" in dosen.click_icon(SLUG, "envelope")


@pytest.mark.parametrize(
    ("name", "sentence"), [("ayu", "Nilai 7 dari 7"), ("budi", "menghasilkan 3; seharusnya 6.")]
)
def test_students_read_their_feedback(people, name, sentence):
    """The page opens in JupyterLab, with the score and the sentences of the criteria."""
    student = people[name]
    student.open_assignments()
    student.page.get_by_role("button", name="Fetch Feedback").click()
    student.page.locator("a", has_text="(view feedback)").click()
    student.page.locator(".jp-DirListing-item", has_text=f"{SLUG}.html").dblclick()
    body = student.page.frame_locator("iframe").locator("body")
    body.get_by_text("Umpan balik").first.wait_for()
    student.shoot("umpan-balik")

    assert sentence in " ".join(body.inner_text().split())


def test_a_lesson_is_read_only_and_its_copy_is_not(hub, people):
    """Duplicate in JupyterLab makes a copy to work on."""
    ayu = people["ayu"]
    ayu.page.goto(f"{hub.url}/user/ayu/lab/tree/pelajaran")
    lesson = ayu.page.locator(".jp-DirListing-item", has_text="00-mulai.ipynb")
    lesson.click(button="right")
    ayu.page.locator('.lm-Menu-item[data-command="filebrowser:duplicate"]').click()
    ayu.page.locator(".jp-DirListing-item", has_text="00-mulai-Copy1.ipynb").wait_for()
    ayu.shoot("pelajaran")

    folder = hub.settings.state / "home" / "ayu" / "pelajaran"
    assert (folder / "00-mulai.ipynb").stat().st_mode & 0o222 == 0
    assert (folder / "00-mulai-Copy1.ipynb").stat().st_mode & 0o200


# ---- what is refused


def test_a_student_does_not_come_into_formgrader(people):
    """Neither the page nor its data; the instructor gets both."""
    pages = ["/services/modul11/formgrader", "/services/modul11/formgrader/api/assignments"]
    budi = [people["budi"].fetch(page)[0] for page in pages]
    dosen = [people["dosen"].fetch(page)[0] for page in pages]

    assert (budi, dosen) == ([403, 403], [200, 200])


@pytest.mark.parametrize("path", ["gradebook.db", f"source/{SLUG}/{SLUG}.ipynb", "submitted/ayu"])
def test_a_student_does_not_reach_the_course(people, path):
    """Not through the course's own server, and not by a path out of the own folder."""
    budi = people["budi"]
    service = budi.fetch(f"/services/modul11/api/contents/{path}")[0]
    outwards = budi.fetch(f"/user/budi/api/contents/%2E%2E/%2E%2E/kursus/{path}")[0]

    assert service == 403
    assert outwards in (403, 404)


def test_a_student_does_not_reach_anothers_server(people):
    """Neither the files nor JupyterLab; the own ones, yes."""
    paths = [f"/user/ayu/api/contents/{SLUG}", "/user/ayu/files/pelajaran/glosarium.md"]

    assert [people["budi"].fetch(path)[0] for path in paths] == [403, 403]
    assert [people["ayu"].fetch(path)[0] for path in paths] == [200, 200]


def test_a_student_sees_nobody_in_the_hub(people):
    """The list of people is the admins'."""
    admin = people["admin"]
    admin.sign_in()
    admin.page.wait_for_url("**/hub/admin**")
    admin.page.get_by_text("ayu", exact=True).first.wait_for()
    admin.shoot("orang")

    assert people["budi"].fetch("/hub/admin")[0] == 403
    assert people["budi"].fetch("/hub/api/users")[0] == 403


def test_a_submission_after_the_deadline_is_marked_late(hub, people):
    """It comes in, and the gradebook knows by how much it is late."""
    past = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC).replace(tzinfo=None)
    with Gradebook(f"sqlite:///{hub.settings.gradebook}") as gradebook:
        gradebook.update_or_create_assignment(SLUG, duedate=past)
        late = gradebook.find_submission(SLUG, "budi").total_seconds_late

    assert late > 0


def test_a_closed_assignment_takes_no_submission(hub, people):
    """Taken back, it has no Submit button; asking all the same is refused; the earlier submission stays."""
    people["dosen"].formgrader()
    people["dosen"].click_icon(SLUG, "remove")
    budi = people["budi"]
    budi.open_assignments()
    budi.page.get_by_role("button", name="Fetch Feedback").wait_for()
    budi.shoot("ditutup")
    said = budi.page.evaluate(SUBMIT_ALL_THE_SAME, ["/user/budi/assignments/submit", SLUG])

    assert budi.page.get_by_role("button", name="Submit", exact=True).count() == 0
    assert not said["success"]
    assert len(list(hub.settings.exchange.glob(f"modul11/inbound/budi+{SLUG}+*"))) == 1


SUBMIT_ALL_THE_SAME = """async ([url, slug]) => {
    const token = document.cookie.match(/_xsrf=([^;]*)/)[1];
    const body = new URLSearchParams({course_id: "modul11", assignment_id: slug});
    const answer = await fetch(url, {method: "POST", body, headers: {"X-XSRFToken": token}});
    return answer.json();
}"""
