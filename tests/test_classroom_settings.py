"""Settings: where they come from, which win, and what is wrong with them."""

from pathlib import Path

import pytest
from small_classroom import SERVER

from asynclab.classroom.settings import (
    HUB_VARIABLES,
    VARIABLES,
    Settings,
    read_settings,
    settings_text,
)
from asynclab.errors import CommandError

NOWHERE = Path("/tidak/ada")


def test_what_nobody_sets_has_a_default():
    """Without a file and without variables."""
    assert read_settings(environ={}, home=NOWHERE) == SERVER


def test_variables_win_over_the_file(tmp_path):
    """The server's own file is read where none is named; the environment is stronger."""
    file = tmp_path / "classroom.env"
    file.write_text('# catatan\n\nMODUL11_EXCHANGE="/srv/tukar"\nMODUL11_STATE=/srv/hub\nLAIN=1\n')

    settings = read_settings(environ={"MODUL11_STATE": "/srv/lain"}, home=file)
    assert settings == Settings(exchange=Path("/srv/tukar"), state=Path("/srv/lain"))


def test_the_course_lies_with_its_account():
    """Another account has its course in its own home."""
    settings = read_settings(environ={"MODUL11_ACCOUNT": "async"}, home=NOWHERE)

    assert settings.course == Path("/home/async/modul11")
    assert settings.account_group == "async-people"


def test_what_is_written_is_read_again(tmp_path):
    """settings_text is a settings file."""
    file = tmp_path / "classroom.env"
    settings = Settings("kelas-b", "dosen", Path("/a b/c"), Path("/e"), Path("/s"), trial=True)
    file.write_text(settings_text(settings))

    assert read_settings(file, environ={}) == settings


@pytest.mark.parametrize("name", ["MODUL11_ADMIN", "MODUL11_EXCHNGE", "MODUL11_XYZ"])
@pytest.mark.parametrize("where", ["file", "environment"])
def test_a_setting_that_nobody_reads(tmp_path, name, where):
    """It is refused with a guess, instead of having no effect; other people's variables are not ours."""
    file = tmp_path / "classroom.env"
    file.write_text(f"{name if where == 'file' else 'LAIN'}=/x\nHTTP_PROXY=x\n")
    guesses = {"MODUL11_ADMIN": "MODUL11_ADMINS.", "MODUL11_EXCHNGE": "MODUL11_EXCHANGE."}

    with pytest.raises(CommandError, match=f"bernama {name} .*{guesses.get(name, 'Pengaturan')}"):
        read_settings(file, environ={name: "/x"} if where == "environment" else {})


def test_every_setting_of_the_readme_is_known(root):
    """And the Hub's configuration reads no other."""
    config = (root / "classroom" / "jupyterhub_config.py").read_text(encoding="utf-8")
    readme = (root / "classroom" / "README.md").read_text(encoding="utf-8")

    assert all(f'"{name}"' in config and f"`{name}`" in readme for name in HUB_VARIABLES)
    values = dict.fromkeys([*VARIABLES.values(), *HUB_VARIABLES, "MODUL11_LESSONS"], "")
    assert read_settings(environ=values, home=NOWHERE) == SERVER


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("MODUL11_COURSE", "baris 1 bukan pengaturan"),
        ("MODUL11_COURSE=kursus", "MODUL11_COURSE harus jalur lengkap"),
        ("MODUL11_COURSE_ID=Modul 11", "MODUL11_COURSE_ID='Modul 11' tidak dapat dipakai"),
        ("MODUL11_ACCOUNT=../root", "MODUL11_ACCOUNT='../root' tidak dapat dipakai"),
        (f"MODUL11_ACCOUNT={'a' * 26}", "paling panjang 25"),
        (f"MODUL11_COURSE_ID={'a' * 32}", "paling panjang 31"),
        ("MODUL11_STATE='/var/lib", "baris 1: tanda kutip tidak berpasangan"),
        ('MODUL11_STATE="/var/lib', "baris 1: tanda kutip tidak berpasangan"),
    ],
)
def test_what_is_wrong_is_named(tmp_path, line, sentence):
    """One sentence, exit code 2."""
    file = tmp_path / "classroom.env"
    file.write_text(line)

    with pytest.raises(CommandError, match=sentence) as caught:
        read_settings(file, environ={})
    assert caught.value.exit_code == 2


def test_a_file_that_is_named_has_to_be_there(tmp_path):
    """Otherwise the defaults would be used behind one's back."""
    with pytest.raises(CommandError, match=r"tidak dapat dibaca: tidak ada\."):
        read_settings(tmp_path / "salah.env", environ={})
