"""Backup and restore: a graded class destroyed and brought back; what is no backup changes nothing."""

import contextlib
import datetime
import gzip
import io
import json
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tarfile
import threading
from pathlib import Path

import pytest
from small_class import AtOnce, full_marks, generated_course, hand_in
from small_classroom import ANI, BUDI, trial, variables
from tiny_course import SLUG

from asynclab.classroom import archive, backup, restore
from asynclab.classroom.archive import inspect_archive
from asynclab.classroom.backup import make_backup
from asynclab.classroom.people import write_people
from asynclab.cli import main
from asynclab.errors import CommandError
from asynclab.grading import engine
from asynclab.grading.definition import read_definition

pytestmark = pytest.mark.heavy
NOW = datetime.datetime(2026, 3, 6, 10, 0, tzinfo=datetime.UTC)


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """A class of two with submissions, scores, feedback, people and a Hub's database."""
    folder = tmp_path_factory.mktemp("kelas")
    settings = trial(folder)
    settings.course.mkdir()
    course, api = generated_course(settings.course)
    hand_in(course, "ani", "m211")
    definition = read_definition(api, SLUG)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "grade", full_marks)
        pending = engine.find_pending(api, SLUG)
        outcomes = engine.grade_all(api, [(definition, pending)], lambda scratch: AtOnce(), width=1)
        assert [outcome.judged for outcome in outcomes] == [True, True]
    feedback = settings.course / "feedback" / "ani" / SLUG / f"{SLUG}.html"
    feedback.parent.mkdir(parents=True)
    feedback.write_text("<p>Bagus.")
    inbound = settings.exchange / "modul11" / "inbound" / f"ani+{SLUG}+2026-03-06+x"
    inbound.mkdir(parents=True)
    (inbound / f"{SLUG}.ipynb").write_text("{}")
    inbound.chmod(0o777)
    inbound.parent.chmod(0o3733)
    settings.state.mkdir()
    write_people(settings.people, [ANI, BUDI])
    with contextlib.closing(sqlite3.connect(settings.hub_database)) as hub:
        hub.executescript("CREATE TABLE users (name TEXT); INSERT INTO users VALUES ('ani')")
    settings.hub_database.chmod(0o600)
    return settings


@pytest.fixture
def classroom(graded, tmp_path, monkeypatch):
    """A copy of it, named by the environment, with the test in the folder beside."""
    shutil.copytree(graded.course.parent, tmp_path / "kelas", symlinks=True)
    settings = trial(tmp_path / "kelas")
    for name, value in variables(settings).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    return settings


def dump(database):
    """Everything that a database says."""
    with contextlib.closing(sqlite3.connect(database)) as connection:
        return list(connection.iterdump())


def look(settings):
    """Everything that a backup is to bring back: databases by content, files by bytes, modes."""
    tops = (settings.course, settings.exchange / "modul11", settings.people)
    files = {}
    for top in tops:
        for path in (top, *top.rglob("*")):
            content = path.read_bytes() if path.is_file() and path.suffix != ".db" else b""
            files[path] = (path.stat().st_mode, content)
    return dump(settings.gradebook), dump(settings.hub_database), files


def destroy(settings):
    """What a disk failure leaves."""
    for folder in (settings.course, settings.exchange, settings.state):
        shutil.rmtree(folder)


def rewrite(source, target, edit):
    """A copy of an archive whose members went through `edit(info, bytes) -> [(info, bytes), ...]`."""
    with tarfile.open(source) as old, tarfile.open(target, "w:gz") as new:
        for info in old:
            content = old.extractfile(info).read() if info.isreg() else b""
            for changed, data in edit(info, content):
                changed.size = len(data)
                new.addfile(changed, io.BytesIO(data))


# ---- the circle


def test_a_destroyed_class_comes_back(classroom, capsys):
    """Scores, files, modes, people, the Hub's users: all as before, also in folders that are gone."""
    before = look(classroom)
    assert main(["classroom", "backup", "kelas.tar.gz"]) == 0
    destroy(classroom)
    assert main(["classroom", "restore", "kelas.tar.gz", "--lakukan"]) == 0

    assert look(classroom) == before
    assert (Path("kelas.tar.gz").stat().st_mode & 0o777) == 0o600
    assert "sudah diperiksa: kelas.tar.gz" in capsys.readouterr().out


def test_a_plan_changes_nothing(classroom, capsys):
    """Without --lakukan it says what it would put back and where today's would go."""
    make_backup(classroom, Path("kelas.tar.gz"))
    before = sorted(classroom.course.parent.rglob("*"))
    assert main(["classroom", "restore", "kelas.tar.gz"]) == 0
    shown = capsys.readouterr().out

    assert sorted(classroom.course.parent.rglob("*")) == before
    assert f"memulihkan {classroom.course}; yang sekarang dipindahkan ke" in shown
    assert "ulangi dengan --lakukan" in shown


def test_what_was_there_is_moved_aside(classroom):
    """Nothing is written over: today's work stays under a name with the time, closed to others."""
    make_backup(classroom, Path("kelas.tar.gz"))
    (classroom.course / "baru.txt").write_text("sesudah cadangan")
    contents = inspect_archive(Path("kelas.tar.gz"), classroom)
    plan = restore.plan_restore(classroom, contents, NOW)
    restore.restore(classroom, Path("kelas.tar.gz"), contents, plan)
    aside = {part.name: part.aside for part in plan}

    assert aside["course"] == classroom.course.with_name("kursus.sebelum-20260306-100000")
    assert (aside["course"] / "baru.txt").read_text() == "sesudah cadangan"
    assert not (classroom.course / "baru.txt").exists()
    assert aside["exchange"].stat().st_mode & 0o777 == 0o700
    assert len(dump(aside["jupyterhub.sqlite"])) == len(dump(classroom.hub_database))


def test_a_journal_is_not_applied_to_another_database(classroom):
    """What SQLite left beside the old database goes aside with it."""
    make_backup(classroom, Path("kelas.tar.gz"))
    journal = classroom.hub_database.with_name("jupyterhub.sqlite-journal")
    journal.write_bytes(b"milik yang lama")
    contents = inspect_archive(Path("kelas.tar.gz"), classroom)
    plan = restore.plan_restore(classroom, contents, NOW)
    restore.restore(classroom, Path("kelas.tar.gz"), contents, plan)

    assert not journal.exists()
    aside = classroom.hub_database.with_name("jupyterhub.sqlite.sebelum-20260306-100000-journal")
    assert aside.read_bytes() == b"milik yang lama"


def test_a_backup_while_scores_are_written(classroom):
    """A database in the middle of a transaction is kept as it was before it, and whole."""
    before = dump(classroom.gradebook)
    with contextlib.closing(sqlite3.connect(classroom.gradebook)) as writer:
        writer.execute("UPDATE student SET first_name = 'setengah'")
        make_backup(classroom, Path("kelas.tar.gz"))
        writer.rollback()
    destroy(classroom)
    contents = inspect_archive(Path("kelas.tar.gz"), classroom)
    restore.restore(
        classroom, Path("kelas.tar.gz"), contents, restore.plan_restore(classroom, contents)
    )

    assert dump(classroom.gradebook) == before


def test_backups_while_others_write(classroom):
    """Files that come, grow and go meanwhile do no harm; every backup is whole."""
    stop = threading.Event()

    def write():
        number = 0
        while not stop.is_set():
            number += 1
            path = classroom.course / "submitted" / "ani" / SLUG / f"{number % 5}.txt"
            path.write_text("x" * (number % 7919))
            if number % 3 == 0:
                path.unlink()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(5):
            assert make_backup(classroom, Path(f"{number}.tar.gz")).contents.files["course"] > 5
    finally:
        stop.set()
        writer.join()


def test_links_and_pipes_stay_out(classroom, tmp_path, capsys):
    """What a student's link points at is never read; each is named."""
    (tmp_path / "rahasia").mkdir()
    (tmp_path / "rahasia" / "kunci").write_text("rahasia sekali")
    inbound = classroom.exchange / "modul11" / "inbound"
    (inbound / "berkas").symlink_to(tmp_path / "rahasia" / "kunci")
    (inbound / "folder").symlink_to(tmp_path / "rahasia")
    os.mkfifo(inbound / "pipa")
    assert main(["classroom", "backup", "kelas.tar.gz"]) == 0
    shown = capsys.readouterr().out

    assert all(f"  {inbound / name}\n" in shown for name in ("berkas", "folder", "pipa"))
    with tarfile.open("kelas.tar.gz") as made:
        assert all(item.isreg() or item.isdir() for item in made)
    assert b"rahasia sekali" not in gzip.decompress(Path("kelas.tar.gz").read_bytes())


def move_behind_a_link(folder, disk):
    """What an admin does when a disk is full: the folder goes to another one, a link stays."""
    disk.mkdir(exist_ok=True)
    shutil.move(folder, disk / folder.name)
    folder.symlink_to(disk / folder.name)


def test_a_linked_course_and_exchange_are_kept_whole(classroom, tmp_path):
    """Moved to another disk and linked, they are in the backup, and come back on that disk."""
    before = look(classroom)
    move_behind_a_link(classroom.course, tmp_path / "disk")
    move_behind_a_link(classroom.exchange / "modul11", tmp_path / "disk")
    assert main(["classroom", "backup", "kelas.tar.gz"]) == 0
    shutil.rmtree(tmp_path / "disk")
    assert main(["classroom", "restore", "kelas.tar.gz", "--lakukan"]) == 0

    assert look(classroom) == before
    assert classroom.course.is_symlink()
    assert (tmp_path / "disk" / "kursus" / "gradebook.db").is_file()


@pytest.mark.parametrize("part", ["kursus", "exchange/modul11"])
def test_a_disk_that_is_not_mounted(classroom, capsys, tmp_path, part):
    """A link into nothing is no class without that part, but an error."""
    folder = classroom.course.parent / part
    move_behind_a_link(folder, tmp_path / "disk")
    shutil.rmtree(tmp_path / "disk")
    code = main(["classroom", "backup", "kelas.tar.gz"])
    error = capsys.readouterr().err

    assert code == 1
    assert f"{folder} adalah tautan, tetapi {tmp_path}/disk/{folder.name}" in error
    assert not list(Path().glob("*kelas.tar.gz*"))


@pytest.mark.parametrize("name", ["inbound", "outbound"])
def test_a_linked_folder_of_the_exchange_is_kept(classroom, capsys, tmp_path, name):
    """What `init` takes for healthy is in the backup; without its disk there is none."""
    folder = classroom.exchange / "modul11" / name
    folder.mkdir(exist_ok=True)
    before = look(classroom)
    move_behind_a_link(folder, tmp_path / "disk")
    assert main(["classroom", "backup", "kelas.tar.gz"]) == 0
    assert main(["classroom", "restore", "kelas.tar.gz", "--lakukan"]) == 0
    assert look(classroom) == before
    shutil.rmtree(folder)
    folder.symlink_to("/tidak/ada")

    assert main(["classroom", "backup", "dua.tar.gz"]) == 1
    assert f"{folder} adalah tautan, tetapi /tidak/ada" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["kursus/gradebook.db", "hub/jupyterhub.sqlite"])
@pytest.mark.parametrize(
    "target", ["tidak-ada", "jupyterhub.sqlite", "gradebook.db", "../exchange"]
)
def test_a_database_that_is_none(classroom, capsys, name, target):
    """A link into nothing, to itself, to a folder: no backup without its scores or people."""
    path = classroom.course.parent / name
    path.unlink()
    path.symlink_to(target)

    assert main(["classroom", "backup", "kelas.tar.gz"]) == 1
    assert f"{path} bukan berkas" in capsys.readouterr().err
    assert os.listdir() == ["kelas"]


@pytest.mark.skipif(os.geteuid() != 0, reason="gives a link to somebody else")
def test_a_link_of_somebody_else_is_not_followed(classroom, capsys, tmp_path):
    """The course account could lead root anywhere; the sentence says how root makes it the own."""
    move_behind_a_link(classroom.course, tmp_path / "disk")
    os.chown(classroom.course, 1234, 1234, follow_symlinks=False)

    assert main(["classroom", "backup", "kelas.tar.gz"]) == 1
    assert f"chown -h root:root {classroom.course}." in capsys.readouterr().err


def test_a_backup_that_lacks_a_part_is_none(classroom, capsys, monkeypatch):
    """What was found and is not in the archive is an error, whatever the reason."""
    monkeypatch.setattr(backup, "_add_tree", lambda *_: None)

    assert main(["classroom", "backup", "kelas.tar.gz"]) == 1
    assert "exchange tidak ikut" in capsys.readouterr().err
    assert os.listdir() == ["kelas"]


def nest(top, names):
    """Folders in each other, deeper than a path can say."""
    descriptor = os.open(top, os.O_RDONLY)
    for name in names:
        os.mkdir(name, dir_fd=descriptor)
        inner = os.open(name, os.O_RDONLY, dir_fd=descriptor)
        os.close(descriptor)
        descriptor = inner
    os.close(descriptor)


@pytest.mark.parametrize("names", [["a"] * 990, ["x" * 200] * 40], ids=["deep", "long"])
def test_a_student_can_not_stop_a_backup(classroom, capsys, names):
    """What lies too deep is named and left out; the rest is kept and can be put back."""
    before = look(classroom)
    inbound = classroom.exchange / "modul11" / "inbound"
    nest(inbound, names)
    assert main(["classroom", "backup", "kelas.tar.gz"]) == 0
    assert f"terlalu dalam, atau tidak dapat dibuka:\n  {inbound}" in capsys.readouterr().out
    subprocess.run(["rm", "-r", inbound / names[0]], check=True)
    assert main(["classroom", "restore", "kelas.tar.gz", "--lakukan"]) == 0

    assert look(classroom)[:2] == before[:2]
    assert {*before[2]} < {*look(classroom)[2]}


def test_odd_names_and_times_come_back(classroom):
    """No UTF-8, line breaks, before 1970 and far ahead: a student may send all of that."""
    inbound = classroom.exchange / "modul11" / "inbound"
    for number, name in enumerate(
        (b"\xff\xfe", b"a\nb", b"\xf0\x9f\x90\x8d", b"-rf", b"\\", b"x" * 255)
    ):
        path = Path(os.fsdecode(os.fsencode(inbound) + b"/" + name))
        path.write_bytes(name)
        os.utime(path, ns=((-1, 2**62)[number % 2],) * 2)
    before = look(classroom)
    assert main(["classroom", "backup", "kelas.tar.gz"]) == 0
    destroy(classroom)
    assert main(["classroom", "restore", "kelas.tar.gz", "--lakukan"]) == 0

    assert look(classroom) == before


def test_names_do_not_reach_the_terminal_as_they_are(classroom, capsys):
    """A name of a student's choice neither paints nor breaks the lines."""
    inbound = classroom.exchange / "modul11" / "inbound"
    (inbound / "a\x1b[2J\nb").symlink_to("/etc/passwd")
    assert main(["classroom", "backup", "kelas.tar.gz"]) == 0

    assert f"  {inbound}/a?[2J?b\n" in capsys.readouterr().out


@pytest.mark.parametrize("number", backup.WITHOUT_LINKS)
def test_a_disk_without_second_names(classroom, capsys, monkeypatch, number):
    """A USB disk with FAT: the backup is written, and still nothing is written over."""

    def link(source, target):
        raise OSError(number, os.strerror(number), source, None, target)

    monkeypatch.setattr(backup.os, "link", link)
    assert main(["classroom", "backup", "kelas.tar.gz"]) == 0
    assert inspect_archive(Path("kelas.tar.gz"), classroom).people == (ANI, BUDI)
    assert sorted(os.listdir()) == ["kelas", "kelas.tar.gz"]
    Path("lain.tar.gz").write_text("penting")
    with pytest.raises(FileExistsError):
        backup._publish("kelas.tar.gz", "lain.tar.gz")
    assert Path("lain.tar.gz").read_text() == "penting"


# ---- backup: what goes wrong


def test_a_backup_is_never_written_over(classroom, capsys):
    """Nor is any other file."""
    Path("kelas.tar.gz").write_text("penting")

    assert main(["classroom", "backup", "kelas.tar.gz"]) == 2
    assert "sudah ada dan tidak ditimpa" in capsys.readouterr().err
    assert Path("kelas.tar.gz").read_text() == "penting"


def test_not_into_itself(classroom, capsys):
    """A backup inside of what it keeps would keep itself, and go with it."""
    assert main(["classroom", "backup", str(classroom.course / "kelas.tar.gz")]) == 2
    assert "justru dicadangkan" in capsys.readouterr().err


def test_nothing_to_back_up(classroom, capsys):
    """Without a course there is no class."""
    shutil.rmtree(classroom.course)

    assert main(["classroom", "backup", "kelas.tar.gz"]) == 2
    assert "asynclab classroom init" in capsys.readouterr().err
    assert not list(Path().glob("*kelas.tar.gz*"))


def test_no_room_for_a_backup(classroom, capsys):
    """One sentence, exit code 1, and no half file under any name."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, limits[1]))
    try:
        code = main(["classroom", "backup", "kelas.tar.gz"])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, before)

    error = capsys.readouterr().err
    assert (code, error.count("\n")) == (1, 1)
    assert "tidak dapat" in error
    assert os.listdir() == ["kelas"]


@pytest.mark.parametrize("ending", [KeyboardInterrupt, OSError(28, "No space left on device")])
def test_an_interrupted_backup(classroom, capsys, monkeypatch, ending):
    """Ctrl-C and a disk that fills up leave nothing behind."""
    calls = []

    def fail(archive, info, *rest):
        calls.append(info)
        if len(calls) == 4:
            raise ending

    monkeypatch.setattr(backup, "_add_file", fail)
    code = main(["classroom", "backup", "kelas.tar.gz"])

    assert code == (130 if ending is KeyboardInterrupt else 1)
    assert "Dihentikan" in (error := capsys.readouterr().err) or "disk penuh" in error
    assert os.listdir() == ["kelas"]


# ---- restore: what goes wrong


def damage_cases():
    """(name, what is done to an archive's bytes, words of the sentence)."""
    return {
        "empty": (lambda data: b"", "bukan cadangan"),
        "text": (lambda data: b"id,nama\n", "bukan cadangan"),
        "gzip of something": (lambda data: gzip.compress(b"halo" * 999), "terpotong atau rusak"),
        "head only": (lambda data: data[:20], "terpotong atau rusak"),
        "half": (lambda data: data[: len(data) // 2], "terpotong atau rusak"),
        "without the last byte": (lambda data: data[:-1], "terpotong atau rusak"),
        "one bit": (lambda data: flip(data, len(data) * 2 // 3), "terpotong atau rusak"),
        "checksum": (lambda data: flip(data, len(data) - 6), "terpotong atau rusak"),
    }


def flip(data, place):
    """The same bytes but for one bit."""
    return data[:place] + bytes([data[place] ^ 4]) + data[place + 1 :]


@pytest.mark.parametrize("case", damage_cases())
def test_what_is_no_whole_backup_changes_nothing(classroom, capsys, case):
    """A wrong, cut or damaged file: one sentence, exit code 2, everything as before."""
    change, sentence = damage_cases()[case]
    make_backup(classroom, Path("kelas.tar.gz"))
    Path("kelas.tar.gz").write_bytes(change(Path("kelas.tar.gz").read_bytes()))
    before = look(classroom)

    assert main(["classroom", "restore", "kelas.tar.gz", "--lakukan"]) == 2
    error = capsys.readouterr().err
    assert sentence in error
    assert error.count("\n") == 1
    assert look(classroom) == before


def member(name, kind=tarfile.REGTYPE, link=""):
    """An entry of an archive."""
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    return info


EVIL = [
    member("../keluar"),
    member("/tmp/keluar"),
    member("course/../../keluar"),
    member("course/./a"),
    member("lain/a"),
    member("people.json/a"),
    member("manifest.json"),
    member("exchange"),
    member("course/tautan", tarfile.SYMTYPE, "/etc/passwd"),
    member("course/tautan", tarfile.LNKTYPE, "/etc/passwd"),
    member("course/pipa", tarfile.FIFOTYPE),
    member("course/disk", tarfile.BLKTYPE),
    member("course/gradebook.db"),
]


@pytest.mark.parametrize("info", EVIL, ids=lambda info: f"{info.name}-{info.type.decode()}")
def test_nothing_leaves_its_place(classroom, capsys, info):
    """Absolute names, ways out, links, devices, doubles: the archive is refused before anything is written."""
    make_backup(classroom, Path("baik.tar.gz"))
    with tarfile.open("baik.tar.gz") as good:
        last = good.getnames()[-1]
    rewrite(
        "baik.tar.gz",
        "kelas.tar.gz",
        lambda item, data: [(item, data), (info, b"")] if item.name == last else [(item, data)],
    )
    before = look(classroom)

    assert main(["classroom", "restore", "kelas.tar.gz", "--lakukan"]) == 2
    assert "yang tidak pernah ada di cadangan" in capsys.readouterr().err
    assert look(classroom) == before


@pytest.mark.parametrize(
    ("manifest", "sentence"),
    [
        (b"{}", "bukan cadangan yang dibuat"),
        (b"\xff", "bukan cadangan yang dibuat"),
        (b"[" * 100_000, "bukan cadangan yang dibuat"),
        (json.dumps({"version": 2, "course_id": "modul11", "made": ""}).encode(), "bukan cadangan"),
        (json.dumps({"version": 1, "course_id": "lain", "made": ""}).encode(), "kursus 'lain'"),
    ],
)
def test_another_manifest(classroom, capsys, manifest, sentence):
    """Another course's backup, or one of a later version, is not taken for this one's."""
    make_backup(classroom, Path("baik.tar.gz"))
    rewrite(
        "baik.tar.gz",
        "kelas.tar.gz",
        lambda item, data: [(item, manifest if item.name == archive.MANIFEST else data)],
    )

    assert main(["classroom", "restore", "kelas.tar.gz"]) == 2
    assert sentence in capsys.readouterr().err


def test_a_broken_database_is_seen_before(classroom, capsys):
    """It is unpacked beside and looked over; then nothing is exchanged."""
    make_backup(classroom, Path("baik.tar.gz"))
    rewrite(
        "baik.tar.gz",
        "kelas.tar.gz",
        lambda item, data: [(item, data[:5000] if item.name.endswith(".db") else data)],
    )
    before = look(classroom)

    assert main(["classroom", "restore", "kelas.tar.gz", "--lakukan"]) == 1
    assert "Bagian course/gradebook.db di dalam cadangan ini rusak" in capsys.readouterr().err
    assert look(classroom) == before
    assert not list(classroom.course.parent.glob(".*pulih*"))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"{}", "bukan daftar orang"),
        (b"\xff", "bukan daftar orang"),
        (b'{"version": 1, "people": [{"id": 5}]}', "5"),
        (b'{"version": 1, "people": [{"id": "-o"}]}', "'-o'"),
        (b'{"version": 1, "people": [{"id": "a\\u0000b"}]}', r"'a\x00b'"),
        (b"[" * 100_000, "bukan daftar orang"),
    ],
    ids=["empty", "bytes", "number", "option", "null", "deep"],
)
def test_a_broken_list_of_people_is_seen_before(classroom, capsys, text, reason):
    """Nobody would be let in any more, or somebody who is nobody."""
    make_backup(classroom, Path("baik.tar.gz"))
    rewrite(
        "baik.tar.gz",
        "kelas.tar.gz",
        lambda item, data: [(item, text if item.name == "people.json" else data)],
    )

    assert main(["classroom", "restore", "kelas.tar.gz", "--lakukan"]) == 1
    assert f"Bagian people.json di dalam cadangan ini rusak ({reason})." in capsys.readouterr().err


@pytest.mark.parametrize(
    "name", ["course/" + "a/" * 300 + "b", "course/" + "x" * 300], ids=["deep", "long"]
)
def test_what_the_disk_does_not_take_is_skipped(classroom, capsys, name):
    """One name that can't be placed is named; everything else comes back."""
    make_backup(classroom, Path("baik.tar.gz"))
    before = look(classroom)
    rewrite(
        "baik.tar.gz",
        "kelas.tar.gz",
        lambda item, data: (
            [(item, data), (member(name), b"")] if item.name == "people.json" else [(item, data)]
        ),
    )

    assert main(["classroom", "restore", "kelas.tar.gz", "--lakukan"]) == 0
    assert f"tidak dapat dipakai di disk ini:\n  {name[:300]}" in capsys.readouterr().out
    assert look(classroom) == before


def test_no_room_for_a_restore(classroom, capsys, monkeypatch):
    """Said before anything is unpacked."""
    make_backup(classroom, Path("kelas.tar.gz"))
    usage = shutil.disk_usage(".")._replace(free=1000)
    monkeypatch.setattr(restore.shutil, "disk_usage", lambda path: usage)

    assert main(["classroom", "restore", "kelas.tar.gz", "--lakukan"]) == 1
    assert "Kosongkan disk" in capsys.readouterr().err


def test_a_restore_that_fails_halfway_is_undone(classroom, capsys, monkeypatch):
    """All parts are exchanged or none; nothing of the attempt stays."""
    make_backup(classroom, Path("kelas.tar.gz"))
    before, names = look(classroom), sorted(classroom.course.parent.rglob("*"))
    real, calls = os.rename, []

    def rename(source, target):
        calls.append(source)
        if len(calls) == 5:
            raise OSError(30, "Read-only file system", str(target))
        real(source, target)

    monkeypatch.setattr(restore.os, "rename", rename)

    assert main(["classroom", "restore", "kelas.tar.gz", "--lakukan"]) == 1
    assert "Semuanya tetap seperti sebelumnya" in capsys.readouterr().err
    assert look(classroom) == before
    assert sorted(classroom.course.parent.rglob("*")) == names


def test_not_while_somebody_uses_the_databases(classroom, capsys):
    """The Hub would go on writing into the old one."""
    make_backup(classroom, Path("kelas.tar.gz"))
    code = "import sys; file = open(sys.argv[1]); print('buka', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", code, str(classroom.hub_database)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as hub:
        assert hub.stdout.readline() == b"buka\n"
        assert main(["classroom", "restore", "kelas.tar.gz", "--lakukan"]) == 1
        assert f"sedang dipakai (proses {hub.pid})" in capsys.readouterr().err
        hub.stdin.close()

    assert main(["classroom", "restore", "kelas.tar.gz", "--lakukan"]) == 0


def test_a_file_that_is_not_there(classroom, capsys):
    """Named, with the reason."""
    assert main(["classroom", "restore", "tidak-ada.tar.gz"]) == 2
    assert "tidak-ada.tar.gz tidak dapat dibaca: tidak ada." in capsys.readouterr().err


def test_inspecting_says_what_is_inside(classroom):
    """How many files of each part, and from when."""
    make_backup(classroom, Path("kelas.tar.gz"), NOW)
    contents = inspect_archive(Path("kelas.tar.gz"), classroom)

    assert (contents.course_id, contents.made) == ("modul11", "2026-03-06 10:00:00 UTC")
    assert contents.people == (ANI, BUDI)
    assert contents.files["people.json"] == contents.files["jupyterhub.sqlite"] == 1
    with pytest.raises(CommandError, match="itu sebuah folder"):
        inspect_archive(Path("kelas"), classroom)
