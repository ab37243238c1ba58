"""A class with real Unix users: only as root, only where an environment variable says so, and cleaned up after."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from asynclab.classroom.installation import find_unreachable, solution_paths
from asynclab.classroom.machine import find_account, find_group
from asynclab.cli import main

ROOT = Path(__file__).resolve().parent.parent
NAMES = ("uji11", "uji11-ani", "uji11-budi")
WALL = find_unreachable([sys.executable, ROOT])

pytestmark = [
    pytest.mark.heavy,
    pytest.mark.skipif(os.geteuid() != 0, reason="makes Unix users: needs root"),
    pytest.mark.skipif(
        not os.environ.get("CI"), reason="makes Unix users: only where CI is set, as in CI=true"
    ),
    pytest.mark.skipif(bool(WALL), reason=f"other users may not enter {WALL}, where Python is"),
]


@pytest.fixture
def server(accounts, monkeypatch):
    """A folder that everybody may enter, with the settings of a class in it."""
    for name in NAMES:
        assert find_account(name) is None, f"{name} exists already; this test would delete it"
    for variable in [name for name in os.environ if name.startswith("MODUL11_")]:
        monkeypatch.delenv(variable)
    folder = Path(tempfile.mkdtemp(prefix="uji11-", dir="/var/tmp"))
    folder.chmod(0o755)
    (folder / "kelas.env").write_text(
        f"MODUL11_ACCOUNT=uji11\nMODUL11_COURSE={folder}/kursus\n"
        f"MODUL11_EXCHANGE={folder}/exchange\nMODUL11_STATE={folder}/hub\n"
    )
    (folder / "orang.csv").write_text("id;nama\nUJI11-ani;Ani Lestari\nuji11-budi;Budi\n")
    modes = {path: path.stat().st_mode for path in solution_paths(ROOT) if path.exists()}
    yield folder
    for path, mode in modes.items():
        path.chmod(mode & 0o7777)
    for name in NAMES:
        subprocess.run(["userdel", "--remove", name], capture_output=True, check=False)
    for group in ("uji11-people", *NAMES):
        subprocess.run(["groupdel", group], capture_output=True, check=False)
    Path("/etc/systemd/system/uji11.service").unlink(missing_ok=True)
    shutil.rmtree(folder)


def classroom(folder, *arguments):
    """The exit code of a command that is done."""
    return main(["classroom", *arguments, "--settings", str(folder / "kelas.env")])


def succeeds_as(name, *command):
    """Whether a program succeeds as this user, with no other rights."""
    account = find_account(name)
    options = {"user": account.uid, "group": name, "extra_groups": [], "cwd": "/"}
    return subprocess.run(command, capture_output=True, check=False, **options).returncode == 0


def look(folder):
    """Path, mode, and the names of owner and group of everything below."""
    paths = sorted(folder.rglob("*"))
    return [(str(path), path.stat().st_mode, path.owner(), path.group()) for path in paths]


def test_a_term(server, capsys):
    """Set up, people in, rights as they should be, one leaves and comes back, disaster and restore."""
    assert classroom(server, "init", "--lakukan") == 0
    assert classroom(server, "add", "--csv", str(server / "orang.csv"), "--lakukan") == 0
    capsys.readouterr()
    for again in (("init",), ("add", "--csv", str(server / "orang.csv"))):
        assert classroom(server, *again) == 0
        assert "tidak ada yang perlu dilakukan" in capsys.readouterr().out

    course, inbound = server / "kursus", server / "exchange" / "modul11" / "inbound"
    home = find_account("uji11-ani").home
    assert set(find_group("uji11-people")) == set(NAMES[1:])
    assert (course / "gradebook.db").owner() == "uji11"
    assert home.stat().st_mode & 0o777 == 0o700

    # What a student may, and what not.
    ani = "uji11-ani"
    assert succeeds_as(ani, "mkdir", f"{inbound}/uji11-ani+tugas+x")
    assert succeeds_as(ani, "touch", f"{home}/pekerjaan.ipynb")
    for forbidden in (
        ("ls", inbound),
        ("ls", course),
        ("ls", find_account("uji11-budi").home),
        ("ls", server / "hub"),
        ("cat", server / "hub" / "people.json"),
        ("cat", server / "hub" / "jupyterhub.sqlite"),
        ("mv", server / "exchange" / "modul11", server / "exchange" / "lain"),
        ("ls", ROOT / "source"),
        ("ls", ROOT / "tests"),
        ("cat", ROOT / "nbgrader_config.py"),
        ("touch", server / "exchange" / "modul11" / "outbound" / "x"),
    ):
        assert not succeeds_as(ani, *map(str, forbidden)), forbidden
    assert not succeeds_as("uji11-budi", "rmdir", f"{inbound}/uji11-ani+tugas+x")
    assert succeeds_as("uji11", "ls", str(inbound))

    # Leaving closes the account and deletes nothing; coming back opens it.
    assert classroom(server, "remove", ani, "--lakukan") == 0
    assert find_account(ani).closed
    assert (home / "pekerjaan.ipynb").is_file()
    assert str(home) in capsys.readouterr().out
    assert classroom(server, "add", "--csv", str(server / "orang.csv"), "--lakukan") == 0
    assert not find_account(ani).closed

    # Disaster: the course and the exchange are gone; owners, groups and modes come back.
    before = look(course), look(server / "exchange")
    backup = server / "kelas.tar.gz"
    assert classroom(server, "backup", str(backup)) == 0
    shutil.rmtree(course)
    shutil.rmtree(server / "exchange")
    subprocess.run(["userdel", "--remove", "uji11-budi"], capture_output=True, check=True)
    subprocess.run(["userdel", "--remove", "uji11-ani"], capture_output=True, check=True)
    subprocess.run(["useradd", "--no-create-home", "uji11-budi"], check=True)  # another number
    assert classroom(server, "restore", str(backup), "--lakukan") == 0
    assert classroom(server, "init", "--lakukan") == 0
    assert (look(course), look(server / "exchange")) == before
    capsys.readouterr()
    classroom(server, "status")
    assert "2 mahasiswa, 0 dosen" in capsys.readouterr().out
