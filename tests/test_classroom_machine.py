"""What a machine has: modes and owners, of what is there and not of what somebody's link leads to."""

import os

import pytest
from small_classroom import trial

from asynclab.classroom import status
from asynclab.classroom.actions import examine_server
from asynclab.classroom.machine import path_access
from asynclab.errors import CommandError

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="gives a link to somebody else")


def test_modes_and_owners(tmp_path):
    """Of files, of folders, of what one's own link leads to; None where there is nothing."""
    (tmp_path / "a").mkdir(mode=0o711)
    (tmp_path / "b").symlink_to("a")
    (tmp_path / "berkas").touch()

    assert path_access(tmp_path / "a") == path_access(tmp_path / "b") == (0o711, tmp_path.owner())
    assert path_access(tmp_path / "c") is path_access(tmp_path / "berkas" / "x") is None


@needs_root
def test_a_link_of_somebody_else_is_a_problem(tmp_path):
    """It is named with its owner and both ways out; that it is there can be asked."""
    (tmp_path / "tautan").symlink_to("/etc")
    os.chown(tmp_path / "tautan", 1234, 1234, follow_symlinks=False)

    with pytest.raises(CommandError, match=r"tautan yang bukan dibuat root.*nomor 1234.*chown -h"):
        path_access(tmp_path / "tautan")
    assert path_access(tmp_path / "tautan", follow=False)[1] == "1234"


@needs_root
def test_init_and_status_see_the_link(tmp_path):
    """init plans nothing; status shows it among what is lacking, once for all that lies behind it."""
    settings = trial(tmp_path)
    place = settings.exchange / "modul11"
    place.mkdir(parents=True)
    (place / "outbound").symlink_to("/etc")
    os.chown(place / "outbound", 1234, 1234, follow_symlinks=False)

    with pytest.raises(CommandError, match=r"outbound adalah tautan"):
        examine_server(settings)
    (settings.exchange / "modul11").rename(tmp_path / "lain")
    (settings.exchange / "modul11").symlink_to(tmp_path / "lain")
    os.chown(settings.exchange / "modul11", 1234, 1234, follow_symlinks=False)
    found = [item for item in status._diagnose_folders(settings) if "tautan" in item.found]
    assert [(item.healthy, item.remedy) for item in found] == [(False, "")]


def test_init_makes_nothing_where_a_disk_is_not_mounted(tmp_path):
    """An empty course there would take the real one's place until the disk is back."""
    settings = trial(tmp_path)
    settings.course.symlink_to(tmp_path / "disk" / "kursus")

    with pytest.raises(CommandError, match=r"kursus adalah tautan, tetapi .*disk/kursus"):
        examine_server(settings)


def test_a_file_is_no_folder(tmp_path):
    """init and status name what is in a folder's place, instead of giving it a folder's mode."""
    settings = trial(tmp_path)
    settings.exchange.touch(mode=0o777)

    with pytest.raises(CommandError, match=r"exchange bukan folder"):
        examine_server(settings)
    assert any("exchange bukan folder" in item.found for item in status._diagnose_folders(settings))


@needs_root
def test_an_instructors_own_link_is_left_alone(tmp_path):
    """source/ may be a link to the instructor's own repository: it is there, so nothing is copied."""
    settings = trial(tmp_path)
    settings.course.mkdir()
    (settings.course / "source").symlink_to("/srv/repositori")
    os.chown(settings.course / "source", 1234, 1234, follow_symlinks=False)

    assert examine_server(settings).access[settings.course / "source"] is not None
