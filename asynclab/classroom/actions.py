"""What `asynclab classroom` does: looks, plans, and shows the plan or carries it out."""

from __future__ import annotations

import argparse
import os
import re
import sys
import sysconfig
from pathlib import Path

from asynclab.classroom import installation, membership, messages, restore, status
from asynclab.classroom.archive import inspect_archive
from asynclab.classroom.backup import make_backup
from asynclab.classroom.classlist import read_class_list
from asynclab.classroom.execution import perform
from asynclab.classroom.installation import PROJECT
from asynclab.classroom.machine import (
    Account,
    find_account,
    find_group,
    path_access,
    read_students,
)
from asynclab.classroom.people import INSTRUCTOR, STUDENT, read_people
from asynclab.classroom.settings import SETTINGS_FILE, Settings
from asynclab.classroom.steps import RunCommand
from asynclab.errors import CommandError

__all__ = ["ACTIONS"]


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
        if not (server.scripts / "jupyterhub").is_file():
            print(messages.no_hub(server.project, server.scripts.parent))
        print(messages.init_done(settings, server.systemd))
    return 0


def add_people(settings: Settings, arguments: argparse.Namespace) -> int:
    """Add everybody of a class list."""
    if not re.fullmatch(r"[a-z]*", arguments.awalan):
        raise CommandError(messages.BAD_PREFIX, exit_code=2)
    require_course(settings)
    known, students = read_people(settings.people), read_students(settings.gradebook)

    def refuse(person):
        roster = read_roster(settings, [person.id], known, students)
        return membership.refuse(person, settings, roster)

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
    require_course(settings)
    made = make_backup(settings, arguments.file)
    print(messages.backup_done(arguments.file, made.contents, made.size))
    if made.skipped:
        print(messages.backup_skipped(made.skipped))
    print(messages.BACKUP_PRIVATE)
    return 0


def put_back(settings: Settings, arguments: argparse.Namespace) -> int:
    """Show what a backup would put back, or put it back."""
    if not settings.trial and find_account(settings.account) is None:
        raise CommandError(messages.no_course_account(settings))
    contents = inspect_archive(arguments.file, settings)
    accounts = plan_accounts(settings, contents.people)
    plan = restore.plan_restore(settings, contents)
    print(messages.restore_plan(arguments.file, contents))
    for number, step in enumerate(accounts, 1):
        print(messages.step(number, step))
    for number, part in enumerate(plan, len(accounts) + 1):
        print(messages.restore_part(number, part))
    if not arguments.lakukan:
        print(messages.DO_IT)
        return 0
    for path, process in restore.find_users([settings.gradebook, settings.hub_database]).items():
        raise CommandError(messages.in_use(path, process))
    # First, so that every submission belongs to who sent it: nbgrader collects no other.
    perform(accounts)
    skipped = restore.restore(settings, arguments.file, contents, plan)
    if skipped:
        print(messages.restore_skipped(skipped))
    print(messages.RESTORED)
    return 0


def plan_accounts(settings: Settings, people) -> list[RunCommand]:
    """The Unix users that these people lack; raises CommandError where one of them may not be a person."""
    roster = read_roster(settings, [person.id for person in people], {}, {})
    refused = [
        reason for person in people if (reason := membership.refuse(person, settings, roster))
    ]
    if refused:
        raise CommandError(messages.problems(refused))
    steps = membership.plan_joining(settings, people, roster)
    return [step for step in steps if isinstance(step, RunCommand)]


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
    folders = [folder for folder, *_ in installation.wanted_folders(settings)]
    guarded = [*installation.solution_paths(PROJECT), settings.hub_database]
    # The others are only made where they are lacking; an instructor's own link is as good there.
    others = [
        path
        for path in installation.watched_paths(settings, file)
        if path not in [*folders, *guarded, file]
    ]
    access = {path: path_access(path, folder=True) for path in folders}
    access |= {path: path_access(path, follow=path in guarded) for path in [*guarded, *others]}
    # Where this one lies is the admin's choice.
    access[file] = path_access(Path(os.path.realpath(file.parent), file.name), follow=False)
    return installation.Server(
        account=None if settings.trial else find_account(settings.account),
        group=find_group(settings.account_group) is not None,
        access=access,
        systemd=Path("/run/systemd/system").is_dir(),
        project=PROJECT,
        scripts=Path(sysconfig.get_path("scripts")),
        course_id=installation.declared_course(config),
        unreachable=installation.find_unreachable([sys.executable, PROJECT / "asynclab"]),
        settings_file=file,
    )


def require_course(settings: Settings) -> None:
    """Raises CommandError where `init` has not been run, or for another course."""
    config = settings.course / "nbgrader_config.py"
    if path_access(config, follow=False) is None:
        raise CommandError(messages.not_initialised(settings), exit_code=2)
    found = installation.declared_course(config)
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
        frozenset(name for name in ids if find_group(name) is not None),
    )


def _find_trial_person(settings, name):
    file = membership.trial_identity(settings, name)
    return Account(name, os.getuid(), file.parents[1]) if file.is_file() else None


ACTIONS = {
    "init": init,
    "add": add_people,
    "remove": remove_people,
    "status": show_status,
    "backup": back_up,
    "restore": put_back,
}
"""What each subcommand does with the settings and its arguments; returns the exit code."""
