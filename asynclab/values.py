"""Values of student code as criteria see them: exceptions, outcomes, objects nobody can look into."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

__all__ = ["Opaque", "Outcome", "Raised", "class_names", "clean_text", "describe", "is_same_error"]

TEXT_LIMIT = 300
NAME_LIMIT = 80
BASES_LIMIT = 20
PLAIN = (type(None), bool, int, float, str, bytes)


@dataclass(frozen=True)
class Raised:
    """An exception that came out of student code, as data.

    type: the name of its class, bases: those of its base classes; args: its arguments;
    text: its `str`; parts: the exceptions in a group.
    """

    type: str
    args: tuple = ()
    text: str = ""
    parts: tuple = ()
    bases: tuple = field(default=(), compare=False)

    def is_a(self, name) -> bool:
        """Whether its class, or one of its base classes, is called `name`."""
        return name == self.type or name in self.bases

    def __repr__(self):
        if self.parts:
            return f"{self.type}({', '.join(map(repr, self.parts))})"
        if _is_plain(self.args):
            return f"{self.type}({', '.join(map(repr, self.args))})"
        return f"{self.type}({self.text!r})"


def _is_plain(value):
    """Whether a person can read its repr: no objects of libraries, at any depth."""
    if type(value) is tuple:
        return all(map(_is_plain, value))
    return isinstance(value, PLAIN)


@dataclass(frozen=True)
class Opaque:
    """An object that JSON has no form for: only its type's name and the start of its repr."""

    type: str
    text: str = ""

    def __repr__(self):
        return self.text or f"<{self.type}>"


@dataclass(frozen=True)
class Outcome:
    """How an awaited thing ended: `returned` a value or `raised` an exception, and when (seconds).

    cancelled_at: when it was asked to cancel, None where it was not or had ended before.
    """

    how: str
    value: object
    at: float
    cancelled_at: float | None = None

    @property
    def returned(self) -> bool:
        """Whether it ended with a value."""
        return self.how == "returned"

    @property
    def cancelled(self) -> bool:
        """Whether CancelledError came out."""
        return self.raised("CancelledError")

    def raised(self, name) -> bool:
        """Whether an exception of the class called `name`, or of one derived from it, came out."""
        if self.how != "raised":
            return False
        if isinstance(self.value, Raised):
            return self.value.is_a(name)
        return name in class_names(type(self.value))


def is_same_error(actual: Raised, expected: BaseException) -> bool:
    """Whether a decoded exception has the very type and the arguments of a real one."""
    return actual.type == type(expected).__name__ and repr(actual.args) == repr(expected.args)


def describe(value, limit=120) -> str:
    """A short text of a decoded value for a sentence, as it would stand in Python code.

    Longer than `limit` characters it is cut in the middle.
    """
    try:
        text = repr(value)
    except ValueError:  # Python refuses to write integers of more than 4,300 digits
        text = f"<{type(value).__name__} …>"
    if len(text) <= limit:
        return text
    half = (limit - 3) // 2
    return f"{text[:half]} … {text[-half:]}"


def clean_text(text, limit=TEXT_LIMIT) -> str:
    """Text that is equal in every run and can be stored: cut, without memory addresses."""
    text = str.__str__(text if isinstance(text, str) else str(text))
    text = re.sub(r" at 0x[0-9a-fA-F]+", "", text[: 2 * limit])[:limit]
    # A lone surrogate has no UTF-8 form, in which notebooks are stored.
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def class_names(kind) -> list[str]:
    """The names of a class and of its base classes, `object` excepted."""
    # A student's metaclass may answer for both; these descriptors do not ask it.
    bases = type.__dict__["__mro__"].__get__(kind)[:BASES_LIMIT]
    names = [type.__dict__["__name__"].__get__(base) for base in bases if base is not object]
    return [clean_text(name, NAME_LIMIT) for name in names] or ["object"]
