"""The page: nothing of a student's runs in it, everything stands in it, it asks for nothing."""

import datetime
import re
import shutil
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest

from asynclab.grading.report import charts
from asynclab.grading.report.page import describe_people, render, seen, set_code
from asynclab.grading.report.records import (
    AssignmentReport,
    CriterionCount,
    Notice,
    Report,
    Row,
    Student,
    Task,
    Unjudged,
)
from asynclab.grading.report.similarity import find_pairs

JAKARTA = ZoneInfo("Asia/Jakarta")
DUE = datetime.datetime(2026, 3, 6, 10)
TASK = Task(("n", "tugas-1"), "Tugas 1: Satu `berkas`", 10.0)
EVIL = "$\\x$ </script><script>window.evil=1</script><img src=x onerror=window.evil=1>\"'&{{ 7*7 }}"


def a_report(people=(), **fields):
    """One assignment with these people and parts."""
    rows = tuple(Row(student, (7.5,), handed_in=DUE, late=2.0) for student in people)
    assignment = AssignmentReport("kecil", "Kecil", DUE, (TASK,), **{"rows": rows, **fields})
    return Report("modul11", DUE, (assignment,))


def hostile_report(text=EVIL):
    """Everything that can come from a student or a notebook says `text`."""
    student, other = Student("a" + text, text), Student("b" + text)
    answers = {
        item.id: f"# {text}\n" + "x = f(g(h(a, b), c), d) + 1\n" * 20 for item in (student, other)
    }
    return Report(
        text,
        DUE,
        (
            AssignmentReport(
                slug=text,
                title=text,
                due=DUE,
                tasks=(Task(("n", text), text, 10.0),),
                rows=(Row(student, (1.0,)), Row(other, (None,))),
                criteria=(
                    CriterionCount(
                        Task(("n", text), text, 10.0), text, 1, 2, (student,), ((text, (student,)),)
                    ),
                ),
                unjudged=(Unjudged(text, (other,), (), text, (text,)),),
                pending=(student,),
                problems=((student, text),),
                notices=((student, (Notice(1, 2, text, text),)),),
                pairs=tuple(find_pairs(answers)),
                answers=answers,
                blank=(student,),
                unsandboxed=(student,),
            ),
        ),
        (text,),
    )


class Elements(HTMLParser):
    """Every element of a page with its attributes."""

    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))


def test_hostile_text_is_text():
    """No element and no attribute comes from it, wherever it stands."""
    tame = Elements(render(hostile_report("nama"), JAKARTA)).found
    wild = Elements(render(hostile_report(), JAKARTA)).found

    assert [tag for tag, _ in wild] == [tag for tag, _ in tame]
    assert [list(about) for _, about in wild] == [list(about) for _, about in tame]
    assert not [about for _, about in wild if any(name.startswith("on") for name in about)]


def test_templates_in_text_are_text():
    """What looks like a template's expression is not worked out."""
    page = render(hostile_report(), JAKARTA)

    assert "{{ 7*7 }}" in page
    assert not re.search(r"&amp;49|&#39;&amp;49", page)


@pytest.mark.parametrize("sign", ["\x00", "\x1b", "\u202e", "\u2066", "\u200b", "\ud800", "\u2028"])
def test_signs_that_hide_or_turn_text_are_shown(sign):
    """A right-to-left override in a name can't turn a line round; a lone surrogate can't stop the file."""
    page = render(a_report([Student("x", f"Ani{sign}ludiB")]), JAKARTA)

    assert sign not in page
    assert "Ani\N{REPLACEMENT CHARACTER}ludiB" in page
    assert page.encode()


def test_the_page_asks_for_nothing():
    """Its policy forbids all but its own script; nothing in it has an address."""
    page = render(hostile_report(), JAKARTA)
    found = Elements(page).found
    policy = next(about["content"] for tag, about in found if about.get("http-equiv"))

    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert {tag for tag, _ in found} & {"img", "link", "iframe", "object", "form", "base"} == set()
    assert [about for tag, about in found if "src" in about] == []
    links = [value for _, about in found for name, value in about.items() if name.endswith("href")]
    assert {link[0] for link in links} == {"#"}


def test_ids_are_unique():
    """Also between the pictures of several assignments."""
    report = a_report([Student("ani"), Student("budi")])
    other = AssignmentReport("besar", "Besar", None, (TASK,), report.assignments[0].rows)
    found = Elements(render(Report("x", DUE, (*report.assignments, other)), JAKARTA)).found
    ids = [
        about["id"]
        for _, about in found
        if "id" in about and about["id"].startswith(("tugas", "sekelas"))
    ]

    assert sorted(ids) == ["sekelas", "tugas-1", "tugas-2"]


def test_what_an_instructor_reads():
    """Moments in the course's zone, points, names."""
    page = render(a_report([Student("ani", "Ani Lestari"), Student("budi")]), JAKARTA)
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))

    assert "tenggat 6 Maret 2026, 17.00 WIB" in text
    assert "Ani Lestari" in text
    assert "7,5" in text
    assert "terlambat 2 jam" in text
    assert "1: Satu berkas (10)" in text


def test_an_empty_class():
    """No rows, no due date, no tasks: a page all the same."""
    empty = AssignmentReport("kecil", "", None, (), ())

    assert "tanpa tenggat" in render(Report("x", DUE, (empty,)), JAKARTA)


def test_pictures_have_words():
    """Each is an image with a text alternative that holds its numbers."""
    rows = [
        Row(Student(str(n)), (score,), handed_in=DUE, late=n)
        for n, score in enumerate([0, 4, 10, None])
    ]
    assignment = AssignmentReport("kecil", "Kecil", DUE, (TASK,), tuple(rows))

    assert charts.draw_scores(assignment).alt == (
        "Sebaran nilai 3 mahasiswa: terendah 0, median 4, tertinggi 10 dari 10."
    )
    assert charts.draw_tasks(assignment).alt == (
        "Nilai per tugas. Tugas 1: 1 penuh, 1 sebagian, 1 nol, 1 tidak dinilai."
    )
    assert charts.draw_handins(assignment, JAKARTA).alt == "1 kiriman tepat waktu, 3 terlambat."
    assert 'role="img" aria-label="Nilai' in charts.on_screen(charts.draw_tasks(assignment))


def test_handins_without_times():
    """No timestamps, no due date: a picture all the same, which says so."""
    assignment = AssignmentReport("kecil", "", None, (TASK,), (Row(Student("ani"), (1.0,)),))

    assert charts.draw_handins(assignment, JAKARTA).alt == (
        "0 kiriman; tugas ini tidak punya tenggat; waktu 1 kiriman tidak diketahui."
    )


def test_small_texts():
    """Code in backticks, long lists of names, unseen signs."""
    people = [Student(str(number)) for number in range(10)]

    assert set_code("a `<b>` c") == "a <code>&lt;b&gt;</code> c"
    assert describe_people(people, 3) == "0, 1, 2, dan 7 lagi"
    assert seen(3) == 3


@pytest.mark.browser
def test_nothing_runs_in_a_browser(tmp_path):
    """In a real browser no script of a student's runs, nothing is asked for, and tables sort."""
    playwright = pytest.importorskip("playwright.sync_api")
    if not (chromium := shutil.which("chromium") or shutil.which("chromium-browser")):
        pytest.skip("no Chromium")
    report = hostile_report()
    path = tmp_path / "laporan.html"
    path.write_text(render(report, JAKARTA), encoding="utf-8")
    with playwright.sync_playwright() as p:
        browser = p.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page()
        record = []
        page.on("request", lambda request: record.append(request.url))
        page.on("console", lambda message: record.append(message.text))
        page.goto(path.as_uri())
        assert page.evaluate("window.evil") is None
        rows = [(9.5,), (10.0,), (None,), (9.25,)]
        sorted_path = write_rows(tmp_path, rows)
        page.goto(sorted_path.as_uri())
        orders = []
        for _ in range(2):
            page.locator("table.points th button", has_text="Nilai").click()
            cells = page.locator("table.points tbody th")
            orders.append(cells.all_inner_texts())
        # Had something of a student's come through all the same, the page's policy would stop it.
        other = browser.new_page()
        script = "<script>window.evil = 1</script><img src=x onerror='window.evil = 1'></main>"
        other.set_content(path.read_text(encoding="utf-8").replace("</main>", script))
        assert other.evaluate("window.evil") is None
        browser.close()

    assert record == [path.as_uri(), sorted_path.as_uri()]
    assert orders == [["2", "3", "0", "1"], ["1", "0", "3", "2"]]


def write_rows(folder, rows):
    """The page of a class with these scores, by number of student."""
    made = tuple(Row(Student(str(number)), scores) for number, scores in enumerate(rows))
    path = folder / "urut.html"
    path.write_text(render(a_report(rows=made), JAKARTA), encoding="utf-8")
    return path
