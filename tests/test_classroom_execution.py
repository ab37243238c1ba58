"""Steps that are done: in order, again without harm, and with a sentence where one fails."""

import json
import os
import subprocess
import sys
from types import SimpleNamespace

import pytest
from small_classroom import ANI

from asynclab.classroom import execution
from asynclab.classroom.execution import perform
from asynclab.classroom.people import read_people
from asynclab.classroom.steps import (
    CopyMissing,
    MakeFolder,
    RecordStudents,
    RunCommand,
    SetAccess,
    WritePeople,
    WriteText,
)
from asynclab.errors import CommandError


def recorder(record, code=0, stderr=""):
    """In place of subprocess.run: keeps what it is told."""

    def run(argv, **options):
        record.append((argv, options))
        return subprocess.CompletedProcess(argv, code, "", stderr)

    return run


def test_steps_come_in_order():
    """Each is shown before it is done; no shell is ever involved."""
    record = []
    steps = [RunCommand("satu", ("useradd", "a; rm -rf /")), RunCommand("dua", ("true",))]
    perform(steps, lambda number, step: record.append((number, step.sentence)), recorder(record))

    assert [item[:1] if isinstance(item[0], list) else item for item in record] == [
        (1, "satu"),
        (["useradd", "a; rm -rf /"],),
        (2, "dua"),
        (["true"],),
    ]
    assert not any("shell" in options for item, options in record if isinstance(item, list))


def test_files_and_folders(tmp_path):
    """Folders and files get their modes whatever the umask is."""
    folder, file = tmp_path / "a" / "b", tmp_path / "a" / "b" / "c"
    before = os.umask(0o077)
    try:
        perform([MakeFolder("", folder, 0o3733), WriteText("", file, "isi", 0o644)])
    finally:
        os.umask(before)

    assert folder.stat().st_mode & 0o7777 == 0o3733
    assert (file.read_text(), file.stat().st_mode & 0o777) == ("isi", 0o644)
    perform([SetAccess("", folder, 0o700)])
    assert folder.stat().st_mode & 0o7777 == 0o700


def test_a_file_is_never_written_over(tmp_path):
    """Whatever came in between stays; the sentence names it."""
    file = tmp_path / "a"
    file.write_text("lama")

    with pytest.raises(CommandError, match=r"Langkah 1 dari 1 gagal \(menulis a\)"):
        perform([WriteText("menulis a", file, "baru")])
    assert file.read_text() == "lama"


def test_a_copy_is_whole_or_not_there(tmp_path):
    """A copy that broke off is begun anew; caches stay behind."""
    source, target = tmp_path / "source", tmp_path / "kursus" / "source"
    (source / "satu").mkdir(parents=True)
    (source / "satu" / "a.ipynb").write_text("{}")
    (source / "__pycache__").mkdir()
    (target.parent / ".source.baru" / "rusak").mkdir(parents=True)
    perform([CopyMissing("", source, target)])

    assert sorted(path.name for path in target.rglob("*")) == ["a.ipynb", "satu"]
    assert os.listdir(target.parent) == ["source"]


def test_the_list_of_people(tmp_path):
    """It is replaced."""
    perform([WritePeople("", tmp_path / "people.json", (ANI,))])

    assert read_people(tmp_path / "people.json") == {"ani": ANI}


def test_the_gradebook_is_written_by_its_owner(tmp_path, monkeypatch):
    """Another process, as the course's account, without root's groups and environment."""
    record = []
    entry = SimpleNamespace(pw_uid=1500, pw_gid=1501, pw_dir="/home/modul11")
    monkeypatch.setattr(execution.pwd, "getpwnam", {"modul11": entry}.get)
    perform([RecordStudents("", tmp_path, "modul11", (ANI,))], run=recorder(record))
    ((argv, options),) = record

    assert argv == [sys.executable, "-P", "-m", "asynclab.classroom.gradebook"]
    assert (options["user"], options["group"], options["extra_groups"]) == (1500, 1501, [])
    assert options["env"].keys() == {"HOME", "USER", "PATH", "LANG"}
    assert [person["id"] for person in json.loads(options["input"])] == ["ani"]


def test_a_program_that_fails_says_why():
    """Its last words, which steps are done, and that one may simply repeat."""
    steps = [RunCommand("satu", ("true",)), RunCommand("dua", ("false",)), RunCommand("", ())]
    runs = iter([recorder([]), recorder([], 4, "useradd: catatan\nuseradd: UID penuh\n")])

    with pytest.raises(CommandError) as caught:
        perform(steps, run=lambda *a, **o: next(runs)(*a, **o))
    assert str(caught.value) == (
        "Langkah 2 dari 3 gagal (dua): useradd: UID penuh. "
        "Langkah 1 sampai 1 sudah dilakukan; perbaiki, lalu jalankan perintah yang sama lagi."
    )


@pytest.mark.parametrize(
    ("argv", "reason"),
    [
        (("tidak-ada-perintah-ini",), "tidak-ada-perintah-ini tidak ada"),
        ((sys.executable, "-c", "raise SystemExit(3)"), "berakhir dengan kode 3"),
    ],
)
def test_programs_that_say_nothing(argv, reason):
    """A missing program and a mute one have their sentence too."""
    with pytest.raises(CommandError, match=reason):
        perform([RunCommand("sesuatu", argv)])


def test_a_full_disk(tmp_path, monkeypatch):
    """The system's reason in Indonesian."""
    monkeypatch.setattr(
        execution, "write_people", lambda *_: (_ for _ in ()).throw(OSError(28, "No space"))
    )

    with pytest.raises(CommandError, match=r"mencatat\): disk penuh\. Belum ada langkah lain"):
        perform([WritePeople("mencatat", tmp_path / "people.json", ())])


# ---- a course account that works against root


@pytest.fixture
def victim(tmp_path):
    """A folder and a file that nobody else is to touch."""
    folder = tmp_path / "korban"
    folder.mkdir(mode=0o700)
    (folder / "rahasia").write_text("lama")
    return folder


def put_link(path, target):
    """A link that the course account has made."""
    path.symlink_to(target)
    os.chown(path, 1234, 1234, follow_symlinks=False)


@pytest.mark.skipif(os.geteuid() != 0, reason="gives a link to somebody else")
@pytest.mark.parametrize("step", [SetAccess, MakeFolder])
@pytest.mark.parametrize("inner", ["", "dalam"])
def test_rights_are_not_given_through_a_link(tmp_path, victim, step, inner):
    """Neither to what it leads to nor to what lies there; the sentence says where it is."""
    (victim / "dalam").mkdir(mode=0o700)
    put_link(tmp_path / "outbound", victim)

    with pytest.raises(CommandError, match=r"outbound: itu tautan yang bukan dibuat root"):
        perform([step("memperbaiki", tmp_path / "outbound" / inner, 0o755)])
    assert {path.stat().st_mode & 0o777 for path in (victim, victim / "dalam")} == {0o700}


def test_a_file_is_not_given_away_as_a_folder(tmp_path):
    """The course account could have put another's file in a folder's place, under a second name."""
    (tmp_path / "outbound").touch()
    mode = (tmp_path / "outbound").stat().st_mode

    with pytest.raises(CommandError, match=r"outbound: .*bukan folder"):
        perform([SetAccess("memperbaiki", tmp_path / "outbound", 0o755, tmp_path.owner())])
    assert (tmp_path / "outbound").stat().st_mode == mode


@pytest.mark.skipif(os.geteuid() != 0, reason="gives a link to somebody else")
@pytest.mark.parametrize("folder", [False, True])
def test_a_copy_is_not_written_through_a_link(tmp_path, victim, folder):
    """A link in the place of the half copy is taken away, and what it leads to stays as it was."""
    source, target = tmp_path / "asal", tmp_path / "kursus" / "asal"
    target.parent.mkdir()
    if folder:
        source.mkdir()
        (source / "rahasia").write_text("baru")
    else:
        source.write_text("baru")
    put_link(target.parent / ".asal.baru", victim if folder else victim / "rahasia")
    perform([CopyMissing("", source, target)])

    assert (victim / "rahasia").read_text() == "lama"
    assert (target / "rahasia" if folder else target).read_text() == "baru"
    assert os.listdir(target.parent) == ["asal"]


def test_half_a_copy_is_never_seen(tmp_path, monkeypatch):
    """Where it fails, nothing stays, and the course account never entered what root was writing."""
    source, target = tmp_path / "asal", tmp_path / "kursus" / "asal"
    source.mkdir()
    target.parent.mkdir()
    seen = []

    def fail(*_, **__):
        seen.append((target.parent / ".asal.baru").stat().st_mode & 0o777)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(execution.shutil, "copytree", fail)
    with pytest.raises(CommandError, match="disk penuh"):
        perform([CopyMissing("", source, target)])
    assert (seen, os.listdir(target.parent)) == ([0o700], [])
