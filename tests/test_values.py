"""Values as students know them: what stands in a sentence about them."""

import pytest

from asynclab.encoding import decode, encode
from asynclab.values import Opaque, Outcome, Raised, clean_text, describe, is_same_error


def described(value):
    """How a value that student code returned is described after it has crossed."""
    return describe(decode(encode(value)))


@pytest.mark.parametrize(
    "value",
    [3, 2.5, "teks", None, True, [1, "a"], (1,), {"a": (True, None)}, {3}, b"x",
     ValueError("salah"), KeyError("kunci"), ValueError(), OSError(2, "tidak ada"),
     {0: (False, TimeoutError())}],
    ids=repr,
)  # fmt: skip
def test_values_look_as_in_python(value):
    """Built-in values and exceptions are shown as `repr` shows them to the student."""
    assert described(value) == repr(value)


def test_objects_of_libraries_are_shown_by_their_text():
    """An exception whose arguments nobody can read is shown by its message."""
    error = ConnectionError("tidak tersambung")
    error.args = (object(), OSError(111, "ditolak"))

    assert described(error).startswith("ConnectionError(")
    assert "0x" not in described(error)


def test_groups_show_their_parts():
    """Of a group the parts are what matters."""
    assert described(ExceptionGroup("x", [ValueError("a"), KeyError("b")])) == (
        "ExceptionGroup(ValueError('a'), KeyError('b'))"
    )


def test_objects_are_shown_without_address():
    """An object looks the same in every run."""

    class Tiket:
        def __init__(self, number):
            self.number = number

        def __repr__(self):
            return f"<Tiket {self.number} at 0x7f00>"

    assert described(Tiket(3)) == "<Tiket 3>"
    assert described(Opaque("Tiket")) == "<Tiket>" or "Tiket" in described(Opaque("Tiket"))


def test_long_values_are_cut_in_the_middle():
    """Beginning and end stay; the whole is no longer than the limit."""
    text = described(list(range(500)))

    assert (text.startswith("[0, 1, 2"), text.endswith("498, 499]")) == (True, True)
    assert (" … " in text, len(text) <= 120) == (True, True)


def test_numbers_that_python_refuses_to_write():
    """An integer of thousands of digits is described, not a reason to fail."""
    assert describe(10**5_000) == "<int …>"
    assert describe([10**5_000]) == "<list …>"


def test_outcomes_answer_for_their_end():
    """How something ended: by value, by an exception, by cancellation."""
    import asyncio

    assert Outcome("returned", None, 1.0).returned
    assert Outcome("raised", asyncio.CancelledError(), 1.0).cancelled
    assert not Outcome("raised", Raised("ValueError"), 1.0).cancelled
    assert not Outcome("returned", TimeoutError(), 1.0).raised("TimeoutError")


def test_exceptions_are_compared_by_type_and_arguments():
    """A decoded exception equals a real one of exactly its class and arguments."""
    actual = decode(encode(ValueError("x", 1)))

    assert is_same_error(actual, ValueError("x", 1))
    assert not is_same_error(actual, ValueError("x"))
    assert not is_same_error(actual, TypeError("x", 1))


def test_clean_text():
    """Text for a trace: cut, without addresses, storable, and a plain str."""

    class Text(str):
        def __str__(self):
            return "bohong"

    assert clean_text("<a at 0x7f12ab>") == "<a>"
    assert clean_text("x" * 1_000) == "x" * 300
    assert clean_text("\udc80") == "\\udc80"
    assert (type(clean_text(Text("benar"))), clean_text(Text("benar"))) == (str, "benar")
    assert clean_text(5) == "5"
