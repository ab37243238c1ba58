"""Labels: what the lanes of unnamed tasks are called, after the calls that made them."""

from __future__ import annotations

import re

__all__ = ["distinguish", "has_begun", "one_line", "simple_arguments"]

VALUE_LIMIT = 24

_SIMPLE = (str, int, float, bool, type(None))
_SPACES = re.compile(r"[\t-\r\x85\u2028\u2029]+")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def has_begun(coroutine) -> bool:
    """Whether a coroutine has run its first step."""
    return getattr(coroutine, "cr_frame", coroutine) is None or getattr(
        coroutine, "cr_suspended", False
    )


def simple_arguments(coroutine) -> dict[str, str]:
    """The arguments of a coroutine that has not begun: {parameter: value}, plain values only."""
    frame, code = getattr(coroutine, "cr_frame", None), getattr(coroutine, "cr_code", None)
    if frame is None or code is None or has_begun(coroutine):
        return {}
    values = frame.f_locals
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    arguments = {
        name: show_value(values[name])
        for name in names
        if name in values and type(values[name]) in _SIMPLE
    }
    if type(values) is dict:
        values.clear()  # until 3.12 a snapshot that the frame keeps: it would keep objects alive
    return arguments


def show_value(value) -> str:
    """A short text of a plain value, as it would stand in code."""
    text = f'"{value}"' if isinstance(value, str) else repr(value)
    return text if len(text) <= VALUE_LIMIT else text[: VALUE_LIMIT - 2] + "…" + text[-1]


def one_line(text: str) -> str:
    """A text as a picture can show it: line breaks and tabs become a space, what no SVG may hold
    (control characters, halves of surrogate pairs) becomes "�"."""
    return _UNPRINTABLE.sub("�", _SPACES.sub(" ", text))


def distinguish(function: str, calls: list[dict[str, str]]) -> list[str]:
    """A label for each call of one function: with the first argument that tells all apart,
    else with all that differ, else with a number."""
    if len(calls) == 1:
        return [function]
    names = list(dict.fromkeys(name for call in calls for name in call))
    differing = [name for name in names if len({call.get(name) for call in calls}) > 1]
    for chosen in ([name] for name in differing):
        labels = [call.get(chosen[0], "") for call in calls]
        if len(set(labels)) == len(calls):
            return [f"{function}({label})" for label in labels]
    labels = [", ".join(call[name] for name in differing if name in call) for call in calls]
    if len(set(labels)) == len(calls):
        return [f"{function}({label})" for label in labels]
    return [f"{function} {number}" for number in range(1, len(calls) + 1)]
