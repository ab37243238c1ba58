"""`nbgrader collect` where students are Unix users: nobody's work is replaced by somebody else."""

import os
import shutil
from types import SimpleNamespace

import pytest
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import ExchangeCollect

from asynclab.grading import intake
from asynclab.grading.intake import SafeCollect

ME = os.geteuid()
OTHER = ME + 1
ACCOUNTS = {"ani": OTHER, "budi": ME}
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture
def collect(tmp_path, monkeypatch):
    """Collects what these folders of the exchange hold; returns (student, notebook) and what was logged.

    All folders are budi's, who is a Unix user as ani is; citra is none.
    """
    accounts = {name: SimpleNamespace(pw_uid=uid) for name, uid in ACCOUNTS.items()}
    names = {uid: SimpleNamespace(pw_name=name) for name, uid in ACCOUNTS.items()}
    fake = SimpleNamespace(getpwnam=accounts.__getitem__, getpwuid=names.__getitem__)
    monkeypatch.setattr(intake, "pwd", fake)
    inbound = tmp_path / "tukar" / "modul11" / "inbound"
    logged = []

    def collect(*names, **options):
        for name in names:
            (inbound / name).mkdir(parents=True)
            (inbound / name / "tugas.ipynb").write_text(name)
        course = CourseDirectory(
            root=str(tmp_path / "kursus"), course_id="modul11", assignment_id="tugas"
        )
        made = SafeCollect(coursedir=course, root=str(tmp_path / "tukar"), **options)
        monkeypatch.setattr(made.log, "warning", lambda text, *rest: logged.append(text))
        made.set_timestamp()
        made.init_src()
        made.init_dest()
        made.copy_files()
        files = (tmp_path / "kursus" / "submitted").glob("*/tugas/tugas.ipynb")
        return sorted(file.read_text() for file in files)

    (tmp_path / "kursus").mkdir()
    inbound.mkdir(parents=True)
    collect.logged = logged
    return collect


def test_what_budi_wrote_in_anis_name_stays_in_the_exchange(collect):
    """It is not collected, and the log names the account and the folder."""
    mine, forged = "budi+tugas+2026-01-01 00:00:00 UTC", "ani+tugas+2026-01-02 00:00:00 UTC"

    assert collect(mine, forged) == [mine]
    assert [text for text in collect.logged if "ditaruh oleh akun budi" in text and forged in text]


def test_the_own_submission_counts_though_a_forged_one_is_newer(collect, monkeypatch):
    """The newest of those that are really the student's is taken."""
    honest, forged = "ani+tugas+2026-01-01 00:00:00 UTC", "ani+tugas+2026-01-02 00:00:00 UTC"
    lstat = os.lstat

    def owned(path, **options):
        uid = OTHER if str(path).endswith(honest) else ME
        return SimpleNamespace(st_uid=uid) if "+tugas+" in str(path) else lstat(path, **options)

    monkeypatch.setattr(intake.os, "lstat", owned)
    records = [{"username": "ani", "filename": name} for name in (honest, forged)]
    safe = SafeCollect(coursedir=CourseDirectory())
    safe.inbound_path = "/tidak/ada"

    assert [bool(safe._forger(record)) for record in records] == [False, True]
    for record, stamp in zip(records, (1, 2)):
        record["timestamp"] = stamp
    assert safe._sort_by_timestamp(records) == records[:1]


def test_where_students_are_no_unix_users_nothing_changes(collect):
    """On a laptop everybody's folders are the instructor's."""
    name = "citra+tugas+2026-01-01 00:00:00 UTC"

    assert collect(name) == [name]


def test_a_trial_does_not_ask_who_the_owner_is(collect):
    """There everybody is one Unix user."""
    name = "ani+tugas+2026-01-02 00:00:00 UTC"

    assert collect(name, check_owner=False) == [name]


def test_half_of_a_copy_is_never_in_its_place(collect, tmp_path, monkeypatch):
    """Where copying ends half-way, the submission counts as not collected, and nothing else is left."""
    mine = "budi+tugas+2026-01-01 00:00:00 UTC"

    def copy_half(self, src, dest, log=None):
        shutil.copytree(src, dest)
        raise RuntimeError("half")

    with monkeypatch.context() as patch, pytest.raises(RuntimeError, match="half"):
        patch.setattr(ExchangeCollect, "do_copy", copy_half)
        collect(mine)

    assert list((tmp_path / "kursus" / "submitted" / "budi").iterdir()) == []
