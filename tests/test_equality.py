"""Equality of noted values: exact in type, forgiving in nothing, and clear about the difference."""

import math

import pytest

from asynclab import equal, same_order
from asynclab.encoding import decode, encode
from asynclab.equality import find_difference, same
from asynclab.values import Outcome


def noted(value):
    return decode(encode(value))


@pytest.mark.parametrize(
    "value",
    [1, 1.0, True, None, "a", [1, (2,)], {"a": {1: [None]}}, {1, 2}, math.nan, [math.nan], b"x"],
    ids=repr,
)
def test_a_value_equals_itself(value):
    """What was noted equals what was expected, NaN included."""
    assert equal(noted(value), value)


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        (1, True),
        (1, 1.0),
        ([1], (1,)),
        ({1: "a"}, {True: "a"}),
        ([True], [1]),
        ("1", 1),
        ((), None),
    ],
    ids=repr,
)
def test_another_type_is_another_value(actual, expected):
    """True is not 1, a tuple no list: all the way down."""
    assert not equal(noted(actual), expected)


def test_exceptions_are_expected_as_such():
    """A result with an exception in it is compared with a real one, by class and arguments."""
    results = noted({0: (True, 1), 1: (False, ValueError("x"))})

    assert equal(results, {0: (True, 1), 1: (False, ValueError("x"))})
    assert not equal(results, {0: (True, 1), 1: (False, ValueError("y"))})
    assert not same(noted("ValueError('x')"), ValueError("x"))


def test_an_outcome_must_have_returned():
    """Of an outcome the value counts; an exception in its place is said."""
    assert equal(noted(Outcome("returned", [1], 2.0)), [1])
    assert equal(noted(Outcome("raised", KeyError("k"), 2.0)), [1], "`run()`").fact == (
        "`run()` melempar KeyError('k') pada t=2 s; seharusnya mengembalikan nilai."
    )


def test_small_values_are_shown_whole():
    """Both values stand in the sentence, as in Python."""
    assert equal({"a": 1}, {"a": 2}, "`hitung()`").fact == (
        "`hitung()` menghasilkan {'a': 1}; seharusnya {'a': 2}."
    )


@pytest.mark.parametrize(
    ("change", "difference"),
    [
        (lambda big: big[7].append("x"), "`[7][2]` (isinya 'x') seharusnya tidak ada."),
        (lambda big: big.pop(90), "`[90]` tidak ada; seharusnya ['nomor', 90]."),
        (lambda big: big.update({3: ["nomor", 4]}), "`[3][1]` adalah 4; seharusnya 3."),
        (lambda big: big.update({5: "lima"}), "`[5]` adalah 'lima'; seharusnya ['nomor', 5]."),
        (lambda big: big.update(baru=1), "`['baru']` (isinya 1) seharusnya tidak ada."),
    ],
)
def test_large_values_name_the_first_difference(change, difference):
    """Where the values are too long to be shown whole, a second line says where they differ."""
    expected = {number: ["nomor", number] for number in range(100)}
    actual = {number: list(value) for number, value in expected.items()}
    change(actual)

    assert equal(actual, expected).fact.splitlines()[1] == "Perbedaan pertama: " + difference


def test_lists_name_the_first_wrong_place():
    """Order, then number of elements."""
    assert same_order(["a", "c", "b"], ["a", "b", "c"], "Urutan mulai").fact == (
        "Urutan mulai: urutan ke-2 adalah 'c'; seharusnya 'b'."
    )
    assert equal(["a"], ["a", "b"]).fact == "Hasil: ada 1; seharusnya 2."
    assert same_order(None, [1]).fact == "Urutan menghasilkan None; seharusnya [1]."


def test_a_mere_change_of_order_is_recognised():
    """Everything is there, in another order: the guess says so."""
    assert "urutan selesai" in equal(["b", "a"], ["a", "b"]).guess
    assert equal(["b", "x"], ["a", "b"]).guess == ""


def test_no_difference_inside_plain_values():
    """Two numbers have no inside; equal structures no difference."""
    assert find_difference(1, 2) is None
    assert find_difference([1], [1]) is None
