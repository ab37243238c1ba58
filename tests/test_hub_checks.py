"""What an admin gets wrong, found before the Hub starts."""

import os
import socket
import sys

import pytest

from asynclab.classroom import checks
from asynclab.classroom.settings import Settings
from asynclab.errors import CommandError


@pytest.fixture
def settings(tmp_path):
    """A trial that lacks nothing."""
    made = Settings(
        course=tmp_path / "kursus", exchange=tmp_path / "tukar", state=tmp_path, trial=True
    )
    made.course.mkdir()
    made.exchange.mkdir(mode=0o777)
    (made.course / "nbgrader_config.py").write_text('c.CourseDirectory.course_id = "modul11"\n')
    return made


def test_a_port_that_is_free_is_no_problem():
    """Nothing is said."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

    assert checks.check_port("MODUL11_ADDRESS", "127.0.0.1", port) == []


def test_a_port_that_is_taken():
    """The port, and the variable that chooses another."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        said = checks.check_port("MODUL11_ADDRESS", "127.0.0.1", port)

    assert len(said) == 1
    assert said[0].startswith(f"Port {port} di 127.0.0.1 sudah dipakai program lain.")
    assert said[0].endswith("atau pilih port lain dengan MODUL11_ADDRESS.")


def test_an_address_that_is_not_this_machines():
    """The system's own reason is given."""
    said = checks.check_port("MODUL11_ADDRESS", "192.0.2.1", 8000)

    assert said[0].startswith("Port 8000 di 192.0.2.1 tidak dapat dipakai (")


def test_no_proxy(monkeypatch, tmp_path):
    """The command that installs it."""
    monkeypatch.setenv("PATH", str(tmp_path))

    assert checks.check_proxy() == [checks.NO_PROXY]


def test_a_proxy_without_node(monkeypatch, tmp_path):
    """What the system says, and what to install."""
    proxy = tmp_path / checks.PROXY
    proxy.write_text("#!/bin/sh\necho 'env: node: No such file or directory' >&2\nexit 127\n")
    proxy.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert "env: node: No such file or directory" in checks.check_proxy()[0]
    assert "Node.js" in checks.check_proxy()[0]


def test_a_proxy_left_behind_is_known_by_its_command(tmp_path):
    """Only a living process that is a proxy counts; anything else in the file does not."""
    file = tmp_path / "proxy.pid"
    found = [checks.is_proxy_running(file)]
    for text in ("bukan angka", str(os.getpid()), "999999999"):
        file.write_text(text)
        found.append(checks.is_proxy_running(file))

    assert found == [False] * 4


def test_a_good_course_and_exchange(settings):
    """Nothing is said."""
    said = [checks.check_state, checks.check_exchange, checks.check_course]

    assert [check(settings) for check in said] == [[], [], []]


@pytest.mark.parametrize("trial", [True, False])
def test_an_exchange_that_is_not_there(settings, trial):
    """The folder, the variable and the command."""
    settings.exchange.rmdir()

    (said,) = checks.check_exchange(settings)
    assert str(settings.exchange) in said
    assert "asynclab classroom init" in said


def test_an_exchange_into_which_not_everybody_may_write(settings):
    """On a real server its mode decides, whoever looks."""
    settings.exchange.chmod(0o755)
    real = Settings(exchange=settings.exchange)

    assert f"chmod 1777 {settings.exchange}" in checks.check_exchange(real)[0]
    settings.exchange.chmod(0o1777)
    assert checks.check_exchange(real) == []


def test_another_course(settings):
    """Both names and both places."""
    (settings.course / "nbgrader_config.py").write_text("c.CourseDirectory.course_id = 'lain'\n")

    (said,) = checks.check_course(settings)
    assert "'lain' di " in said
    assert "'modul11' di MODUL11_COURSE_ID" in said


def test_a_course_file_that_is_no_python(settings):
    """The line is named; the file is never run."""
    (settings.course / "nbgrader_config.py").write_text("import os\nos.abort(\n")

    assert "baris 2 bukan Python yang sah" in checks.check_course(settings)[0]


def test_no_course(settings):
    """The folder and the variable."""
    (settings.course / "nbgrader_config.py").unlink()

    assert "(MODUL11_COURSE)" in checks.check_course(settings)[0]


def test_no_folder_for_the_hub(settings):
    """The variable and the command."""
    lost = Settings(state=settings.state / "hilang")

    assert "(MODUL11_STATE) tidak ada" in checks.check_state(lost)[0]


def test_no_course_account():
    """Said to root; anybody else is told to be root."""
    (said,) = checks.check_account(Settings(account="tidak-ada-akun-ini"))

    assert ("tidak-ada-akun-ini" in said) == (os.geteuid() == 0)


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("http://127.0.0.1:8000", ("127.0.0.1", 8000)),
        ("https://:443", ("", 443)),
        ("https://kelas.ac.id", ("kelas.ac.id", 443)),
        ("http://[::1]:8000/hub", ("::1", 8000)),
    ],
)
def test_addresses(url, found):
    """Host and port, the scheme's own port where none is written."""
    assert checks.read_address("MODUL11_ADDRESS", url) == found


@pytest.mark.parametrize("url", ["", "8000", "127.0.0.1:8000", "http://x:banyak", "http://x:99999"])
def test_what_is_no_address(url):
    """One sentence with an example."""
    with pytest.raises(CommandError, match=r"bukan alamat\. Tulis misalnya"):
        checks.read_address("MODUL11_ADDRESS", url)


@pytest.mark.parametrize("value", ["", "0", "-1", "1.5", "sejam", "²"])
def test_what_is_no_number(value):
    """The variable and what it holds."""
    with pytest.raises(CommandError, match=f"MODUL11_X='{value}' harus bilangan bulat"):
        checks.read_numbers(MODUL11_X=value)


def test_problems_end_the_program(capsys):
    """All of them are shown, with exit code 2; without any it goes on."""
    checks.demand([])
    with pytest.raises(SystemExit) as ended:
        checks.demand(["satu", "dua"])

    assert ended.value.code == 2
    assert capsys.readouterr().err == f"{checks.NOT_STARTED}\n- satu\n- dua\n"


def test_own_commands_come_first(monkeypatch):
    """Once, however often it is said."""
    monkeypatch.setenv("PATH", "/usr/bin")
    checks.prefer_own_commands()
    checks.prefer_own_commands()

    folders = os.environ["PATH"].split(os.pathsep)
    assert len(folders) == 2
    assert sys.prefix in folders[0]
