"""The Hub without systemd: the same file with the same meaning, and a sentence where it can't begin."""

import dataclasses
import subprocess
import sys
from pathlib import Path

import pytest
from small_classroom import SERVER
from test_classroom_installation import FRESH

from asynclab.classroom import start
from asynclab.classroom.installation import script_text, unit_text

SHOW = "import os; print(os.environ['MODUL11_ADMINS'])"


@pytest.mark.parametrize("line", ["siti, budi", "'siti, budi'", '"siti, budi"'])
def test_a_list_of_admins_is_no_command(tmp_path, line):
    """As systemd takes it, with and without quotes."""
    file = tmp_path / "kelas saya.env"
    file.write_text(f"# catatan\nMODUL11_ADMINS={line}\n")
    code = "import sys; from asynclab.classroom.start import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", code, str(file), sys.executable, "-c", SHOW]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (0, "siti, budi\n"), done.stderr


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("siti, budi\n", "baris 1 bukan pengaturan"), ("", "tidak-ada-ini tidak dapat dijalankan")],
)
def test_what_can_not_begin(tmp_path, capsys, text, sentence):
    """One sentence, exit code 2."""
    file = tmp_path / "classroom.env"
    file.write_text(text)

    assert start.main([str(file), "tidak-ada-ini"]) == 2
    assert sentence in capsys.readouterr().err


def test_paths_with_spaces_stay_whole():
    """In the script and in the unit alike."""
    settings = dataclasses.replace(SERVER, state=Path("/var/lib/kelas a"))
    server = dataclasses.replace(
        FRESH, scripts=Path("/opt/b c/bin"), settings_file=Path("/etc/d e/kelas.env")
    )
    script, unit = script_text(settings, server), unit_text(settings, server)

    assert "cd '/var/lib/kelas a'\n" in script
    assert "start '/etc/d e/kelas.env' '/opt/b c/bin/jupyterhub' --config" in script
    assert "EnvironmentFile=/etc/d e/kelas.env\n" in unit
    assert 'ExecStart="/opt/b c/bin/jupyterhub" --config' in unit
    assert 'Environment="PATH=/opt/b c/bin:' in unit
    subprocess.run(["sh", "-n"], input=script, text=True, check=True)
