"""Paths as root may take them: root's links lead on, another's end the way, nothing is exchanged behind one's back."""

import os

import pytest

from asynclab.classroom.safe_paths import DeadLink, ForeignLink, open_path, opened, settle

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="gives a link to somebody else")


def behind(descriptor):
    """Where a descriptor leads."""
    return os.readlink(f"/proc/self/fd/{descriptor}")


def test_ones_own_links_lead_on(tmp_path):
    """Absolute and relative ones, in the middle and at the end, and ways up."""
    (tmp_path / "disk" / "kursus").mkdir(parents=True)
    (tmp_path / "satu").symlink_to(tmp_path / "disk")
    (tmp_path / "dua").symlink_to("satu/../satu/kursus")

    with opened(tmp_path / "dua") as descriptor:
        assert behind(descriptor) == str(tmp_path / "disk" / "kursus")
    assert settle(tmp_path / "satu" / "belum" / "ada") == tmp_path / "disk" / "belum" / "ada"


@needs_root
@pytest.mark.parametrize("rest", ["", "a", "a/b"])
def test_anothers_link_ends_the_way(tmp_path, rest):
    """It is named with its owner, wherever it lies; whoever is no root may follow it."""
    (tmp_path / "tujuan" / "a").mkdir(parents=True)
    (tmp_path / "tautan").symlink_to(tmp_path / "tujuan")
    os.chown(tmp_path / "tautan", 1234, 1234, follow_symlinks=False)

    for function in (open_path, settle):
        with pytest.raises(ForeignLink) as caught:
            function(tmp_path / "tautan" / rest)
        assert (caught.value.filename, caught.value.owner) == (str(tmp_path / "tautan"), 1234)


@needs_root
def test_a_link_itself_can_be_looked_at(tmp_path):
    """Without being followed, whosesoever it is."""
    (tmp_path / "tautan").symlink_to("/tidak/ada")
    os.chown(tmp_path / "tautan", 1234, 1234, follow_symlinks=False)

    with opened(tmp_path / "tautan", follow=False) as descriptor:
        assert os.fstat(descriptor).st_uid == 1234


def test_folders_that_are_lacking_are_made(tmp_path):
    """All of them where that is asked for; otherwise the error names the first."""
    with pytest.raises(FileNotFoundError) as caught:
        open_path(tmp_path / "a" / "b")
    with opened(tmp_path / "a" / "b", make=True) as descriptor:
        assert behind(descriptor) == str(tmp_path / "a" / "b")

    assert caught.value.filename == str(tmp_path / "a" / "b")


@pytest.mark.parametrize("make", [False, True])
@pytest.mark.parametrize("rest", ["", "a/b"])
def test_a_link_to_what_is_not_mounted_ends_the_way(tmp_path, make, rest):
    """Nothing is made there; the outermost link is named, and what it leads to."""
    (tmp_path / "disk").mkdir()
    (tmp_path / "dua").symlink_to("disk/kursus")
    (tmp_path / "satu").symlink_to("dua/dalam")
    with pytest.raises(DeadLink) as caught:
        open_path(tmp_path / "satu" / rest, make=make)

    assert caught.value.filename == str(tmp_path / "satu")
    assert caught.value.missing == tmp_path / "disk" / "kursus" / "dalam"
    assert not os.listdir(tmp_path / "disk")


def test_what_is_lacking_behind_a_link_is_made(tmp_path):
    """As where /home is a link: there is what it leads to, and more can be made in it."""
    (tmp_path / "disk" / "home").mkdir(parents=True)
    (tmp_path / "disk2").symlink_to("disk")
    (tmp_path / "home").symlink_to("disk2/home")

    with opened(tmp_path / "home" / "modul11" / "kursus", make=True) as descriptor:
        assert behind(descriptor) == str(tmp_path / "disk" / "home" / "modul11" / "kursus")


def test_a_ring_of_links_ends(tmp_path):
    """As an error of the system, not as a hang."""
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")

    with pytest.raises(OSError, match="symbolic links"):
        open_path(tmp_path / "a")


def test_no_descriptor_is_lost(tmp_path):
    """Neither where all goes well nor where it fails."""
    (tmp_path / "berkas").touch()
    (tmp_path / "tautan").symlink_to("berkas")
    # Not how many: what others left to the garbage collector may be closed meanwhile.
    before = {*os.listdir("/proc/self/fd")}
    settle(tmp_path / "tautan")
    for path in (tmp_path / "tidak" / "ada", tmp_path / "tautan" / "x"):
        with pytest.raises(OSError):
            open_path(path)

    assert {*os.listdir("/proc/self/fd")} <= before
