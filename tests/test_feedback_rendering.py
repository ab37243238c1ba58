"""The feedback page as HTML: self-contained, harmless, the same bytes every time."""

import re
from html.parser import HTMLParser

import pytest

from asynclab.grading.feedback import messages
from asynclab.grading.feedback.page import Comment, Item, Page, Task
from asynclab.grading.feedback.rendering import render_page
from asynclab.grading.feedback.student import CodeCell, Output
from asynclab.lessons import SECTIONS
from asynclab.rubric import Criterion

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(1)>'


def failed(fact="Salah.", **options):
    """A failed criterion."""
    return Item(Criterion("Aturan", 2, False, fact, **options))


def task(*items, score=0.0, **options):
    """One task worth two points."""
    return Task("tugas-1", "Tugas 1", score, 2.0, list(items), **options)


def html(*tasks, book_url="", **options):
    """The page of these tasks."""
    return render_page(Page("Latihan", "Ani", 1.0, 2.0, tasks=list(tasks), **options), book_url)


class Tags(HTMLParser):
    """What elements and attributes there are."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.links, self.ids, self.names = [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        for name, value in attributes:
            self.names.append(name)
            (self.links if name in ("href", "src") else self.ids if name == "id" else []).append(
                value
            )


def test_everything_from_a_student_is_text():
    """Titles, names, facts, code, outputs, comments, notices: no element of theirs is made."""
    cell = CodeCell(
        HOSTILE, 3, "code", HOSTILE, [Output("text", HOSTILE), Output("error", HOSTILE)]
    )
    item = failed(f"{HOSTILE} `{HOSTILE}`", guess=HOSTILE, hint=HOSTILE)
    made = Page(
        HOSTILE, HOSTILE, 1, 2, tasks=[Task(HOSTILE, HOSTILE, 1, 2, [item], HOSTILE, (HOSTILE,))],
        comments=[Comment("x", HOSTILE)], answers=[cell], others=[cell], notices=[HOSTILE],
    )  # fmt: skip
    tags = Tags(render_page(made))

    assert {"script", "img", "iframe"} & set(tags.tags) == set()
    assert [name for name in tags.names if name.startswith("on")] == []


def test_nothing_is_loaded_from_anywhere():
    """Every link leads into the page; a policy forbids the rest."""
    text = html(
        task(failed("di run() pada sel [1] baris 2: `x`")),
        answers=[CodeCell("j", 1, "code", "a\nb")],
    )

    assert [link for link in Tags(text).links if not link.startswith("#")] == []
    assert "default-src 'none'" in text
    assert re.findall(r"https?://|@import|url\(", text) == []


def test_every_link_inside_leads_somewhere():
    """Also those to a line of code."""
    text = html(
        task(failed("di run() pada sel [1] baris 2: `x`")),
        answers=[CodeCell("j", 1, "code", "a\nb")],
    )
    tags = Tags(text)

    assert "#sel-1-baris-2" in tags.links
    assert {link[1:] for link in tags.links} <= set(tags.ids)


def test_a_cell_that_is_not_there_is_not_linked():
    """The fact stays as it is."""
    text = html(task(failed("di run() pada sel [9] baris 2: `x`")))

    assert "pada sel [9] baris 2: <code>x</code>" in text


def test_the_line_that_is_spoken_of_stands_out():
    """And its cell is open, where it is none of the answers."""
    text = html(
        task(failed("pada sel [1] baris 2")),
        others=[CodeCell("", 1, "code", "a\nb"), CodeCell("", 2, "code", "c")],
    )

    assert '<li id="sel-1-baris-2" class="quoted">' in text
    assert text.count('<details class="cell" open>') == 1


def test_guess_and_fact_are_told_apart():
    """What happened, what it may be, what to ask oneself, what to read."""
    item = Item(
        Criterion("Aturan", 2, False, "Faktanya.", "dugaannya.", "Tanya?"),
        section=SECTIONS["semaphore"],
    )
    text = html(task(item))

    assert "<p>Faktanya.</p>" in text
    assert "<em>Mungkin:</em> dugaannya." in text
    assert "<em>Petunjuk:</em> Tanya?" in text
    assert (
        "pelajaran 07, bagian “Semaphore: paling banyak tiga sekaligus” (<code>notebooks/07-queues-synchronization.ipynb</code>)"
        in text
    )


def test_lessons_are_linked_where_the_book_is_published():
    """By the address in the configuration, and the heading as the book names it."""
    item = Item(Criterion("Aturan", 2, False, "x"), section=SECTIONS["queue"])

    assert (
        'href="https://buku.contoh/07-queues-synchronization.html#Antrean-di-antara-dua-task"'
        in html(task(item), book_url="https://buku.contoh/")
    )


def test_every_state_has_a_sign_and_a_word():
    """Colours alone say nothing."""
    states = [
        Criterion("a", 1, True),
        Criterion("b", 1, False),
        Criterion("c", 1, None),
        Criterion("d", 1, False, skipped=True),
    ]
    text = html(task(*map(Item, states)))
    badges = re.findall(r'aria-hidden="true">(.)</span> ([\w ]+)</span>', text)

    assert badges == [
        ("✓", "lulus"),
        ("✗", "gagal"),
        ("–", "tidak dinilai"),
        ("–", "belum diperiksa"),
    ]


def test_a_score_that_is_not_there_is_no_zero():
    """In the table and at the task."""
    text = html(task(score=None, sentence=messages.UNJUDGED))

    assert f"<em>{messages.WAITING}</em> / 2" in text
    assert messages.UNJUDGED in text


def test_a_score_that_is_not_final_says_so():
    """Where something waits for a person."""
    assert f"<span>{messages.SO_FAR}</span>" in html(task(score=None))
    assert messages.SO_FAR not in html(task())


def test_an_answer_that_could_not_be_loaded_is_linked():
    """To its cell."""
    text = html(broken=[(4, "Sel [4] berhenti.")], answers=[CodeCell("j", 4, "code", "x")])

    assert '<a href="#sel-4">' in text
    assert 'id="sel-4"' in text


@pytest.mark.parametrize(
    ("seconds", "penalty", "sentence"),
    [
        (0, 0, ""),
        (1200, 0, "Dikumpulkan 20 menit sesudah tenggat; nilainya tidak dikurangi."),
        (30 * 3600, 5, "Dikumpulkan 30 jam sesudah tenggat: nilainya dikurangi 5."),
        (75 * 3600, 2.5, "Dikumpulkan 3 hari 3 jam sesudah tenggat: nilainya dikurangi 2,5."),
    ],
)
def test_lateness_has_its_reason(seconds, penalty, sentence):
    """Nothing is said where it was in time."""
    text = html(seconds_late=seconds, penalty=penalty)

    assert messages.late(seconds, penalty) == sentence
    assert (f'<p class="late">{sentence}</p>' in text) == bool(sentence)


def test_comments_are_markdown():
    """As the teacher wrote them."""
    assert "<strong>Bagus</strong>" in html(comments=[Comment("jawaban-1", "**Bagus** sekali.")])


def test_the_same_page_gives_the_same_bytes():
    """Nothing depends on the time or on chance."""
    assert html(task(failed())) == html(task(failed()))


@pytest.mark.parametrize(
    ("fact", "shown"), [("`f()` melempar NameError(...).", False), ("Salah.", True)]
)
def test_no_hint_where_only_the_answer_could_not_be_loaded(fact, shown):
    """What is missing is said above; another failure keeps its hint."""
    text = html(task(failed(fact, hint="Tanya?")), broken=[(3, "Sel [3] berhenti.")])

    assert ("Tanya?" in text) == shown
