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


class SchemaError(ValueError):
    """JSON that does not have the shape of the dataclass; names the path and the type wanted."""


def to_json(value):
    """Plain JSON (dicts, lists, numbers, strings) of a dataclass instance, list or plain value."""
    if dataclasses.is_dataclass(value):
        return {name: to_json(getattr(value, name)) for name in _fields(type(value))}
    if isinstance(value, (list, tuple)):
        return [to_json(item) for item in value]
    return value


def from_json(kind, data, path="trace"):
    """An instance of type `kind` from JSON `data`.

    Raises SchemaError where a field is missing, extra, of another type, or nested too deep.
    """
    origin = typing.get_origin(kind)
    if kind is typing.Any:
        _require(not _is_deeper(data, DEPTH_LIMIT), path, "plain JSON", "something nested too deep")
        return data
    if origin in (types.UnionType, typing.Union):
        return _from_union(typing.get_args(kind), data, path)
    if origin is list:
        _require(type(data) is list, path, "list", data)
        (item,) = typing.get_args(kind)
        return [from_json(item, value, f"{path}[{number}]") for number, value in enumerate(data)]
    if origin is tuple:
        return _from_tuple(typing.get_args(kind), data, path)
    if origin is dict:
        _require(type(data) is dict, path, "object", data)
        item = typing.get_args(kind)[1]
        return {key: from_json(item, value, f"{path}.{key[:SHOWN]}") for key, value in data.items()}
    if dataclasses.is_dataclass(kind):
        return _from_object(kind, data, path)
    if kind is float:
        _require(_is_number(data), path, "number", data)
        return float(data)
    _require(type(data) is kind, path, kind.__name__, data)
    return data


def _from_union(kinds, data, path):
    if data is None and type(None) in kinds:
        return None
    (kind,) = [kind for kind in kinds if kind is not type(None)]
    return from_json(kind, data, path)


def _from_tuple(kinds, data, path):
    _require(type(data) is list and len(data) == len(kinds), path, f"list of {len(kinds)}", data)
    pairs = zip(kinds, data, strict=True)
    return tuple(
        from_json(kind, value, f"{path}[{index}]") for index, (kind, value) in enumerate(pairs)
    )


def _from_object(kind, data, path):
    fields = _fields(kind)
    _require(type(data) is dict, path, "object", data)
    for name in fields.keys() - data.keys():
        raise SchemaError(f"{path}: no {name}")
    for name in data.keys() - fields.keys():
        raise SchemaError(f"{path}: unknown {name[:SHOWN]!r}")
    return kind(
        **{name: from_json(hint, data[name], f"{path}.{name}") for name, hint in fields.items()}
    )


@functools.cache
def _fields(kind):
    hints = typing.get_type_hints(kind)
    return {field.name: hints[field.name] for field in dataclasses.fields(kind)}


def _is_number(data):
    # JSON has neither NaN nor infinities; Python's parser lets both through.
    if type(data) is int:
        return abs(data) < 2**63
    return type(data) is float and math.isfinite(data)


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


def _require(condition, path, expected, data):
    if not condition:
        shown = type(data).__name__ if isinstance(data, (list, dict)) else str(data)[:SHOWN]
        raise SchemaError(f"{path}: expected {expected}, got {shown}")
