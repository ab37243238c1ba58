"""Points as files for Moodle and Google Classroom: what stands in them, what is left out, and that it is said."""

import csv
import datetime
import io
import shutil
import subprocess
import sys
import warnings
from types import SimpleNamespace

import pytest
from nbgrader.api import Gradebook
from tiny_course import ROOT

from asynclab.cli import main
from asynclab.errors import CommandError
from asynclab.grading.exports import ClassroomExport, MoodleExport
from asynclab.grading.exports.grades import read_grades
from asynclab.grading.exports.sheet import (
    defuse,
    format_points,
    is_formula,
    is_plain,
    render_csv,
    write_csv,
)

PEOPLE = {
    "2201": ("Ayu", "Lestari", "ayu@kampus.id"),
    "2202": ("Ma'ruf", "Núñez, S.", "maruf@kampus.id"),
    "2203": ("=cmd|' /C calc'!A0", "+62\n@x", "rumus@kampus.id"),
    "2204": ("Suharto", None, None),
}
SCORES = {
    ("2201", "satu"): (4.0, 3.0),
    ("2202", "satu"): (4.0, 3.256),
    ("2203", "satu"): (4.0, None),
}

# nbgrader 0.9.6 with SQLAlchemy 2 warns of its own queries.
pytestmark = pytest.mark.filterwarnings("ignore:Object of type .* not in session")


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """A gradebook: one full score, one late, one not judged, one who handed in nothing."""
    folder = tmp_path_factory.mktemp("buku")
    with (
        warnings.catch_warnings(),
        Gradebook(f"sqlite:///{folder}/gradebook.db", "modul11") as gradebook,
    ):
        warnings.filterwarnings("ignore", message="Object of type .* not in session")
        for student, (first, last, email) in PEOPLE.items():
            gradebook.add_student(student, first_name=first, last_name=last, email=email)
        for slug in ("satu", "dua"):
            gradebook.add_assignment(slug, duedate=datetime.datetime(2026, 3, 6))
            gradebook.add_notebook(slug, slug)
            for name, points in (("tugas-1", 4), ("tugas-2", 6)):
                gradebook.add_grade_cell(name, slug, slug, max_score=points, cell_type="code")
        for (student, slug), scores in SCORES.items():
            (notebook,) = gradebook.add_submission(slug, student).notebooks
            for name, score in zip(("tugas-1", "tugas-2"), scores):
                grade = gradebook.find_grade(name, slug, slug, student)
                grade.auto_score, grade.needs_manual_grade = score, score is None
            notebook.late_submission_penalty = 1.5 if student == "2202" else None
        gradebook.db.commit()
    return folder / "gradebook.db"


@pytest.fixture
def course(filled, tmp_path, monkeypatch):
    """A course folder with that gradebook."""
    shutil.copy(filled, tmp_path)
    (tmp_path / "nbgrader_config.py").write_text((ROOT / "nbgrader_config.py").read_text())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def read(path, **options):
    """The rows of a CSV file."""
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8")), **options))


def written(plugin, course):
    """(rows, sentences) of an export."""
    with Gradebook(f"sqlite:///{course}/gradebook.db", "modul11") as gradebook:
        _, notes = plugin.write(gradebook)
    return read(course / plugin.path), notes


def test_moodle_gets_a_row_per_student_and_a_column_per_assignment(course):
    """The id first, points with the penalty taken off; what is not graded stays empty, never 0."""
    rows, _ = written(MoodleExport(), course)

    assert rows == [
        ["ID number", "First name", "Last name", "dua", "satu"],
        ["2201", "Ayu", "Lestari", "", "7"],
        ["2202", "Ma'ruf", "Núñez, S.", "", "5.76"],
        ["2203", "'=cmd|' /C calc'!A0", "'+62 @x", "", ""],
        ["2204", "Suharto", "", "", ""],
    ]


def test_what_is_left_empty_is_named(course):
    """Handed in and not judged is our work, not the student's zero."""
    _, notes = written(MoodleExport(), course)

    assert [note.partition(":")[0] for note in notes] == ["satu"]
    assert "2203" in notes[0]


@pytest.mark.parametrize(
    ("identifier", "title", "first"),
    [("username", "Username", "2201"), ("email", "Email address", "ayu@kampus.id")],
)
def test_moodle_is_told_who_by_the_chosen_field(course, identifier, title, first):
    """The title is the one that Moodle's form recognises."""
    rows, _ = written(MoodleExport(identifier=identifier), course)

    assert (rows[0][0], rows[1][0]) == (title, first)


def test_a_moodle_in_another_language_gets_its_own_title(course):
    """Chosen by option."""
    rows, _ = written(MoodleExport(title="Nomor ID"), course)

    assert rows[0][0] == "Nomor ID"


def test_who_has_no_identifier_is_left_out_and_named(course):
    """One empty identifier would stop Moodle's whole import."""
    rows, notes = written(MoodleExport(identifier="email"), course)

    assert "Suharto" not in str(rows)
    assert "1 mahasiswa tanpa email tidak ikut: 2204" in notes[0]


def test_two_with_the_same_identifier_get_nothing_of_each_other(course):
    """Neither is written, both are named."""
    with Gradebook(f"sqlite:///{course}/gradebook.db", "modul11") as gradebook:
        gradebook.update_or_create_student("2202", email="AYU@kampus.id")
    rows, notes = written(MoodleExport(identifier="email"), course)

    assert [row[0] for row in rows[1:]] == ["rumus@kampus.id"]
    assert "2201, 2202 memakai pengenal yang sama" in str(notes)


def test_an_identifier_that_is_a_formula_is_left_out_and_named(course):
    """It can't be changed without losing the student, and must not be run."""
    with Gradebook(f"sqlite:///{course}/gradebook.db", "modul11") as gradebook:
        gradebook.update_or_create_student("2202", email='=HYPERLINK("http://x")')
    rows, notes = written(ClassroomExport(), course)

    assert "HYPERLINK" not in str(rows)
    assert "Pengenal 2202" in str(notes)


def test_decimals_columns_and_mark_as_the_reader_wants_them(course):
    """A spreadsheet in Indonesian: comma, semicolon, byte-order mark."""
    plugin = MoodleExport(decimal=",", delimiter="semicolon", bom=True, assignment=["satu"])
    written(plugin, course)
    content = (course / "nilai-moodle.csv").read_bytes()

    assert content.startswith(b"\xef\xbb\xbfID number;First name")
    assert b";5,76\r\n" in content


def test_classroom_gets_its_own_columns_by_last_name(course):
    """Known by the Google account; who has none is named."""
    rows, notes = written(ClassroomExport(assignment=["satu"]), course)

    assert [row[2:] for row in rows] == [
        ["Email Address", "satu"],
        ["rumus@kampus.id", ""],
        ["ayu@kampus.id", "7"],
        ["maruf@kampus.id", "5.76"],
    ]
    assert "2204" in notes[0]


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("  =1+1", "'  =1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-2+3", "'-2+3"),
        ("\t=1", "'\t=1"),
        ("＝1", "'＝1"),
        ("-", "-"),
        ("O'Brien", "O'Brien"),
        ("latihan-1", "latihan-1"),
        ("", ""),
    ],
)
def test_a_formula_becomes_text(text, safe):
    """Names as people have them stay as they are."""
    assert defuse(text) == safe


def test_points_are_short():
    """Two decimals at most, nothing behind whole numbers."""
    assert [format_points(item) for item in (10.0, 87.5, 33.333, 0.0, None)] == [
        "10", "87.5", "33.33", "0", ""
    ]  # fmt: skip
    assert format_points(87.5, ",") == "87,5"


def test_an_identifier_is_plain_when_it_can_be_no_formula():
    """Letters, digits, what e-mail addresses have, and single spaces in between."""
    plain = ("a.b+c@d.id", "+62", "A1 B", "Émile 14", "s-11")
    formulas = ("=A1", "-1+1", "+1+1", "@A1", "-s11", " =A1", "＝A1")
    odd = ("a|b", "a;=A1", 'a"b', "a,b", " a", "a  b", "a\tb", "")

    assert [is_plain(text) for text in (*plain, *formulas, *odd)] == [True] * 5 + [False] * 15
    assert [is_formula(text) for text in (*plain, *formulas, *odd)] == (
        [False] * 5 + [True] * 7 + [False] * 8
    )


@pytest.mark.parametrize(
    ("email", "sentence"),
    [("@A1", "dapat dibaca sebagai rumus oleh Excel"), ("a;b", "memuat pemisah, tanda kutip")],
)
def test_who_has_a_harmful_identifier_is_left_out_and_told_why(course, email, sentence):
    """One sentence for formulas, another for what would break the row."""
    with Gradebook(f"sqlite:///{course}/gradebook.db", "modul11") as gradebook:
        gradebook.update_or_create_student("2202", email=email)
    rows, notes = written(MoodleExport(identifier="email"), course)

    assert email not in str(rows)
    assert any(sentence in note for note in notes)


def test_lone_surrogates_do_not_stop_the_export():
    """A name from a broken file."""
    assert render_csv([["\ud800", "a"]]) == b"?,a\r\n"


def test_a_file_that_cannot_be_written_leaves_the_old_one_whole(tmp_path):
    """One sentence, no temporary file left."""
    (tmp_path / "nilai.csv").mkdir()
    with pytest.raises(CommandError, match="tidak dapat ditulis"):
        write_csv(tmp_path / "nilai.csv", b"x")

    assert [path.name for path in tmp_path.iterdir()] == ["nilai.csv"]


def test_only_the_students_asked_for(course):
    """In the gradebook's order; an unknown one is a wrong use."""
    with Gradebook(f"sqlite:///{course}/gradebook.db", "modul11") as gradebook:
        grades = read_grades(gradebook, ["satu"], ["2202", "2201"])
        with pytest.raises(CommandError, match="'2299' tidak ada"):
            read_grades(gradebook, ["satu"], ["2299"])

    assert [person.id for person in grades.people] == ["2201", "2202"]


def test_scores_that_wait_for_a_look_are_exported_and_named(course):
    """A manual score from before a resubmission."""
    with Gradebook(f"sqlite:///{course}/gradebook.db", "modul11") as gradebook:
        gradebook.find_grade("tugas-1", "satu", "satu", "2201").needs_manual_grade = True
        gradebook.db.commit()
    rows, notes = written(MoodleExport(), course)

    assert rows[1][-1] == "7"
    assert "menunggu diperiksa" in str(notes)
    assert "2201" in str(notes)


def test_the_command_writes_and_says_where(course, capsys):
    """`asynclab export moodle SLUG`: exit code 0, what is left out on stderr."""
    assert main(["export", "moodle", "satu", "--decimal", ",", "--to", "x.csv"]) == 0
    assert "x.csv" in capsys.readouterr().out
    assert read(course / "x.csv")[2][-1] == "5,76"


def test_a_file_without_everybody_is_not_all_well(course, capsys):
    """It is written and exit code 1 says that somebody is missing; without anybody it is not written."""
    assert main(["export", "classroom"]) == 1
    assert (course / "nilai-classroom.csv").is_file()
    assert "2204" in capsys.readouterr().err

    assert main(["export", "classroom", "--student", "2204", "--to", "x.csv"]) == 1
    assert not (course / "x.csv").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["moodle", "tiada"], 2, "Tugas 'tiada' tidak ada di buku nilai. Yang ada: dua, satu."),
        (["classroom", "--identifier", "email"], 2, "hanya untuk moodle"),
        (["excel"], 2, "moodle"),
        (["moodle", "--to", "tiada/x.csv"], 1, "tidak dapat ditulis"),
    ],
)
def test_the_command_says_what_is_wrong(course, capsys, arguments, code, sentence):
    """One sentence and the exit code; nothing is written."""
    assert main(["export", *arguments]) == code
    assert sentence in capsys.readouterr().err
    assert list(course.glob("*.csv")) == []


def test_an_empty_gradebook_is_said():
    """No file with a header alone."""
    nobody = SimpleNamespace(assignments=[], students=[])
    with pytest.raises(CommandError, match="belum berisi mahasiswa"):
        read_grades(nobody)


@pytest.mark.heavy
def test_nbgrader_export_takes_them_by_name(course):
    """The stock command, its own options, and ours; one student has no e-mail address."""
    start = "import sys; sys.modules['rfc3987_syntax'] = None; from nbgrader.apps.nbgraderapp import main; main()"
    exporter = "--exporter=asynclab.grading.exports.MoodleExport"

    def nbgrader(*arguments):
        command = [sys.executable, "-c", start, "export", exporter, *arguments]
        return subprocess.run(command, cwd=course, capture_output=True, text=True, check=False)

    done = nbgrader("--to=m.csv", '--assignment=["satu"]', "--MoodleExport.identifier=email")
    wrong = nbgrader('--assignment=["tiada"]')

    assert (done.returncode, wrong.returncode) == (1, 2)
    assert read(course / "m.csv")[0] == ["Email address", "First name", "Last name", "satu"]
    assert "'tiada' tidak ada" in wrong.stderr
    assert "Traceback" not in done.stderr + wrong.stderr
