"""Watching a dict of the student's: every change is a note, whatever the student does with it."""

import types

from asynclab import run


class Plain:
    def __init__(self):
        self.progress = {"a": 0}


class Hidden:
    """Shows a copy of a dict of its own."""

    def __init__(self):
        self.own = {"a": 0}

    @property
    def progress(self):
        return dict(self.own)


def watched(thing, change):
    """The notes of `change(thing)` and the items afterwards."""
    items = []

    async def scenario(world):
        current = world.watch(thing, "progress", "kemajuan")
        change(thing)
        items.append(current())

    trace = run(scenario)
    assert trace.verdict == "finished", trace.reason
    return [value for _, value in trace.notes("kemajuan")], items[0]


def test_every_way_of_setting_an_item_is_noted():
    """Assignment, update, |= and setdefault are notes; reading is none."""

    def change(thing):
        thing.progress["a"] = 50.0
        thing.progress.update({"b": None}, c=1)
        thing.progress |= {"b": 100.0}
        thing.progress.setdefault("b", 5)
        thing.progress.setdefault("d", 5)

    notes, items = watched(Plain(), change)

    assert notes == [["a", 50.0], ["b", None], ["c", 1], ["b", 100.0], ["d", 5]]
    assert items == {"a": 50.0, "b": 100.0, "c": 1, "d": 5}


def test_a_dict_that_is_replaced_is_still_read():
    """Who puts a new dict there is not noted, but the items are the new ones."""

    def change(thing):
        thing.progress = {**thing.progress, "b": 1}

    assert watched(Plain(), change) == ([], {"a": 0, "b": 1})


def test_a_dict_with_another_name_is_still_read():
    """Changes through a name that was there before are in the items."""
    thing = Plain()
    own = thing.progress

    assert watched(thing, lambda thing: own.update(b=1)) == ([], {"a": 0, "b": 1})


def test_a_property_and_a_proxy_are_left_alone():
    """What can't be replaced, or is not a plain dict, is only read."""
    thing, proxied = Hidden(), Plain()
    content = proxied.progress
    proxied.progress = types.MappingProxyType(content)

    assert watched(thing, lambda thing: thing.own.update(b=1)) == ([], {"a": 0, "b": 1})
    assert watched(proxied, lambda thing: content.update(b=1)) == ([], {"a": 0, "b": 1})
