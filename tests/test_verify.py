"""Verify: a course that proves itself, and what is said of one that does not."""

import os
import shutil
from pathlib import Path

import nbformat
import pytest
from tiny_course import GOOD_GREET, GOOD_TOTAL, SLUG, find, make_source

from asynclab.cli import main
from asynclab.grading.checks import answers, form, messages
from asynclab.grading.checks.answers import (
    Judged,
    check_answer_text,
    check_numbers_enough,
    check_points,
    check_repeatable,
    check_right,
    check_unsolved,
    check_wrong,
)
from asynclab.grading.checks.crew import Crew
from asynclab.grading.checks.tree import check_folders, check_text, read_readable
from asynclab.grading.checks.trials import judge_source
from asynclab.grading.course import Answer, find_assignments
from asynclab.rubric import Criterion

ROOT = Path(__file__).parent.parent
EXAMPLE = "latihan-2-task-queue"


@pytest.fixture
def course(tmp_path):
    """A course with the tiny assignment and one right answer."""
    folder = tmp_path / "source" / SLUG
    folder.mkdir(parents=True)
    nbformat.write(make_source(), folder / f"{SLUG}.ipynb")
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    answer = tmp_path / "tests" / "answers" / SLUG / "right" / "biasa.py"
    answer.parent.mkdir(parents=True)
    answer.write_text('"""Biasa."""\nimport asyncio\n' + GOOD_TOTAL + GOOD_GREET)
    return tmp_path


@pytest.fixture
def assignment():
    """A real assignment that proves itself, to be broken."""
    return find_assignments(ROOT, [EXAMPLE])[0]


def whats(problems):
    return [problem.what for problem in problems]


def cell(assignment, name):
    return next(cell for cell in assignment.cells if cell.get("id") == name)


# ---- form


def test_a_sound_assignment_has_no_problems(assignment):
    """What is committed keeps to the form, with other assignments beside it."""
    others = [other for other in find_assignments(ROOT) if other.slug != EXAMPLE]

    assert list(check_folders(ROOT, [EXAMPLE])) == []
    assert list(check_text(ROOT, assignment, others)) == []


def replace(name, old, new):
    def change(assignment):
        found = cell(assignment, name)
        assert old in found.source
        found.source = found.source.replace(old, new, 1)

    return change


def set_meta(name, key, value):
    return lambda assignment: cell(assignment, name).metadata.nbgrader.__setitem__(key, value)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (replace("judul", "# Latihan", "Latihan"), "Sel pertama tidak dimulai dengan judul."),
        (set_meta("tugas-3", "grade_id", "tugas-9"), "Sel uji ke-3 ber-grade_id tugas-9."),
        (set_meta("tugas-3", "points", 7), "berjumlah 87, bukan 100."),
        (set_meta("tugas-3", "points", None), "Sel uji tugas-3 tidak punya nilai."),
        (replace("tugas-2-soal", "## Tugas 2:", "## Tugas 4:"), "dimulai dengan “## Tugas 4: Antrean"),
        (replace("jawaban-1", "### END SOLUTION", "### END"), "`### BEGIN SOLUTION` dan"),
        (lambda a: a.cells.remove(cell(a, "persiapan")), "Tidak ada sel kode ber-id persiapan."),
        (lambda a: a.cells.remove(cell(a, "tugas-1-soal")), "Tugas 1 tidak punya sel soal."),
    ],
)  # fmt: skip
def test_cells_that_lack_something(assignment, change, what):
    """Each thing that an assignment must have is named when it is missing, with what mends it."""
    change(assignment)
    problems = list(form.check_cells("berkas", assignment))

    assert what in " ".join(whats(problems))
    assert all(problem.remedy for problem in problems)


def test_cells_that_nbgrader_could_not_tell_apart(course):
    """A name that two cells share, and a marked cell without one, are named, and prevent judging."""
    path = course / "source" / SLUG / f"{SLUG}.ipynb"
    notebook = nbformat.read(path, 4)
    find(notebook, "tugas-2").metadata.nbgrader.grade_id = "tugas-1"
    del find(notebook, "jawaban-1").metadata.nbgrader["grade_id"]
    problems = list(form.check_marks("berkas", notebook))

    assert all(problem.fatal for problem in problems)
    assert whats(problems) == [
        "Sel jawaban-1 ditandai untuk nbgrader, tetapi tanpa grade_id.",
        "grade_id tugas-1 dipakai 2 sel, padahal nbgrader mengenali sel darinya.",
    ]


def test_a_reference_that_is_no_python(assignment):
    """A solution cell that can't be parsed is named with its line, and prevents judging."""
    cell(assignment, "jawaban-1").source = "a = 1\nawait b"
    (problem,) = [item for item in form.check_cells("berkas", assignment) if item.fatal]

    assert problem.what == "Sel jawaban-1 baris 2 bukan Python yang sah: 'await' outside function."


def test_a_copy_that_kept_its_title(assignment):
    """A title that another assignment has is named."""
    (problem,) = form.check_cells("berkas", assignment, find_assignments(ROOT, [EXAMPLE]))

    assert problem.what == (
        "Judulnya “Latihan 2: Antrean Tugas dengan Prioritas”, sama dengan judul latihan-2-task-queue."
    )


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("# Tugas 1: sel uji.", "# Uji.", "Baris pertama sel uji tugas-1"),
        ("### END HIDDEN TESTS", "### AKHIR", "`### BEGIN HIDDEN TESTS` dan `### END HIDDEN TESTS`"),
        ("trace = run(compare_two)", "trace = run(", "bukan Python yang sah"),
        ("trace = run(compare_two)", "hasil = PrioritizedTask(1, 2, 3)", "tidak boleh di tingkat teratas"),
        ("trace = run(compare_two)", "for a in b: pass", "tidak boleh di tingkat teratas"),
        ("trace.note(\"genting lebih dulu\")", "run(compare_two)", "run(...) dipanggil di dalam kriteria"),
    ],
)  # fmt: skip
def test_test_cells_out_of_form(assignment, old, new, what):
    """A test cell that could not be recorded, judged or released is named with its line."""
    replace("tugas-1", old, new)(assignment)

    assert what in " ".join(whats(form.check_tests("berkas", assignment)))


def test_links(assignment):
    """A link to nothing is named, and an assignment that names no lesson."""
    first = cell(assignment, "judul")
    first.source = first.source.replace("03-tasks.ipynb", "99-tidak-ada.ipynb")
    problems = whats(form.check_links("berkas", assignment, ROOT / "source" / EXAMPLE))
    first.source = "# Tanpa tautan"

    assert problems == ["Sel judul menunjuk ../../notebooks/99-tidak-ada.ipynb, yang tidak ada."]
    assert "Tidak menyebut satu pelajaran pun." in whats(form.check_links("b", assignment, ROOT))


def test_a_notebook_that_was_run(course):
    """Outputs, an id nobody can read and a doubled one are named."""
    path = course / "source" / SLUG / f"{SLUG}.ipynb"
    notebook = nbformat.read(path, 4)
    notebook.cells[1].execution_count = 3
    notebook.cells[2].id = notebook.cells[1].id
    notebook.cells[0].id = "0a1b2c3d"

    assert whats(form.check_notebook("berkas", notebook)) == [
        "Id sel “0a1b2c3d” bukan nama yang terbaca.",
        "Id sel persiapan dipakai lebih dari sekali.",
        "Sel persiapan menyimpan keluaran atau nomor jalan.",
    ]


# ---- folders


def test_a_folder_that_was_copied(course):
    """A copied folder whose notebook kept its name gets the command that renames it."""
    shutil.copytree(course / "source" / SLUG, course / "source" / "baru")
    (problem,) = check_folders(course, ["baru"])

    assert problem.file == "source/baru"
    assert "mv source/baru/kecil.ipynb source/baru/baru.ipynb" in problem.remedy


def test_what_belongs_to_no_assignment(course):
    """Answers and student versions without an assignment are named, and a second notebook."""
    (course / "release" / "lama").mkdir(parents=True)
    (course / "tests" / "answers" / "lain").mkdir()
    shutil.copy(course / f"source/{SLUG}/{SLUG}.ipynb", course / f"source/{SLUG}/catatan.ipynb")
    files = [problem.file for problem in check_folders(course)]

    assert files == ["source/kecil/catatan.ipynb", "release/lama", "tests/answers/lain"]


def test_a_file_that_is_no_notebook(course):
    """A damaged notebook is named, and the others are looked at all the same."""
    folder = course / "source" / "rusak"
    folder.mkdir()
    (folder / "rusak.ipynb").write_text("{")
    (problem,) = check_folders(course)

    assert (problem.file, problem.what[:26]) == (
        "source/rusak/rusak.ipynb",
        "Bukan notebook yang sah: N",
    )
    assert [item.slug for item in read_readable(course)] == [SLUG]


def test_answers_that_are_no_python(course):
    """An answer that can't be parsed is named with its line, and prevents judging."""
    (course / "tests/answers/kecil/right/biasa.py").write_text("a = 1\ndef f(:\n")
    problems = list(check_text(course, find_assignments(course)[0]))

    assert [item.what for item in problems if item.fatal] == [
        "Baris 2 bukan Python yang sah: invalid syntax."
    ]


def test_too_few_answers(course):
    """An assignment without its answers is told how many are lacking."""
    shutil.rmtree(course / "tests")
    problems = list(check_text(course, find_assignments(course)[0]))

    assert "Belum ada jawaban untuk tugas ini." in whats(problems)
    assert whats(check_numbers_enough("folder", [])) == [
        "Baru 0 jawaban benar; paling sedikit 6.",
        "Baru 0 jawaban salah; paling sedikit 12.",
    ]


# ---- judged answers


def judged(*criteria, **more):
    """(sentence, passed, fact) each, all of the cell tugas-1."""
    items = [("tugas-1", Criterion(s, 1, passed, fact)) for s, passed, fact in criteria]
    return Judged(tuple(items), **more)


def wrong(sentence="ada 4 sekaligus", lost=("Paling banyak 3",)):
    return Answer(Path("tests/answers/kecil/wrong/a.py"), "", sentence, lost)


def test_a_wrong_answer_as_it_says():
    """A wrong answer that loses exactly what it names, with its sentence, is no problem."""
    result = judged(("Paling banyak 3", False, "Di sini ada 4 sekaligus."), ("Urut", True, ""))

    assert list(check_wrong("berkas", wrong(), result)) == []
    assert list(check_answer_text("berkas", wrong(), {"Paling banyak 3"})) == []


@pytest.mark.parametrize(
    ("answer", "criteria", "what"),
    [
        (wrong(), [("Paling banyak 3", True, "")], "Tidak kehilangan kriteria tugas-1 “Paling banyak 3”"),
        (wrong(), [("Urut", False, "acak")], "Juga kehilangan 1 kriteria yang tidak disebutnya: tugas-1 “Urut” (acak)."),
        (wrong(), [("Paling banyak 3", None, "KeyError")], "merusak kriteria tugas-1"),
        (wrong(), [("Paling banyak 3", False, "lain")], "tidak memuat “ada 4 sekaligus”, melainkan: lain"),
    ],
)  # fmt: skip
def test_a_wrong_answer_that_does_otherwise(answer, criteria, what):
    """A criterion kept, lost beside, or broken, and a sentence that never comes, are named."""
    assert what in " ".join(whats(check_wrong("berkas", answer, judged(*criteria))))


def test_what_a_wrong_answer_must_say():
    """Its docstring names its sentence and criteria that exist; a misspelt one gets the nearest."""
    nothing = wrong(sentence="", lost=())

    assert len(list(check_answer_text("berkas", nothing, {"Urut"}))) == 2
    (problem,) = check_answer_text("berkas", wrong(lost=("Paling banyk 3",)), {"Paling banyak 3"})
    assert problem.what.endswith("Mungkin: “Paling banyak 3”.")


def test_a_right_answer_that_loses():
    """A right answer that loses a criterion is named with the fact, and with the seed of grading."""
    result = judged(("Urut", False, "acak"))

    assert "kehilangan kriteria tugas-1 “Urut”: acak" in whats(check_right("b", "Ini", result))[0]
    assert "(seed 7)" in whats(check_right("b", "Ini", result, 7))[0]
    assert "KeyError" in whats(check_right("b", "Ini", judged(fault="KeyError: 1")))[0]


def test_an_unsolved_notebook_that_scores():
    """A criterion that is passed without any answer is named."""
    assert whats(check_unsolved("b", judged(("Urut", True, ""), ("Batas", False, "")))) == [
        "Versi yang belum dikerjakan lulus kriteria tugas-1 “Urut”."
    ]


def test_points_and_records_that_differ(course):
    """Points that disagree, records that change, and a judge who sees something else are named."""
    (assignment,) = find_assignments(course)
    first = judged(("Urut", True, ""), points=(("tugas-1", 5, 4),), records=(("tugas-1", "a"),))
    again = judged(records=(("tugas-1", "b"),))
    blind = judged(("Urut", True, ""), graded=(("tugas-1", 0.0, "NameError"),))

    assert (
        "di metadata 4, di Rubric 5, jumlah kriterianya 4"
        in whats(check_points("b", assignment, first))[0]
    )
    assert "memberi catatan yang lain" in whats(check_repeatable("b", first, again))[0]
    assert "tidak dapat dinilai: NameError" in whats(check_repeatable("b", blind, blind))[0]


def test_judging_tells_live_and_graded_apart(course):
    """A criterion that needs student code passes live and is found out when its trace is judged."""
    (assignment,) = find_assignments(course)
    test = assignment.tests[1]
    test.source = test.source.replace("lambda: equal(", "lambda: bool(greet) and equal(")
    result = judge_source(assignment, assignment.solution)

    assert [item.passed for _, item in result.criteria] == [True] * 4
    assert result.graded[0][1:] == (4.0, "")
    assert "NameError" in result.graded[1][2]


# ---- answers that end their process, or never end


@pytest.mark.heavy
@pytest.mark.skipif(not hasattr(os, "fork"), reason="os.fork")
def test_an_answer_that_ends_its_process_is_named(course):
    """`sys.exit` ends a cell; `os._exit`, a fork, and what an earlier answer left behind harm no other answer."""
    good = (course / "tests/answers/kecil/right/biasa.py").read_text()
    crew = "import asynclab.grading.checks.crew as crew, os\n"
    later = crew + "crew.judge_source = lambda *trial: os._exit(3)\n"
    sources = [
        good + "import sys\nsys.exit(0)",
        good + "import os\nos._exit(0)",
        "import os\nos.fork()\n" + good,
        later + good,
        good,
    ]
    with Crew(1, course) as crew:
        results = [crew.submit(SLUG, source, 1) for source in sources]
        results = [future.result() for future in results]

    assert [len(item.criteria) for item in results] == [4, 0, 4, 4, 4]
    assert [item.ended for item in results] == ["", "died", "", "", ""]


@pytest.mark.heavy
def test_an_answer_that_never_ends_is_given_up(course, monkeypatch):
    """Its process is killed after the limit, and the others go on in a new one."""
    good = (course / "tests/answers/kecil/right/biasa.py").read_text()
    with Crew(1, course) as crew:
        assert crew.submit(SLUG, good, 1).result().ended == ""
        monkeypatch.setattr(answers, "LIMIT", 1)
        endless = crew.submit(SLUG, "while True: pass", 1).result()
        monkeypatch.undo()

        assert (endless.ended, endless.criteria) == ("endless", ())
        assert len(crew.submit(SLUG, good, 1).result().criteria) == 4


@pytest.mark.parametrize(
    ("result", "what"),
    [
        (Judged(ended="endless"), "ini belum selesai dinilai sesudah 120 detik, lalu dihentikan."),
        (Judged(ended="died", exit_code=0), "ini mengakhiri proses yang menilainya (kode keluar 0)."),
        (Judged(ended="died", exit_code=-9), "ini mengakhiri proses yang menilainya (sinyal 9)."),
        (Judged(fault="SystemExit: 0"), "Sel uji gagal dijalankan dengan jawaban ini: SystemExit: 0"),
    ],
)  # fmt: skip
def test_what_was_not_judged_is_a_problem(result, what):
    """A right, a wrong and the empty answer, and the repetition of the reference, never pass unjudged."""
    problems = [
        *check_right("b", messages.THIS, result),
        *check_wrong("b", wrong(), result),
        *check_unsolved("b", result),
        *check_repeatable("b", judged(("Urut", True, "")), result),
    ]

    assert len(problems) == 4
    assert problems[0] == problems[1]
    assert what in problems[0].what


def test_what_is_named_like_an_answer(course):
    """A folder, a dead link or a pipe called x.py is named, and prevents judging."""
    folder = course / "tests/answers/kecil/right"
    (folder / "a.py").mkdir()
    (folder / "b.py").symlink_to("tidak-ada")
    problems = list(check_text(course, find_assignments(course)[0]))
    fatal = [(item.file[-4:], item.what) for item in problems if item.fatal]

    assert fatal == [("a.py", "Bukan berkas."), ("b.py", "Bukan berkas.")]


# ---- the command


def test_wrong_use(tmp_path, monkeypatch, capsys):
    """Outside a course, an unknown assignment, no worker: one sentence each and exit code 2."""
    monkeypatch.chdir(tmp_path)
    codes = [main(["verify"])]
    monkeypatch.chdir(ROOT)
    codes += [main(["verify", "latihan-9"]), main(["verify", "--workers", "0"])]

    assert codes == [2, 2, 2]
    shown = capsys.readouterr().err
    assert "bukan folder kursus" in shown
    assert "Tugas 'latihan-9' tidak ada" in shown
    assert "--workers 0 tidak mungkin" in shown


@pytest.mark.heavy
def test_the_command_names_what_is_to_be_mended(course, monkeypatch, capsys):
    """File, what is wrong, what mends it; how many; exit code 1."""
    monkeypatch.chdir(course)

    assert main(["verify", "--workers", "1"]) == 1
    shown = capsys.readouterr().out
    assert (
        "tests/answers/kecil/wrong\n    Baru 0 jawaban salah; paling sedikit 12.\n    → " in shown
    )
    assert "release/kecil/kecil.ipynb\n    Versi mahasiswa belum dibuat." in shown
    assert "kehilangan kriteria" not in shown
    assert shown.splitlines()[-1].endswith("berkas.")


@pytest.mark.heavy
def test_an_assignment_of_this_course_proves_itself(monkeypatch, capsys):
    """All checks on one of the seven: its last line says what was proven; exit code 0."""
    monkeypatch.chdir(ROOT)

    assert main(["verify", EXAMPLE]) == 0
    assert capsys.readouterr().out.startswith("1 tugas terbukti: acuan dan 7 jawaban benar")


def test_a_course_without_assignments(course, monkeypatch, capsys):
    """Where nothing was looked at, nothing is proven: a sentence and exit code 1."""
    for folder in ("source/kecil", "tests"):
        shutil.rmtree(course / folder)
    monkeypatch.chdir(course)

    assert main(["verify"]) == 1
    assert "Belum ada tugas di source/" in capsys.readouterr().err


def test_every_sentence_ends():
    """Problems and remedies are sentences or commands, never a stump."""
    samples = [messages.no_notebook("a", []), messages.has_output("a"), messages.drift("a", False)]

    assert all(what.endswith(".") and remedy for what, remedy in samples)
