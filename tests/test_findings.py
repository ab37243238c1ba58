"""Findings: whether a property holds, and the sentence that says what happened instead."""

import pytest

from asynclab import all_ended, at_moments
from asynclab.trace import Span


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
