"""Every accident that stock nbgrader was measured to lose, through stock `nbgrader autograde`."""

import json
import os
import re
from types import SimpleNamespace

import nbformat
import pytest
from nbformat.v4 import new_code_cell
from tiny_course import GOOD_TOTAL, SLUG, TinyCourse, answered, find, index

from asynclab.grading.outputs import TRACE_MIME, read_record
from asynclab.rubric import RUBRIC_MIME

pytestmark = pytest.mark.heavy

FULL = {"tugas-1": 4, "tugas-2": 3}
GREET_ONLY = {"tugas-1": 0, "tugas-2": 3}

# What a student's own cell may do: everything else is graded, and the cell has a sentence.
CELLS = {
    "kebuntuan": ("await asyncio.Queue().get()", "Kebuntuan (deadlock): sel ini menunggu"),
    "berputar": (
        "async def spin():\n    while True: pass\n\nawait spin()",
        "belum selesai setelah 2 detik, lalu dihentikan, di spin() pada sel [3] baris 2: `while True: pass`",
    ),
    "menelan": (
        "while True:\n    try:\n        await asyncio.sleep(1)\n    except BaseException:\n        pass",
        "belum selesai sesudah satu jam waktu maya",
    ),
    "menelan-nyata": (
        "while True:\n    try:\n        while True: pass\n    except BaseException:\n        pass",
        "belum selesai setelah 2 detik",
    ),
    "tuli": ("sum(range(10**13))", "belum selesai setelah 2 detik"),
    "mati": ("import os\nos._exit(3)", "mati, misalnya oleh os._exit()"),
    # The first process of a process table is spared its own signals.
    "bunuh-diri": ("import os, signal\nos.kill(os.getpid(), 9)", ""),
    "keluar": ("import sys\nsys.exit(1)", "memanggil exit() atau sys.exit()"),
    "banjir": ("while True:\n    print('x' * 500)", "keluaran sel ini terlalu panjang"),
    "rakus": ("hoard = bytearray(8 << 30)", "MemoryError"),
    "diam": ("asyncio.sleep(1)", ""),
    "nest": (
        "import nest_asyncio\nnest_asyncio.apply()\nasyncio.run(total([1]))",
        "1",
    ),
}

# What an answer may do when it is called: its own test cell fails with a sentence, the other does not.
ANSWERS = {
    "fungsi-buntu": ("await asyncio.Queue().get()", "Kebuntuan (deadlock) pada t=0 s"),
    "fungsi-berputar": ("while True:\n        await asyncio.sleep(0)", "berputar tanpa henti"),
    "fungsi-mati": ("import os; os._exit(1)", "mati sebelum sel uji ini selesai"),
    "fungsi-keluar": ("raise SystemExit", "SystemExit"),
    "fungsi-tuli": ("sum(range(10**13))", "tidak selesai dalam 4 detik, lalu dihentikan"),
    "lupa-await": ("asyncio.sleep(1)\n    return sum(numbers)", "`total` memakan 0 detik"),
}


def _mangled(course):
    """Notebooks that stock nbgrader can't grade, or grades wrongly."""
    good, made = answered(course.release), {}

    def variant(name, notebook=None):
        made[name] = notebook or answered(course.release)
        return made[name]

    variant("benar")
    variant("kosong", course.release)
    variant("uji-hilang").cells.remove(find(made["uji-hilang"], "tugas-2"))
    notebook = variant("uji-ganda")
    notebook.cells.insert(index(notebook, "tugas-1"), _copy(find(notebook, "tugas-1")))
    notebook = variant("jawaban-dibelah")
    cell = find(notebook, "jawaban-2")
    notebook.cells.insert(index(notebook, "jawaban-2"), _copy(cell, 'AWAL = "Halo"'))
    cell.source = cell.source.replace("Halo", "{AWAL}")
    find(variant("uji-jadi-teks"), "tugas-1").cell_type = "markdown"
    variant("jawaban-jadi-teks").cells[index(good, "jawaban-2")].cell_type = "raw"
    for name, change in {
        "uji-lewati": {"tags": ["skip-execution"]},
        "uji-longgar": {"nbgrader": {"grade": False}},
        "uji-jawaban": {"nbgrader": {"solution": True, "locked": False}},
        "uji-seribu": {"nbgrader": {"points": 1000}},
        "uji-tua": {"nbgrader": {"schema_version": 1}},
    }.items():
        notebook = variant(name, answered(course.release, total="total = 'tidak ada'"))
        metadata = find(notebook, "tugas-1").metadata
        metadata.nbgrader.update(change.get("nbgrader", {}))
        metadata["tags"] = change.get("tags", [])
    find(variant("uji-diganti"), "tugas-1").source = "4.0"
    extra = new_code_cell("99.0", id="tambahan")
    extra.metadata["nbgrader"] = find(good, "tugas-2").metadata.nbgrader | {"grade_id": "tugas-9"}
    variant("uji-tambahan").cells.append(extra)
    variant("kernel-asing").metadata["kernelspec"] = {
        "name": "ir",
        "display_name": "R",
        "language": "R",
    }
    for cell in variant("tanpa-metadata").cells:
        cell.metadata.clear()
    return made


def _copy(cell, source=None):
    copied = nbformat.from_dict(json.loads(json.dumps(cell)))
    copied["id"] = cell["id"] + "-salinan"
    if source is not None:
        copied.source = source
    return copied


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A class with one student for every accident, graded by one run of `nbgrader autograde`."""
    limits = "c.ExecuteAndJudge.timeout = 2\nc.ExecuteAndJudge.scenario_timeout = 4\n"
    course = TinyCourse(tmp_path_factory.mktemp("kursus"), limits)
    assert course.nbgrader("generate_assignment", SLUG).returncode == 0
    for name, notebook in _mangled(course).items():
        course.submit(name, notebook)
    for name, (source, _) in CELLS.items():
        notebook = answered(course.release)
        notebook.cells.insert(index(notebook, "tugas-1"), new_code_cell(source, id="sel-sendiri"))
        course.submit(name, notebook)
    for name, (body, _) in ANSWERS.items():
        total = f"async def total(numbers):\n    {body}\n"
        course.submit(name, answered(course.release, total=total))
    loop = GOOD_TOTAL + "\nasync def forever():\n    while True: pass\n\nawait forever()"
    course.submit("jawaban-berputar", answered(course.release, total=loop))
    course.submit("rusak", b'{"cells": [')
    course.submit("bukan-notebook", b"[1, 2]")
    secret = course.folder / "source" / SLUG / f"{SLUG}.ipynb"
    folder = course.submit("tautan", answered(course.release, total="total = 0"))
    (folder / "data.txt").symlink_to(secret)
    os.mkfifo(folder / "pipa")
    folder = course.submit("tautan-notebook", b"")
    (folder / f"{SLUG}.ipynb").unlink()
    (folder / f"{SLUG}.ipynb").symlink_to(secret)
    course.done = course.nbgrader("autograde", SLUG)
    return course


def text_of(cell):
    """Everything that stands under a cell."""
    parts = []
    for output in cell.outputs:
        if output.output_type == "stream":
            parts.append(output.text)
        elif output.output_type == "error":
            parts += [output.ename, output.evalue, *output.traceback]
        else:
            parts += [str(value) for kind, value in output.data.items() if kind != TRACE_MIME]
    return re.sub(r"</?code>", "`", "\n".join(parts))


def test_the_run_ends_well(course):
    """One run grades everybody; nothing aborts the batch, and no traceback is shown."""
    assert course.done.returncode == 0
    assert "Traceback" not in course.done.stderr


@pytest.mark.parametrize("student", CELLS)
def test_a_cell_loses_nothing_but_itself(course, student):
    """Whatever one cell does, it gets its sentence and all points of the others are kept."""
    cell = find(course.graded(student), "sel-sendiri")

    assert course.scores(student) == FULL
    assert CELLS[student][1] in text_of(cell)


@pytest.mark.parametrize("student", ANSWERS)
def test_an_answer_fails_by_itself(course, student):
    """An answer that hangs or kills fails its own criteria with a sentence; the other test cell is graded."""
    scores = course.scores(student)

    assert scores["tugas-2"] == 3
    assert scores["tugas-1"] == (3 if student == "lupa-await" else 0)
    assert ANSWERS[student][1] in text_of(find(course.graded(student), "tugas-1"))


@pytest.mark.parametrize(
    "student",
    [
        "benar",
        "uji-hilang",
        "uji-ganda",
        "jawaban-dibelah",
        "uji-jadi-teks",
        "jawaban-jadi-teks",
        "uji-diganti",
        "uji-tambahan",
        "kernel-asing",
        "tanpa-metadata",
        "jawaban-berputar",
    ],
)
def test_a_right_answer_scores_however_the_notebook_is_mangled(course, student):
    """What belongs to the instructor is put back, what belongs to the student counts."""
    assert course.scores(student) == FULL


@pytest.mark.parametrize(
    "student", ["uji-lewati", "uji-longgar", "uji-jawaban", "uji-seribu", "uji-tua"]
)
def test_changed_metadata_gain_nothing(course, student):
    """Tags and nbgrader metadata are the release version's: a wrong answer stays wrong."""
    assert course.scores(student) == GREET_ONLY


def test_an_unsolved_notebook_scores_nothing(course):
    """The notebook as shipped: no points, and each cell says why."""
    assert course.scores("kosong") == {"tugas-1": 0, "tugas-2": 0}
    assert "NotImplementedError" in text_of(find(course.graded("kosong"), "tugas-1"))


@pytest.mark.parametrize("student", ["rusak", "bukan-notebook"])
def test_a_file_that_is_no_notebook_waits_for_a_person(course, student):
    """No score, a note at the top of the graded notebook, and the reason in the log."""
    note = course.graded(student).cells[0].source

    assert course.scores(student) == {"tugas-1": None, "tugas-2": None}
    assert "tidak dapat dibaca sebagai notebook" in note
    assert f"{student}, {SLUG}: tidak dinilai" in course.done.stderr


def test_a_link_is_not_followed(course):
    """A link is moved out of the submission before nbgrader copies what it points to; so is a pipe."""
    kept = sorted(path.name for path in (course.folder / "autograded" / "tautan" / SLUG).iterdir())
    aside = course.folder / "disisihkan" / "submitted" / "tautan" / SLUG

    assert kept == [f"{SLUG}.ipynb"]
    assert (aside / "data.txt").is_symlink()
    assert (aside / "pipa").exists()
    assert course.scores("tautan") == GREET_ONLY


def test_a_notebook_that_is_a_link_is_not_graded(course):
    """Nobody gets points for a link to the solution; the log names it, the others are graded."""
    assert not (course.folder / "autograded" / "tautan-notebook").exists()
    assert "tautan-notebook" in course.done.stderr


def test_a_test_cell_holds_number_table_and_traces(course):
    """The number for nbgrader, the table for the student, the criteria and traces for programs."""
    result, record = find(course.graded("benar"), "tugas-1").outputs

    assert (result.output_type, result.data["text/plain"]) == ("execute_result", "4.0")
    assert "Menjumlahkan dua puluh angka" in result.data["text/html"]
    assert [item["points"] for item in result.data[RUBRIC_MIME]["criteria"]] == [1, 1, 2]
    traces = read_record([record])["traces"]
    assert [item["scenario"] for item in traces] == ["three", "many"]


def test_nothing_is_on_stderr_of_a_test_cell(course):
    """nbgrader gives 0 points for anything there."""
    streams = [
        (student, output)
        for student in [*CELLS, *ANSWERS, "benar"]
        for name in ("tugas-1", "tugas-2")
        for output in find(course.graded(student), name).outputs
        if output.output_type == "stream"
    ]

    assert streams == []


def test_every_repair_is_named(course):
    """The graded notebook begins with what was done to it."""
    notes = {
        student: course.graded(student).cells[0].source
        for student in ("uji-hilang", "uji-ganda", "uji-lewati", "kernel-asing", "uji-tambahan")
    }

    assert "`tugas-2` tidak ada" in notes["uji-hilang"]
    assert "`tugas-1` ada lebih dari satu kali" in notes["uji-ganda"]
    assert "skip-execution" in notes["uji-lewati"]
    assert "kernel notebook ini adalah `R`" in notes["kernel-asing"]
    assert "`tugas-9` mengaku sel penilaian" in notes["uji-tambahan"]
    assert "Catatan penilai" not in course.graded("benar").cells[0].source


def test_grading_again_gives_the_same(course):
    """The same seed, the same scores and the same traces."""
    before = SimpleNamespace(scores=course.scores("benar"), notebook=course.graded("benar"))
    done = course.nbgrader("autograde", SLUG, "--force", "--student", "benar")
    after = SimpleNamespace(scores=course.scores("benar"), notebook=course.graded("benar"))

    assert done.returncode == 0
    assert _without_real_time(after.notebook) == _without_real_time(before.notebook)
    assert after.scores == before.scores


def _without_real_time(notebook):
    return re.sub(r"'wall': \{[^}]*\}", "", str(notebook))


def test_a_killed_grader_leaves_nobody_out(course):
    """What a dead grader left half-made is graded again; stock nbgrader would skip it for ever."""
    folder = course.folder / "autograded" / "benar" / SLUG
    (folder / f"{SLUG}.ipynb").unlink()
    (folder / ".sedang-dinilai").write_text('{"host": "", "pid": 1, "born": 0}')
    os.utime(folder / ".sedang-dinilai", (0, 0))
    done = course.nbgrader("autograde", SLUG, "--student", "benar")

    assert "penilaian sebelumnya terputus" in done.stderr
    assert sorted(path.name for path in folder.iterdir()) == [f"{SLUG}.ipynb"]
    assert course.scores("benar") == FULL


def test_feedback_shows_sentences_and_no_hidden_test(course):
    """The page has the table and the sentence; neither source nor trace of a hidden test."""
    course.submit("salah", answered(course.release, total=GOOD_TOTAL.replace("sum", "len")))
    course.nbgrader("autograde", SLUG, "--student", "salah")
    done = course.nbgrader("generate_feedback", SLUG, "--student", "salah")
    page = (course.folder / "feedback" / "salah" / SLUG / f"{SLUG}.html").read_text()

    assert done.returncode == 0
    assert "menghasilkan 3; seharusnya 6" in page
    assert "Menjumlahkan dua puluh angka" in page
    assert [
        word for word in ("RAHASIA", "BEGIN HIDDEN", "twenty", "fingerprint") if word in page
    ] == []
