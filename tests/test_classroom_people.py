"""The list of people: what is written is read, a damaged one is not taken for an empty one."""

import os

import pytest
from small_classroom import ANI, BUDI, DOSEN

from asynclab.classroom.people import groups_of, read_people, write_people
from asynclab.errors import CommandError


def test_what_is_written_is_read_again(tmp_path):
    """In order of the ids; only the owner can read the file."""
    path = tmp_path / "people.json"
    write_people(path, [BUDI, DOSEN, ANI])

    assert list(read_people(path).values()) == [ANI, DOSEN, BUDI]
    assert path.stat().st_mode & 0o777 == 0o600


def test_nobody_where_there_is_no_list(tmp_path):
    """A class begins empty."""
    assert read_people(tmp_path / "people.json") == {}


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", "{", '{"version": 2, "people": []}', '{"version": 1, "people": [{"nim": "1"}]}',
        '{"version": 1, "people": [{"id": "a", "role": "admin"}]}',
        '{"version": 1, "people": [{"id": 5}]}', '{"version": 1, "people": [{"id": "-o"}]}',
        '{"version": 1, "people": [{"id": "a\\u0000b"}]}', '{"version": 1, "people": [{"id": ""}]}',
        '{"version": 1, "people": [{"id": "a", "email": null}]}',
        '{"version": 1, "people": [{"id": "a", "first_name": "x\\ny"}]}',
        '{"version": 1, "people": [{"id": "a", "number": "\\ud800"}]}',
        '{"version": 1, "people": [{"id": "' + 32 * "a" + '"}]}',
        '{"version": 1, "people": ' + 100_000 * "[",
    ],
)  # fmt: skip
def test_a_damaged_list_is_an_error(tmp_path, text):
    """It names the file and the way out, so that nobody is taken out of the class by accident."""
    path = tmp_path / "people.json"
    path.write_text(text)

    with pytest.raises(CommandError, match=r"rusak.*asynclab classroom restore"):
        read_people(path)


def test_writing_leaves_the_old_list_where_it_fails(tmp_path, monkeypatch):
    """No half list, and no scratch file."""
    path = tmp_path / "people.json"
    write_people(path, [ANI])
    monkeypatch.setattr(os, "fsync", lambda handle: (_ for _ in ()).throw(OSError(28, "penuh")))

    with pytest.raises(OSError, match="penuh"):
        write_people(path, [ANI, BUDI])
    assert read_people(path) == {"ani": ANI}
    assert os.listdir(tmp_path) == ["people.json"]


def test_the_hubs_groups():
    """Students and instructors of the course, by nbgrader's names."""
    groups = groups_of([BUDI, DOSEN, ANI], "modul11")

    assert groups == {"nbgrader-modul11": ["ani", "m211"], "formgrade-modul11": ["dewi"]}
