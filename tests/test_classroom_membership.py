"""Joining and leaving as plans: what is lacking and nothing else; nobody's work, nobody's own account."""

import dataclasses

import pytest
from small_classroom import ANI, BUDI, DOSEN, EMPTY, SERVER, account, roster, trial

from asynclab.classroom.membership import plan_joining, plan_leaving, refuse
from asynclab.classroom.people import INSTRUCTOR
from asynclab.classroom.steps import RecordStudents, RunCommand, WritePeople, WriteText


def commands(steps):
    """The programs that would be run."""
    return [step.argv for step in steps if isinstance(step, RunCommand)]


def test_a_new_student():
    """A Unix user with a closed home, the list of people, a row in the gradebook."""
    steps = plan_joining(SERVER, [BUDI], EMPTY)

    assert commands(steps) == [
        (
            "useradd", "--create-home", "--key", "HOME_MODE=0700", "--shell", "/bin/bash",
            "--user-group", "--groups", "modul11-people", "--comment", "Budi", "m211",
        )
    ]  # fmt: skip
    assert [type(step) for step in steps[1:]] == [WritePeople, RecordStudents]
    assert steps[1].people == (BUDI,)
    assert (steps[2].account, steps[2].students) == ("modul11", (BUDI,))


def test_an_instructor_is_not_in_the_gradebook():
    """But has a Unix user and is on the list."""
    steps = plan_joining(SERVER, [DOSEN], EMPTY)

    assert [type(step) for step in steps] == [RunCommand, WritePeople]


def test_who_is_in_needs_nothing():
    """The same list again is no change."""
    assert plan_joining(SERVER, [ANI, BUDI, DOSEN], roster(ANI, BUDI, DOSEN)) == []


def test_a_changed_name_is_changed_everywhere():
    """On the list and in the gradebook, with everybody else left as they are."""
    wed = dataclasses.replace(ANI, last_name="Santoso")
    steps = plan_joining(SERVER, [wed, BUDI], roster(ANI, BUDI, DOSEN))

    assert [type(step) for step in steps] == [WritePeople, RecordStudents]
    assert steps[0].people == (wed, DOSEN, BUDI)
    assert steps[1].students == (wed,)


def test_signs_that_divide_passwd_are_left_out():
    """A name can't add fields to a line of /etc/passwd."""
    person = dataclasses.replace(ANI, last_name="L:0:0, S.T.")

    assert commands(plan_joining(SERVER, [person], EMPTY))[0][-2] == "Ani L 0 0  S.T."


def test_who_comes_back_is_let_in_again():
    """The Unix user that was closed is opened, not made."""
    left = dataclasses.replace(
        roster(ANI), people={}, accounts={"ani": account("ani", closed=True)}
    )
    steps = plan_joining(SERVER, [ANI], left)

    assert commands(steps) == [("usermod", "--expiredate", "", "ani")]
    assert [type(step) for step in steps] == [RunCommand, WritePeople]


def test_leaving_takes_the_sign_in_and_nothing_else():
    """Off the list, the Unix user closed; no program that deletes, no step on the gradebook."""
    steps = plan_leaving(SERVER, ["ani", "ani"], roster(ANI, BUDI))

    assert [type(step) for step in steps] == [WritePeople, RunCommand]
    assert steps[0].people == (BUDI,)
    assert commands(steps) == [("usermod", "--expiredate", "1", "ani")]


def test_an_account_of_before_the_class_is_not_closed():
    """Only those that were made here carry the mark."""
    steps = plan_leaving(SERVER, ["ani"], roster(ANI, members=()))

    assert [type(step) for step in steps] == [WritePeople]


def test_leaving_twice_is_no_change():
    """Who is gone is gone."""
    left = dataclasses.replace(
        roster(ANI), people={}, accounts={"ani": account("ani", closed=True)}
    )

    assert plan_leaving(SERVER, ["ani"], left) == []


def test_a_trial_makes_no_unix_users(tmp_path):
    """Only a folder that says who somebody is; leaving closes nothing."""
    settings = trial(tmp_path)
    steps = plan_joining(settings, [ANI, DOSEN], EMPTY)

    assert [type(step) for step in steps] == [WriteText, WriteText, WritePeople, RecordStudents]
    assert '"student_id": "ani"' in steps[0].text
    assert steps[3].account == ""
    assert commands(plan_leaving(settings, ["ani"], roster(ANI))) == []


@pytest.mark.parametrize(
    ("person", "known", "sentence"),
    [
        (dataclasses.replace(ANI, id="modul11"), EMPTY, "akun kursus"),
        (dataclasses.replace(ANI, role=INSTRUCTOR), roster(ANI), "sudah terdaftar sebagai mahasiswa"),
        (ANI, dataclasses.replace(EMPTY, accounts={"ani": account("ani", uid=33)}), "milik sistem"),
        (ANI, dataclasses.replace(EMPTY, accounts={"ani": account("ani", uid=65534)}), "milik sistem"),
        (ANI, dataclasses.replace(EMPTY, accounts={"ani": account("ani", uid=1100001234)}), ""),
        (ANI, dataclasses.replace(EMPTY, groups=frozenset({"ani"})), "nama grup"),
        (ANI, dataclasses.replace(roster(ANI), groups=frozenset({"ani"})), ""),
        (ANI, dataclasses.replace(EMPTY, accounts={"ani": account("ani")}), ""),
        (ANI, roster(ANI), ""),
    ],
)  # fmt: skip
def test_who_is_refused(person, known, sentence):
    """The course's account, a second role, accounts of the system; an ordinary account is taken."""
    found = refuse(person, SERVER, known)

    assert sentence in found
    assert bool(found) == bool(sentence)
