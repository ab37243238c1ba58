"""The picture of a trace: its lanes, its words, its shapes; readable in every theme."""

import asyncio
import re
import xml.etree.ElementTree as ElementTree

import pytest

from asynclab import run, timeline
from asynclab.timeline import as_lanes, describe, indent, seconds
from asynclab.timeline.drawing import ENDS, INK, LANE_LIMIT, visible_steps
from asynclab.trace import TaskRecord


async def fetch(delay, fails=False):
    await asyncio.sleep(delay)
    if fails:
        raise ValueError


def lane(number, name, end, outcome="finished", parent=None, steps=None):
    return TaskRecord(
        number, name, parent, "fetch", 0.0, steps=steps or [(0.0, 0.0)], ended=end, outcome=outcome
    )


FOUR = [
    lane(0, "sel ini", 3.0),
    lane(1, "A", 2.0, steps=[(0, 1.5), (2, 2)]),
    lane(2, "B", 1.0, "failed"),
    lane(3, "C", 0.5, "cancelled"),
    lane(4, "D", None, "open"),
]


def texts(figure):
    """Every text of the picture, in the SVG's order."""
    root = ElementTree.fromstring(figure.to_svg())
    return [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]


def test_every_lane_is_labelled():
    """Names stand beside the lanes, ends and times at them, shapes in the legend."""
    shown = texts(timeline(FOUR, title="Empat akhir"))
    assert {"sel ini", "A", "B", "C", "D"} <= set(shown)
    assert {"berjalan", "menunggu", "selesai", "gagal", "dibatalkan", "belum selesai"} <= set(shown)
    assert {"Empat akhir", "detik", "0,5"} <= set(shown)


def test_the_text_alternative_says_what_the_picture_shows():
    """Number of lanes, length, and each lane's life; running only where it is worth a word."""
    assert timeline(FOUR).alt == (
        "5 lajur, 3,0 detik; sel ini 0,0–3,0 selesai; A 0,0–2,0 selesai, berjalan 1,5 detik; "
        "B 0,0–1,0 gagal; C 0,0–0,5 dibatalkan; D 0,0–3,0 belum selesai."
    )


def test_the_text_alternative_says_which_tasks_had_to_wait_for_their_turn():
    """Until when a task had not begun, or that it never did; nothing of a task older than the picture."""
    late = lane(1, "API 3", 1.8, steps=[(1.5, 1.8)])
    never = lane(2, "D", None, "open")
    never.steps.clear()
    older = lane(3, "lama", None, "open", steps=[(1.5, 1.5)])
    older.created = -1.0
    soon = lane(4, "E", 1.8, steps=[(0.05, 0.05)])
    assert describe([late, never, older, soon], 2.0) == (
        "4 lajur, 2,0 detik; API 3 0,0–1,8 selesai, belum mulai sampai 1,5, berjalan 0,3 detik; "
        "D 0,0–2,0 belum selesai, belum mulai sampai 2,0; lama 0,0–2,0 belum selesai; "
        "E 0,0–1,8 selesai."
    )


def test_many_lanes_are_counted():
    """Beyond a dozen lanes the words count them and name those that went wrong."""
    many = [lane(n, f"w{n}", 1.0, "failed" if n == 7 else "finished") for n in range(100)]
    assert describe(many, 1.0) == "100 lajur, 1,0 detik; 99 selesai; 1 gagal (w7)."


def test_the_alternative_is_in_the_page_and_safe():
    """The SVG carries its text for screen readers, names escaped."""
    svg = timeline([lane(0, 'fetch("<b>")', 1.0)]).to_svg()
    assert 'role="img"' in svg
    assert "fetch(&quot;&lt;b&gt;&quot;) 0,0–1,0 selesai" in svg


@pytest.mark.parametrize(
    "name", ["cari($\\w+$)", r"$\frac$", "Harga $5 dan $6", r"100\$", "漢字", "kucing 🐈"]
)
def test_what_people_write_is_shown_as_it_stands(name):
    """No text is read as a formula, and letters that matplotlib lacks are no reason for a warning."""
    figure = timeline([lane(0, name, 1.0)], title=name, marks=[(1, 0, name)])
    assert [text for text in texts(figure) if name in text] == [
        name, name, f"(1) pada 1 detik: {name}",
    ]  # fmt: skip


def test_names_stay_on_one_line():
    """Line breaks and tabs become spaces; what an SVG may not hold has a sign in its place."""
    figure = timeline(
        [lane(0, "dua\r\nbaris\x1b[31m", 1.0), lane(1, "a\ud800\x00", 1.0)], title="x\ty"
    )
    assert {"dua baris�[31m", "a��", "x y"} <= set(texts(figure))
    assert figure.alt.startswith("x y: 2 lajur, 1,0 detik; dua baris�[31m 0,0")


def test_ink_follows_the_theme():
    """No background, and all ink in the page's own text colour."""
    svg = timeline(FOUR).to_svg()
    assert "currentColor" in svg
    assert INK not in svg
    assert not re.search(r"fill: *(#ffffff|white)", svg)


def luminance(colour):
    channels = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("background", ["#ffffff", "#111111"])
def test_colours_can_be_seen_on_both_themes(background):
    """Ends and bars reach the contrast of 3:1 asked of graphics, in JupyterLab's light and dark."""
    for marker, _, edge, *_ in ENDS.values():
        light, dark = sorted([luminance(edge), luminance(background)], reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 3, marker


def test_shapes_differ():
    """Each end has a marker of its own, so that no colour is needed."""
    assert len({marker for marker, *_ in ENDS.values()}) == len(ENDS)


def test_a_trace_shows_the_students_tasks():
    """A trace of virtual time is drawn with its tasks, parents before children."""

    async def scenario(world):
        await asyncio.gather(fetch(1), fetch(3600))

    trace = run(scenario)
    figure = timeline(trace)
    assert [lane.coroutine for lane in as_lanes(trace)][-2:] == ["fetch", "fetch"]
    assert "3600,0 detik" in figure.alt


def test_spans_are_lanes_too():
    """Spans of a trace can be drawn in place of tasks."""

    async def scenario(world):
        serve = world.service("tugas", "satu", seconds=2)
        await serve()

    assert timeline(run(scenario).spans("tugas")).alt == "1 lajur, 2,0 detik; satu 0,0–2,0 selesai."


def test_marks_point_at_moments():
    """A violation is a numbered flag; its text stands below and in the alternative."""
    figure = timeline(FOUR, marks=[(0.5, 2, "lebih dari 3"), (1, None, "semua menunggu")])
    assert "(1) pada 0,5 detik: lebih dari 3" in texts(figure)
    assert figure.alt.endswith("pada 0,5 detik: lebih dari 3; pada 1 detik: semua menunggu.")


def test_children_stand_below_their_parents():
    """Nested tasks follow their parent and are indented from the second level on."""
    lanes = [lane(0, "sel", 1), lane(1, "a", 1, parent=0), lane(2, "b", 1, parent=0)]
    lanes.append(lane(3, "a1", 1, parent=1))
    assert indent(as_lanes(lanes)) == ["sel", "a", "└ a1", "b"]


def test_a_record_whose_parent_is_missing_is_drawn():
    """Nothing is lost where a trace was cut short."""
    assert [x.name for x in as_lanes([lane(5, "yatim", 1, parent=4)])] == ["yatim"]


@pytest.mark.parametrize("count", [0, 1, 10, 100, LANE_LIMIT + 50])
def test_any_number_of_lanes_makes_a_picture(count):
    """From nothing to hundreds: a sensible size, and what is not drawn is said."""
    figure = timeline([lane(n, f"w{n}", 1.0) for n in range(count)])
    assert 0.8 < figure.get_figheight() < 10
    assert len(figure.to_svg()) < 400_000
    assert any("50 task lain" in text for text in texts(figure)) == (count > LANE_LIMIT)


def test_nothing_that_takes_time():
    """A run in which no time passes has an axis all the same."""
    assert timeline([lane(0, "sel ini", 0.0)]).alt == "1 lajur, 0,0 detik; sel ini 0,0–0,0 selesai."


def test_visible_steps():
    """Dense steps are one block only where the lane really ran."""
    running = [(n / 100, n / 100 + 0.009) for n in range(100)]
    blinking = [(n, n) for n in range(100)]
    assert visible_steps(running, 0.02) == [(0.0, 0.999)]
    assert visible_steps(blinking, 2) == [(n, n) for n in range(0, 100, 8)]


def test_seconds():
    """Figures as Indonesians write them."""
    assert [seconds(x) for x in (0, 0.25, 3, 3600)] == ["0", "0,25", "3", "3.600"]


def test_the_same_lanes_give_the_same_picture():
    """Two pictures of one trace are equal, byte for byte."""
    assert timeline(FOUR).to_svg() == timeline(FOUR).to_svg()
