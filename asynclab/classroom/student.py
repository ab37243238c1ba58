"""JupyterLab as a student finds it: the files that Jupyter, JupyterLab and nbgrader read on every server."""

from __future__ import annotations

import ast
import json
from pathlib import Path

from asynclab.classroom.settings import Settings

__all__ = ["CONFIG", "LAB", "read_literals", "student_files", "write_student_files"]

CONFIG = "etc"
"""The folder for JUPYTER_CONFIG_PATH, below the one that `write_student_files` is given."""

LAB = "lab"
"""JupyterLab's folder for settings that hold until a person chooses others, beside it."""

# What the course's nbgrader_config.py says to students; the rest of it is the instructor's.
SHARED = ("Validator", "Execute")


def read_literals(path: Path, names=None) -> dict[str, dict]:
    """The settings `c.Name.trait = <literal>` of a nbgrader_config.py, without running it.

    names: only these classes. The Hub runs as root, and the file belongs to the course account.
    """
    found: dict[str, dict] = {}
    for node in ast.parse(Path(path).read_text(encoding="utf-8")).body:
        match node:
            case ast.Assign(
                targets=[ast.Attribute(ast.Attribute(ast.Name("c"), name), trait)], value=value
            ):
                try:
                    literal = ast.literal_eval(value)
                except ValueError:
                    continue
                if names is None or name in names:
                    found.setdefault(name, {})[trait] = literal
    return found


def student_files(settings: Settings, lab: Path) -> dict[str, dict]:
    """The content of each file by its path; `lab` is where JupyterLab will find its own."""
    shared = read_literals(settings.course / "nbgrader_config.py", SHARED)
    hidden = ("formgrader", "course-list", "create-assignment")
    extensions = {f"@jupyter/nbgrader:{name}": True for name in hidden} | {
        "jupyterlab-jupytext": True
    }
    servers = {
        "nbgrader.server_extensions.formgrader": False,
        "nbgrader.server_extensions.course_list": False,
        "nbgrader.server_extensions.validate_assignment": False,
        "asynclab.classroom.validate": True,
    }
    return {
        f"{CONFIG}/nbgrader_config.json": {
            **shared,
            "CourseDirectory": {"course_id": settings.course_id},
            "Exchange": {"root": str(settings.exchange), "timezone": "UTC"},
        },
        f"{CONFIG}/jupyter_server_config.json": {
            "ServerApp": {"jpserver_extensions": servers},
            "LabApp": {"app_settings_dir": str(lab)},
            # Everybody on this machine may connect to a kernel's ports and would hear its outputs.
            "KernelManager": {"transport_encryption": "required"},
        },
        f"{CONFIG}/labconfig/page_config.json": {"disabledExtensions": extensions},
        f"{LAB}/overrides.json": {
            "@jupyterlab/translation-extension:plugin": {"locale": "id_ID"},
            "@jupyterlab/apputils-extension:notification": {
                "checkForUpdates": False,
                "fetchNews": "false",
            },
            "@jupyterlab/docmanager-extension:plugin": {"autosaveInterval": 30},
        },
    }


def write_student_files(settings: Settings, folder: Path) -> None:
    """Write them below `folder`, readable for everybody; raises OSError."""
    for name, content in student_files(settings, folder / LAB).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        path.chmod(0o644)
    for path in (folder, *folder.rglob("*/")):
        path.chmod(0o755)
