"""`asynclab classroom` as an admin types it: plans, doing, doing again, and what is typed wrongly."""

import fcntl
import json
import os
import shutil

import pytest
from small_classroom import SERVER, trial, variables

from asynclab.classroom import actions, command
from asynclab.classroom.machine import read_students
from asynclab.classroom.people import Person, read_people
from asynclab.cli import main
from asynclab.errors import CommandError

CSV = "id;nama;email\nani;Ani Lestari;ani@contoh.ac.id\n211;Budi;\n"
ADD = ("add", "--csv", "mahasiswa.csv", "--awalan", "m")


@pytest.fixture
def classroom(tmp_path, monkeypatch):
    """A trial that nobody has set up yet, named by the environment; mahasiswa.csv beside it."""
    return enter(tmp_path, monkeypatch)


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    """A trial with ani and m211 in it."""
    folder = tmp_path_factory.mktemp("kelas")
    with pytest.MonkeyPatch.context() as patch:
        enter(folder, patch)
        assert main(["classroom", "init", "--lakukan"]) == 0
        assert main(["classroom", *ADD, "--lakukan"]) == 0
    return folder


@pytest.fixture
def filled(original, tmp_path, monkeypatch):
    """A copy of it."""
    shutil.copytree(original, tmp_path, dirs_exist_ok=True)
    return enter(tmp_path, monkeypatch)


def enter(folder, patch):
    """The settings of a trial in `folder`; commands from now on are about it."""
    settings = trial(folder)
    for name, value in variables(settings).items():
        patch.setenv(name, value)
    patch.chdir(folder)
    (folder / "mahasiswa.csv").write_text(CSV)
    return settings


def run(capsys, *arguments):
    """(exit code, what is shown, what is complained about) of a command."""
    code = main(["classroom", *arguments])
    return (code, *capsys.readouterr())


@pytest.mark.heavy
def test_from_nothing_to_a_class_and_back(classroom, capsys):
    """init, add, remove: each shown first, done with --lakukan, and nothing the second time."""
    for arguments in (("init",), ADD, ("remove", "m211")):
        before = sorted(classroom.course.parent.rglob("*"))
        code, plan, _ = run(capsys, *arguments)
        assert (code, sorted(classroom.course.parent.rglob("*"))) == (0, before)
        assert "Ini baru rencana" in plan
        code, done, _ = run(capsys, *arguments, "--lakukan")
        assert (code, "Selesai." in done) == (0, True)
        assert plan.splitlines()[1] in done
        assert "tidak ada yang perlu dilakukan" in run(capsys, *arguments)[1]

    assert list(read_people(classroom.people)) == ["ani"]
    assert read_students(classroom.gradebook) == {
        "ani": ("Ani", "Lestari", "ani@contoh.ac.id", ""),
        "m211": ("Budi", "", "", "211"),
    }


def test_the_work_of_who_leaves_stays(filled, capsys):
    """Home, submissions and feedback are untouched, and it says where they are."""
    inbound = filled.exchange / "modul11" / "inbound" / "ani+satu+2026+x"
    works = [inbound, filled.course / "submitted" / "ani", filled.course / "feedback" / "ani"]
    for work in works:
        work.mkdir(parents=True)
        (work / "a").touch()
    code, shown, _ = run(capsys, "remove", "ani", "--lakukan")

    assert code == 0
    assert all((work / "a").is_file() and str(work) in shown for work in works)
    assert str(filled.state / "home" / "ani") in shown


def test_instructors(classroom, capsys):
    """On the list and not in the gradebook; nobody is both."""
    run(capsys, "init", "--lakukan")
    run(capsys, "add", "--csv", "mahasiswa.csv", "--awalan", "d", "--dosen", "--lakukan")
    code, _, error = run(capsys, "add", "--csv", "mahasiswa.csv", "--awalan", "d", "--lakukan")

    assert {person.role for person in read_people(classroom.people).values()} == {"instructor"}
    assert read_students(classroom.gradebook) == {}
    assert code == 2
    assert "baris 2: 'ani' sudah terdaftar sebagai dosen" in error
    assert "baris 3: 'd211' sudah terdaftar sebagai dosen" in error


def test_init_completes_the_people_of_a_restored_list(filled, capsys):
    """Whoever is on the list without an account or a row gets it."""
    filled.gradebook.unlink()
    _, plan, _ = run(capsys, "init")

    assert "mencatat 2 orang (ani, m211) di buku nilai" in plan


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("add",), "wajib diisi: --csv"),
        (("add", "--csv", "tidak-ada.csv"), "tidak-ada.csv tidak dapat dibaca: tidak ada."),
        (("add", "--csv", "mahasiswa.csv"), "baris 3: id '211' diawali angka"),
        (("add", "--csv", "mahasiswa.csv", "--awalan", "M1"), "--awalan harus huruf kecil"),
        (("remove",), "Sebutkan id orang"),
        (("remove", "umar"), "Tidak terdaftar di kelas ini: umar"),
        (("buat",), "pilihannya:"),
    ],
)
def test_wrong_use(classroom, capsys, arguments, sentence):
    """A sentence, exit code 2, nothing done, also with --lakukan."""
    run(capsys, "init", "--lakukan")
    before = sorted(classroom.course.parent.rglob("*"))
    code, _, error = run(capsys, *arguments, *(["--lakukan"] if arguments[0] != "buat" else []))

    assert code == 2
    assert sentence in error
    assert "Traceback" not in error
    assert sorted(classroom.course.parent.rglob("*")) == before


@pytest.mark.parametrize(
    "arguments", [("add", "--csv", "mahasiswa.csv"), ("remove", "a"), ("status",)]
)
def test_before_init(classroom, capsys, arguments):
    """It names the command that comes first."""
    code, _, error = run(capsys, *arguments)

    assert code == 2
    assert "Jalankan dahulu: asynclab classroom init" in error


def test_a_bare_command_shows_its_help(capsys):
    """All subcommands, exit code 2."""
    code, shown, _ = run(capsys)

    assert code == 2
    assert all(f"  {name} " in shown for name in ("init", "add", "remove", "status", "backup"))


def test_another_course(classroom, capsys, monkeypatch):
    """The Hub's course and nbgrader's have to be one."""
    run(capsys, "init", "--lakukan")
    monkeypatch.setenv("MODUL11_COURSE_ID", "lain")

    for arguments, code in ((("init",), 1), (("status",), 1)):
        found, _, error = run(capsys, *arguments)
        assert found == code
        assert "milik kursus 'modul11', bukan 'lain'" in error


def test_without_root(monkeypatch, capsys):
    """On a server everything needs it; the sentence is the command to type."""
    for name in variables(SERVER):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MODUL11_TRIAL", "0")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(
        command.sys, "argv", ["/opt/kursus 1/.venv/bin/asynclab", "classroom", "init"]
    )
    code, _, error = run(capsys, "init")

    assert code == 1
    assert error.endswith("sudo '/opt/kursus 1/.venv/bin/asynclab' classroom init\n")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_an_exchange_that_can_not_be_made(classroom, capsys):
    """The step, the path and the reason."""
    classroom.exchange.parent.chmod(0o500)
    code, _, error = run(capsys, "init", "--lakukan")
    classroom.exchange.parent.chmod(0o700)

    assert code == 1
    assert "tidak diizinkan" in error


def test_a_file_in_the_way_of_a_folder(classroom, capsys):
    """It is named before anything is done."""
    classroom.exchange.write_text("")
    code, _, error = run(capsys, "init", "--lakukan")
    assert code == 1
    assert f"{classroom.exchange} bukan folder" in error
    assert not classroom.course.exists()


def test_a_file_on_the_way_to_a_folder(classroom, capsys, monkeypatch):
    """The step, the path and the reason; what was done before is said."""
    classroom.exchange.write_text("")
    monkeypatch.setenv("MODUL11_EXCHANGE", str(classroom.exchange / "dalam"))
    code, _, error = run(capsys, "init", "--lakukan")

    assert code == 1
    assert "sebagian jalurnya bukan folder" in error
    assert str(classroom.exchange) in error


def test_a_damaged_gradebook(classroom, capsys):
    """Nobody is added to it, and the way out is named."""
    run(capsys, "init", "--lakukan")
    classroom.gradebook.write_bytes(b"bukan basis data" * 99)
    code, _, error = run(capsys, "add", "--csv", "mahasiswa.csv", "--awalan", "m", "--lakukan")

    assert code == 1
    assert "asynclab classroom restore" in error
    assert read_people(classroom.people) == {}


def test_status(filled, capsys):
    """Who is in, each stage of each assignment, what is lacking; 0 where nothing is."""
    code, shown, _ = run(capsys, "status", "--orang")

    assert code in (0, 1)  # whether there is a sandbox is this machine's affair
    assert shown.startswith("Kelas modul11: 2 mahasiswa, 0 dosen.\n")
    assert "latihan-2-task-queue" in shown
    assert "JupyterHub tidak menyala." in shown
    assert "✓ tempat penukaran" in shown


def test_status_as_json(classroom, capsys):
    """The same as data; exit code 1 where something is lacking."""
    run(capsys, "init", "--lakukan")
    (classroom.exchange / "modul11" / "inbound").chmod(0o555)
    code, shown, _ = run(capsys, "status", "--json")
    data = json.loads(shown)

    assert code == 1
    assert (data["course"], data["hub"], data["people"]) == ("modul11", 0, [])
    assert any("0555" in item["found"] and "3733" in item["found"] for item in data["checks"])


def test_the_trial_of_make_hub(tmp_path, capsys, monkeypatch):
    """--percobaan names its folder; nothing needs root there."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mahasiswa.csv").write_text(CSV)
    code = run(capsys, "init", "--percobaan", "coba", "--lakukan")[0]
    again = run(capsys, "add", "--percobaan", "coba", "--csv", "mahasiswa.csv", "--awalan", "m")[0]

    assert (code, again) == (0, 0)
    assert (tmp_path / "coba" / "kursus" / "nbgrader_config.py").is_file()


def test_one_command_at_a_time(filled, capsys):
    """Two admins do not write over each other's list; plans may be looked at meanwhile."""
    lock = os.open(filled.state, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    code, _, error = run(capsys, "remove", "ani", "--lakukan")
    plan = run(capsys, "remove", "ani")[0]
    os.close(lock)

    assert (code, plan) == (1, 0)
    assert "sedang berjalan" in error
    assert "ani" in read_people(filled.people)


def test_where_there_is_no_unix(classroom, capsys, monkeypatch):
    """A sentence instead of a missing module."""
    monkeypatch.setattr(command.sys, "platform", "win32")
    code, _, error = run(capsys, "status")

    assert (code, error) == (1, "asynclab: Kelas JupyterHub memerlukan Linux.\n")


def test_an_archive_makes_nobody_of_the_system_a_student():
    """The same people are refused as from a class list: root, and the course's own account."""
    for name in ("root", "nobody", "modul11"):
        with pytest.raises(CommandError, match=f"'{name}' adalah akun"):
            actions.plan_accounts(SERVER, [Person(name)])
