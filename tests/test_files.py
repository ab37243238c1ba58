"""A run's own folder: private, the working directory, gone afterwards; and what is said about its files."""

import asyncio
import os
from pathlib import Path

import pytest

from asynclab import never_blocking, run, same_files
from asynclab.files import summarize


def in_folder(action):
    """Run `await action(world, folder)` in a folder; returns the trace and where the folder was."""
    places = []

    async def scenario(world):
        folder = world.folder()
        places.append(folder.path)
        await action(world, folder)

    return run(scenario), places[0]


def test_folder_is_the_working_directory():
    """Relative names of student code lead into the folder, and the files found there are noted."""

    async def action(world, folder):
        Path("a.txt").write_bytes(b"halo")
        Path("dalam").mkdir()
        Path("dalam/b.txt").write_bytes(b"")
        world.note("berkas", folder.files())

    trace, _ = in_folder(action)

    assert same_files(trace.note("berkas"), {"a.txt": b"halo", "dalam/b.txt": b""})


@pytest.mark.parametrize("verdict", ["finished", "failed", "deadlock", "stopped"])
def test_folder_is_gone_after_every_run(verdict):
    """However a run ends, the working directory is the one of before and the folder is deleted."""
    places = []

    async def scenario(world):
        places.append(world.folder().path)
        Path("a.txt").write_bytes(b"halo")
        if verdict == "failed":
            raise ValueError
        if verdict == "deadlock":
            await asyncio.Event().wait()
        while verdict == "stopped":
            pass

    before = os.getcwd()
    limit = 0.3 if verdict == "stopped" else 10

    assert (run(scenario, wall_limit=limit).verdict, os.getcwd()) == (verdict, before)
    assert not places[0].exists()


def test_folder_can_be_prepared_and_measured():
    """A scenario's own reading and writing does not count as a blocking call."""

    async def action(world, folder):
        folder.write("dalam/lama.txt", b"12345")
        world.note("lama", [folder.size(), folder.files()])

    trace, _ = in_folder(action)

    assert trace.note("lama") == [5, {"dalam/lama.txt": summarize(b"12345")}]
    assert never_blocking(trace)


def test_opening_on_the_loop_is_blocking_and_in_a_thread_is_not():
    """Only a file that student code opens on the event loop's thread is a blocking call."""

    async def on_loop(world, folder):
        Path("a.txt").write_bytes(b"halo")

    async def in_thread(world, folder):
        await asyncio.to_thread(Path("a.txt").write_bytes, b"halo")

    found = [never_blocking(in_folder(action)[0]) for action in (on_loop, in_thread)]

    assert [finding.passed for finding in found] == [False, True]
    assert "open('a.txt'" in found[0].fact


@pytest.mark.parametrize(
    ("actual", "fact"),
    [
        ({}, "`a.bin` tidak ada di folder; yang ada: tidak ada berkas"),
        ({"a.bin.part": b"ab"}, "`a.bin` tidak ada di folder; yang ada: `a.bin.part`"),
        ({"a.bin": b"a"}, "`a.bin` berisi 1 byte; seharusnya 2 byte"),
        ({"a.bin": b"xy"}, "panjangnya benar (2 byte), tetapi isinya"),
        ({"a.bin": b"ab", "b.part": b"1"}, "tertinggal `b.part` (1 byte)"),
    ],
)
def test_same_files_names_the_difference(actual, fact):
    """A missing, short, changed or extra file is named."""
    finding = same_files({name: summarize(data) for name, data in actual.items()}, {"a.bin": b"ab"})

    assert not finding
    assert fact in finding.fact


def test_same_files_of_something_else():
    """A note that is not a folder's is a failure, not an error."""
    assert same_files(None, {}).fact == "Isi folder tidak tercatat."
