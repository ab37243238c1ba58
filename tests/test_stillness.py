"""Stillness: telling threads that wait from threads that compute."""

import sys
import threading
import time

import pytest

from asynclab.stillness import Stillness

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")


@pytest.fixture
def spoken():
    return threading.Event()


def started(target):
    thread = threading.Thread(target=target, daemon=True)
    thread.start()
    return thread


def test_a_waiting_thread_is_still(spoken):
    """A thread that waits for an event is found still, soon."""
    release = threading.Event()
    thread = started(release.wait)

    assert Stillness().await_still([thread], spoken)
    release.set()
    thread.join()


@linux
def test_a_computing_thread_is_not(spoken):
    """While a thread computes nobody calls it still; when it waits, it is."""
    busy, release = [True], threading.Event()

    def work():
        while busy:
            pass
        release.wait()

    thread = started(work)
    threading.Timer(0.1, busy.clear).start()

    assert Stillness().await_still([thread], spoken)
    assert busy == []
    release.set()
    thread.join()


def test_a_word_ends_the_watch(spoken):
    """Whoever has something to say is heard at once."""
    spoken.set()

    assert not Stillness().await_still([threading.main_thread()], spoken)


@linux
def test_a_thread_that_has_not_begun_is_not(spoken):
    """It is about to compute; whoever looks only so often is told no."""
    assert not Stillness().await_still([threading.Thread()], spoken, looks=3)


def test_an_ended_thread_is_still(spoken):
    """A thread that ends while it is watched is still, and breaks nothing."""
    thread = started(int)
    thread.join()

    assert Stillness().await_still([thread], spoken)


def test_patience_decides_where_nobody_tells(spoken, monkeypatch):
    """On other systems a thread counts as still after a while."""
    monkeypatch.setattr(sys, "platform", "darwin")
    start = time.perf_counter()

    assert Stillness().await_still([threading.main_thread()], spoken)
    assert time.perf_counter() - start >= 0.02
