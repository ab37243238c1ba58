"""How a class stands: who is in, how far each assignment has come, and what keeps it from working."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from asynclab import isolation
from asynclab.classroom import messages
from asynclab.classroom.installation import (
    PROJECT,
    find_unreachable,
    solution_paths,
    wanted_folders,
)
from asynclab.classroom.machine import path_access
from asynclab.classroom.membership import Roster, plan_joining
from asynclab.classroom.people import STUDENT, Person
from asynclab.classroom.settings import Settings
from asynclab.environment import Diagnosis
from asynclab.errors import CommandError

__all__ = [
    "STAGES",
    "Progress",
    "diagnose",
    "probe_sandbox",
    "read_progress",
    "render_checks",
    "render_json",
    "render_people",
    "render_progress",
]

STAGES = ("fetched", "submitted", "collected", "graded", "feedback")
"""What happens to an assignment with one student, in order."""

LITTLE = 2_000_000_000
"""Bytes of free disk below which a class should not begin."""


@dataclass(frozen=True)
class Progress:
    """One assignment: whether it is released, and the ids of the students at each of STAGES or beyond."""

    slug: str
    released: bool
    students: Mapping[str, frozenset[str]]

    def stage(self, identifier: str) -> str:
        """The last stage that a student has reached, '' for none."""
        reached = [stage for stage in STAGES if identifier in self.students[stage]]
        return reached[-1] if reached else ""


def read_progress(
    settings: Settings, people: Iterable[Person], homes: Mapping[str, Path]
) -> list[Progress]:
    """Every assignment of the course by its slug; homes: the folder of each person by id."""
    place = settings.exchange / settings.course_id
    released = _folders(place / "outbound")
    slugs = sorted({*_folders(settings.course / "source"), *released})
    students = [person.id for person in people if person.role == STUDENT]
    # "<id>+<slug>+<time>+<random>"
    sent = {tuple(name.split("+")[:2]) for name in _folders(place / "inbound") if "+" in name}
    made = {
        part: {(student, slug) for student in students for slug in _folders(settings.course / part / student)}
        for part in ("submitted", "autograded", "feedback")
    }  # fmt: skip
    fetched = {(student, slug) for student in students for slug in _folders(homes.get(student))}
    found = {
        "fetched": fetched,
        "submitted": sent | made["submitted"],
        "collected": made["submitted"],
        "graded": made["autograded"],
        "feedback": made["feedback"],
    }
    return [
        Progress(
            slug,
            slug in released,
            {
                stage: frozenset(name for name in students if (name, slug) in pairs)
                for stage, pairs in found.items()
            },
        )
        for slug in slugs
    ]


def diagnose(settings: Settings, roster: Roster, sandbox: Callable[[], str]) -> list[Diagnosis]:
    """What works and what does not; sandbox: says why student code can't be shut in, or ''."""
    return [
        _diagnose_people(settings, roster),
        *_diagnose_folders(settings),
        *([] if settings.trial else _diagnose_solutions(PROJECT)),
        *_diagnose_disks([settings.course, settings.exchange, settings.state]),
        _diagnose_sandbox(sandbox()),
    ]


def probe_sandbox(settings: Settings) -> str:
    """Why student code can't be shut in, asked as the account that grades; '' where it can."""
    if settings.trial:
        return isolation.obstacle()
    code = "from asynclab import isolation; print(isolation.obstacle())"
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-c", code],
            cwd="/",
            user=settings.account,
            group=settings.account,
            extra_groups=[],
            env={"PATH": f"{sysconfig.get_path('scripts')}:/usr/bin:/bin", "LANG": "C.UTF-8"},
            capture_output=True,
            text=True,
            timeout=2 * isolation.PROBE_SECONDS,
            check=False,
        )
    except (OSError, subprocess.SubprocessError, LookupError) as error:
        return messages.why(error)
    if done.returncode:
        return (done.stderr.strip().splitlines() or ["?"])[-1]
    return done.stdout.strip()


def render_progress(course_id: str, people: Iterable[Person], progress: list[Progress]) -> str:
    """Who is in, and a table with a line per assignment."""
    roles = [person.role for person in people]
    students = roles.count(STUDENT)
    lines = [messages.class_size(course_id, students, len(roles) - students)]
    if progress:
        width = max(len(messages.ASSIGNMENT), *(len(item.slug) for item in progress))
        titles = [messages.STAGE_TITLES[stage] for stage in STAGES]
        lines.append("")
        lines.append(f"{messages.ASSIGNMENT:{width}}  {messages.RELEASED}  " + "  ".join(titles))
        for item in progress:
            counts = [f"{len(item.students[s]):>{len(t)}}" for s, t in zip(STAGES, titles)]
            released = f"{messages.YES if item.released else messages.NO:>{len(messages.RELEASED)}}"
            lines.append(f"{item.slug:{width}}  {released}  " + "  ".join(counts))
    return "\n".join(lines)


def render_people(people: Iterable[Person], progress: list[Progress]) -> str:
    """A line per person: how far every assignment that somebody was given has come."""
    people = list(people)
    width = max((len(person.id) for person in people), default=0)
    lines = []
    for person in people:
        stages = [
            f"{item.slug}: {messages.STAGE_TITLES[stage]}"
            for item in progress
            if (stage := item.stage(person.id))
        ]
        role = "" if person.role == STUDENT else f" ({messages.ROLES[person.role]})"
        lines.append(f"{person.id:{width}}  {person.name}{role}")
        lines += [f"{'':{width}}    {stage}" for stage in stages]
    return "\n".join(lines)


def render_checks(diagnoses: Iterable[Diagnosis]) -> str:
    """A line per diagnosis, with what mends it below."""
    lines = []
    for item in diagnoses:
        lines.append(f"{'✓' if item.healthy else '✗'} {item.found}")
        if item.remedy:
            lines.append(f"  → {item.remedy}")
    return "\n".join(lines)


def render_json(course_id, people, progress, checks, hub) -> str:
    """All of it as JSON."""
    data = {
        "course": course_id,
        "hub": hub,
        "people": [asdict(person) for person in people],
        "assignments": [
            {
                "slug": item.slug,
                "released": item.released,
                **{stage: sorted(item.students[stage]) for stage in STAGES},
            }
            for item in progress
        ],
        "checks": [asdict(item) for item in checks],
    }
    return json.dumps(data, ensure_ascii=False, indent=2)


def _diagnose_people(settings, roster):
    lacking = plan_joining(settings, roster.people.values(), roster)
    if not lacking:
        return Diagnosis("people", True, messages.PEOPLE_COMPLETE)
    found = messages.people_lacking([step.sentence for step in lacking])
    return Diagnosis("people", False, found, messages.INIT)


def _diagnose_folders(settings):
    wrong, diagnoses = [], []
    # In a trial everybody is the owner, and nbgrader makes folders with modes of its own.
    relevant = 0o700 if settings.trial else 0o7777
    for folder, mode, owner, _ in wanted_folders(settings):
        try:
            found = path_access(folder, folder=True)
        except CommandError as error:
            diagnoses.append(Diagnosis("folder", False, str(error)))
            continue
        if found is None:
            # nbgrader makes what lies in the exchange itself, where it need not be guarded.
            if not (settings.trial and settings.exchange in folder.parents):
                wrong.append(messages.folder_missing(folder))
        elif (found[0] ^ mode) & relevant or (owner and found[1] != owner):
            wrong.append(messages.folder_access(folder, *found, mode, owner or found[1]))
    diagnoses += [Diagnosis("folder", False, sentence, messages.INIT) for sentence in wrong]
    exchange = settings.exchange
    if exchange.is_dir() and os.statvfs(exchange).f_flag & os.ST_RDONLY:
        diagnoses.append(Diagnosis("exchange", False, messages.read_only(exchange), ""))
    if not settings.trial and exchange.is_dir() and (wall := find_unreachable([exchange])):
        remedy = f"chmod o+x {wall}"
        diagnoses.append(Diagnosis("exchange", False, messages.walled(exchange, wall), remedy))
    # One link in the way of several folders is one thing to mend.
    diagnoses = list(dict.fromkeys(diagnoses))
    return diagnoses or [Diagnosis("exchange", True, messages.exchange_open(exchange))]


def _diagnose_solutions(project):
    # A `git pull` writes files anew, and then everybody may read them.
    for path in solution_paths(project):
        if (found := path_access(path)) and found[0] & 0o077:
            yield Diagnosis("solutions", False, messages.solutions_open(path), messages.INIT)


def _diagnose_disks(folders):
    seen = set()
    for folder in folders:
        if not folder.is_dir() or (device := folder.stat().st_dev) in seen:
            continue
        seen.add(device)
        free = shutil.disk_usage(folder).free
        remedy = "" if free >= LITTLE else messages.FREE_DISK
        yield Diagnosis("disk", free >= LITTLE, messages.disk_left(folder, free), remedy)


def _diagnose_sandbox(obstacle):
    if not obstacle:
        return Diagnosis("sandbox", True, messages.SANDBOX)
    return Diagnosis("sandbox", False, messages.without_sandbox(obstacle), isolation.remedy())


def _folders(place):
    try:
        return (
            sorted(entry.name for entry in os.scandir(place) if entry.is_dir(follow_symlinks=False))
            if place
            else []
        )
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return []
