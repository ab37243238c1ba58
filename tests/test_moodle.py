"""Moodle's archives: unpacked whatever is in them, each file its owner's or nobody's, nothing lost."""

import datetime
import io
import json
import os
import zipfile
from types import SimpleNamespace

import nbformat
import pytest
from tiny_course import GOOD_TOTAL, SLUG, TinyCourse, answered, find, make_release

from asynclab.grading.exports.grades import Person
from asynclab.grading.moodle import archive
from asynclab.grading.moodle.archive import find_target, unpack
from asynclab.grading.moodle.choice import choose, is_notebook, read_sources
from asynclab.grading.moodle.names import Participant, make_key, parse_part
from asynclab.grading.moodle.people import identify
from asynclab.grading.moodle.worksheet import parse_moment, read_hand_made, read_worksheet

pytestmark = pytest.mark.filterwarnings("ignore:Object of type .* not in session")

AYU, MARUF = Person("2201", "Ayu", "Lestari", "ayu@kampus.id"), Person("2202", "Ma'ruf", "Núñez")
SITI, OTHER_SITI = Person("2203", "Siti", "Aminah", "siti@x.id"), Person("2204", "Siti", "Aminah")
EN = (
    "\ufeffIdentifier,Full name,ID number,Email address,Status,Grade,Maximum grade,"
    "Last modified (submission),Last modified (grade)\r\n"
)
ID = "Pengenal,Nama lengkap,Alamat surel,Status,Nilai,Terakhir diubah (kiriman),Terakhir diubah (nilai)\n"


def content(notebook):
    """A notebook's bytes."""
    return nbformat.writes(notebook).encode()


def zipped(files):
    """A zip's bytes, the way Moodle writes it."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as made:
        for name, inside in files.items():
            made.writestr(name, inside)
    return data.getvalue()


# ---- names


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ("Ayu Lestari_12_assignsubmission_file_", ("12", "Ayu Lestari", "file", "")),
        ("Ayu Lestari_12_assignsubmission_file", ("12", "Ayu Lestari", "file", "")),
        ("A_12_assignsubmission_file_a_b (1).ipynb", ("12", "A", "file", "a_b (1).ipynb")),
        ("B 2_7_12_assignsubmission_onlinetext_", ("12", "B 2_7", "onlinetext", "")),
        ("Peserta_12_assignsubmission_file_", ("12", "Peserta", "file", "")),
        ("latihan-1.ipynb", None),
        ("Ayu_assignsubmission_file_", None),
    ],
)
def test_the_names_that_moodle_gives(part, expected):
    """Folders of old and new versions, and files where folders are switched off."""
    parsed = parse_part(part)

    assert (parsed and (parsed[0].number, parsed[0].name, *parsed[1:])) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ma'ruf Núñez", "Maruf Nunez"),
        ("Ma’ruf  NÚÑEZ", "Ma'ruf Nu\u0301n\u0303ez"),
        ("M. Al-Amin", "m al amin"),
        ("Suharto -", "Suharto"),
        ("Siti_Aminah", "Siti Aminah"),
        ("李 小龍", "李 小龍"),
    ],
)
def test_names_that_are_one(one, other):
    """Moodle takes apostrophes out; people write accents or don't."""
    assert make_key(one) == make_key(other) != ""


# ---- who is it


def identified(participants, people, worksheet=None, hand_made=None):
    """({number: student}, {number: first words of the reason})."""
    items = [Participant(number, name) for number, name in participants.items()]
    return identify(items, people, worksheet or {}, hand_made or {}, "archive")


@pytest.mark.parametrize(
    ("name", "student"),
    [
        ("Ayu Lestari", "2201"),
        ("Lestari Ayu", "2201"),
        ("AYU LESTARI", "2201"),
        ("Maruf Nunez", "2202"),
        ("2202 Ma'ruf N.", "2202"),
        ("Lestari", None),
        ("Ayu", None),
        ("Participant", None),
    ],
)
def test_a_full_name_is_enough_when_it_is_one_person_s(name, student):
    """In either order; a part of a name is not enough."""
    owners, problems = identified({"12": name}, [AYU, MARUF])

    assert owners == ({"12": student} if student else {})
    assert bool(problems) is (student is None)


def test_nobody_gets_the_work_of_a_namesake():
    """Two in the gradebook, or two in the archive: both are left aside and named."""
    two_known, problems = identified({"12": "Siti Aminah"}, [SITI, OTHER_SITI])
    assert two_known == {}
    assert "dapat berarti 2203, 2204" in problems["12"]

    two_hand_in, problems = identified({"12": "Siti Aminah", "13": "Siti Aminah"}, [SITI, AYU])
    assert two_hand_in == {}
    assert "bernama sama dengan peserta 13" in problems["12"]


def test_a_worksheet_tells_namesakes_apart():
    """By e-mail address or ID number, whatever the columns are called."""
    rows = read_worksheet(
        (ID + "Peserta 12,Siti Aminah,SITI@x.id,-,,,\nPeserta 13,Siti Aminah,2204,-,,,\n").encode(),
        "Asia/Jakarta",
    )
    owners, problems = identified(
        {"12": "Siti Aminah", "13": "Siti Aminah"}, [SITI, OTHER_SITI], rows
    )

    assert (owners, problems) == ({"12": "2203", "13": "2204"}, {})


def test_what_stands_in_every_row_is_nobody_s_sign():
    """A maximum grade may look like somebody's number."""
    rows = read_worksheet(
        b"Identifier,Full name,Maximum grade\nParticipant 1,X,2201\nParticipant 2,Y,2201\n", "UTC"
    )

    assert identified({"1": "X", "2": "Y"}, [AYU], rows)[0] == {}


def test_a_worksheet_shows_a_namesake_who_handed_in_nothing():
    """The one who did may be the other one."""
    rows = read_worksheet(b"Identifier,Full name\nParticipant 12,Siti Aminah\nParticipant 13,Siti Aminah\n", "UTC")  # fmt: skip
    owners, problems = identified({"12": "Siti Aminah"}, [SITI], rows)

    assert owners == {}
    assert "peserta 13" in problems["12"]


def test_signs_that_contradict_are_nobody_s():
    """A number in the name and an e-mail address of somebody else."""
    rows = read_worksheet(b"Identifier,Full name,Email\nParticipant 12,2202 X,ayu@kampus.id\n", "UTC")  # fmt: skip
    owners, problems = identified({"12": "2202 X"}, [AYU, MARUF], rows)

    assert owners == {}
    assert "berlainan" in problems["12"]


def test_one_student_is_not_two_participants():
    """Unless the instructor says so."""
    people = [AYU, MARUF]
    both = {"12": "Ayu Lestari", "13": "2201 Ayu"}

    assert identified(both, people)[0] == {}
    assert identified(both, people, hand_made={"12": "2201", "13": "2202"})[0] == {
        "12": "2201",
        "13": "2202",
    }


def test_the_instructor_s_own_list_wins():
    """Titles or not; a student whom the gradebook does not know is no answer."""
    hand_made = read_hand_made(b"peserta,id\n12,2202\nParticipant 13;x\n14,9999\n")

    assert hand_made == {"12": "2202", "14": "9999"}
    assert identified({"12": "Ayu Lestari", "14": "Z"}, [AYU, MARUF], {}, hand_made)[0] == {
        "12": "2202"
    }


def test_who_is_not_found_gets_a_guess():
    """A typing error is seen at once; it is never taken for the person."""
    owners, problems = identified({"12": "Ayu Lestary"}, [AYU])

    assert owners == {}
    assert "Yang mirip: Ayu Lestari (2201)" in problems["12"]


# ---- the worksheet


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Thursday, 5 March 2026, 9:14 PM", (5, 14, 14)),
        ("Thursday, March 5, 2026, 9:14\u202fPM", (5, 14, 14)),
        ("Kamis, 5 Maret 2026, 21:14", (5, 14, 14)),
        ("Jum'at, 6 Maret 2026 pukul 02.05", (5, 19, 5)),
        ("-", None),
        ("", None),
        ("2026", None),
        ("99 Maret 2026, 21:14", None),
    ],
)
def test_times_as_moodle_writes_them(text, moment):
    """In English and Indonesian; kept in UTC."""
    expected = moment and datetime.datetime(2026, 3, *moment)

    assert parse_moment(text, "Asia/Jakarta") == expected


def test_a_worksheet_says_when_the_submission_was_changed():
    """The submission's time, not the grade's."""
    row = 'Participant 12,Ayu Lestari,2201,ayu@kampus.id,Submitted,,100.00,"Thursday, 5 March 2026, 9:14 PM","Friday, 6 March 2026, 9:14 PM"\r\n'
    rows = read_worksheet((EN + row).encode(), "Asia/Jakarta")

    assert rows["12"].moment == datetime.datetime(2026, 3, 5, 14, 14)
    assert (rows["12"].name, "ayu@kampus.id" in rows["12"].fields) == ("Ayu Lestari", True)


@pytest.mark.parametrize(
    "data", [b"", b"\x00\x01\x02", b"a,b\nc,d\n", b'"terbuka\n', b"\xff\xfe\x00"]
)
def test_what_is_no_worksheet_says_nothing(data):
    """No row, no error."""
    assert read_worksheet(data, "UTC") == {}


# ---- which notebook

RELEASE = read_sources(content(make_release()))
RELEASED = {
    (SLUG, SLUG): RELEASE,
    ("lain", "lain"): ["# Tugas lain sama sekali", "pass # lain ini"],
}
ANSWER = read_sources(content(answered(make_release())))


@pytest.mark.parametrize(
    ("notebooks", "chosen"),
    [
        ({f"{SLUG}.ipynb": ANSWER}, f"{SLUG}.ipynb"),
        ({f"{SLUG} (1).ipynb": ANSWER}, f"{SLUG} (1).ipynb"),
        ({"JURNAL1_NAILA_1022.ipynb": ANSWER}, "JURNAL1_NAILA_1022.ipynb"),
        ({"catatan.ipynb": ["x = 1"], "tugas.ipynb": ANSWER}, "tugas.ipynb"),
        ({f"{SLUG}.ipynb": RELEASE, f"{SLUG} (1).ipynb": ANSWER}, f"{SLUG} (1).ipynb"),
        ({f"{SLUG}.ipynb": ANSWER, f"{SLUG} (1).ipynb": ANSWER}, f"{SLUG}.ipynb"),
        ({f"{SLUG}.ipynb": None, f"Salinan {SLUG}.ipynb": ANSWER}, f"Salinan {SLUG}.ipynb"),
        ({f"{SLUG}.ipynb": None}, f"{SLUG}.ipynb"),
        ({"apa.ipynb": ["x = 1"]}, "apa.ipynb"),
        ({f"{SLUG}.ipynb": RELEASED["lain", "lain"]}, None),
        ({}, None),
    ],
)
def test_the_notebook_is_known_by_its_cells(notebooks, chosen):
    """Whatever the browser or the student called it; an answered one rather than an empty one."""
    choice = choose(notebooks, RELEASED, SLUG)

    assert choice.chosen.get(SLUG) == chosen


def test_the_notebook_of_another_assignment_is_named():
    """It is not graded as this one."""
    assert choose({"x.ipynb": RELEASED["lain", "lain"]}, RELEASED, SLUG).foreign == {
        "x.ipynb": "lain"
    }


@pytest.mark.parametrize(
    ("data", "notebook"),
    [
        (content(make_release()), True),
        (b"\xef\xbb\xbf" + content(make_release()), True),
        (b'{"nbformat": 4, "cells": 5}', False),
        (b"[" * 100_000, False),
        (b'{"a": 1}', False),
        (b"", False),
    ],
)
def test_a_notebook_is_known_whatever_its_file_is_called(data, notebook):
    """By what is in it."""
    assert is_notebook(data) is notebook


# ---- archives


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("../../etc/passwd", "etc/passwd"),
        ("/abs/x", "abs/x"),
        ("a\\..\\b.ipynb", "a/b.ipynb"),
        ("C:\\x", "C/x"),
        ("a\x00b\n.ipynb", "ab.ipynb"),
        ("n\u0303.txt", "ñ.txt"),
        ("__MACOSX/._x.ipynb", None),
        ("..", None),
    ],
)
def test_no_member_leaves_the_folder(tmp_path, name, path):
    """Names are made harmless; what systems add by themselves is left out."""
    assert find_target(tmp_path, name) == (path and tmp_path / path)


def test_a_long_name_keeps_its_ending(tmp_path):
    """File systems end at 255 bytes."""
    name = find_target(tmp_path, "é" * 300 + ".ipynb").name

    assert len(name.encode()) <= 200
    assert name.endswith(".ipynb")


def unpacked(tmp_path, data, **limits):
    """(what lies in the folder, the sentences)."""
    (tmp_path / "a.zip").write_bytes(data)
    options = {"files": 100, "size": 10_000_000} | limits
    told = unpack(tmp_path / "a.zip", tmp_path / "a", **options)
    found = (path.relative_to(tmp_path / "a") for path in (tmp_path / "a").rglob("*"))
    return sorted(path.as_posix() for path in found if not (tmp_path / "a" / path).is_dir()), told


def test_a_zip_in_a_zip_is_unpacked(tmp_path):
    """Students like to zip; a few levels."""
    inner = zipped({"b.txt": b"1", "lagi.zip": zipped({"c.txt": b"2"})})

    assert unpacked(tmp_path, zipped({"x/t.zip": inner})) == (["x/t/b.txt", "x/t/lagi/c.txt"], [])


def test_a_zip_that_goes_on_for_ever_ends(tmp_path):
    """What was not unpacked whole stays, and is named."""
    data = b""
    for _ in range(6):
        data = zipped({"z.zip": data})
    names, told = unpacked(tmp_path, data)

    assert names == ["z.zip", "z/z.zip", "z/z/z.zip"]
    assert "zip di dalam zip" in told[0]


def test_a_bomb_does_not_fill_the_disk(tmp_path, monkeypatch):
    """What it claims to be does not count, only what comes out."""
    monkeypatch.setattr(archive, "FILE_LIMIT", 1_000_000)
    names, told = unpacked(tmp_path, zipped({"a.txt": bytes(5_000_000), "b.txt": b"1"}))

    assert names == ["b.txt"]
    assert "lebih besar dari 1 MB" in told[0]


def test_too_many_files_end_somewhere(tmp_path):
    """The rest stays in the zip, and that is said."""
    names, told = unpacked(tmp_path, zipped({f"{n}.txt": b"x" for n in range(9)}), files=5)

    assert len(names) == 5
    assert len(told) == 1


def test_a_broken_zip_of_a_student_stays_and_is_named(tmp_path):
    """The others are unpacked."""
    good = zipped({"a.txt": b"1"})
    names, told = unpacked(tmp_path, zipped({"r/r.zip": good[:40], "b/b.zip": good}))

    assert names == ["b/b/a.txt", "r/r.zip"]
    assert "r.zip tidak dapat dibuka (zip-nya rusak)" in told[0]


def test_one_damaged_member_loses_nobody_else(tmp_path):
    """A flipped byte, or a file where a folder must be."""
    data = bytearray(zipped({"a.txt": b"satu" * 100, "b": b"2", "b/c.txt": b"3", "d.txt": b"4"}))
    data[data.index(b"a.txt") + 8] ^= 0xFF
    names, told = unpacked(tmp_path, bytes(data))

    assert names == ["b", "d.txt"]
    assert len(told) == 2


# ---- the whole way, with nbgrader's own command

MANY = {
    "Ayu Lestari_11_assignsubmission_file_/kecil.ipynb": "good",
    "Ayu Lestari_11_assignsubmission_file_/data.csv": b"1,2\n",
    "Ayu Lestari_11_assignsubmission_onlinetext_/onlinetext.html": b"<p>halo",
    "Maruf Nunez_12_assignsubmission_file_/latihan-1 (1).ipynb": "good",
    "Siti Aminah_13_assignsubmission_file_/kecil.ipynb": "siti-13",
    "Siti Aminah_14_assignsubmission_file_/kecil.ipynb": "siti-14",
    "Budi Zip_15_assignsubmission_file_/tugas.zip": {
        "tugas/kecil.ipynb": "good",
        "tugas/a.py": b"1",
    },
    "Cici Salah_16_assignsubmission_file_/kecil.ipynb.txt": "good",
    "Dodi Pdf_17_assignsubmission_file_/jawaban.pdf": b"%PDF",
    "Orang Asing_18_assignsubmission_file_/kecil.ipynb": "good",
    "Eka Dua_19_assignsubmission_file_/kecil.ipynb": "release",
    "Eka Dua_19_assignsubmission_file_/kecil (1).ipynb": "good",
    "Eka Dua_19_assignsubmission_file_/timestamp.txt": b"2020-01-01 00:00:00",
    "Feri Rusak_20_assignsubmission_file_/kecil.ipynb": b'{"cells": [',
    "Gani Teks_21_assignsubmission_onlinetext_/onlinetext.html": b"<p>jawaban",
    "nyasar.ipynb": "good",
}
CLASS = {
    "2201": ("Ayu", "Lestari"), "2202": ("Ma'ruf", "Núñez"), "2203": ("Siti", "Aminah"),
    "2204": ("Siti", "Aminah"), "2205": ("Budi", "Zip"), "2206": ("Cici", "Salah"),
    "2207": ("Dodi", "Pdf"), "2209": ("Eka", "Dua"), "2210": ("Feri", "Rusak"), "2211": ("Gani", "Teks"),
}  # fmt: skip


def made(what):
    """The bytes of an entry of MANY."""
    if isinstance(what, bytes):
        return what
    if isinstance(what, dict):
        return zipped({name: made(inner) for name, inner in what.items()})
    notebook = answered(make_release())
    if what == "release":
        notebook = make_release()
    elif what != "good":
        find(notebook, "jawaban-1").source = f"# {what}\n{GOOD_TOTAL}"
    return content(notebook)


@pytest.fixture(scope="module")
def collected(tmp_path_factory):
    """A course whose class handed in through Moodle: collected once, again with a worksheet, and once more."""
    from nbgrader.api import Gradebook

    course = TinyCourse(tmp_path_factory.mktemp("kursus moodle"))
    release = course.folder / "release" / SLUG
    release.mkdir(parents=True)
    nbformat.write(make_release(), release / f"{SLUG}.ipynb")
    with Gradebook(f"sqlite:///{course.folder}/gradebook.db", "modul11") as gradebook:
        for student, (first, last) in CLASS.items():
            gradebook.add_student(
                student, first_name=first, last_name=last, email=f"{student}@kampus.id"
            )
    course.archive = course.folder / "downloaded" / SLUG / "archive"
    course.archive.mkdir(parents=True)
    files = {name: made(what) for name, what in MANY.items()}
    (course.archive / "Pemrograman-Latihan 1-77.zip").write_bytes(zipped(files))
    (course.archive / "rusak.zip").write_bytes(zipped(files)[:500])
    steps = [step(course)]
    rows = "".join(
        f'Participant {number},Siti Aminah,{student},{student}@kampus.id,-,,100.00,"Thursday, 5 March 2026, 9:14 PM",-\r\n'
        for number, student in ((13, 2204), (14, 2203))
    )
    (course.archive / "Nilai-Latihan 1.csv").write_bytes((EN + rows).encode())
    newer = {"Ayu Lestari_11_assignsubmission_file_/kecil.ipynb": made("ayu-lagi")}
    (course.archive / "unduhan-2.zip").write_bytes(zipped(newer))
    later = (course.archive / "Pemrograman-Latihan 1-77.zip").stat().st_mtime + 60
    os.utime(course.archive / "unduhan-2.zip", (later, later))
    steps.append(step(course))
    steps.append(step(course))
    return SimpleNamespace(course=course, steps=steps)


def step(course):
    """Collect, and see what lies in submitted/ then."""
    done = course.nbgrader("zip_collect", SLUG)
    folder = course.folder / "submitted"
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
    return SimpleNamespace(code=done.returncode, log=done.stderr, files=files)


@pytest.mark.heavy
def test_each_file_goes_to_its_owner_and_to_nobody_else(collected):
    """Names with accents, a zip, a browser's name, another ending, two files, a broken file."""
    assert sorted(collected.steps[0].files) == [
        "2201/kecil/data.csv",
        "2201/kecil/kecil.ipynb",
        "2202/kecil/kecil.ipynb",
        "2205/kecil/a.py",
        "2205/kecil/kecil.ipynb",
        "2206/kecil/kecil.ipynb",
        "2209/kecil/kecil.ipynb",
        "2210/kecil/kecil.ipynb",
    ]
    assert collected.steps[0].files["2209/kecil/kecil.ipynb"] == made("good")


@pytest.mark.heavy
def test_who_is_left_aside_is_named(collected):
    """Namesakes, strangers, no notebook, text only, a broken download, a file of nobody."""
    log = collected.steps[0].log
    wanted = (
        "Siti Aminah (peserta 13) dapat berarti 2203, 2204",
        "Siti Aminah (peserta 14) dapat berarti 2203, 2204",
        "Orang Asing (peserta 18) tidak ada di buku nilai",
        "2207 mengumpulkan jawaban.pdf, tetapi tidak ada notebook",
        "2211 hanya mengisi teks daring",
        "rusak.zip bukan zip yang utuh",
        "nyasar.ipynb",
        "2209: beberapa notebook untuk tugas ini; yang dipakai kecil (1).ipynb",
        "Waktu pengumpulan tidak diketahui",
        "6 kiriman dikumpulkan, 0 tidak berubah, 5 disisihkan",
    )

    assert [sentence for sentence in wanted if sentence not in log] == []
    assert "Traceback" not in log
    assert collected.steps[0].code == 0


@pytest.mark.heavy
def test_what_was_left_aside_is_still_there(collected):
    """Unpacked, beside the archive."""
    extracted = collected.course.folder / "downloaded" / SLUG / "extracted"
    names = {path.name for path in extracted.rglob("*")}

    assert {"jawaban.pdf", "onlinetext.html", "nyasar.ipynb"} <= names


@pytest.mark.heavy
def test_a_worksheet_resolves_namesakes_and_gives_the_time(collected):
    """Each Siti gets her own; the time is in UTC."""
    files = collected.steps[1].files

    assert b"siti-13" in files["2204/kecil/kecil.ipynb"]
    assert b"siti-14" in files["2203/kecil/kecil.ipynb"]
    assert files["2203/kecil/timestamp.txt"] == b"2026-03-05 14:14:00"


@pytest.mark.heavy
def test_a_newer_download_replaces_and_keeps_the_older(collected):
    """The earlier submission is moved aside, not overwritten; the others stay as they are."""
    aside = collected.course.folder / "disisihkan" / "submitted" / "2201" / SLUG
    sources = json.loads(collected.steps[1].files["2201/kecil/kecil.ipynb"])

    assert "ayu-lagi" in str(sources)
    assert (aside / "kecil.ipynb").read_bytes() == made("good")
    assert "3 kiriman dikumpulkan, 5 tidak berubah, 3 disisihkan" in collected.steps[1].log


@pytest.mark.heavy
def test_collecting_again_changes_nothing(collected):
    """However often."""
    assert collected.steps[2].files == collected.steps[1].files
    assert "0 kiriman dikumpulkan, 8 tidak berubah" in collected.steps[2].log
    assert "Traceback" not in collected.steps[2].log
