"""The settings file: one meaning for systemd, for a shell and for us."""

import shlex
import subprocess
from pathlib import Path

import pytest

from asynclab.classroom.settings import Settings, settings_text
from asynclab.classroom.settings_file import read_variables


@pytest.mark.parametrize("folder", ["/a b", "/a'b", '/a\'b $HOME `id` "c"', "/a\\b#c", "/~"])
def test_a_shell_reads_the_same(tmp_path, folder):
    """Whatever stands in a path, what is written means it to systemd, to a shell and to us."""
    file = tmp_path / "classroom.env"
    file.write_text(settings_text(Settings(state=Path(folder))))
    script = f'. {shlex.quote(str(file))}; printf %s "$MODUL11_STATE"'
    shell = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True)

    assert shell.stdout == folder == read_variables(file)["MODUL11_STATE"]


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("siti, budi  ", "siti, budi"),
        ("'siti, budi'", "siti, budi"),
        (r'"a \"b\" \n"', r'a "b" \n'),
        ('a"b', 'a"b'),
        (r"a\ b", "a b"),
        ("""'a'"b" c""", "abc"),
        ("", ""),
    ],
)
def test_values_are_read_as_systemd_reads_them(tmp_path, line, value):
    """Quotes at the beginning group, a backslash takes the next sign as it is, spaces at the end go."""
    file = tmp_path / "classroom.env"
    file.write_text(f"LAIN={line}\n")

    assert read_variables(file) == {"LAIN": value}
