"""`make hub`: a classroom to click through on one computer, without root, for nobody but whoever starts it."""

from __future__ import annotations

import argparse
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from asynclab.classroom import checks, ports
from asynclab.classroom.people import INSTRUCTOR, Person, write_people
from asynclab.classroom.settings import Settings
from asynclab.errors import CommandError

__all__ = ["PEOPLE", "add_arguments", "environment", "prepare", "run", "serve"]

ROOT = Path(__file__).resolve().parents[2]
CONFIG = "nbgrader_config.py"
FOLDER = ".hub"
PORT = 8000
START_SECONDS = 90
STOP_SECONDS = 30

PEOPLE = (
    Person("dosen", "Dewi", "Kartika", role=INSTRUCTOR),
    Person("ayu", "Ayu", "Lestari"),
    Person("budi", "Budi", "Santoso"),
    Person("citra", "Citra", "Maharani"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `make hub`."""
    parser.add_argument(
        "--folder",
        default=FOLDER,
        help=f"folder untuk semua isi kelas ini, tetap ada setelah dihentikan (bawaan: {FOLDER})",
    )
    parser.add_argument(
        "--port", type=int, default=PORT, help=f"port di 127.0.0.1 (bawaan: {PORT})"
    )


def run(arguments: argparse.Namespace) -> int:
    """Prepare the classroom where that has not been done, and serve it until Ctrl-C."""
    if not 1 <= arguments.port <= 65535:
        raise CommandError(NO_PORT.format(port=arguments.port), exit_code=2)
    checks.prefer_own_commands()
    folder = Path(arguments.folder).absolute()
    settings = trial_settings(folder)
    problems = [*checks.check_proxy(), *checks.check_port("--port", "127.0.0.1", arguments.port)]
    if problems:
        raise CommandError(" ".join(problems))
    try:
        prepare(settings, ROOT)
    except OSError as error:
        raise CommandError(UNWRITABLE.format(folder=folder, reason=error.strerror)) from error
    return serve(settings, arguments.port)


def trial_settings(folder: Path) -> Settings:
    """Where a trial in `folder` keeps its things."""
    return Settings(
        course=folder / "kursus", exchange=folder / "exchange", state=folder, trial=True
    )


def prepare(settings: Settings, source: Path) -> None:
    """Create what is missing: the course from `source`, its people, passwords; nothing that is there changes.

    Raises OSError where the folder can't be written.
    """
    settings.state.mkdir(parents=True, exist_ok=True)
    settings.state.chmod(0o700)
    settings.exchange.mkdir(exist_ok=True)
    (settings.state / "account").mkdir(exist_ok=True)
    if not (settings.state / "passwords.json").exists():
        write_passwords(settings.state / "passwords.json")
    if not settings.people.exists():
        write_people(settings.people, PEOPLE)
    for person in ("admin", *(person.id for person in PEOPLE)):
        write_identity(settings.state / "home" / person, person)
    if not (settings.course / "gradebook.db").exists():
        print(PREPARING.format(folder=settings.state), flush=True)
        shutil.copytree(source / "source", settings.course / "source", dirs_exist_ok=True)
        shutil.copy(source / CONFIG, settings.course)
        # Everybody here is one Unix user, so a submission's owner says nothing.
        config = {
            "ExchangeCollect": {"check_owner": False},
            "Exchange": {"root": str(settings.exchange)},
        }
        (settings.course / "nbgrader_config.json").write_text(json.dumps(config, indent=2))
        fill_gradebook(settings)


def write_passwords(path):
    """One password for everybody and one for the admin, readable for whoever started the trial."""
    about = [("dosen", "dosen: merilis, mengumpulkan, menilai")]
    about += [(p.id, f"mahasiswa: {p.name}") for p in PEOPLE if p.role != INSTRUCTOR]
    about += [("admin", "admin: melihat siapa yang sedang bekerja")]
    content = {
        "user": secrets.token_hex(4),
        "admin": secrets.token_urlsafe(24),
        "people": [{"id": name, "about": text} for name, text in about],
    }
    path.touch(mode=0o600)
    path.write_text(json.dumps(content, indent=2))


def write_identity(home, name):
    """Whom nbgrader takes this person for: it would ask Unix, where all of them are one."""
    config = home / ".jupyter" / "nbgrader_config.json"
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text(json.dumps({"CourseDirectory": {"student_id": name}}))


def fill_gradebook(settings):
    """Students and student versions, so that the instructor can release at once."""
    from asynclab.grading.release import open_course

    before = Path.cwd()
    os.chdir(settings.course)
    try:
        api = open_course(settings.course)
        for slug in sorted(path.name for path in (settings.course / "source").iterdir()):
            result = api.generate_assignment(slug, force=True)
            if not result["success"]:
                reason = (result.get("error") or result["log"]).strip().splitlines()[-1]
                raise CommandError(NOT_GENERATED.format(slug=slug, reason=reason))
        with api.gradebook as gradebook:
            for person in PEOPLE:
                if person.role != INSTRUCTOR:
                    names = {"first_name": person.first_name, "last_name": person.last_name}
                    gradebook.update_or_create_student(person.id, **names)
    finally:
        os.chdir(before)


def environment(settings: Settings, port: int) -> dict[str, str]:
    """The variables that make classroom/jupyterhub_config.py a trial; inner ports are any free ones."""
    hub, proxy, formgrader = ports.draw_ports(3, [port])
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("MODUL11_")},
        "MODUL11_TRIAL": "1",
        "MODUL11_COURSE_ID": settings.course_id,
        "MODUL11_COURSE": str(settings.course),
        "MODUL11_EXCHANGE": str(settings.exchange),
        "MODUL11_STATE": str(settings.state),
        "MODUL11_ADDRESS": f"http://127.0.0.1:{port}",
        "MODUL11_HUB_PORT": str(hub),
        "MODUL11_PROXY_PORT": str(proxy),
        "MODUL11_FORMGRADER_PORT": str(formgrader),
    }


def serve(settings: Settings, port: int) -> int:
    """Run the Hub in the foreground until Ctrl-C or SIGTERM; 0 when it has ended because of that."""
    log = settings.state / "jupyterhub.log"
    config = ROOT / "classroom" / "trial_config.py"
    command = [sys.executable, "-m", "jupyterhub", "-f", str(config)]
    signal.signal(signal.SIGTERM, interrupt)
    with log.open("w") as output:
        # Of its own session, so that Ctrl-C reaches it once, and from here.
        hub = subprocess.Popen(
            command,
            cwd=settings.state,
            env=environment(settings, port),
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        await_hub(hub, port, log)
        passwords = json.loads((settings.state / "passwords.json").read_text())
        print(RUNNING.format(port=port, log=log, **passwords), flush=True)
        hub.wait()
        raise CommandError(ENDED.format(log=log))
    except KeyboardInterrupt:
        print(STOPPING, flush=True)
    finally:
        stop(hub)
    print(STOPPED.format(folder=settings.state))
    return 0


def await_hub(hub, port, log):
    """Return when the Hub answers; raises CommandError when it ends or takes too long."""
    limit = time.monotonic() + START_SECONDS
    while time.monotonic() < limit:
        if hub.poll() is not None:
            lines = log.read_text(errors="replace").strip().splitlines() or ["?"]
            raise CommandError(NOT_STARTED.format(reason=lines[-1].removeprefix("- "), log=log))
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/hub/health", timeout=5):
                return
        except (OSError, urllib.error.URLError):
            time.sleep(0.1)
    raise CommandError(SLOW.format(seconds=START_SECONDS, log=log))


def stop(hub):
    """End the Hub, and with it the proxy, the services and everybody's server."""
    if hub.poll() is None:
        hub.send_signal(signal.SIGTERM)
        try:
            hub.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            hub.kill()
            hub.wait()


def interrupt(number, frame):
    """SIGTERM ends the trial as Ctrl-C does."""
    raise KeyboardInterrupt


# Sentences

NO_PORT = "Port {port} tidak ada; pakai bilangan dari 1 sampai 65535, misalnya --port 8080."
UNWRITABLE = "Folder {folder} tidak dapat disiapkan: {reason}. Pilih folder lain dengan --folder."
PREPARING = "Menyiapkan kelas percobaan di {folder}; hanya sekali ..."
NOT_GENERATED = "Versi mahasiswa untuk '{slug}' tidak dapat dibuat: {reason}"
RUNNING = """
Kelas percobaan berjalan. Buka:  http://127.0.0.1:{port}

  Masuk sebagai dosen, ayu, budi, atau citra   kata sandi: {user}
  Masuk sebagai admin                          kata sandi: {admin}

Percobaan, tanpa isolasi: hanya untuk komputer ini, jangan untuk kelas sungguhan.
Catatan: {log}
Ctrl-C menghentikannya; pekerjaan di dalamnya tetap ada.
"""
STOPPING = "\nMenghentikan ..."
STOPPED = "Kelas percobaan berhenti. Isinya tetap di {folder}; `make hub` melanjutkannya."
ENDED = "JupyterHub berhenti sendiri. Sebabnya ada di baris terakhir {log}."
NOT_STARTED = "JupyterHub tidak dapat dinyalakan: {reason} (catatan lengkap: {log})"
SLOW = "JupyterHub belum menjawab setelah {seconds} detik. Lihat baris terakhir {log}."


if __name__ == "__main__":
    from asynclab.cli import SUBCOMMANDS, Subcommand, main

    SUBCOMMANDS["hub"] = Subcommand(__name__, "kelas percobaan di komputer ini")
    sys.exit(main(["hub", *sys.argv[1:]]))
