"""Dataclasses to plain JSON and back, every field checked against its type hint."""

from __future__ import annotations

import dataclasses
import functools
import types
import typing

__all__ = ["SchemaError", "from_json", "to_json"]


class SchemaError(ValueError):
    """JSON that does not have the shape of the dataclass; the message names the path and the type."""


def to_json(value):
    """Plain JSON (dicts, lists, numbers, strings) of a dataclass instance, list or plain value."""
    if dataclasses.is_dataclass(value):
        return {name: to_json(getattr(value, name)) for name in _fields(type(value))}
    if isinstance(value, (list, tuple)):
        return [to_json(item) for item in value]
    return value


def from_json(kind, data, path="trace"):
    """An instance of type `kind` from JSON `data`; raises SchemaError where a field is missing, extra or of another type."""
    origin = typing.get_origin(kind)
    if kind is typing.Any:
        return data
    if origin in (types.UnionType, typing.Union):
        return _from_union(typing.get_args(kind), data, path)
    if origin is list:
        _require(isinstance(data, list), path, "list", data)
        (item,) = typing.get_args(kind)
        return [from_json(item, value, f"{path}[{number}]") for number, value in enumerate(data)]
    if origin is tuple:
        items = typing.get_args(kind)
        _require(
            isinstance(data, list) and len(data) == len(items), path, f"list of {len(items)}", data
        )
        return tuple(
            from_json(item, value, f"{path}[{number}]")
            for number, (item, value) in enumerate(zip(items, data))
        )
    if dataclasses.is_dataclass(kind):
        return _from_object(kind, data, path)
    if kind is float:
        _require(type(data) in (int, float) and data == data, path, "number", data)
        return float(data)
    expected = origin or kind
    _require(type(data) is expected, path, expected.__name__, data)
    return data


def _from_union(kinds, data, path):
    if data is None and type(None) in kinds:
        return None
    (kind,) = [kind for kind in kinds if kind is not type(None)]
    return from_json(kind, data, path)


def _from_object(kind, data, path):
    fields = _fields(kind)
    _require(
        type(data) is dict and data.keys() == fields.keys(),
        path,
        f"object with {', '.join(fields)}",
        data,
    )
    return kind(
        **{name: from_json(hint, data[name], f"{path}.{name}") for name, hint in fields.items()}
    )


@functools.cache
def _fields(kind):
    hints = typing.get_type_hints(kind)
    return {field.name: hints[field.name] for field in dataclasses.fields(kind)}


def _require(condition, path, expected, data):
    if not condition:
        raise SchemaError(f"{path}: expected {expected}, got {str(data)[:60]}")
