"""The picture of a chart as one inline SVG."""

import re
from xml.etree import ElementTree

import pytest

from asynclab.timeline.strips import Bar, Chart, Strip, describe_chart
from asynclab.timeline.svg import chart_svg


def chart(*strips, **options):
    """A chart of ten seconds."""
    return Chart(tuple(strips), 0, 10, **options)


def draw(drawn):
    """The picture as an element; fails where it is no XML."""
    return ElementTree.fromstring(chart_svg(drawn))


ONE = Strip("a", (Bar(0, 5, "finished"),))


def test_it_fits_any_width():
    """Places are percentages; there is no view box to scale the text with."""
    root = draw(chart(ONE))
    rectangle = root.find("rect")

    assert (root.get("width"), root.get("viewBox")) == ("100%", None)
    assert (rectangle.get("x"), rectangle.get("width")) == ("0.0%", "50.0%")


def test_it_says_everything_in_words():
    """For those who can't see it."""
    drawn = chart(ONE, moment=3, label="di situ")

    assert draw(drawn).get("aria-label") == describe_chart(drawn)


def test_the_violation_is_marked_with_a_word_and_a_shape():
    """Not by colour alone."""
    texts = [
        item.text
        for item in draw(chart(Strip("a", ONE.bars, marked=True), moment=3, label="di situ")).iter(
            "text"
        )
    ]

    assert "t=3 s: di situ" in texts
    assert "▸ a" in texts


@pytest.mark.parametrize("outcome", ["failed", "cancelled", "open"])
def test_every_ending_has_a_shape(outcome):
    """Beside its word."""
    end = None if outcome == "open" else 5

    assert draw(chart(Strip("a", (Bar(0, end, outcome),)))).find("svg/path") is not None
    assert draw(chart(ONE)).find("svg/path") is None


def test_names_are_text():
    """Also hostile and endless ones."""
    svg = chart_svg(chart(Strip("<script>alert(1)</script>" * 9, ONE.bars, label='"><img src=x>')))

    assert "<script" not in svg
    assert "<img" not in svg


@pytest.mark.parametrize("end", [1e-9, 0.003, 1, 7, 600, 31_536_000])
def test_the_axis_has_a_few_round_numbers(end):
    """From a nanosecond to a year."""
    svg = chart_svg(Chart((Strip("a", (Bar(0, end, "finished"),)),), 0, end))
    numbers = re.findall(r'<text x="[\d.]+%" y="72"', svg)

    assert 2 <= len(numbers) <= 7


def test_the_same_chart_gives_the_same_bytes():
    """Nothing is drawn by chance."""
    assert chart_svg(chart(ONE, moment=1)) == chart_svg(chart(ONE, moment=1))


def test_what_goes_beyond_the_picture_is_cut_at_its_edges():
    """Without the sign of an ending that is not seen; a moment without a word has its time."""
    root = draw(Chart((Strip("a", (Bar(0, 90, "failed"),)),), 10, 20, moment=15))

    assert [item.get("width") for item in root.iter("rect")] == ["100.0%"]
    assert root.find("svg/path") is None
    assert "t=15 s" in [item.text for item in root.iter("text")]


@pytest.mark.parametrize(
    ("moment", "anchor", "part"),
    [(0, "start", 0), (2.5, "start", -0.25), (5, "end", 0.5), (10, "end", 0)],
)
def test_the_words_at_the_mark_stay_inside(moment, anchor, part):
    """They lie left of the line by the part of their width that the line is from the left edge."""
    root = draw(chart(ONE, moment=moment, label="panggilan sudah kembali"))
    (label,) = [item for item in root.iter("text") if (item.text or "").startswith("t=")]
    shift = float(label.get("dx")) / (7.3 * len(label.text))

    assert (label.get("text-anchor"), shift) == (anchor, pytest.approx(part, abs=0.01))


def test_a_name_leaves_room_for_what_is_said_beside_it():
    """Shortened in its middle; where a task waits is said, since when is drawn."""
    strips = [
        Strip("membersihkan halaman 18", (Bar(2.6, 4.2, "cancelled"),), marked=True),
        Strip("worker-1", (Bar(0, None, "open"),), note="sel [4] baris 32"),
    ]
    texts = [item.text for item in draw(chart(*strips)).iter("text")]

    (name,) = [text for text in texts if text.startswith("▸")]
    assert re.fullmatch(r"▸ member\w*…\w* ?\w* 18", name)
    assert {"worker-1", "menunggu di sel [4] baris 32"} <= set(texts)
