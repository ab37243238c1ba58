"""Does steps, one after the other; each is safe to do again, so a run that broke off is simply repeated."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import pwd
import shutil
import stat
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Sequence
from pathlib import Path

from asynclab.classroom import messages
from asynclab.classroom.people import write_people
from asynclab.classroom.safe_paths import opened
from asynclab.classroom.steps import (
    CopyMissing,
    MakeFolder,
    RecordStudents,
    RunCommand,
    SetAccess,
    Step,
    WritePeople,
    WriteText,
)
from asynclab.errors import CommandError

__all__ = ["perform"]


def perform(
    steps: Sequence[Step],
    show: Callable[[int, Step], None] = lambda number, step: None,
    run: Callable[..., subprocess.CompletedProcess] = subprocess.run,
) -> None:
    """Do every step in order; `show(number, step)` is told before each, `run` is subprocess.run.

    Raises CommandError at the first step that fails; it says which steps are done.
    """
    for number, step in enumerate(steps, 1):
        show(number, step)
        try:
            _perform(step, run)
        except (OSError, subprocess.SubprocessError, _StepFailed) as error:
            reason = messages.why(error)
            if isinstance(error, OSError) and error.filename:
                reason = f"{error.filename}: {reason}"
            raise CommandError(messages.step_failed(number, len(steps), step, reason)) from None


class _StepFailed(Exception):
    """A program that was run says no."""


def _perform(step, run):
    match step:
        case RunCommand():
            _run(run, list(step.argv))
        case MakeFolder():
            _set_access(step.path, step.mode, step.owner, make=True)
        case SetAccess():
            _set_access(step.path, step.mode, step.owner)
        case WriteText():
            step.path.parent.mkdir(parents=True, exist_ok=True)
            with open(step.path, "x", encoding="utf-8") as file:
                os.fchmod(file.fileno(), step.mode)
                file.write(step.text)
        case CopyMissing():
            _copy(step.source, step.target, step.owner)
        case WritePeople():
            write_people(step.path, step.people)
        case RecordStudents():
            _record(step, run)
        case _:
            raise TypeError(f"no way to do {type(step).__name__}")


def _set_access(path, mode, owner, make=False):
    with opened(path, make=make) as descriptor:
        found = f"/proc/self/fd/{descriptor}"
        if owner:
            if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
                raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(path))
            # Before the mode: a change of owner takes the set-group-id bit away.
            shutil.chown(found, owner, pwd.getpwnam(owner).pw_gid)
        os.chmod(found, mode)


def _copy(source, target, owner):
    with opened(target.parent) as parent, _closed_folder(parent, f".{target.name}.baru") as closed:
        scratch = Path(f"/proc/self/fd/{closed}", target.name)
        if source.is_dir():
            ignored = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints", ".gitkeep")
            shutil.copytree(source, scratch, ignore=ignored)
        else:
            shutil.copyfile(source, scratch)
        if owner:
            entry = pwd.getpwnam(owner)
            for path in (scratch, *scratch.rglob("*")):
                os.chown(path, entry.pw_uid, entry.pw_gid, follow_symlinks=False)
        # Only whole: half a folder would be taken for the real one the next time.
        os.rename(target.name, target.name, src_dir_fd=closed, dst_dir_fd=parent)


@contextlib.contextmanager
def _closed_folder(parent, name):
    """The descriptor of a new folder that only root enters, in one that belongs to the course account."""
    # What a run that broke off has left, or somebody has put there: taken away, never followed.
    with contextlib.suppress(OSError):
        os.unlink(name, dir_fd=parent)
    shutil.rmtree(name, ignore_errors=True, dir_fd=parent)
    os.mkdir(name, 0o700, dir_fd=parent)
    try:
        descriptor = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=parent)
        try:
            if os.fstat(descriptor).st_uid != os.geteuid():
                raise _StepFailed(messages.exchanged(name))
            yield descriptor
        finally:
            os.close(descriptor)
    finally:
        shutil.rmtree(name, ignore_errors=True, dir_fd=parent)


def _record(step, run):
    fields = ("id", "first_name", "last_name", "email", "number")
    rows = [{name: getattr(person, name) for name in fields} for person in step.students]
    command = [sys.executable, "-P", "-m", "asynclab.classroom.gradebook"]
    options = {"cwd": step.course, "input": json.dumps(rows)}
    if step.account:
        # As the course's account: a gradebook made by root could not be written by its owner.
        entry = pwd.getpwnam(step.account)
        path = os.pathsep.join([sysconfig.get_path("scripts"), "/usr/local/bin:/usr/bin:/bin"])
        environment = {"HOME": entry.pw_dir, "USER": step.account, "PATH": path, "LANG": "C.UTF-8"}
        options |= {
            "user": entry.pw_uid,
            "group": entry.pw_gid,
            "extra_groups": [],
            "env": environment,
        }
    _run(run, command, **options)


def _run(run, argv, **options):
    try:
        done = run(argv, capture_output=True, text=True, check=False, **options)
    except FileNotFoundError:
        missing = Path(options.get("cwd", "/"))
        raise _StepFailed(messages.no_program(argv[0] if missing.is_dir() else missing)) from None
    if done.returncode:
        said = (done.stderr or done.stdout or "").strip().splitlines()
        raise _StepFailed(said[-1] if said else messages.exit_code(argv[0], done.returncode))
