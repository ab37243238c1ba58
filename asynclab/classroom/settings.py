"""Where a classroom keeps its things: read once, from the environment or from the classroom's settings file."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from asynclab.classroom import messages
from asynclab.classroom.settings_file import quote, read_variables
from asynclab.errors import CommandError

__all__ = ["SETTINGS_FILE", "Settings", "read_settings", "settings_text"]

LONGEST = {"course_id": 31, "account": 25}
"""Letters of a name; Unix takes 32, of which the group of the account's people needs seven (`-people`)."""

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


PREFIX = "MODUL11_"
VARIABLES = {
    "course_id": "MODUL11_COURSE_ID",
    "account": "MODUL11_ACCOUNT",
    "course": "MODUL11_COURSE",
    "exchange": "MODUL11_EXCHANGE",
    "state": "MODUL11_STATE",
    "trial": "MODUL11_TRIAL",
}
HUB_VARIABLES = (
    "MODUL11_ACTIVE_SERVERS",
    "MODUL11_ADDRESS",
    "MODUL11_ADMINS",
    "MODUL11_CPUS",
    "MODUL11_EXTRA_CONFIG",
    "MODUL11_FORMGRADER_PORT",
    "MODUL11_HUB_PORT",
    "MODUL11_IDLE_MINUTES",
    "MODUL11_MEMORY",
    "MODUL11_PROXY_PORT",
    "MODUL11_SIGN_IN",
    "MODUL11_SPAWNER",
    "MODUL11_TLS_CERTIFICATE",
    "MODUL11_TLS_KEY",
)
"""Those that only classroom/jupyterhub_config.py reads."""

OTHER_VARIABLES = ("MODUL11_CHART", "MODUL11_LESSONS", "MODUL11_LOAD", "MODUL11_SCREENSHOTS")
"""Those of people's servers and of the tests."""


def read_settings(
    file: Path | None = None, environ: Mapping[str, str] | None = None, home: Path = SETTINGS_FILE
) -> Settings:
    """The settings of `file`, or else of `home` where that exists; variables of `environ` win.

    Raises CommandError where `file` is not there, a line of it is no setting, or there is no variable of
    that name: a name that is written wrongly would be a setting that nobody heeds.
    """
    environ = os.environ if environ is None else environ
    if file is None and home.is_file():
        file = home
    values = {**(read_variables(file) if file else {}), **environ}
    _demand_known(values, file)
    chosen = {
        field: values[variable] for field, variable in VARIABLES.items() if values.get(variable)
    }
    for field in ("course", "exchange", "state"):
        if field in chosen:
            path = Path(chosen[field])
            if not path.is_absolute():
                raise CommandError(messages.relative_path(VARIABLES[field], path), exit_code=2)
            chosen[field] = path
    for field, longest in LONGEST.items():
        name = chosen.get(field, "a")
        if not re.fullmatch(r"[a-z][a-z0-9_-]*", name) or len(name) > longest:
            sentence = messages.bad_name(VARIABLES[field], name, longest)
            raise CommandError(sentence, exit_code=2)
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
    lines = [
        f"{name}={quote(str(int(value) if isinstance(value, bool) else value))}"
        for name, value in values.items()
    ]
    return "\n".join([messages.SETTINGS_HEAD, *lines, ""])


def _demand_known(values, file):
    known = [*VARIABLES.values(), *HUB_VARIABLES]
    for name in sorted(values):
        if name.startswith(PREFIX) and name not in [*known, *OTHER_VARIABLES]:
            # Without what they all have in common, or any would be near.
            endings = [each.removeprefix(PREFIX) for each in known]
            guess = difflib.get_close_matches(name.removeprefix(PREFIX), endings, 1)
            sentence = messages.unknown_setting(name, file, PREFIX + guess[0] if guess else "")
            raise CommandError(sentence, exit_code=2)
