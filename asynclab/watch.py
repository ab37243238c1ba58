"""Watch: every change of a dict that student code keeps becomes a note."""

from __future__ import annotations

import contextlib

__all__ = ["watch"]


def watch(world, thing, attribute, key):
    """Note every change of the dict `thing.attribute` as [name, value] under `key`.

    Returns a function without arguments that gives the items as they are now: for where the dict
    is not a plain one, can't be replaced, or is written to through another name.
    """
    before = getattr(thing, attribute)
    if type(before) is dict:
        watched = WatchedDict(before, lambda name, value: world.note(key, [name, value]))
        with contextlib.suppress(AttributeError):
            setattr(thing, attribute, watched)
    return lambda: {**before, **getattr(thing, attribute)}


class WatchedDict(dict):
    """A dict that calls `changed(name, value)` for every item that is set."""

    def __init__(self, items, changed):
        super().__init__(items)
        self._changed = changed

    def __setitem__(self, name, value):
        super().__setitem__(name, value)
        self._changed(name, value)

    def setdefault(self, name, default=None):
        """Like dict's."""
        if name not in self:
            self[name] = default
        return self[name]

    def update(self, *items, **more):
        """Like dict's."""
        for name, value in dict(*items, **more).items():
            self[name] = value

    def __ior__(self, items):
        self.update(items)
        return self
