"""What the Hub is told about a classroom: its services and who may do what, as plain data."""

from __future__ import annotations

from asynclab.classroom.settings import Settings

__all__ = [
    "CULLER",
    "first_page",
    "make_course_service",
    "make_culler_service",
    "make_roles",
]

CULLER = "idle-culler"


def make_roles(settings: Settings) -> list[dict]:
    """The Hub's roles: instructors open the course service, the culler stops idle servers; nothing else.

    nbgrader's documentation gives the course service an admin's token, so that formgrader can add
    people to groups. Here the list of people does that, so the service may do nothing at all.
    """
    return [
        {
            "name": settings.instructor_group,
            "scopes": [f"access:services!service={settings.course_id}"],
            "groups": [settings.instructor_group],
        },
        {
            "name": CULLER,
            "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
            "services": [CULLER],
        },
    ]


def make_course_service(
    settings: Settings, command: list[str], port: int, environment: dict[str, str]
) -> dict:
    """Formgrader and the course's files, as a service with the course's name, on 127.0.0.1:`port`.

    command: what starts a single-user server; it runs as the course account, in a trial as whoever
    started the trial.
    """
    service = {
        "name": settings.course_id,
        "url": f"http://127.0.0.1:{port}",
        "cwd": str(settings.course),
        "command": [
            *command,
            f"--ServerApp.root_dir={settings.course}",
            "--ServerApp.default_url=/formgrader",
            "--ServerApp.port_retries=0",
        ],
        "environment": {"MODUL11_EXCHANGE": str(settings.exchange), **environment},
        # The same people sign in to the same Hub: asking them for consent would only confuse.
        "oauth_no_confirm": True,
    }
    if not settings.trial:
        service["user"] = settings.account
    return service


def make_culler_service(python: str, minutes: int) -> dict:
    """Stops servers that nobody has used for `minutes`; `python` is the interpreter's path."""
    command = [python, "-P", "-m", "jupyterhub_idle_culler", f"--timeout={minutes * 60}"]
    return {"name": CULLER, "command": command}


def first_page(settings: Settings, base_url: str, groups, admin: bool) -> str | None:
    """Where somebody lands after signing in: instructors at formgrader, admins at the people's servers.

    groups: the names of the person's Hub groups. None for students: their own JupyterLab.
    """
    if settings.instructor_group in groups:
        return f"{base_url}services/{settings.course_id}/formgrader"
    return f"{base_url}hub/admin" if admin else None
