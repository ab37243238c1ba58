"""Sentences for an admin: whole, calm, in Indonesian, and none without its reason."""

import errno
import inspect
import re
from pathlib import Path

import pytest

from asynclab.classroom import checks, messages


def test_functions_give_sentences():
    """Every public function has a docstring that says when."""
    functions = [
        function
        for name, function in inspect.getmembers(messages, inspect.isfunction)
        if not name.startswith("_") and function.__module__ == messages.__name__
    ]

    assert len(functions) > 60
    assert all(function.__doc__ for function in functions)


def test_sentences_do_not_shout():
    """No exclamation marks, "Anda" and never "kamu"."""
    strings = re.findall(r'"([^"\n]*)"', inspect.getsource(messages))

    assert not [text for text in strings if re.search(r"!$|! ", text)]
    assert not [text for text in strings if re.search(r"\b(kamu|lo|gue)\b", text, re.IGNORECASE)]


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "disk penuh"),
        (OSError(errno.EACCES, "Permission denied"), "tidak diizinkan"),
        (OSError(errno.ELOOP, "Too many levels"), "Too many levels"),
        (ValueError("aneh"), "aneh"),
    ],
)
def test_what_the_system_says(error, text):
    """In Indonesian where it is usual, else in its own words."""
    assert messages.why(error) == text


def test_the_hub_is_installed_whole(root):
    """Python's packages and the proxy come with one target of the Makefile, which every sentence names."""
    target = re.search(r"^\$\(VENV\)/(\.hub):", (root / "Makefile").read_text(), re.M)[1]
    readme = (root / "classroom" / "README.md").read_text(encoding="utf-8")

    assert all(f"make -B .venv/{target}" in text for text in (checks.NO_PROXY, checks.BROKEN_PROXY))
    assert f"make .venv/{target}\n" in readme
    assert messages.no_hub(root, root / ".venv").endswith(f"make -C {root} .venv/{target}")
    assert messages.no_hub(root, Path("/v")).endswith(f"make -C {root} VENV=/v /v/{target}")


def test_long_lists_are_cut():
    """Three hundred names do not fill a terminal."""
    sentence = messages.record("buku", [f"m{number}" for number in range(300)])

    assert sentence == (
        "mencatat 300 orang (m0, m1, m2, m3, m4, m5, m6, m7, dan 292 lagi) di buku nilai buku"
    )
