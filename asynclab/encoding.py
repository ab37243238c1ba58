"""Encoding: Python values as plain JSON and back, so that no object of a student's is ever compared."""

from __future__ import annotations

import math

from asynclab.schema import PLAIN
from asynclab.values import Opaque, Outcome, Raised, class_names, clean_text

__all__ = ["decode", "encode", "measure"]

STRING_LIMIT = 1_000_000
DEPTH_LIMIT = 20
ITEM_LIMIT = 20_000
ARGUMENT_LIMIT = 20
TAG = "$"
CUT = {TAG: "object", "type": "…", "text": "…"}


def encode(value):
    """The JSON form of `value`. What is no built-in value or exception becomes opaque.

    Of an instance of a subclass (a named tuple, a `defaultdict`, an `IntEnum` ...) what it holds as
    its built-in base crosses, never its methods: it can't lie about being equal. Bounded in depth,
    number of items and length of text, beyond which items are opaque.
    """
    return _Encoder().encode(value, DEPTH_LIMIT)


class _Encoder:
    """Encodes one value; `items` is how many more it may hold."""

    def __init__(self):
        self.items = ITEM_LIMIT

    def encode(self, value, depth):
        kind = type(value)
        self.items -= 1
        if value is None or kind is bool:
            return value
        if value is Ellipsis:
            return {TAG: "ellipsis"}
        if self.items < 0 or depth < 0:
            return dict(CUT)
        for base, method in _ENCODERS:
            if issubclass(kind, base):
                return method(self, value, depth - 1)
        return _opaque(value)

    def _text(self, value, depth):
        value = str.__str__(value)
        if len(value) > STRING_LIMIT:
            return _opaque(value)
        try:
            value.encode("utf-8")
        except UnicodeEncodeError:  # a lone surrogate, with which no notebook can be stored
            return {TAG: "str", "text": ascii(value)[1:-1]}
        return value

    def _integer(self, value, depth):
        value = int.__int__(value)
        return value if abs(value) < 2**53 else {TAG: "int", "text": hex(value)}

    def _float(self, value, depth):
        value = float.__float__(value)
        return value if math.isfinite(value) else {TAG: "float", "text": repr(value)}

    def _bytes(self, value, depth):
        value = bytes.__getitem__(value, slice(None))
        return {TAG: "bytes", "hex": value.hex()} if len(value) < STRING_LIMIT else _opaque(value)

    def _list(self, value, depth):
        return self._items(list.__iter__(value), depth)

    def _tuple(self, value, depth):
        return {TAG: "tuple", "items": self._items(tuple.__iter__(value), depth)}

    def _set(self, value, depth):
        kind = set if issubclass(type(value), set) else frozenset
        items = sorted(self._items(kind.__iter__(value), depth), key=repr)
        return {TAG: kind.__name__, "items": items}

    def _dict(self, value, depth):
        pairs = self._items(dict.items(value), depth, self._pair)
        if all(type(pair) is list and type(pair[0]) is str and pair[0] != TAG for pair in pairs):
            return dict(pairs)
        return {
            TAG: "dict",
            "items": [pair if type(pair) is list else [pair, pair] for pair in pairs],
        }

    def _pair(self, pair, depth):
        return [self.encode(pair[0], depth), self.encode(pair[1], depth)]

    def _items(self, values, depth, encode=None):
        items = []
        for value in values:
            if self.items < 0:
                items.append(dict(CUT))
                break
            items.append((encode or self.encode)(value, depth))
        return items

    def _outcome(self, value, depth):
        inner, cancelled_at = self.encode(value.value, depth), value.cancelled_at
        return {
            TAG: "outcome", "how": value.how, "value": inner,
            "at": value.at, "cancelled_at": cancelled_at,
        }  # fmt: skip

    def _exception(self, error, depth):
        arguments = _quietly(lambda: tuple(error.args), ())[:ARGUMENT_LIMIT]
        parts = ()
        if isinstance(error, BaseExceptionGroup):
            parts = _quietly(lambda: tuple(error.exceptions), ())[:ARGUMENT_LIMIT]
        name, *bases = class_names(type(error))
        return {
            TAG: "exception",
            "type": name,
            "bases": bases,
            "args": [self.encode(item, depth) for item in arguments],
            "text": clean_text(_quietly(lambda: str(error), "")),
            "parts": [self.encode(part, depth) for part in parts],
        }


_ENCODERS = (
    (str, _Encoder._text),
    (int, _Encoder._integer),
    (float, _Encoder._float),
    (bytes, _Encoder._bytes),
    (list, _Encoder._list),
    (tuple, _Encoder._tuple),
    (dict, _Encoder._dict),
    ((set, frozenset), _Encoder._set),
    (Outcome, _Encoder._outcome),
    (BaseException, _Encoder._exception),
)


def decode(data):
    """The Python value of JSON made by `encode`; exceptions become `Raised`, other objects `Opaque`.

    Raises ValueError on a form that `encode` does not make, too deep a one included.
    """
    return _decode(data, 3 * DEPTH_LIMIT)


def _decode(data, depth):
    if depth < 0:
        raise ValueError("nested too deep")
    if isinstance(data, list):
        return [item if type(item) in PLAIN else _decode(item, depth - 1) for item in data]
    if not isinstance(data, dict):
        return data
    if TAG not in data:
        return {
            key: item if type(item) in PLAIN else _decode(item, depth - 1)
            for key, item in data.items()
        }
    try:
        return _DECODERS[data[TAG]](data, lambda item: _decode(item, depth - 1))
    except (KeyError, TypeError, AttributeError, OverflowError) as error:
        raise ValueError("not an encoded value") from error


_DECODERS = {
    "int": lambda data, inner: int(data["text"], 16),
    "float": lambda data, inner: float(data["text"]),
    "str": lambda data, inner: data["text"].encode("ascii").decode("unicode_escape"),
    "ellipsis": lambda data, inner: ...,
    "bytes": lambda data, inner: bytes.fromhex(data["hex"]),
    "tuple": lambda data, inner: tuple(inner(item) for item in data["items"]),
    "set": lambda data, inner: {inner(item) for item in data["items"]},
    "frozenset": lambda data, inner: frozenset(inner(item) for item in data["items"]),
    "dict": lambda data, inner: {inner(key): inner(item) for key, item in data["items"]},
    "exception": lambda data, inner: Raised(
        str(data["type"]),
        tuple(inner(item) for item in data["args"]),
        str(data["text"]),
        tuple(inner(item) for item in data["parts"]),
        tuple(str(name) for name in data["bases"]),
    ),
    "outcome": lambda data, inner: Outcome(
        {"returned": "returned", "raised": "raised"}[data["how"]],
        inner(data["value"]),
        _seconds(data["at"]),
        None if data["cancelled_at"] is None else _seconds(data["cancelled_at"]),
    ),
    "object": lambda data, inner: Opaque(str(data["type"]), str(data["text"])),
}


def _seconds(data):
    if type(data) not in (int, float) or not math.isfinite(data):
        raise ValueError("not a moment")
    return float(data)


def measure(data) -> int:
    """How large encoded data is: its items and the characters of its texts, roughly its JSON's."""
    if isinstance(data, str):
        return len(data) + 2
    if isinstance(data, dict):
        return sum(len(key) + 4 + measure(item) for key, item in data.items()) + 2
    if isinstance(data, list):
        return sum(map(measure, data)) + 2 * len(data) + 2
    return 6


def _opaque(value):
    text = clean_text(_quietly(lambda: repr(value), ""))
    return {TAG: "object", "type": class_names(type(value))[0], "text": text}


def _quietly(function, default):
    try:
        return function()
    except Exception:
        return default
