"""SVG: a chart of strips as one inline `<svg>` that fits any width, its text never smaller on a phone.

Places along the axis are percentages, so nothing is scaled; ink is `currentColor`, so it follows the
page's light or dark theme. Shapes and words say everything that colours say.
"""

from __future__ import annotations

import math
from html import escape

from asynclab.messages import number
from asynclab.timeline.strips import NAME_LIMIT, Chart, describe_chart, describe_strip

__all__ = ["chart_svg"]

ROW, BAR, TOP, BOTTOM = 33, 9, 24, 34
"""Heights in pixels: of a strip, of its bar, above the strips, below them."""
RUNNING, WAITING, MARK = "#1b7fc4", "#4a93bd", "#d55e00"
LETTER, SMALL_LETTER, NARROWEST = 7.3, 5.6, 290
"""About how wide a bold and a small letter are, and the picture on a phone, in pixels."""
TICKS = 5
SIGNS = {  # how a bar ended, drawn around (0, 0)
    "failed": f'<path d="M-4-4L4 4M-4 4L4-4" stroke="{MARK}" stroke-width="2.4" fill="none"/>',
    "cancelled": '<path d="M0-5L5 0L0 5L-5 0Z" stroke="#c0559a" stroke-width="1.8" fill="none"/>',
    "open": f'<path d="M-3-4L4 0L-3 4Z" stroke="{WAITING}" stroke-width="1.4" fill="none"/>',
}


def chart_svg(chart: Chart) -> str:
    """The picture, with `describe_chart` as its text alternative."""
    height = TOP + ROW * len(chart.strips) + BOTTOM
    opening = (
        f'<svg role="img" aria-label="{escape(describe_chart(chart))}" width="100%" height="{height}" '
        'style="display:block;overflow:visible" font-family="system-ui,sans-serif" font-size="12">'
    )
    parts = [opening]
    bottom = height - BOTTOM
    parts += _axis(chart, bottom)
    parts += _moment(chart, bottom)
    for row, strip in enumerate(chart.strips):
        parts += _strip(chart, strip, TOP + row * ROW)
    parts.append("</svg>")
    return "".join(parts)


def _axis(chart, bottom):
    step = _step(chart.end - chart.begin)
    first = math.ceil(chart.begin / step - 1e-9)
    for index in range(first, math.floor(chart.end / step + 1e-9) + 1):
        value = index * step
        x = _x(chart, value)
        yield f'<line x1="{x}%" x2="{x}%" y1="{TOP - 4}" y2="{bottom}" stroke="#808080" stroke-opacity=".3"/>'
        yield f'<text x="{x}%" y="{bottom + 15}" text-anchor="{_anchor(x)}" fill="currentColor">{number(value, 6)}</text>'
    yield f'<line x1="0" x2="100%" y1="{bottom}" y2="{bottom}" stroke="currentColor" stroke-opacity=".6"/>'
    yield f'<text x="100%" y="{bottom + 30}" text-anchor="end" fill="currentColor" font-size="11">detik (waktu maya)</text>'
    if chart.hidden:
        yield f'<text x="0" y="{bottom + 30}" fill="currentColor" font-size="11">… dan {number(chart.hidden)} lajur lain</text>'


def _strip(chart, strip, top):
    said = describe_strip(strip)
    if strip.note:
        said = said.rpartition(" · ")[2]  # since when it waits is drawn; where is not
    name = _shorten(strip.label or strip.name, said, strip.marked)
    weight = (
        f' font-weight="700" class="mark" fill="{MARK}"' if strip.marked else ' fill="currentColor"'
    )
    sign = "▸ " if strip.marked else ""
    yield f'<text x="0" y="{top + 12}"{weight}>{sign}{escape(name)}</text>'
    yield f'<text x="100%" y="{top + 12}" text-anchor="end" fill="currentColor" font-size="11">{escape(said)}</text>'
    y, middle = top + 16, top + 16 + BAR / 2
    for bar in strip.bars:
        ends_inside = bar.end is None or bar.end <= chart.end
        left = _x(chart, max(bar.start, chart.begin))
        right = _x(chart, bar.end if bar.end is not None and ends_inside else chart.end)
        edge, fill = (MARK, MARK) if strip.marked else (WAITING, RUNNING)
        yield (
            f'<rect x="{left}%" y="{y}" width="{round(max(right - left, 0), 3)}%" height="{BAR}" rx="1.5" '
            f'fill="{fill}" fill-opacity=".35" stroke="{edge}"/>'
        )
        if right - left < 0.4:
            yield _line(left, y - 1, y + BAR + 1, fill, 2.4)
        if bar.outcome in SIGNS and ends_inside:
            yield f'<svg x="{right}%" y="{middle}" overflow="visible">{SIGNS[bar.outcome]}</svg>'
    last = None
    for moment in strip.ticks:
        x = _x(chart, moment)
        if 0 <= x <= 100 and (last is None or x - last >= 0.7):
            last = x
            yield _line(x, y, y + BAR, RUNNING, 2)


def _shorten(name, said, marked):
    """A name that leaves room for what is said beside it, also on a phone; its end often tells most."""
    room = int((NARROWEST - SMALL_LETTER * len(said)) / LETTER) - (3 if marked else 1)
    room = max(min(room, NAME_LIMIT), 8)
    if len(name) <= room:
        return name
    tail = room // 2
    return f"{name[: room - 1 - tail]}…{name[-tail:]}"


def _moment(chart, bottom):
    if chart.moment is None:
        return
    x = _x(chart, chart.moment)
    yield f'<line x1="{x}%" x2="{x}%" y1="{TOP - 6}" y2="{bottom}" stroke="{MARK}" stroke-width="2" stroke-dasharray="5 3"/>'
    label = f"t={number(chart.moment)} s" + (f": {chart.label}" if chart.label else "")
    # Left of the line by the part of its width that the line is from the left edge, so that it fits at
    # any width; counted from the nearer edge, where the width, which is a guess, matters least.
    anchor, part = ("start", -x / 100) if x < 50 else ("end", 1 - x / 100)
    shift = round(part * LETTER * len(label), 1)
    yield (
        f'<text x="{x}%" dx="{shift}" y="{TOP - 10}" text-anchor="{anchor}" class="mark" fill="{MARK}" font-weight="700">{escape(label)}</text>'
    )


def _line(x, top, bottom, colour, width):
    return f'<line x1="{x}%" x2="{x}%" y1="{top}" y2="{bottom}" stroke="{colour}" stroke-width="{width}"/>'


def _x(chart, moment):
    return round(100 * (moment - chart.begin) / (chart.end - chart.begin), 3)


def _anchor(x):
    """Text stays inside the picture: near an edge it begins or ends there."""
    return "start" if x < 25 else "end" if x > 75 else "middle"


def _step(length):
    """The distance between two numbers on the axis: 1, 2 or 5 times a power of ten."""
    exact = length / TICKS
    power = 10.0 ** math.floor(math.log10(exact))
    return next((factor * power for factor in (1, 2, 5) if factor * power >= exact), 10 * power)
