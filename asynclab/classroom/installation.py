"""What a classroom is made of on one server, and the steps that make what is lacking; what is there stays."""

from __future__ import annotations

import re
import shlex
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from asynclab.classroom import messages
from asynclab.classroom.machine import Account
from asynclab.classroom.settings import SETTINGS_FILE, Settings, settings_text
from asynclab.classroom.steps import (
    CopyMissing,
    MakeFolder,
    RunCommand,
    SetAccess,
    Step,
    WritePeople,
    WriteText,
)
from asynclab.classroom.student import read_literals
from asynclab.errors import CommandError

__all__ = [
    "PROJECT",
    "Server",
    "plan_installation",
    "solution_paths",
    "wanted_folders",
    "watched_paths",
]

UNITS = Path("/etc/systemd/system")
PROJECT = Path(__file__).resolve().parents[2]
COURSE_FILES = ("nbgrader_config.py", "source")
SOLUTIONS = ("source", "tests", ".git", "nbgrader_config.py")
"""What of the project tells the answers, or the seed of grading; everybody has to be able to read the rest."""


@dataclass(frozen=True)
class Server:
    """What was found on a server.

    account: of the course; group: whether the Unix group of the class exists; access: (mode, owner) of
    every path of `watched_paths`, None where there is nothing; systemd: whether it runs here;
    project: the folder with source/ and classroom/; scripts: the folder with jupyterhub; course_id: what
    an existing nbgrader_config.py says; unreachable: a folder in the way of other users to Python, or None;
    settings_file: the one that the Hub is to read.
    """

    account: Account | None
    group: bool
    access: Mapping[Path, tuple[int, str] | None]
    systemd: bool
    project: Path
    scripts: Path
    course_id: str = ""
    unreachable: Path | None = None
    settings_file: Path = SETTINGS_FILE


def wanted_folders(settings: Settings) -> list[tuple[Path, int, str, str]]:
    """(folder, mode bits, owner, what it is for) of every folder, parents first; the owner '' is oneself."""
    account = "" if settings.trial else settings.account
    root = "" if settings.trial else "root"
    place = settings.exchange / settings.course_id
    return [
        # Everybody reads JupyterLab's settings below it; what is private there is a file of root.
        (settings.state, 0o700 if settings.trial else 0o711, root, messages.FOR_STATE),
        (settings.course, 0o700, account, messages.FOR_COURSE),
        # Sticky bits: nobody may move away what is another's, although everybody may write here.
        (settings.exchange, 0o1777, root, messages.FOR_EXCHANGE),
        (place, 0o755, account, messages.FOR_EXCHANGE),
        (place / "outbound", 0o755, account, messages.FOR_OUTBOUND),
        (place / "inbound", 0o3733, account, messages.FOR_INBOUND),
        (place / "feedback", 0o711, account, messages.FOR_FEEDBACK),
    ]


def watched_paths(settings: Settings, settings_file: Path = SETTINGS_FILE) -> list[Path]:
    """Every path that `plan_installation` needs to know about."""
    folders = [folder for folder, *_ in wanted_folders(settings)]
    files = [settings.course / name for name in COURSE_FILES]
    private = [settings.people, settings.hub_database]
    return [*folders, *files, *private, settings_file, *_starters(settings)]


def solution_paths(project: Path) -> list[Path]:
    """What of the project students must not read; `plan_installation` looks at it too."""
    return [project / name for name in SOLUTIONS]


def find_problems(settings: Settings, server: Server) -> list[str]:
    """What only the admin can mend, a sentence each; nothing is done while there is any."""
    problems = []
    if not (server.project / "source").is_dir():
        problems.append(messages.no_project(server.project))
    if not settings.trial and server.unreachable:
        problems.append(messages.unreachable(server.unreachable))
    if not settings.trial and server.account and not server.account.personal:
        problems.append(messages.system_account(settings.account))
    if server.course_id and server.course_id != settings.course_id:
        problems.append(
            messages.other_course(settings.course, server.course_id, settings.course_id)
        )
    return problems


def plan_installation(settings: Settings, server: Server) -> list[Step]:
    """The steps that are lacking; none where everything is there."""
    steps: list[Step] = []
    if not settings.trial:
        if server.account is None:
            argv = (
                "useradd", "--create-home", "--key", "HOME_MODE=0700", "--shell", "/bin/bash",
                "--user-group", settings.account,
            )  # fmt: skip
            steps.append(RunCommand(messages.make_course_account(settings.account), argv))
        if not server.group:
            argv = ("groupadd", settings.account_group)
            steps.append(RunCommand(messages.make_group(settings.account_group), argv))
    steps += _folder_steps(settings, server)
    owner = "" if settings.trial else settings.account
    for name in COURSE_FILES:
        if server.access[settings.course / name] is None:
            source, target = server.project / name, settings.course / name
            steps.append(CopyMissing(messages.copy(source, target), source, target, owner))
    if server.access[settings.people] is None:
        steps.append(WritePeople(messages.start_list(settings.people), settings.people, ()))
    database = settings.hub_database
    found = server.access[database]
    # JupyterHub would make it readable for everybody, with the passwords' hashes in it.
    if found is None:
        steps.append(WriteText(messages.start_database(database), database, "", mode=0o600))
    elif found[0] != 0o600:
        sentence = messages.mend_access(database, *found, 0o600, found[1])
        steps.append(SetAccess(sentence, database, 0o600))
    if not settings.trial:
        for path in solution_paths(server.project):
            if (found := server.access.get(path)) and found[0] & 0o077:
                steps.append(SetAccess(messages.close_solutions(path), path, found[0] & 0o700))
        steps += _starter_steps(settings, server)
    return steps


def _folder_steps(settings, server):
    for folder, mode, owner, purpose in wanted_folders(settings):
        found = server.access[folder]
        if found is None:
            yield MakeFolder(
                messages.make_folder(folder, mode, owner, purpose), folder, mode, owner
            )
        elif found[0] != mode or (owner and found[1] != owner):
            sentence = messages.mend_access(folder, found[0], found[1], mode, owner or found[1])
            yield SetAccess(sentence, folder, mode, owner)


def _starters(settings):
    return [UNITS / f"{settings.account}.service", settings.state / "start.sh"]


def _starter_steps(settings, server):
    file = server.settings_file
    if server.access[file] is None:
        yield WriteText(messages.write_settings(file), file, settings_text(settings))
    unit, script = _starters(settings)
    if server.systemd:
        if server.access[unit] is None:
            yield WriteText(messages.write_unit(unit), unit, unit_text(settings, server))
            yield RunCommand(messages.RELOAD, ("systemctl", "daemon-reload"))
    elif server.access[script] is None:
        yield WriteText(
            messages.write_script(script), script, script_text(settings, server), mode=0o700
        )


def unit_text(settings: Settings, server: Server) -> str:
    """The systemd unit of the Hub."""
    return f"""\
[Unit]
Description=JupyterHub {settings.course_id}
After=network-online.target
Wants=network-online.target

[Service]
EnvironmentFile={_whole_line(server.settings_file)}
Environment={_word(f"PATH={_search_path(server)}")}
WorkingDirectory={_whole_line(settings.state)}
ExecStart={" ".join(_word(part).replace("$", "$$") for part in _hub_command(server))}
Restart=on-failure
# The Hub ends people's servers itself; whatever it leaves behind is ended after it.
KillMode=mixed
TimeoutStopSec=120

[Install]
WantedBy=multi-user.target
"""


def script_text(settings: Settings, server: Server) -> str:
    """The same for a machine without systemd; not the shell reads the settings, which would run them."""
    python = str(server.scripts / "python")
    starter = [python, "-P", "-m", "asynclab.classroom.start", str(server.settings_file)]
    return f"""\
#!/bin/sh
set -e
export PATH={shlex.quote(_search_path(server))}
cd {shlex.quote(str(settings.state))}
exec {shlex.join([*starter, *_hub_command(server)])}
"""


def _search_path(server):
    return f"{server.scripts}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def _hub_command(server):
    config = server.project / "classroom" / "jupyterhub_config.py"
    return [f"{server.scripts}/jupyterhub", "--config", str(config)]


def _whole_line(path):
    return str(path).replace("%", "%%")


def _word(text):
    """One word of a line of a unit."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return escaped if re.fullmatch(r"[\w./:@+,=-]+", text) else f'"{escaped}"'


def find_unreachable(paths) -> Path | None:
    """The first folder on the way to these paths that other users may not enter."""
    for path in paths:
        for folder in reversed([*Path(path).absolute().parents, *Path(path).resolve().parents]):
            if not folder.stat().st_mode & stat.S_IXOTH:
                return folder
    return None


def declared_course(config: Path) -> str:
    """The course id that an nbgrader_config.py sets; '' where it sets none or is not there.

    Raises CommandError where it is no Python.
    """
    try:
        return read_literals(config).get("CourseDirectory", {}).get("course_id", "")
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except OSError as error:
        raise CommandError(messages.unreadable(config, messages.why(error))) from None
    except (SyntaxError, ValueError) as error:
        raise CommandError(messages.broken_config(config, error)) from None
