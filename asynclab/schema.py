"""Dataclasses to plain JSON and back, every field checked against its type hint."""

from __future__ import annotations

import dataclasses
import functools
import math
import types
import typing

__all__ = ["SchemaError", "from_json", "to_json"]

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
    if dataclasses.is_dataclass(kind):
        return {name: to_json(getattr(value, name)) for name in _fields(kind)}
    return [to_json(item) for item in value] if isinstance(value, (list, tuple)) else value


def from_json(kind, data, path="trace"):
    """An instance of type `kind` from JSON `data`.

    Raises SchemaError where a field is missing, extra, of another type, or nested too deep.
    """
    return _reader(kind)(data, path)


# A reader is a function of (data, path) that returns the value or raises SchemaError. Each is made once
# for its type, since a class of students brings hundreds of thousands of values.


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
        return functools.partial(_read_tuple, tuple(map(_reader, typing.get_args(kind))))
    if origin is dict:
        return functools.partial(_read_dict, _reader(typing.get_args(kind)[1]))
    if dataclasses.is_dataclass(kind):
        readers = {name: _reader(hint) for name, hint in _fields(kind).items()}
        return functools.partial(_read_object, kind, readers)
    return _read_number if kind is float else functools.partial(_read_exactly, kind)


def _read_anything(data, path):
    if type(data) not in PLAIN and _is_deeper(data, DEPTH_LIMIT):
        _refuse(path, "plain JSON", "something nested too deep")
    return data


def _read_optional(read, data, path):
    return None if data is None else read(data, path)


def _read_list(read, data, path):
    if type(data) is not list:
        _refuse(path, "list", data)
    return [read(value, f"{path}[{number}]") for number, value in enumerate(data)]


def _read_tuple(readers, data, path):
    if type(data) is not list or len(data) != len(readers):
        _refuse(path, f"list of {len(readers)}", data)
    return tuple(
        [
            read(value, f"{path}[{number}]")
            for number, (read, value) in enumerate(zip(readers, data))
        ]
    )


def _read_dict(read, data, path):
    if type(data) is not dict:
        _refuse(path, "object", data)
    return {key: read(value, f"{path}.{key[:SHOWN]}") for key, value in data.items()}


def _read_object(kind, readers, data, path):
    if type(data) is not dict:
        _refuse(path, "object", data)
    if data.keys() != readers.keys():
        for name in readers.keys() - data.keys():
            raise SchemaError(f"{path}: no {name}")
        for name in data.keys() - readers.keys():
            raise SchemaError(f"{path}: unknown {name[:SHOWN]!r}")
    return kind(**{name: read(data[name], f"{path}.{name}") for name, read in readers.items()})


def _read_number(data, path):
    # JSON has neither NaN nor infinities; Python's parser lets both through.
    whole = type(data) is int and abs(data) < 2**63
    if not (whole or (type(data) is float and math.isfinite(data))):
        _refuse(path, "number", data)
    return float(data)


def _read_exactly(kind, data, path):
    if type(data) is not kind:
        _refuse(path, kind.__name__, data)
    return data


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
            if type(outer) in (list, dict)
            for item in (outer.values() if type(outer) is dict else outer)
        ]
        if not layer:
            return False
    return True


def _refuse(path, expected, data):
    shown = type(data).__name__ if isinstance(data, (list, dict)) else str(data)[:SHOWN]
    raise SchemaError(f"{path}: expected {expected}, got {shown}")
