"""`asynclab classroom`: sets a class up, adds and removes people, shows how it stands, backs it up."""

from __future__ import annotations

import argparse
import os
import re
import shlex
import sys
import sysconfig
from pathlib import Path

from asynclab.classroom import installation, membership, messages
from asynclab.classroom.classlist import read_class_list
from asynclab.classroom.execution import perform
from asynclab.classroom.machine import Account, find_account, find_group, path_access, read_students
from asynclab.classroom.people import INSTRUCTOR, STUDENT, read_people
from asynclab.classroom.settings import SETTINGS_FILE, Settings, read_settings
from asynclab.errors import CommandError

__all__ = ["add_arguments", "run"]

PROJECT = Path(__file__).resolve().parents[2]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The subcommands of `asynclab classroom` and their options."""
    commands = parser.add_subparsers(dest="action", metavar="PERINTAH", title="perintah")
    parser.set_defaults(usage=parser.format_help)
    _command(commands, "init", init, "membuat yang belum ada: akun kursus, folder, layanan")
    add = _command(commands, "add", add_people, "menambahkan orang dari sebuah CSV")
    add.add_argument("--csv", required=True, type=Path, metavar="BERKAS", help="daftar kelas")
    add.add_argument("--dosen", action="store_true", help="orang-orang ini dosen, bukan mahasiswa")
    add.add_argument(
        "--awalan", default="", metavar="HURUF", help="ditaruh di depan id yang diawali angka"
    )
    remove = _command(
        commands, "remove", remove_people, "mengeluarkan orang; pekerjaannya tidak dihapus"
    )
    remove.add_argument("id", nargs="*", help="id orang yang dikeluarkan")
    status = _command(
        commands,
        "status",
        show_status,
        "siapa di kelas, sampai mana, dan apa yang kurang",
        changes=False,
    )
    status.add_argument("--orang", action="store_true", help="sebutkan setiap orang")
    status.add_argument("--json", action="store_true", help="cetak sebagai JSON")
    backup = _command(
        commands, "backup", back_up, "mencadangkan kelas ke satu berkas", changes=False
    )
    backup.add_argument("file", type=Path, metavar="BERKAS", help="misalnya kelas.tar.gz")
    restore = _command(commands, "restore", put_back, "memulihkan kelas dari sebuah cadangan")
    restore.add_argument("file", type=Path, metavar="BERKAS", help="cadangan yang dipulihkan")


def _command(commands, name, function, summary, *, changes=True):
    parser = commands.add_parser(
        name, prog=f"asynclab classroom {name}", description=f"{summary}.", help=summary
    )
    parser.set_defaults(function=function)
    parser.add_argument(
        "--percobaan",
        nargs="?",
        const=".hub",
        metavar="FOLDER",
        help="kelas percobaan dari `make hub`, tanpa root (bawaan: .hub)",
    )
    parser.add_argument(
        "--settings", type=Path, metavar="BERKAS", help="pengaturan kelas (bawaan: milik server)"
    )
    if changes:
        parser.add_argument(
            "--lakukan", action="store_true", help="laksanakan; tanpa ini hanya rencananya"
        )
    return parser


def run(arguments: argparse.Namespace) -> int:
    """The exit code of the subcommand."""
    if not arguments.action:
        print(arguments.usage())
        return 2
    if sys.platform != "linux":
        raise CommandError(messages.NEED_LINUX)
    if arguments.percobaan:
        from asynclab.classroom.trial import trial_settings

        settings = trial_settings(Path(arguments.percobaan).absolute())
    else:
        settings = read_settings(arguments.settings)
    if not settings.trial and os.geteuid() != 0:
        raise CommandError(messages.need_root(shlex.join(sys.argv)))
    return arguments.function(settings, arguments)


def init(settings: Settings, arguments: argparse.Namespace) -> int:
    """Make what is missing."""
    server = examine_server(settings, arguments.settings or SETTINGS_FILE)
    if problems := installation.find_problems(settings, server):
        raise CommandError(messages.problems(problems))
    steps = installation.plan_installation(settings, server)
    known = read_people(settings.people)
    if known:
        # After a restore on another server, or by another hand: accounts and rows that are lacking.
        roster = read_roster(settings, known, known, read_students(settings.gradebook))
        steps += membership.plan_joining(settings, known.values(), roster)
    done = carry_out(steps, arguments.lakukan)
    if done and not settings.trial:
        print(messages.init_done(settings, server.systemd))
    return 0


def add_people(settings: Settings, arguments: argparse.Namespace) -> int:
    """Add everybody of a class list."""
    if not re.fullmatch(r"[a-z]*", arguments.awalan):
        raise CommandError(messages.BAD_PREFIX, exit_code=2)
    require_course(settings)
    rosters = {}

    def refuse(person):
        rosters[person.id] = read_roster(settings, [person.id], known, students)
        return membership.refuse(person, settings, rosters[person.id])

    known, students = read_people(settings.people), read_students(settings.gradebook)
    role = INSTRUCTOR if arguments.dosen else STUDENT
    people = read_class_list(arguments.csv, prefix=arguments.awalan, role=role, refuse=refuse)
    roster = read_roster(settings, [person.id for person in people], known, students)
    steps = membership.plan_joining(settings, people, roster)
    reused = [name for name in roster.accounts if name not in roster.members]
    if reused and not settings.trial:
        print(messages.reused_accounts(reused))
    carry_out(steps, arguments.lakukan)
    return 0


def remove_people(settings: Settings, arguments: argparse.Namespace) -> int:
    """Take these people out of the class; their work stays."""
    if not arguments.id:
        raise CommandError(messages.REMOVE_WHO, exit_code=2)
    require_course(settings)
    known, students = read_people(settings.people), read_students(settings.gradebook)
    roster = read_roster(settings, arguments.id, known, students)
    strangers = [
        name
        for name in arguments.id
        if name not in known and name not in students and name not in roster.members
    ]
    if strangers:
        raise CommandError(messages.not_in_class(strangers), exit_code=2)
    steps = membership.plan_leaving(settings, arguments.id, roster)
    carry_out(steps, arguments.lakukan)
    places = [account.home for account in roster.accounts.values()]
    for name in arguments.id:
        places += [
            settings.course / part / name for part in ("submitted", "autograded", "feedback")
        ]
        places += sorted((settings.exchange / settings.course_id / "inbound").glob(f"{name}+*"))
    places = [place for place in places if place.exists()]
    if places:
        print(messages.work_stays(places))
    return 0


def show_status(settings: Settings, arguments: argparse.Namespace) -> int:
    """Print how the class stands; 1 where something is lacking."""
    from asynclab.classroom import restore, status

    require_course(settings)
    people = read_people(settings.people)
    roster = read_roster(settings, people, people, read_students(settings.gradebook))
    homes = {name: account.home for name, account in roster.accounts.items()}
    progress = status.read_progress(settings, people.values(), homes)
    checks = status.diagnose(settings, roster, lambda: status.probe_sandbox(settings))
    hub = restore.find_users([settings.hub_database]).get(settings.hub_database, 0)
    if arguments.json:
        print(status.render_json(settings.course_id, people.values(), progress, checks, hub))
    else:
        print(status.render_progress(settings.course_id, people.values(), progress))
        if arguments.orang:
            print("\n" + status.render_people(people.values(), progress))
        print("\n" + messages.hub_running(hub))
        print(status.render_checks(checks))
    return 0 if all(item.healthy for item in checks) else 1


def back_up(settings: Settings, arguments: argparse.Namespace) -> int:
    """Write a backup; nothing else changes, so nobody is asked twice."""
    from asynclab.classroom.backup import make_backup

    made = make_backup(settings, arguments.file)
    print(messages.backup_done(arguments.file, made.contents, made.size))
    if made.skipped:
        print(messages.backup_skipped(made.skipped))
    print(messages.BACKUP_PRIVATE)
    return 0


def put_back(settings: Settings, arguments: argparse.Namespace) -> int:
    """Show what a backup would put back, or put it back."""
    from asynclab.classroom import restore
    from asynclab.classroom.archive import inspect_archive

    contents = inspect_archive(arguments.file, settings)
    plan = restore.plan_restore(settings, contents)
    print(messages.restore_plan(arguments.file, contents))
    for number, part in enumerate(plan, 1):
        print(messages.restore_part(number, part))
    if not arguments.lakukan:
        print(messages.DO_IT)
        return 0
    for path, process in restore.find_users([settings.gradebook, settings.hub_database]).items():
        raise CommandError(messages.in_use(path, process))
    restore.restore(settings, arguments.file, contents, plan)
    print(messages.RESTORED)
    return 0


def carry_out(steps, for_real) -> bool:
    """Show a plan, or do it; whether anything was done."""
    if not steps:
        print(messages.NOTHING_TO_DO)
        return False
    if for_real:
        perform(steps, lambda number, step: print(messages.step(number, step), flush=True))
        print(messages.DONE)
        return True
    print(messages.PLAN)
    for number, step in enumerate(steps, 1):
        print(messages.step(number, step))
    print(messages.DO_IT)
    return False


def examine_server(settings: Settings, file: Path = SETTINGS_FILE) -> installation.Server:
    """Look at everything that `init` needs to know."""
    config = settings.course / "nbgrader_config.py"
    file = file.absolute()
    text = config.read_text(encoding="utf-8") if path_access(config) else ""
    return installation.Server(
        account=None if settings.trial else find_account(settings.account),
        group=find_group(settings.account_group) is not None,
        access={path: path_access(path) for path in installation.watched_paths(settings, file)},
        systemd=Path("/run/systemd/system").is_dir(),
        project=PROJECT,
        scripts=Path(sysconfig.get_path("scripts")),
        course_id=installation.declared_course(text),
        unreachable=installation.find_unreachable([sys.executable, PROJECT / "asynclab"]),
        settings_file=file,
    )


def require_course(settings: Settings) -> None:
    """Raises CommandError where `init` has not been run, or for another course."""
    config = settings.course / "nbgrader_config.py"
    if path_access(config) is None:
        raise CommandError(messages.not_initialised(settings), exit_code=2)
    found = installation.declared_course(config.read_text(encoding="utf-8"))
    if found and found != settings.course_id:
        raise CommandError(messages.other_course(settings.course, found, settings.course_id))


def read_roster(settings: Settings, ids, known, students) -> membership.Roster:
    """Where these people are known already."""
    find = _find_trial_person if settings.trial else lambda _, name: find_account(name)
    accounts = {name: find(settings, name) for name in ids}
    members = () if settings.trial else find_group(settings.account_group)
    return membership.Roster(
        known,
        {name: account for name, account in accounts.items() if account},
        students,
        frozenset(members or ()),
    )


def _find_trial_person(settings, name):
    file = membership.trial_identity(settings, name)
    return Account(name, os.getuid(), file.parents[1]) if file.is_file() else None
