"""How far each assignment has come with whom, read from the folders alone."""

import dataclasses

import pytest
from small_classroom import ANI, BUDI, DOSEN, EMPTY, roster, trial

from asynclab.classroom import status
from asynclab.classroom.installation import wanted_folders
from asynclab.classroom.status import (
    STAGES,
    diagnose,
    read_progress,
    render_people,
    render_progress,
)

PEOPLE = (ANI, DOSEN, BUDI)


@pytest.fixture
def classroom(tmp_path):
    """Two assignments; "satu" is released, ani's feedback is written, Budi has only fetched it."""
    settings = trial(tmp_path)
    for folder, mode, *_ in wanted_folders(settings):
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(mode)
    place = settings.exchange / "modul11"
    for path in (
        settings.course / "source" / "satu",
        settings.course / "source" / "dua",
        place / "outbound" / "satu",
        place / "inbound" / "ani+satu+2026-03-06 10:00:00+abc",
        place / "inbound" / "umar+satu+2026-03-06 10:00:00+abc",
        place / "inbound" / "lain",
        settings.course / "submitted" / "ani" / "satu",
        settings.course / "autograded" / "ani" / "satu",
        settings.course / "feedback" / "ani" / "satu",
        tmp_path / "home" / "ani" / "satu",
        tmp_path / "home" / "m211" / "satu",
    ):
        path.mkdir(parents=True)
    return settings


def progress(settings):
    """The two assignments."""
    homes = {name: settings.state.parent / "home" / name for name in ("ani", "m211")}
    return read_progress(settings, PEOPLE, homes)


def test_stages(classroom):
    """Each student where there is a trace of them; strangers do not count."""
    dua, satu = progress(classroom)

    assert (dua.released, satu.released) == (False, True)
    assert [sorted(satu.students[stage]) for stage in STAGES] == [
        ["ani", "m211"], ["ani"], ["ani"], ["ani"], ["ani"],
    ]  # fmt: skip
    assert [satu.stage(name) for name in ("ani", "m211", "dewi")] == ["feedback", "fetched", ""]
    assert dua.stage("ani") == ""


def test_what_was_collected_was_submitted(classroom):
    """Also where an instructor has emptied the exchange, or the file came by mail."""
    (classroom.exchange / "modul11" / "inbound" / "ani+satu+2026-03-06 10:00:00+abc").rmdir()

    assert progress(classroom)[1].students["submitted"] == {"ani"}


def test_links_of_students_are_not_followed(classroom, tmp_path):
    """A home full of links tells nothing."""
    (tmp_path / "home" / "m211" / "dua").symlink_to("/")

    assert progress(classroom)[0].students["fetched"] == frozenset()


def test_as_text(classroom):
    """A table in columns, and a line per person and assignment."""
    table = render_progress("modul11", PEOPLE, progress(classroom)).splitlines()

    assert table[0] == "Kelas modul11: 2 mahasiswa, 1 dosen."
    assert table[2].split() == [
        "Tugas", "dirilis", "diambil", "dikirim", "diterima", "dinilai", "umpan", "balik",
    ]  # fmt: skip
    assert table[4].split() == ["satu", "ya", "2", "1", "1", "1", "1"]
    assert len({len(line) for line in table[2:]}) == 1
    assert render_people(PEOPLE, progress(classroom)).splitlines() == [
        "ani   Ani Lestari",
        "        satu: umpan balik",
        "dewi  Dewi Kartika (dosen)",
        "m211  Budi",
        "        satu: diambil",
    ]


def test_a_healthy_class(classroom):
    """Everything is well, and it is said."""
    found = diagnose(classroom, roster(*PEOPLE), lambda: "")

    assert [item.subject for item in found] == ["people", "exchange", "disk", "sandbox"]
    assert all(item.healthy and not item.remedy for item in found if item.subject != "disk")


def test_a_trial_may_have_nbgraders_modes(classroom):
    """There everybody is the owner; only what the owner may not is a lack."""
    (classroom.exchange / "modul11" / "inbound").chmod(0o2733)
    classroom.exchange.chmod(0o755)
    (classroom.exchange / "modul11" / "feedback").rmdir()

    assert diagnose(classroom, roster(*PEOPLE), lambda: "")[1].healthy


def test_answers_that_students_can_read(tmp_path):
    """A file of the project that git has written anew is named; on a trial nobody is to be kept from it."""
    (tmp_path / "source").mkdir(mode=0o700)
    (tmp_path / "nbgrader_config.py").touch(mode=0o644)
    (found,) = status._diagnose_solutions(tmp_path)

    assert (found.healthy, found.remedy) == (False, "asynclab classroom init --lakukan")
    assert f"{tmp_path}/nbgrader_config.py dapat dibaca pengguna lain" in found.found


def lacks(classroom, known=EMPTY, sandbox=""):
    """What is found lacking, with what mends it."""
    found = diagnose(classroom, known, lambda: sandbox)
    return [(item.found, item.remedy) for item in found if not item.healthy]


def test_what_is_lacking(classroom, monkeypatch):
    """People without a row, a closed exchange, a full disk, no sandbox: each with its way out."""
    (classroom.exchange / "modul11" / "outbound").chmod(0o500)
    classroom.state.rmdir()
    monkeypatch.setattr(
        status.shutil, "disk_usage", lambda path: type("Usage", (), {"free": 10**8})
    )
    known = dataclasses.replace(roster(ANI), students={})
    people, state, outbound, disk, sandbox = lacks(classroom, known, "unshare: tidak boleh")

    assert "belum lengkap" in people[0]
    assert "adalah 0500" in outbound[0]
    assert "hub tidak ada" in state[0]
    assert {people[1], outbound[1], state[1]} == {"asynclab classroom init --lakukan"}
    assert disk[0].endswith("0,1 GB")
    assert "unshare: tidak boleh" in sandbox[0]
    assert all(remedy for _, remedy in (disk, sandbox))
