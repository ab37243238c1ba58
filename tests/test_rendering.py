"""Rubrics for people: every fact is there, nothing can break the page, it is readable anywhere."""

import re
from html.parser import HTMLParser

import pytest

from asynclab import Finding, Rubric
from asynclab.rendering import rubric_html, rubric_text


@pytest.fixture
def rubric():
    rubric = Rubric(points=6)
    rubric.check("Sifat `pertama`", True, points=2)
    finding = Finding(False, "Fakta satu.\n• baris `dua`", "sebab.", 2.0)
    rubric.check("Sifat kedua", finding, points=2.5, hint="Mengapa `begitu`?")
    rubric.check("Sifat ketiga", lambda: 1 / 0, points=1.5)
    return rubric


class Reader(HTMLParser):
    """Collects the text and checks that every tag is closed."""

    def __init__(self, html):
        super().__init__()
        self.open, self.words = [], []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self):
        return "".join(self.words)


def test_the_table_says_everything(rubric):
    """Score, state in words, sentences, every line of the fact, guess, hint, points."""
    text = Reader(rubric_html(rubric)).text

    for part in (
        *("Nilai: 2 dari 6", "✓ lulus", "✗ gagal", "– tidak dinilai", "Fakta satu.", "• baris dua"),
        *("Mungkin: sebab.", "Petunjuk", "Mengapa begitu?", "2 / 2", "0 / 2,5", "0 / 1,5"),
    ):
        assert part in text


def test_code_is_set_as_code(rubric):
    """What stands in backticks becomes code."""
    html = rubric_html(rubric)

    assert "<code>pertama</code>" in html
    assert "`" not in html


@pytest.mark.parametrize(
    "nasty", ["<script>alert(1)</script>", "a & b", "`<b>`", "</table>", "\x00"]
)
def test_nothing_breaks_the_page(nasty):
    """Text of student code is escaped wherever it appears."""
    rubric = Rubric(points=1)
    rubric.check(nasty, Finding(False, nasty, nasty), hint=nasty)
    html = rubric_html(rubric)

    assert Reader(html).text.count("alert(1)") == (4 if "alert" in nasty else 0)
    assert "<script" not in html
    assert html.count("</table>") == 1


def brightness(colour):
    """Relative luminance of #rrggbb, as WCAG defines it."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = [
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first, second):
    light, dark = sorted((brightness(first), brightness(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_badges_are_readable_on_light_and_dark_pages(rubric):
    """White on a badge has the contrast that WCAG asks for, and a badge stands out from both pages."""
    rubric.check("Sifat keempat", lambda: 1 / 0)
    colours = set(re.findall(r"background:(#\w{6});color:#fff", rubric_html(rubric)))

    assert len(colours) == 3
    for colour in colours:
        assert contrast(colour, "#ffffff") >= 4.5
        assert contrast(colour, "#111111") >= 2


def test_text_has_no_colour_of_its_own(rubric):
    """Everything but the badges takes the theme's colours."""
    html = re.sub(r"background:#\w{6};color:#fff", "", rubric_html(rubric))

    assert "color:" not in html.replace("border-", "")


def test_skipped_criteria_have_no_hint():
    """What was not reached leads nobody on."""
    from asynclab import TraceError

    def fail():
        raise TraceError("Kebuntuan.")

    rubric = Rubric(points=2)
    for _ in range(2):
        rubric.check("Sifat", fail, hint="Mengapa?")
    text = Reader(rubric_html(rubric)).text

    assert text.count("Mengapa?") == 1
    assert "– belum diperiksa" in text


def test_plain_text_says_the_same(rubric):
    """The lines that nbgrader's Validate button shows."""
    assert rubric_text(rubric).splitlines() == [
        "Nilai: 2 dari 6",
        "✓ Sifat `pertama` (2)",
        "✗ Sifat kedua (2,5)",
        "    Fakta satu.",
        "    • baris `dua`",
        "    Mungkin: sebab.",
        "    Petunjuk: Mengapa `begitu`?",
        "– Sifat ketiga (1,5)",
        "    Tidak dinilai: penguji gagal memeriksa bagian ini (ZeroDivisionError: division by zero). Ini bukan kesalahan Anda; mohon sampaikan kepada pengajar.",
    ]
