"""Values as JSON: exact types, nothing that lies, nothing without bounds."""

import collections
import dataclasses
import enum
import json
import math

import pytest

from asynclab.encoding import ITEM_LIMIT, decode, encode, measure
from asynclab.values import Opaque, Outcome, Raised


def there_and_back(value):
    """Through the JSON text that a notebook stores, as UTF-8."""
    text = json.dumps(encode(value), ensure_ascii=False).encode("utf-8")
    return decode(json.loads(text))


@pytest.mark.parametrize(
    "value",
    [
        None, True, False, 0, 1, -1, 2**53, -(10**40), 0.0, -0.0, 1.5, 1e-300, math.inf, -math.inf,
        "", "teks", "é✓", "\x00", "\ud800", "a\\ud800\ud800", b"", b"\x00\xff", ...,
        [], [1, [2, [3]]], (), (1, (2,)), {}, {"a": 1}, {"$": 1}, {1: "a", (2, 3): "b", None: 0},
        set(), {1, 2}, frozenset({"a"}), {"a": [(True, None), {"b": b"c"}]},
        Outcome("returned", (1, 2), 3.5), Outcome("returned", None, 1.0, 0.5),
    ],
    ids=repr,
)  # fmt: skip
def test_built_in_values_come_back_as_they_were(value):
    """The same value of the same type, all the way down."""
    back = there_and_back(value)

    assert (back, type(back), repr(back)) == (value, type(value), repr(value))


def test_not_a_number_comes_back():
    """NaN is no JSON, and comes back all the same."""
    assert math.isnan(there_and_back(math.nan))


Point = collections.namedtuple("Point", "x y")


class Colour(enum.IntEnum):
    RED = 3


class Word(enum.StrEnum):
    YES = "ya"


@pytest.mark.parametrize(
    ("value", "content"),
    [
        (Point(1, 2), (1, 2)),
        (collections.defaultdict(list, {"a": [1]}), {"a": [1]}),
        (collections.OrderedDict(b=1, a=2), {"b": 1, "a": 2}),
        (collections.Counter("aab"), {"a": 2, "b": 1}),
        (Colour.RED, 3),
        (Word.YES, "ya"),
    ],
    ids=repr,
)
def test_subclasses_cross_by_what_they_hold(value, content):
    """A named tuple is the tuple that it is, an IntEnum its number: nobody loses points for it."""
    back = there_and_back(value)

    assert (back, type(back)) == (content, type(content))


def test_liars_are_unmasked():
    """Overridden methods of a subclass are never asked: only what it really holds crosses."""

    class Liar(dict):
        def __eq__(self, other):
            return True

        def items(self):
            return {"benar": 1}.items()

        def __iter__(self):
            return iter(["benar"])

    class Number(int):
        def __int__(self):
            return 100

        def __repr__(self):
            return "100"

    assert there_and_back([Liar(salah=1), Number(5)]) == [{"salah": 1}, 5]


def test_objects_become_opaque():
    """Of any other object only its type's name and the start of its repr are left, no address."""

    class Thing:
        pass

    @dataclasses.dataclass
    class Task:
        number: int

    there, task = there_and_back(Thing()), there_and_back([Task(7)])[0]

    assert (there.type, " at 0x" in there.text) == ("Thing", False)
    assert (task.type, task.text.endswith("Task(number=7)")) == ("Task", True)
    assert there == there_and_back(Thing())


def test_objects_that_refuse_to_be_described():
    """A repr that raises, or returns no text, is no reason to fail."""

    class Broken:
        def __repr__(self):
            raise ValueError

    class Odd:
        def __repr__(self):
            return 7

    assert [there_and_back(kind()).text for kind in (Broken, Odd)] == ["", ""]


def test_a_metaclass_cannot_choose_the_name():
    """The type's name is the one of the class, not what its metaclass answers."""

    class Meta(type):
        __name__ = property(lambda self: "ValueError")
        __mro__ = ()

        def __instancecheck__(self, instance):
            return True

    class Thing(metaclass=Meta):
        __class__ = ValueError

    assert there_and_back(Thing()).type == "Thing"


def test_exceptions_become_data():
    """Class, base classes, arguments, text, and the parts of a group."""

    class Rejected(ConnectionRefusedError):
        pass

    group = there_and_back(ExceptionGroup("dua", [ValueError("a"), Rejected(111, "ditolak")]))
    first, second = group.parts

    assert (group.type, first) == ("ExceptionGroup", Raised("ValueError", ("a",), "a"))
    assert second.type == "Rejected"
    assert second.is_a("Rejected")
    assert second.is_a("ConnectionError")
    assert not second.is_a("ValueError")


def test_exceptions_in_outcomes():
    """An outcome says by name what was raised, before and after it has crossed."""
    outcome = Outcome("raised", TimeoutError("lama"), 2.0)
    back = there_and_back(outcome)

    assert [item.raised("TimeoutError") for item in (outcome, back)] == [True, True]
    assert [item.raised("OSError") for item in (outcome, back)] == [True, True]
    assert [item.raised("ValueError") for item in (outcome, back)] == [False, False]


def test_an_exception_that_cannot_speak():
    """An exception whose text raises keeps its type."""

    class Mute(Exception):
        def __str__(self):
            raise RuntimeError

    assert there_and_back(Mute(1)).type == "Mute"


def test_knots_end():
    """Structures that hold themselves are cut, in depth and in number, in no time."""
    knot = []
    knot += [knot, knot]
    data = encode(knot)

    assert len(json.dumps(data)) < 100 * ITEM_LIMIT
    assert measure(data) > 1_000


def test_deep_structures_are_cut():
    """Below twenty levels everything is opaque."""
    value = "dasar"
    for _ in range(40):
        value = [value]
    back, depth = there_and_back(value), 0
    while isinstance(back, list):
        back, depth = back[0], depth + 1

    assert (isinstance(back, Opaque), 19 <= depth <= 22) == (True, True)


def test_wide_structures_are_cut():
    """A list of a million numbers does not fill the trace."""
    kept = there_and_back(list(range(1_000_000)))

    assert (len(kept), kept[-1]) == (ITEM_LIMIT + 1, Opaque("…", "…"))
    assert len(there_and_back({n: n for n in range(1_000_000)})) < ITEM_LIMIT
    assert len(there_and_back(set(range(1_000_000)))) <= ITEM_LIMIT


def test_huge_texts_become_opaque():
    """Megabytes of text or bytes are kept as their beginning only."""
    assert isinstance(there_and_back("x" * 2_000_000), Opaque)
    assert isinstance(there_and_back(b"x" * 2_000_000), Opaque)


@pytest.mark.parametrize(
    "data",
    [
        {"$": "tak dikenal"}, {"$": []}, {"$": None}, {"$": "int"}, {"$": "int", "text": 5},
        {"$": "int", "text": "xyz"}, {"$": "float", "text": "x"}, {"$": "bytes", "hex": "0"},
        {"$": "set", "items": [[1]]}, {"$": "dict", "items": [[1]]}, {"$": "dict", "items": 5},
        {"$": "dict", "items": [[[1], 2]]}, {"$": "tuple"}, {"$": "exception", "type": "X"},
        {"$": "outcome", "how": "maybe", "value": 1, "at": 0, "cancelled_at": None},
        {"$": "outcome", "how": "returned", "value": 1, "at": "nan", "cancelled_at": None},
        {"$": "outcome", "how": "returned", "value": 1, "at": True, "cancelled_at": None},
        {"$": "str", "text": "\\"}, {"$": "str", "text": "é"}, [{"$": "x"}],
    ],
    ids=str,
)  # fmt: skip
def test_what_encode_does_not_make_is_refused(data):
    """A forged value raises ValueError, whatever is wrong with it."""
    with pytest.raises(ValueError):
        decode(data)


def test_forged_depth_is_refused():
    """A value nested by hundreds is refused, not followed."""
    data = 1
    for _ in range(900):
        data = {"$": "tuple", "items": [data]}
    with pytest.raises(ValueError, match="too deep"):
        decode(data)


def test_measure_grows_with_the_json():
    """The measure is of the order of the JSON's length."""
    for value in ("x" * 1_000, list(range(500)), {"a" * 50: [True] * 30}, Raised("X")):
        data = encode(value)
        assert 0.2 < measure(data) / len(json.dumps(data)) < 5
