"""Equality: whether a noted value is the expected one, type by type, and where they first differ."""

from __future__ import annotations

from asynclab import guesses, messages
from asynclab.finding import PASSED, Finding
from asynclab.values import Outcome, Raised, describe, is_same_error

__all__ = ["equal", "find_difference", "same", "same_order"]


def equal(actual, expected, what: str = "Hasil") -> Finding:
    """`actual` (a decoded note) equals `expected` in value and exact types; an Outcome must have returned it."""
    if isinstance(actual, Outcome):
        if not actual.returned:
            return Finding(
                False,
                messages.raised_instead(what, describe(actual.value), actual.at),
                moment=actual.at,
            )
        actual = actual.value
    if same(actual, expected):
        return PASSED
    if isinstance(actual, list) and isinstance(expected, list):
        return same_order(actual, expected, what)
    fact = messages.wrong_value(what, describe(expected), describe(actual))
    difference = find_difference(actual, expected)
    if difference is not None and "…" in fact:
        fact += "\n" + messages.difference(*difference)
    return Finding(False, fact)


def same_order(actual: list, expected: list, what: str = "Urutan") -> Finding:
    """Two lists are equal; if not, the first difference is named."""
    if not isinstance(actual, list):
        return Finding(False, messages.wrong_value(what, describe(expected), describe(actual)))
    for index, (got, wanted) in enumerate(zip(actual, expected)):
        if not same(got, wanted):
            fact = messages.wrong_order(what, index, describe(wanted), describe(got))
            names = (got,) if isinstance(got, str) else ()
            return Finding(False, fact, guesses.guess_order(actual, expected, what), names=names)
    if len(actual) != len(expected):
        return Finding(False, messages.wrong_count(what, len(expected), len(actual)))
    return PASSED


def same(actual, expected) -> bool:
    """Equal in value and in exact types, all the way down: True is not 1, a tuple is not a list.

    An exception is expected as such: `ValueError("x")` equals one of its type and arguments.
    """
    if isinstance(expected, BaseException):
        return isinstance(actual, Raised) and is_same_error(actual, expected)
    if type(actual) is not type(expected):
        return False
    if isinstance(expected, (list, tuple)):
        return len(actual) == len(expected) and all(map(same, actual, expected))
    if isinstance(expected, dict):
        keys = {(type(key), key) for key in expected}
        return keys == {(type(key), key) for key in actual} and all(
            same(actual[key], value) for key, value in expected.items()
        )
    return actual == expected or (actual != actual and expected != expected)


def find_difference(actual, expected, path=""):
    """(path, actual, expected) of the first difference inside two values, as texts.

    None for what is missing on one side; None at all where the values themselves differ.
    """
    if type(actual) is not type(expected) or not isinstance(expected, (list, tuple, dict)):
        return (path, describe(actual), describe(expected)) if path else None
    if isinstance(expected, dict):
        got, wanted = actual, expected
    else:
        got, wanted = dict(enumerate(actual)), dict(enumerate(expected))
    for key in [*wanted, *(key for key in got if key not in wanted)]:
        inner = f"{path}[{describe(key)}]"
        if key not in got:
            return inner, None, describe(wanted[key])
        if key not in wanted:
            return inner, describe(got[key]), None
        if not same(got[key], wanted[key]):
            return find_difference(got[key], wanted[key], inner)
    return None
