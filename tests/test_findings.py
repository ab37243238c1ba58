"""Findings: whether a property holds, and the sentence that says what happened instead."""

import logging

import pytest

from asynclab import all_ended, at_moments, equal, explained, run
from asynclab.trace import Span, Trace


def span(name, start, end):
    return Span("tugas", name, start, 0, end, None if end is None else 1)


def test_moments_are_kept_exactly():
    """Equal moments pass, also those that differ by less than the tolerance."""
    assert at_moments([0.0, 10.0], [0, 10], "Detak").passed
    assert at_moments([0.0, 10.2], [0, 10], "Detak", tolerance=0.5).passed


@pytest.mark.parametrize(
    ("times", "fact", "moment"),
    [
        ([0, 12.7], "Detak ke-2 pada t=12,7 s; seharusnya t=10 s.", 12.7),
        ([0], "Detak ke-2 tidak pernah ada; seharusnya pada t=10 s.", 10),
        ([0, 10, 11.5], "Detak ke-3 pada t=11,5 s seharusnya tidak ada.", 11.5),
    ],
)
def test_first_wrong_moment_is_named(times, fact, moment):
    """Too late, missing or one too many: the first difference is said, with its moment."""
    finding = at_moments(times, [0, 10], "Detak")

    assert (finding.passed, finding.fact, finding.moment) == (False, fact, moment)


def test_all_ended_names_what_was_still_running():
    """Spans that end later, or never, are named; those that begin later do not count."""
    spans = [span("a", 0, 2), span("b", 1, 3.5), span("c", 2, None), span("d", 4, 5)]
    finding = all_ended(spans, 3.0)

    assert not finding
    assert "Pada t=3 s" in finding.fact
    assert finding.fact.endswith("b, c.")
    assert all_ended(spans[:1], 3.0).passed


def test_explained_says_what_was_logged():
    """A failed finding gets the first exception that was logged, with its line; others stay as they are."""

    async def scenario(world):
        try:
            int("dua")
        except ValueError:
            logging.getLogger("server").exception("permintaan gagal")

    trace = run(scenario)
    failed = explained(equal(500, 101, "Status"), trace)

    assert failed.fact.splitlines()[0] == equal(500, 101, "Status").fact
    assert "permintaan gagal: ValueError: invalid literal" in failed.fact.splitlines()[1]
    assert '`int("dua")`' in failed.fact
    assert explained(equal(101, 101), trace) == equal(101, 101)
    assert explained(equal(1, 2), Trace("x", 1)) == equal(1, 2)
