"""Tests of the findings about pace."""

import pytest

from asynclab import at_most_within, began_by
from asynclab.trace import Span


def starts(*moments):
    return [Span("panggilan", f"p{n}", time, n, time, n) for n, time in enumerate(moments)]


@pytest.mark.parametrize("moments", [[0], [0, 0, 1, 1, 2], [0, 0.9, 1, 1.9, 2.0]])
def test_window_may_be_full(moments):
    """`limit` starts in a window are allowed, and the next one exactly a window after the first."""
    assert at_most_within(starts(*moments), 2, 1.0)


@pytest.mark.parametrize("moments", [[0, 0, 0], [0.9, 0.95, 1.1], [0, 5, 9.9, 9.95, 10.5]])
def test_window_may_not_overflow_wherever_it_lies(moments):
    """One start too many within any window is found, also across a border of whole seconds."""
    assert not at_most_within(starts(*moments), 2, 1.0)


def test_nothing_that_began_keeps_no_limit():
    """Where there is nothing to judge the criterion fails, unless nothing is allowed."""
    assert at_most_within([], 2, 1, "panggilan").fact == "Tidak ada panggilan yang pernah dimulai."
    assert at_most_within([], 0, 1)


def test_overflow_is_told_with_its_window():
    """The sentence names the window's first and last start, how many began, and the limit."""
    finding = at_most_within(starts(0, 3, 3.5, 3.75, 9), 2, 1.0)

    assert (finding.moment, finding.fact) == (
        3.75,
        "Dari t=3 s sampai t=3,75 s mulai 3 panggilan (p1, p2, p3), padahal dalam 1 detik mana pun paling banyak 2.",
    )


def test_burst_is_told_as_one_moment():
    """Starts at one moment are told without a range."""
    assert at_most_within(starts(1, 1), 1, 5).fact.startswith("Pada t=1 s mulai 2 panggilan")


def test_residue_of_floats_is_no_violation():
    """A start that comes a rounding error too early is within a millisecond's tolerance."""
    assert at_most_within(starts(0, 0.9999998), 1, 1.0)


def test_early_is_fine_late_is_not():
    """Each start may come before its moment; the first late one is named."""
    assert began_by(starts(0, 1, 2), [0, 2, 2])
    finding = began_by(starts(0, 1, 2.5), [0, 2, 2])

    assert (finding.moment, finding.fact) == (
        2.5,
        "Panggilan ke-3 (p2) baru mulai pada t=2,5 s; paling lambat t=2 s.",
    )


def test_missing_start_is_named():
    """A start that never comes is a failure, one more than asked is not."""
    assert began_by(starts(0, 1), [0], "panggilan")
    finding = began_by(starts(0), [0, 4], "panggilan")

    assert (finding.moment, finding.fact) == (
        4,
        "Panggilan ke-2 tidak pernah mulai; seharusnya paling lambat pada t=4 s.",
    )
