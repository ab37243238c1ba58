"""Sentences for students: Indonesian numbers, whole sentences, and none that is missing."""

import inspect
import re

import pytest

from asynclab import messages
from asynclab.records import VERDICTS, Leftover, Observation, Place
from asynclab.trace import Trace


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"), (1.0, "1"), (2.5, "2,5"), (1234.5, "1.234,5"), (0.1 + 0.2, "0,3"), (100, "100"),
        (1_000_000, "1.000.000"), (1e-9, "0"), (-0.25, "-0,25"), (9.9999, "10"),
    ],
)  # fmt: skip
def test_numbers_are_written_as_indonesians_write_them(value, text):
    """A comma for decimals, a point for thousands, no trailing zeros."""
    assert messages.number(value) == text


@pytest.mark.parametrize(
    ("place", "text"),
    [
        (None, "tempat yang tidak diketahui"),
        (Place("run", 14, "await x", ""), "run() baris 14: `await x`"),
        (Place("run", 14, "await x", "3"), "run() pada sel [3] baris 14: `await x`"),
        (Place("run", 14, "", "a.py"), "run() baris 14"),
        (Place("<module>", 2, "x", "3"), "sel [3] baris 2: `x`"),
        (Place("<lambda>", 2, "x", ""), "lambda baris 2: `x`"),
        (Place("<listcomp>", 2, "x", ""), "baris 2: `x`"),
        (Place("", 0, "", ""), "sel uji"),
    ],
)
def test_places(place, text):
    """A line of code as a student finds it; a withheld one is the test cell's."""
    assert messages.place(place) == text


REASONS = {
    "failed": {"type": "ValueError", "text": "x"},
    "stopped": {"limit": 10.0, "progress": False},
    "exited": {"type": "SystemExit"},
    "killed": {"text": "sinyal 9"},
    "rejected": {"text": "Tidak ada catatan."},
}


@pytest.mark.parametrize("verdict", [*VERDICTS, "rejected"])
def test_every_verdict_has_a_sentence(verdict):
    """One sentence, with or without details; it ends with a full stop."""
    trace = Trace("s", 1, verdict, REASONS.get(verdict, {}), ended=2.5)
    if verdict == "finished":
        return
    sentence = messages.verdict(trace)

    assert re.fullmatch(r"[A-Z].*\.", sentence)
    assert "None" not in sentence


@pytest.mark.parametrize("verdict", [verdict for verdict in VERDICTS if verdict != "finished"])
def test_verdicts_without_details_are_sentences_too(verdict):
    """A trace whose reason says nothing, such as one from an older run, still has its sentence."""
    assert messages.verdict(Trace("s", 1, verdict)).endswith(".")


def test_waiting_tasks_are_grouped_by_line():
    """Tasks at one line share a line; beyond a few names they are counted; threads say what they are."""
    line = Place("worker", 14, "await queue.get()", "")
    stuck = [Leftover("task", f"w{number}", line) for number in range(7)]
    stuck += [Leftover("thread", "baca", None), Leftover("task", "utama", None)]
    trace = Trace("s", 1, "deadlock", {"count": 5_009}, stuck=stuck)

    assert messages.verdict(trace).splitlines()[1:] == [
        "• w0, w1, w2, w3, dan 3 lagi menunggu di worker() baris 14: `await queue.get()`",
        "• thread baca menunggu",
        "• utama menunggu",
        "• … dan 5.000 task lain",
    ]


def test_leftovers_of_every_kind():
    """Tasks, threads, generators, connections: each says what it is."""
    items = [
        Leftover("task", "detak", Place("f", 3, "await x", "")),
        Leftover("thread", "baca", None),
        Leftover("generator", "angka", Place("g", 4, "yield 1", "")),
        Leftover("connection", "data.contoh", Place("h", 5, "", "")),
    ]

    assert messages.left_behind(items).splitlines() == [
        "Masih tertinggal sesudah skenario selesai:",
        "• detak menunggu di f() baris 3: `await x`",
        "• thread baca menunggu",
        "• async generator angka berhenti di g() baris 4: `yield 1`",
        "• sambungan ke data.contoh di h() baris 5",
    ]


KINDS = (
    "blocking", "never-awaited", "never-retrieved", "unclosed", "destroyed", "callback-failed",
    "thread-failed", "warning", "log", "stubborn",
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_every_observation_has_a_sentence(kind):
    """Each kind has its own; braces in the text of student code do no harm."""
    item = Observation(kind, "teks {aneh}", 2.5, Place("f", 3, "x = {}", ""))
    sentence = messages.observation(item)

    assert sentence.endswith(".")
    assert sentence != "teks {aneh} (di f() baris 3: `x = {}`)."
    assert kind == "stubborn" or "teks {aneh}" in sentence


def test_the_same_is_said_once():
    """A loop that blocks thirty times at one line gives one sentence for each moment, three at most."""
    items = [Observation("unclosed", "client session", 1.0) for _ in range(30)]

    assert messages.noticed(items) == "Sebuah `ClientSession` tidak pernah ditutup."


def test_functions_give_sentences():
    """Every public function has a docstring and gives Indonesian text."""
    functions = [
        function
        for name, function in inspect.getmembers(messages, inspect.isfunction)
        if not name.startswith("_") and function.__module__ == messages.__name__
    ]

    assert len(functions) > 40
    assert all(function.__doc__ for function in functions)


def test_sentences_do_not_shout():
    """No exclamation marks, no capitals for emphasis, "Anda" and never "kamu"."""
    source = inspect.getsource(messages)
    strings = re.findall(r'"([^"\n]*)"', source)

    assert not [text for text in strings if re.search(r"!$|! ", text)]
    assert not [text for text in strings if re.search(r"\b(kamu|lo|gue)\b", text, re.IGNORECASE)]
    assert not [text for text in strings if re.search(r"\b[A-Z]{6,}\b", text)]


@pytest.mark.parametrize(
    ("call", "advice"),
    [
        ("socket.connect", "`aiohttp`"),
        ("subprocess.Popen", "proses lain"),
        ("asyncio.create_subprocess_exec", "proses lain"),
        ("ProcessPoolExecutor", "`asyncio.to_thread`"),
        ("create_connection(ssl=...)", "`http://`"),
        ("asyncio.new_event_loop", "event loop"),
        ("loop.add_reader", ""),
    ],
)
def test_what_is_missing_comes_with_advice(call, advice):
    """What the closed world lacks is named, with what to use instead."""
    sentence = messages.not_simulated(call)

    assert sentence.startswith(f"`{call}` tidak ada di dunia tertutup asynclab")
    assert advice in sentence
