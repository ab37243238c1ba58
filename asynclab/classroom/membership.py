"""Who joins and who leaves: from a class list and what is there, the steps that are lacking."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from asynclab.classroom import messages
from asynclab.classroom.machine import Account
from asynclab.classroom.people import INSTRUCTOR, STUDENT, Person
from asynclab.classroom.settings import Settings
from asynclab.classroom.steps import RecordStudents, RunCommand, Step, WritePeople, WriteText

__all__ = ["Roster", "plan_joining", "plan_leaving", "refuse", "trial_identity"]


@dataclass(frozen=True)
class Roster:
    """Where people are known already.

    people: the classroom's list; accounts: Unix users by name (only of the names that matter);
    students: the gradebook's, as (first name, last name, email, number); members: of the Unix group
    that marks the accounts made here; groups: names (of those that matter) that a Unix group has.
    """

    people: Mapping[str, Person]
    accounts: Mapping[str, Account]
    students: Mapping[str, tuple[str, str, str, str]]
    members: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()


def refuse(person: Person, settings: Settings, roster: Roster) -> str:
    """Why this person can't be added here, as a sentence; '' where nothing stands against it."""
    known = roster.people.get(person.id)
    if person.id == settings.account:
        return messages.is_course_account(person.id)
    if known and known.role != person.role:
        return messages.other_role(person.id, known.role)
    account = roster.accounts.get(person.id)
    if not settings.trial and account and not account.personal:
        return messages.system_account(person.id)
    # A new Unix user brings a group of its own name: "sudo" would be refused, or worse.
    if not settings.trial and not account and person.id in roster.groups:
        return messages.system_group(person.id)
    return ""


def plan_joining(settings: Settings, people: Iterable[Person], roster: Roster) -> list[Step]:
    """The steps after which all these people are in; none where they are in already."""
    people = list(people)
    steps: list[Step] = []
    for person in people:
        steps += _account_steps(settings, person, roster)
    changed = [person for person in people if roster.people.get(person.id) != person]
    if changed:
        after = {**roster.people, **{person.id: person for person in changed}}
        sentence = messages.enlist(settings.people, [person.id for person in changed])
        steps.append(WritePeople(sentence, settings.people, tuple(sorted(after.values()))))
    missing = tuple(
        person
        for person in people
        if person.role == STUDENT and roster.students.get(person.id) != _row(person)
    )
    if missing:
        account = "" if settings.trial else settings.account
        sentence = messages.record(settings.gradebook, [person.id for person in missing])
        steps.append(RecordStudents(sentence, settings.course, account, missing))
    return steps


def plan_leaving(settings: Settings, ids: Iterable[str], roster: Roster) -> list[Step]:
    """The steps after which these people can't sign in; their work and their scores stay."""
    leaving = [name for name in dict.fromkeys(ids) if name in roster.people]
    steps: list[Step] = []
    if leaving:
        after = tuple(sorted(p for name, p in roster.people.items() if name not in leaving))
        steps.append(WritePeople(messages.strike(settings.people, leaving), settings.people, after))
    for name in () if settings.trial else dict.fromkeys(ids):
        account = roster.accounts.get(name)
        # An account that was there before the class is its owner's; only the Hub is closed to it.
        if account and name in roster.members and not account.closed:
            argv = ("usermod", "--expiredate", "1", name)
            steps.append(RunCommand(messages.close_account(name), argv))
    return steps


def trial_identity(settings: Settings, name: str) -> Path:
    """The file that tells nbgrader who a person of a trial is."""
    return settings.state / "home" / name / ".jupyter" / "nbgrader_config.json"


def _account_steps(settings, person, roster):
    account = roster.accounts.get(person.id)
    if settings.trial:
        # nbgrader would ask Unix for the name, and there everybody is one.
        path = trial_identity(settings, person.id)
        text = json.dumps({"CourseDirectory": {"student_id": person.id}})
        return [] if account else [WriteText(messages.make_home(person.id, path), path, text)]
    if account is None:
        # ':' and ',' divide the fields of /etc/passwd.
        comment = "".join(" " if sign in ":,=" else sign for sign in person.name)
        argv = (
            "useradd", "--create-home", "--key", "HOME_MODE=0700", "--shell", "/bin/bash",
            "--user-group", "--groups", settings.account_group, "--comment", comment, person.id,
        )  # fmt: skip
        kind = messages.INSTRUCTOR if person.role == INSTRUCTOR else messages.STUDENT
        return [RunCommand(messages.make_account(person.id, person.name, kind), argv)]
    if account.closed:
        argv = ("usermod", "--expiredate", "", person.id)
        return [RunCommand(messages.open_account(person.id), argv)]
    return []


def _row(person):
    return (person.first_name, person.last_name, person.email, person.number)
