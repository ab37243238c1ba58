"""JSON checked against dataclasses: every field, every type, at every depth."""

import dataclasses
import json
import math
from typing import Any

import pytest

from asynclab.schema import SchemaError, from_json, to_json


@dataclasses.dataclass
class Inner:
    number: int
    flag: bool = False


@dataclasses.dataclass
class Outer:
    name: str
    seconds: float
    inner: Inner | None = None
    parts: list[Inner] = dataclasses.field(default_factory=list)
    pair: tuple[str, int] = ("a", 1)
    table: dict[str, float] = dataclasses.field(default_factory=dict)
    anything: Any = None
    span: tuple[float, float] = (0.0, 0.5)


WHOLE = Outer("a", 1.5, Inner(1), [Inner(2, True)], ("x", 3), {"k": 2.0}, {"deep": [1, None]})


def with_field(**fields):
    return {**to_json(WHOLE), **fields}


def test_there_and_back():
    """Through JSON text an instance comes back equal, tuples included."""
    assert from_json(Outer, json.loads(json.dumps(to_json(WHOLE)))) == WHOLE


def test_whole_numbers_are_seconds_too():
    """JSON does not tell 2 from 2.0: where a float is wanted an integer becomes one."""
    back = from_json(Outer, with_field(seconds=2, span=[1, 2.5]))

    assert (back.seconds, type(back.seconds)) == (2.0, float)
    assert (back.span, type(back.span[0])) == ((1.0, 2.5), float)


@pytest.mark.parametrize(
    ("data", "path"),
    [
        (None, "trace: expected object"),
        ([], "trace: expected object"),
        ("{}", "trace: expected object"),
        (with_field(name=1), "trace.name: expected str"),
        (with_field(name=None), "trace.name: expected str"),
        (with_field(seconds="1"), "trace.seconds: expected number"),
        (with_field(seconds=True), "trace.seconds: expected number"),
        (with_field(seconds=math.nan), "trace.seconds: expected number"),
        (with_field(seconds=math.inf), "trace.seconds: expected number"),
        (with_field(seconds=10**400), "trace.seconds: expected number"),
        (with_field(inner={"number": 1}), "trace.inner: no flag"),
        (with_field(inner={"number": True, "flag": False}), "trace.inner.number: expected int"),
        (with_field(inner={"number": 1.0, "flag": False}), "trace.inner.number: expected int"),
        (with_field(inner={"number": 1, "flag": 0}), "trace.inner.flag: expected bool"),
        (with_field(inner=[]), "trace.inner: expected object"),
        (with_field(parts={}), "trace.parts: expected list"),
        (with_field(parts=[{"number": 1, "flag": None}]), "trace.parts[0].flag: expected bool"),
        (with_field(pair=["x"]), "trace.pair: expected list of 2"),
        (with_field(pair=["x", "y"]), "trace.pair[1]: expected int"),
        (with_field(span=[1.0]), "trace.span: expected list of 2"),
        (with_field(span=[1.0, True]), "trace.span[1]: expected number"),
        (with_field(span=[math.nan, 1.0]), "trace.span[0]: expected number"),
        (with_field(table=[]), "trace.table: expected object"),
        (with_field(table={"k": "v"}), "trace.table.k: expected number"),
        (with_field(extra=1), "trace: unknown 'extra'"),
    ],
)
def test_what_does_not_fit_is_named(data, path):
    """Missing, extra, of another type, a bool for a number: the error says where and what."""
    with pytest.raises(SchemaError) as caught:
        from_json(Outer, data)

    assert str(caught.value).startswith(path)


@pytest.mark.parametrize("wrap", [lambda data: [data], lambda data: {"x": data}])
def test_huge_nesting_is_refused(wrap):
    """Even where anything goes, nesting has an end."""
    data = 1
    for _ in range(900):
        data = wrap(data)
    with pytest.raises(SchemaError, match=r"trace.anything: .*nested too deep"):
        from_json(Outer, with_field(anything=data))


def test_errors_stay_short():
    """The error does not repeat what it was given."""
    with pytest.raises(SchemaError) as caught:
        from_json(Outer, with_field(name=10**300, **{"x" * 10_000: 1}))

    assert len(str(caught.value)) < 200
