"""Where a classroom keeps its things: read once, from the environment or from the classroom's settings file."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from asynclab.classroom import messages
from asynclab.errors import CommandError

__all__ = ["SETTINGS_FILE", "Settings", "read_settings", "settings_text"]

SETTINGS_FILE = Path("/etc/modul11/classroom.env")
"""`NAME=value` lines; the Hub's service reads the same file (systemd's EnvironmentFile)."""


@dataclass(frozen=True)
class Settings:
    """One classroom.

    course_id: nbgrader's and the Hub service's name; account: the Unix account that owns the course;
    course: the course folder (nbgrader_config.py, source/, gradebook.db); exchange: nbgrader's exchange;
    state: the Hub's own folder; trial: everyone is one Unix user, nothing needs root.
    """

    course_id: str = "modul11"
    account: str = "modul11"
    course: Path = Path("/home/modul11/modul11")
    exchange: Path = Path("/usr/local/share/nbgrader/exchange")
    state: Path = Path("/var/lib/modul11")
    trial: bool = False

    @property
    def people(self) -> Path:
        """The list of people, which the Hub reads whenever somebody signs in; see people.py."""
        return self.state / "people.json"

    @property
    def hub_database(self) -> Path:
        """The Hub's users, tokens and servers."""
        return self.state / "jupyterhub.sqlite"

    @property
    def gradebook(self) -> Path:
        """nbgrader's scores."""
        return self.course / "gradebook.db"

    @property
    def student_group(self) -> str:
        """The Hub group of those who take the course."""
        return f"nbgrader-{self.course_id}"

    @property
    def instructor_group(self) -> str:
        """The Hub group of those who grade it."""
        return f"formgrade-{self.course_id}"

    @property
    def account_group(self) -> str:
        """The Unix group of the accounts made here; others are never closed."""
        return f"{self.account}-people"


VARIABLES = {
    "course_id": "MODUL11_COURSE_ID",
    "account": "MODUL11_ACCOUNT",
    "course": "MODUL11_COURSE",
    "exchange": "MODUL11_EXCHANGE",
    "state": "MODUL11_STATE",
    "trial": "MODUL11_TRIAL",
}


def read_settings(
    file: Path | None = None, environ: Mapping[str, str] | None = None, home: Path = SETTINGS_FILE
) -> Settings:
    """The settings of `file`, or else of `home` where that exists; variables of `environ` win.

    Raises CommandError where `file` is not there or a line of it is no setting.
    """
    environ = os.environ if environ is None else environ
    if file is None and home.is_file():
        file = home
    values = {**(_read_file(file) if file else {}), **environ}
    chosen = {
        field: values[variable] for field, variable in VARIABLES.items() if values.get(variable)
    }
    for field in ("course", "exchange", "state"):
        if field in chosen:
            path = Path(chosen[field])
            if not path.is_absolute():
                raise CommandError(messages.relative_path(VARIABLES[field], path), exit_code=2)
            chosen[field] = path
    for field in ("course_id", "account"):
        if field in chosen and not re.fullmatch(r"[a-z][a-z0-9_-]{0,30}", chosen[field]):
            raise CommandError(messages.bad_name(VARIABLES[field], chosen[field]), exit_code=2)
    if "trial" in chosen:
        chosen["trial"] = chosen["trial"] not in ("0", "false", "no", "tidak")
    if "account" in chosen and "course" not in chosen:
        chosen["course"] = Path("/home", chosen["account"], chosen.get("course_id", "modul11"))
    return Settings(**chosen)


def settings_text(settings: Settings) -> str:
    """The content of a settings file that says the same."""
    values = {
        variable: getattr(settings, field)
        for field, variable in VARIABLES.items()
        if field != "trial" or settings.trial
    }
    lines = [f"{name}={int(v) if isinstance(v, bool) else v}" for name, v in values.items()]
    return "\n".join([messages.SETTINGS_HEAD, *lines, ""])


def _read_file(path):
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(
            messages.settings_unreadable(path, messages.why(error)), exit_code=2
        ) from None
    values = {}
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.lstrip().startswith(("#", ";")):
            continue
        name, equals, value = line.strip().partition("=")
        if not equals or not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
            raise CommandError(messages.bad_setting(path, number), exit_code=2)
        values[name] = value.strip().strip("\"'")
    return values
