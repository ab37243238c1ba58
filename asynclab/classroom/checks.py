"""What an admin gets wrong, found before the Hub starts: one sentence each, and nothing is changed."""

from __future__ import annotations

import errno
import os
import pwd
import socket
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from asynclab.classroom.settings import Settings
from asynclab.classroom.student import read_literals
from asynclab.errors import CommandError

__all__ = [
    "PROXY",
    "check",
    "check_account",
    "check_course",
    "check_exchange",
    "check_port",
    "check_proxy",
    "check_state",
    "demand",
    "is_proxy_running",
    "prefer_own_commands",
    "read_address",
    "read_amount",
    "read_numbers",
]

PROXY = "configurable-http-proxy"


def check(settings: Settings, ports: Mapping[str, tuple[str, int]], pid_file: Path) -> list[str]:
    """Everything that would keep this classroom from working, as sentences; none where all is well.

    ports: address and number by the variable that chooses them; pid_file: where the Hub notes its proxy.
    """
    problems = [*check_state(settings), *check_exchange(settings), *check_course(settings)]
    if not settings.trial:
        problems = [*check_account(settings), *problems]
    problems += check_proxy()
    # A proxy that a killed Hub has left behind is ended by the Hub itself.
    if not is_proxy_running(pid_file):
        for variable, (host, port) in ports.items():
            problems += check_port(variable, host, port)
    return problems


def prefer_own_commands() -> None:
    """Put this environment's commands (proxy, alembic) first on the PATH, activated or not."""
    scripts = sysconfig.get_path("scripts")
    if os.environ.get("PATH", "").split(os.pathsep)[0] != scripts:
        os.environ["PATH"] = os.pathsep.join([scripts, os.environ.get("PATH", "")])


def demand(problems: Iterable[str]) -> None:
    """End the program with exit code 2 and the sentences, where there are any."""
    if lines := [f"- {problem}" for problem in problems]:
        print("\n".join([NOT_STARTED, *lines]), file=sys.stderr)
        raise SystemExit(2)


def check_account(settings: Settings) -> list[str]:
    """Whether this is root, and the course account exists."""
    if os.geteuid() != 0:
        return [NOT_ROOT]
    try:
        pwd.getpwnam(settings.account)
    except KeyError:
        return [NO_ACCOUNT.format(account=settings.account)]
    return []


def check_state(settings: Settings) -> list[str]:
    """Whether the Hub's folder can be written."""
    if not settings.state.is_dir():
        return [NO_FOLDER.format(variable="MODUL11_STATE", folder=settings.state)]
    if not os.access(settings.state, os.W_OK | os.X_OK):
        return [UNWRITABLE.format(variable="MODUL11_STATE", folder=settings.state)]
    return []


def check_exchange(settings: Settings) -> list[str]:
    """Whether everybody may write into the exchange; in a trial, whoever runs it."""
    folder = settings.exchange
    if not folder.is_dir():
        return [NO_EXCHANGE.format(folder=folder)]
    if settings.trial:
        writable = os.access(folder, os.R_OK | os.W_OK | os.X_OK)
    else:
        writable = folder.stat().st_mode & 0o007 == 0o007
    return [] if writable else [EXCHANGE_CLOSED.format(folder=folder)]


def check_course(settings: Settings) -> list[str]:
    """Whether the course is there and calls itself what the Hub calls it."""
    config = settings.course / "nbgrader_config.py"
    try:
        name = read_literals(config).get("CourseDirectory", {}).get("course_id")
    except OSError:
        return [NO_COURSE.format(folder=settings.course)]
    except SyntaxError as error:
        return [BROKEN_CONFIG.format(path=config, line=error.lineno, reason=error.msg)]
    if name != settings.course_id:
        return [OTHER_COURSE.format(path=config, there=name, here=settings.course_id)]
    return []


def check_proxy() -> list[str]:
    """Whether the proxy starts; it needs Node.js beside it."""
    try:
        done = subprocess.run([PROXY, "--version"], capture_output=True, text=True, timeout=30)
    except FileNotFoundError:
        return [NO_PROXY]
    except (OSError, subprocess.TimeoutExpired) as error:
        return [BROKEN_PROXY.format(reason=error)]
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["?"])[-1]
        return [BROKEN_PROXY.format(reason=reason)]
    return []


def check_port(variable: str, host: str, port: int) -> list[str]:
    """Whether somebody else has the port, or nobody may have it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen()
        except OSError as error:
            sentence = PORT_TAKEN if error.errno == errno.EADDRINUSE else PORT_REFUSED
            reason = error.strerror
            return [sentence.format(port=port, host=host, variable=variable, reason=reason)]
    return []


def read_address(variable: str, url: str) -> tuple[str, int]:
    """Host and port of an address such as http://127.0.0.1:8000; raises CommandError where it is none."""
    try:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https"):
            raise ValueError
        return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        raise CommandError(NO_ADDRESS.format(variable=variable, url=url), exit_code=2) from None


def read_numbers(**values: str) -> list[int]:
    """The whole numbers above 0 that these variables hold, in order; raises CommandError."""
    for variable, value in values.items():
        if not value.isascii() or not value.isdigit() or int(value) < 1:
            raise CommandError(NO_NUMBER.format(variable=variable, value=value), exit_code=2)
    return [int(value) for value in values.values()]


def read_amount(variable: str, value: str) -> float:
    """The number above 0 that this variable holds; raises CommandError."""
    try:
        amount = float(value)
    except ValueError:
        amount = 0.0
    if not 0 < amount < float("inf"):
        raise CommandError(NO_AMOUNT.format(variable=variable, value=value), exit_code=2)
    return amount


def is_proxy_running(pid_file: Path) -> bool:
    """Whether the proxy of an earlier Hub is still there."""
    try:
        process = psutil.Process(int(pid_file.read_text()))
        return any(PROXY in part for part in process.cmdline())
    except (OSError, ValueError, psutil.Error):
        return False


# Sentences

NOT_STARTED = "JupyterHub tidak dinyalakan:"
NOT_ROOT = "Kelas untuk banyak orang harus dinyalakan oleh root, agar setiap orang bekerja dengan akun Unix-nya sendiri. Untuk mencoba tanpa root: make hub."
NO_ACCOUNT = "Akun kursus '{account}' (MODUL11_ACCOUNT) tidak ada di komputer ini. Buat dengan: asynclab classroom init"
NO_FOLDER = "Folder {folder} ({variable}) tidak ada. Buat dengan: asynclab classroom init"
UNWRITABLE = "Folder {folder} ({variable}) tidak dapat ditulisi. Periksa pemilik dan izinnya."
NO_EXCHANGE = (
    "Tempat penukaran {folder} (MODUL11_EXCHANGE) tidak ada. Buat dengan: asynclab classroom init"
)
EXCHANGE_CLOSED = "Tempat penukaran {folder} (MODUL11_EXCHANGE) tidak dapat ditulisi semua orang, jadi mahasiswa tidak dapat mengumpulkan. Perbaiki dengan: chmod 1777 {folder}"
NO_COURSE = "Folder kursus {folder} (MODUL11_COURSE) tidak berisi nbgrader_config.py yang dapat dibaca. Periksa jalurnya, atau buat dengan: asynclab classroom init"
BROKEN_CONFIG = (
    "{path} baris {line} bukan Python yang sah ({reason}). Perbaiki, lalu nyalakan lagi."
)
OTHER_COURSE = "Nama kursus tidak sama: '{there}' di {path}, '{here}' di MODUL11_COURSE_ID. Samakan keduanya; bila berbeda, tugas dan nilai tidak saling menemukan."
NO_PROXY = f"Program {PROXY} tidak ditemukan. Pasang di folder pemasangan kursus dengan: make -B .venv/.hub"
BROKEN_PROXY = f"Program {PROXY} tidak dapat dijalankan ({{reason}}). Pasang Node.js 18 atau yang lebih baru, lalu pasang ulang program itu di folder pemasangan kursus dengan: make -B .venv/.hub"
PORT_TAKEN = "Port {port} di {host} sudah dipakai program lain. Hentikan program itu (mungkin JupyterHub yang lama), atau pilih port lain dengan {variable}."
PORT_REFUSED = (
    "Port {port} di {host} tidak dapat dipakai ({reason}). Pilih alamat lain dengan {variable}."
)
NO_ADDRESS = "{variable}='{url}' bukan alamat. Tulis misalnya http://127.0.0.1:8000."
NO_NUMBER = "{variable}='{value}' harus bilangan bulat di atas 0."
NO_AMOUNT = "{variable}='{value}' harus bilangan di atas 0, misalnya 0.5 atau 2."
