"""Python values as plain JSON and back, with exact types, so that no student object is ever compared."""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["Opaque", "Outcome", "Raised", "decode", "describe", "encode"]

TEXT_LIMIT = 300
DEPTH_LIMIT = 20
TAG = "$"


@dataclass(frozen=True)
class Raised:
    """An exception that came out of student code, as data: type name, arguments, text."""

    type: str
    args: tuple = ()
    text: str = ""
    parts: tuple = ()

    def __repr__(self):
        if self.parts:
            return f"{self.type}({', '.join(map(repr, self.parts))})"
        return f"{self.type}({self.text!r})" if self.text else f"{self.type}()"


@dataclass(frozen=True)
class Opaque:
    """An object that JSON has no form for: only its type's name and the start of its repr."""

    type: str
    text: str = ""

    def __repr__(self):
        return self.text or f"<{self.type}>"


@dataclass(frozen=True)
class Outcome:
    """How an awaited thing ended: `returned` a value or `raised` an exception, and when (seconds)."""

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
        """Whether an exception of the type called `name` came out."""
        return (
            self.how == "raised"
            and (getattr(self.value, "type", None) or type(self.value).__name__) == name
        )


def encode(value, depth=DEPTH_LIMIT):
    """The JSON form of `value`. Only exact built-in types keep their value; all else becomes opaque.

    A subclass of `str` or `dict` may lie in `__eq__`, so it is opaque too. Never raises.
    """
    kind = type(value)
    if value is None or kind in (bool, str):
        return value
    if kind is int:
        return value if abs(value) < 2**53 else {TAG: "int", "text": hex(value)}
    if kind is float:
        return value if math.isfinite(value) else {TAG: "float", "text": repr(value)}
    if value is Ellipsis:
        return {TAG: "ellipsis"}
    if kind is bytes:
        return {TAG: "bytes", "hex": value.hex()}
    if depth <= 0:
        return _opaque(value)
    if kind is list:
        return [encode(item, depth - 1) for item in value]
    if kind in (tuple, set, frozenset):
        items = [encode(item, depth - 1) for item in value]
        return {TAG: kind.__name__, "items": items if kind is tuple else sorted(items, key=repr)}
    if kind is dict:
        if all(type(key) is str and key != TAG for key in value):
            return {key: encode(item, depth - 1) for key, item in value.items()}
        pairs = [[encode(key, depth - 1), encode(item, depth - 1)] for key, item in value.items()]
        return {TAG: "dict", "items": pairs}
    if kind is Outcome:
        inner = encode(value.value, depth - 1)
        return {
            TAG: "outcome",
            "how": value.how,
            "value": inner,
            "at": value.at,
            "cancelled_at": value.cancelled_at,
        }
    if isinstance(value, BaseException):
        return _exception(value, depth)
    return _opaque(value)


def decode(data):
    """The Python value of JSON made by `encode`; exceptions become `Raised`, other objects `Opaque`.

    Raises ValueError on a form that `encode` does not make.
    """
    if isinstance(data, list):
        return [decode(item) for item in data]
    if not isinstance(data, dict):
        return data
    if TAG not in data:
        return {key: decode(item) for key, item in data.items()}
    try:
        return _DECODERS[data[TAG]](data)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ValueError(f"not an encoded value: {str(data)[:80]}") from error


_DECODERS = {
    "int": lambda data: int(data["text"], 16),
    "float": lambda data: float(data["text"]),
    "ellipsis": lambda data: ...,
    "bytes": lambda data: bytes.fromhex(data["hex"]),
    "tuple": lambda data: tuple(decode(item) for item in data["items"]),
    "set": lambda data: {decode(item) for item in data["items"]},
    "frozenset": lambda data: frozenset(decode(item) for item in data["items"]),
    "dict": lambda data: {decode(key): decode(item) for key, item in data["items"]},
    "exception": lambda data: Raised(
        str(data["type"]),
        tuple(decode(item) for item in data["args"]),
        str(data["text"]),
        tuple(decode(item) for item in data["parts"]),
    ),
    "outcome": lambda data: Outcome(
        str(data["how"]),
        decode(data["value"]),
        float(data["at"]),
        None if data["cancelled_at"] is None else float(data["cancelled_at"]),
    ),
    "object": lambda data: Opaque(str(data["type"]), str(data["text"])),
}


def describe(value, limit=120):
    """A short text of a decoded value for a sentence: its repr, cut in the middle beyond `limit` characters."""
    text = repr(value)
    if len(text) <= limit:
        return text
    half = (limit - 3) // 2
    return f"{text[:half]} … {text[-half:]}"


def _exception(error, depth):
    arguments = [encode(item, depth - 1) for item in _quietly(lambda: tuple(error.args), ())]
    parts = (
        _quietly(lambda: tuple(error.exceptions), ())
        if isinstance(error, BaseExceptionGroup)
        else ()
    )
    return {
        TAG: "exception",
        "type": type(error).__name__,
        "args": arguments[:20],
        "text": _quietly(lambda: str(error), "")[:TEXT_LIMIT],
        "parts": [encode(part, depth - 1) for part in parts[:20]],
    }


def _opaque(value):
    return {
        TAG: "object",
        "type": type(value).__name__,
        "text": _quietly(lambda: repr(value), "")[:TEXT_LIMIT],
    }


def _quietly(function, default):
    try:
        return function()
    except Exception:
        return default
