"""Fields: one field of many records, such as the depth of every page, compared with what it should be."""

from __future__ import annotations

from asynclab import messages
from asynclab.equality import equal, same, same_order
from asynclab.finding import PASSED, Finding
from asynclab.values import describe

__all__ = ["same_field"]


def same_field(records, field: str, expected: dict, what: str) -> Finding:
    """`records` ({key: {field: value, ...}}, a decoded note) has exactly the keys and values of `expected`.

    what: the call that returned the records, for the sentence; other fields are not looked at.
    """
    if not isinstance(records, dict):
        return equal(records, expected, what)
    for key, wanted in expected.items():
        if key not in records:
            return Finding(False, messages.record_missing(what, key))
        record = records[key]
        if not isinstance(record, dict) or field not in record:
            return Finding(False, messages.field_missing(what, key, field))
        found = record[field]
        if not same(found, wanted):
            if isinstance(found, list) and isinstance(wanted, list):
                return _compare_lists(found, wanted, messages.field_of(field, key))
            fact = messages.field_differs(field, key, describe(wanted), describe(found))
            return Finding(False, fact)
    extra = [key for key in records if key not in expected]
    return Finding(False, messages.record_extra(what, extra)) if extra else PASSED


def _compare_lists(found, wanted, what):
    """The difference of two lists that differ: an item too few, one too many, or their order."""
    for item in wanted:
        if item not in found:
            return Finding(False, messages.item_missing(what, describe(item), describe(found)))
    for item in found:
        if item not in wanted:
            return Finding(False, messages.item_extra(what, describe(item)))
        if found.count(item) > wanted.count(item):
            return Finding(False, messages.item_repeated(what, describe(item), found.count(item)))
    return same_order(found, wanted, what)
