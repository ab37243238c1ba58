"""What a server lacks as a plan: all of it on a fresh one, nothing on a finished one, only what differs else."""

import dataclasses
import tempfile
from pathlib import Path

import pytest
from small_classroom import SERVER, account, trial

from asynclab.classroom.installation import (
    Server,
    declared_course,
    find_problems,
    find_unreachable,
    plan_installation,
    script_text,
    solution_paths,
    unit_text,
    wanted_folders,
    watched_paths,
)
from asynclab.classroom.steps import CopyMissing, MakeFolder, RunCommand, SetAccess, WriteText
from asynclab.errors import CommandError

ROOT = Path(__file__).resolve().parent.parent
FRESH = Server(None, False, dict.fromkeys(watched_paths(SERVER)), False, ROOT, Path("/opt/bin"))


def finished(settings, **changes):
    """A server on which everything is as it should be."""
    access = dict.fromkeys(watched_paths(settings), (384, "root"))
    access |= {folder: (mode, owner) for folder, mode, owner, _ in wanted_folders(settings)}
    server = Server(account("modul11"), True, access, True, ROOT, Path("/opt/bin"), "modul11")
    return dataclasses.replace(server, **changes)


def test_a_fresh_server():
    """The account comes before what it owns, folders before what lies in them."""
    steps = plan_installation(SERVER, FRESH)

    assert [type(step).__name__ for step in steps] == (
        ["RunCommand"] * 2 + ["MakeFolder"] * 7 + ["CopyMissing"] * 2
        + ["WritePeople", "WriteText", "WriteText", "WriteText"]
    )  # fmt: skip
    assert steps[0].argv[0] == "useradd"
    folders = [step.path for step in steps if isinstance(step, MakeFolder)]
    assert all(folder.parent not in folders[place:] for place, folder in enumerate(folders))


def test_a_finished_server():
    """Nothing is left to do."""
    assert plan_installation(SERVER, finished(SERVER)) == []


def test_systemd_or_a_script():
    """A unit where systemd runs, otherwise a script only root can read."""
    for systemd, name, mode in ((True, "modul11.service", 0o644), (False, "start.sh", 0o700)):
        steps = plan_installation(SERVER, dataclasses.replace(FRESH, systemd=systemd))
        texts = {step.path.name: step for step in steps if isinstance(step, WriteText)}

        assert texts.keys() == {"jupyterhub.sqlite", "classroom.env", name}
        assert texts[name].mode == mode


@pytest.mark.parametrize("text", [unit_text, script_text])
def test_both_start_the_same(text):
    """The Hub of this environment with this project's configuration and the classroom's settings."""
    found = text(SERVER, FRESH)

    assert f"/opt/bin/jupyterhub --config {ROOT}/classroom/jupyterhub_config.py" in found
    assert "/etc/modul11/classroom.env" in found
    assert "PATH=/opt/bin:" in found


def test_other_modes_are_mended():
    """An exchange that is not open, a database that is: each with the old and the new mode."""
    inbound = SERVER.exchange / "modul11" / "inbound"
    server = finished(SERVER)
    server.access.update({inbound: (0o755, "root"), SERVER.hub_database: (0o644, "root")})
    steps = plan_installation(SERVER, server)

    assert [(type(step), step.path, step.mode, step.owner) for step in steps] == [
        (SetAccess, inbound, 0o3733, "modul11"),
        (SetAccess, SERVER.hub_database, 0o600, ""),
    ]
    assert "0755 milik root menjadi 3733 milik modul11" in steps[0].sentence


def test_only_what_is_missing_is_copied():
    """An instructor's own source/ stays."""
    server = finished(SERVER)
    server.access[SERVER.course / "nbgrader_config.py"] = None

    assert [step.target.name for step in plan_installation(SERVER, server)] == [
        "nbgrader_config.py"
    ]


def test_what_is_private_is_closed():
    """Nobody but the account enters the course, submissions can be dropped and not listed."""
    modes = {folder: mode for folder, mode, *_ in wanted_folders(SERVER)}

    assert modes[SERVER.course] & 0o077 == 0
    assert modes[SERVER.exchange / "modul11" / "inbound"] & 0o044 == 0
    assert modes[SERVER.exchange] & 0o1777 == 0o1777
    assert modes[SERVER.state] & 0o066 == 0


def test_the_answers_are_closed(tmp_path):
    """Students read the project, but not what tells the answers; a trial has nobody to hide them from."""
    server = finished(SERVER)
    server.access.update(zip(solution_paths(ROOT), [(0o755, "admin"), (0o700, "admin"), None]))
    steps = plan_installation(SERVER, server)

    assert steps == [SetAccess(steps[0].sentence, ROOT / "source", 0o700)]
    assert "jawaban" in steps[0].sentence
    settings = trial(tmp_path)
    assert (
        plan_installation(
            settings, finished(settings, access={**finished(settings).access, **server.access})
        )
        == []
    )


def test_a_trial_needs_no_root(tmp_path):
    """No program is run, nothing is owned by anybody else, no service is made."""
    settings = trial(tmp_path)
    server = dataclasses.replace(FRESH, access=dict.fromkeys(watched_paths(settings)))
    steps = plan_installation(settings, server)

    assert not [step for step in steps if isinstance(step, RunCommand)]
    assert {step.owner for step in steps if isinstance(step, MakeFolder | CopyMissing)} == {""}
    assert all(step.path.is_relative_to(tmp_path) for step in steps if hasattr(step, "path"))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"project": Path("/tidak/ada")}, "tidak ada source/"),
        ({"unreachable": Path("/root")}, "tidak dapat memasuki /root"),
        ({"account": account("modul11", uid=12)}, "milik sistem"),
        ({"course_id": "lain"}, "milik kursus 'lain', bukan 'modul11'"),
    ],
)
def test_what_only_the_admin_can_mend(changes, sentence):
    """One sentence each; a healthy server has none."""
    (problem,) = find_problems(SERVER, finished(SERVER, **changes))

    assert sentence in problem
    assert find_problems(SERVER, finished(SERVER)) == []


def test_a_folder_in_the_way():
    """The outermost one that other users may not enter, links followed; None where the way is free."""
    with tempfile.TemporaryDirectory(dir="/tmp") as top:
        inner = Path(top, "a", "b")
        inner.mkdir(parents=True)
        Path(top, "tautan").symlink_to(inner)
        Path(top).chmod(0o755)
        free = find_unreachable([inner / "python"])
        Path(top, "a").chmod(0o750)

        assert free is None
        assert find_unreachable([inner / "python"]) == Path(top, "a")
        assert find_unreachable([Path(top, "tautan", "python")]) == Path(top, "a")


def test_the_course_id_is_read_and_not_run(root, tmp_path):
    """The file belongs to the course's account, and the reader is root."""
    config = tmp_path / "nbgrader_config.py"
    found = [declared_course(root / "nbgrader_config.py"), declared_course(config)]
    for text in ('c.CourseDirectory.course_id = "a"\nraise SystemExit\n', "# tanpa nama\n"):
        config.write_text(text)
        found.append(declared_course(config))

    assert found == ["modul11", "", "a", ""]


@pytest.mark.parametrize("text", ["c.CourseDirectory.course_id =\n", "\0"])
def test_a_configuration_that_is_no_python(tmp_path, text):
    """A sentence with the path; nothing is planned on a guess."""
    config = tmp_path / "nbgrader_config.py"
    config.write_text(text)

    with pytest.raises(CommandError, match="bukan Python yang sah"):
        declared_course(config)
