"""Dataclasses to plain JSON and back, every field checked against its type hint."""

from __future__ import annotations

import dataclasses
import functools
import math
import types
import typing

__all__ = ["PLAIN", "SchemaError", "from_json", "to_json"]

DEPTH_LIMIT = 100
SHOWN = 40
PLAIN = frozenset({str, int, float, bool, type(None)})


class SchemaError(ValueError):
    """JSON that does not have the shape of the dataclass; names the path and the type wanted."""


def to_json(value):
    """Plain JSON (dicts, lists, numbers, strings) of a dataclass instance, list or plain value."""
    kind = type(value)
    if kind in PLAIN:
        return value
    if kind in (list, tuple):
        return [item if type(item) in PLAIN else to_json(item) for item in value]
    if names := _names(kind):
        return {
            name: item if type(item := getattr(value, name)) in PLAIN else to_json(item)
            for name in names
        }
    return [to_json(item) for item in value] if isinstance(value, (list, tuple)) else value


def from_json(kind, data, path="trace"):
    """An instance of type `kind` from JSON `data`.

    Raises SchemaError where a field is missing, extra, of another type, or nested too deep.
    """
    try:
        return _reader(kind)(data)
    except _Misfit as misfit:
        where = "".join(reversed(misfit.steps))
        raise SchemaError(f"{path}{where}: {misfit.what}") from None


# A reader is a function of JSON data that returns the value or raises _Misfit. Each is made once for its
# type, and says nothing about where it is until something is wrong: a class of students brings
# millions of values.


class _Misfit(Exception):
    """What is wrong, and the steps to it, the innermost first."""

    def __init__(self, what):
        super().__init__(what)
        self.what, self.steps = what, []


@functools.cache
def _reader(kind):
    origin = typing.get_origin(kind)
    if kind is typing.Any:
        return _read_anything
    if origin in (types.UnionType, typing.Union):
        (item,) = [item for item in typing.get_args(kind) if item is not type(None)]
        return functools.partial(_read_optional, _reader(item))
    if origin is list:
        return functools.partial(_read_list, _reader(typing.get_args(kind)[0]))
    if origin is tuple:
        kinds = typing.get_args(kind)
        if set(kinds) == {float}:
            return functools.partial(_read_numbers, len(kinds))
        return functools.partial(_read_tuple, tuple(map(_reader, kinds)))
    if origin is dict:
        return functools.partial(_read_dict, _reader(typing.get_args(kind)[1]))
    if dataclasses.is_dataclass(kind):
        readers = tuple((name, _reader(hint)) for name, hint in _fields(kind).items())
        return functools.partial(_read_object, kind, readers)
    return _read_number if kind is float else functools.partial(_read_exactly, kind)


def _read_anything(data):
    if type(data) in (list, dict) and _is_deeper(data, DEPTH_LIMIT):
        _refuse("plain JSON", "something nested too deep")
    return data


def _read_optional(read, data):
    return None if data is None else read(data)


def _read_list(read, data):
    if type(data) is not list:
        _refuse("list", data)
    values = []
    try:
        for item in data:
            values.append(read(item))
    except _Misfit as misfit:
        misfit.steps.append(f"[{len(values)}]")
        raise
    return values


def _read_tuple(readers, data):
    if type(data) is not list or len(data) != len(readers):
        _refuse(f"list of {len(readers)}", data)
    values = []
    try:
        for read, item in zip(readers, data):
            values.append(read(item))
    except _Misfit as misfit:
        misfit.steps.append(f"[{len(values)}]")
        raise
    return tuple(values)


def _read_numbers(count, data):
    # The most frequent of all: when a task ran. Mostly both are floats.
    if type(data) is list and len(data) == count:
        for item in data:
            if type(item) is not float or not -math.inf < item < math.inf:
                break
        else:
            return tuple(data)
    return _read_tuple((_read_number,) * count, data)


def _read_dict(read, data):
    if type(data) is not dict:
        _refuse("object", data)
    values = {}
    try:
        for key, item in data.items():
            values[key] = read(item)
    except _Misfit as misfit:
        misfit.steps.append(f".{key[:SHOWN]}")
        raise
    return values


def _read_object(kind, readers, data):
    if type(data) is not dict:
        _refuse("object", data)
    values = []
    try:
        for name, read in readers:
            values.append(read(data[name]))
    except _Misfit as misfit:
        misfit.steps.append(f".{name}")
        raise
    except KeyError:
        raise _Misfit(f"no {name}") from None
    if len(data) != len(readers):
        (name, *_) = data.keys() - {name for name, _ in readers}
        raise _Misfit(f"unknown {name[:SHOWN]!r}")
    return kind(*values)


def _read_number(data):
    # JSON has neither NaN nor infinities; Python's parser lets both through.
    if type(data) is float and -math.inf < data < math.inf:
        return data
    if type(data) is not int or abs(data) >= 2**63:
        _refuse("number", data)
    return float(data)


def _read_exactly(kind, data):
    if type(data) is not kind:
        _refuse(kind.__name__, data)
    return data


@functools.cache
def _names(kind):
    return tuple(_fields(kind)) if dataclasses.is_dataclass(kind) else ()


@functools.cache
def _fields(kind):
    hints = typing.get_type_hints(kind)
    return {field.name: hints[field.name] for field in dataclasses.fields(kind)}


def _is_deeper(data, levels):
    layer = [data]
    for _ in range(levels):
        layer = [
            item
            for outer in layer
            for item in (outer.values() if type(outer) is dict else outer)
            if type(item) in (list, dict)
        ]
        if not layer:
            return False
    return True


def _refuse(expected, data):
    shown = type(data).__name__ if isinstance(data, (list, dict)) else str(data)[:SHOWN]
    raise _Misfit(f"expected {expected}, got {shown}")
