"""The picture of a level that jumps: its stairs, its words, its limit."""

import re
import xml.etree.ElementTree as ElementTree

import pytest

from asynclab import run
from asynclab.timeline.drawing import INK
from asynclab.timeline.levels import levels

HISTORY = [(0.5, 1), (1.0, 2), (1.5, 3), (2.0, 2), (4.0, 0)]


def texts(figure):
    """Every text of the picture."""
    root = ElementTree.fromstring(figure.to_svg())
    return [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]


def stairs(figure):
    """The corners of the level's line."""
    (axes,) = figure.axes
    line = axes.lines[0]
    assert line.get_drawstyle() == "steps-post"
    return list(zip(*line.get_data(), strict=True))


def test_the_level_stays_until_it_changes():
    """The line is a staircase from (0, 0) through every change, flat between them."""
    assert stairs(levels(HISTORY)) == [(0.0, 0), *HISTORY]


def test_a_trace_is_drawn_as_it_is_noted():
    """Notes of a run need no conversion."""

    async def fill(world):
        for level in (1, 2):
            world.note("isi", level)

    assert stairs(levels(run(fill).notes("isi"))) == [(0.0, 0), (0.0, 1), (0.0, 2)]


def test_the_picture_says_what_it_shows():
    """Title, name, limit and unit stand in the picture."""
    shown = texts(levels(HISTORY, title="Satu consumer", name="isi rak", limit=3))
    assert {"Satu consumer", "isi rak", "batas: 3", "detik"} <= set(shown)


def test_names_are_no_formulas():
    """A dollar sign is a dollar sign, in the title and in the legend."""
    shown = texts(levels(HISTORY, title=r"Kas: $\frac$", name="isi\n$kas$"))
    assert {r"Kas: $\frac$", "isi $kas$"} <= set(shown)


def test_without_a_limit_nothing_speaks_of_one():
    """No dashed line, no entry in the legend."""
    figure = levels(HISTORY)
    assert len(figure.axes[0].lines) == 1
    assert not any("batas" in text for text in texts(figure))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "isi antrean selama 4,0 detik; paling banyak 3, pertama kali pada 1,5 detik"),
        ({"title": "A"}, "A: isi antrean selama"),
        ({"limit": 3}, "; batas 3; terakhir 0."),
    ],
)
def test_the_text_alternative_names_the_peak(options, words):
    """How long, how much at most, when first, and what is left."""
    assert words in levels(HISTORY, **options).alt


def test_the_limit_is_inside_the_picture():
    """Also where the level never came near it."""
    low, high = levels(HISTORY, limit=50).axes[0].get_ylim()
    assert low == 0
    assert high > 50


def test_an_empty_history_is_an_empty_picture():
    """Nothing ever happened: a level of 0, no error."""
    assert stairs(levels([])) == [(0.0, 0)]
    assert "paling banyak 0" in levels([]).alt


def test_ink_follows_the_theme():
    """No dark ink is left in the page's picture."""
    svg = levels(HISTORY).to_svg()
    assert INK not in svg
    assert re.search(r'<svg role="img" aria-label="[^"]+3', svg)
