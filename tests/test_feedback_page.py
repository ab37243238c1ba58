"""What stands on a feedback page, read from a graded notebook."""

import asyncio
import json

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from asynclab import run
from asynclab.findings import at_most
from asynclab.grading import messages as grading_messages
from asynclab.grading.execute import judgement_outputs, trace_output
from asynclab.grading.feedback import messages
from asynclab.grading.feedback.page import read_page
from asynclab.grading.judge import Evidence, judge
from asynclab.grading.outputs import TRACE_MIME

TEST = """from asynclab import Rubric, at_most, equal, run

async def five(world): ...

### BEGIN HIDDEN TESTS
RAHASIA = 1
### END HIDDEN TESTS
trace = run(five)
rubric = Rubric(points=4)
rubric.check("Paling banyak tiga", lambda: at_most(trace.spans("tugas"), 3), points=2)
rubric.check("Hasilnya lima", lambda: equal(trace.note("hasil"), 5), points=2)
rubric
"""


async def five(world):
    async with asyncio.TaskGroup() as group:
        for name in "abcde":
            group.create_task(world.service("tugas", name, seconds=2)())
    world.note("hasil", 5)


def data(grade_id, **options):
    """nbgrader's metadata of a cell, as ReadGrades leaves it."""
    plain = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3}
    return {"nbgrader": {**plain, "grade_id": grade_id, **options}}


def test_cell(**options):
    """A judged test cell."""
    trace = run(five, seed=11)
    evidence = Evidence("tugas-1", TEST, 4.0, [trace])
    (judgement,) = judge([evidence], 11)
    outputs = [*judgement_outputs(judgement, 3), trace_output(evidence, 11)]
    options = {"score": 2.0, "points": 4.0, "judged": True, **options}
    return new_code_cell(
        TEST, metadata=data("tugas-1", grade=True, locked=True, **options), outputs=outputs
    )


test_cell.__test__ = False


def page(*cells, **about):
    """The page of a notebook with these cells, as nbformat reads it from a file."""
    notebook = new_notebook(cells=[new_markdown_cell("# Latihan 9: Coba"), *cells])
    notebook = nbformat.reads(nbformat.writes(notebook), 4)
    return read_page(
        notebook, {"student": "ani", "notebook": "coba", "assignment": "coba", **about}
    )


def test_a_judged_task():
    """Title, points, criteria, and a picture of the run that was kept."""
    soal = new_markdown_cell("## Tugas 1: Bersama\n\nKerjakan.")
    (task,) = page(soal, test_cell()).tasks

    assert (task.title, task.score, task.points) == ("Tugas 1: Bersama", 2.0, 4.0)
    assert [item.state for item in task.items] == ["failed", "passed"]
    assert [item.picture is not None for item in task.items] == [True, False]
    assert task.items[0].section.heading.startswith("Semaphore")


def test_a_picture_is_drawn_once():
    """The same moment of the same run is not drawn again."""
    cell = test_cell()
    first = cell.outputs[0].data["application/vnd.asynclab.rubric+json"]
    first["criteria"].append(dict(first["criteria"][0]))
    items = page(cell).tasks[0].items

    assert [(item.picture is not None, item.repeated) for item in items] == [
        (True, False),
        (False, False),
        (False, True),
    ]


def test_what_waits_for_a_person_has_no_score():
    """And none of the sentences that are for the instructor."""
    error = new_output("error", ename="TidakDinilai", evalue="Sel uji RAHASIA", traceback=[])
    cell = new_code_cell(
        TEST,
        metadata=data("tugas-1", grade=True, score=0.0, points=4.0, judged=False),
        outputs=[error],
    )
    (task,) = page(cell).tasks

    assert (task.score, task.sentence) == (None, messages.UNJUDGED)


def test_a_person_s_score_stands():
    """It says whose it is, and what was added."""
    error = new_output("error", ename="TidakDinilai", evalue="Sel uji RAHASIA", traceback=[])
    options = {"score": 3.0, "points": 4.0, "judged": True, "manual": True, "extra": 0.5}
    cell = new_code_cell(TEST, metadata=data("tugas-1", grade=True, **options), outputs=[error])
    (task,) = page(cell).tasks

    assert (task.score, task.sentence) == (3.0, "")
    assert task.notes == (messages.BY_HAND, messages.extra(0.5))


def test_without_traces_there_are_criteria_and_no_picture():
    """None stored, too large to be stored, malformed."""
    for record in (
        None,
        {"seed": 1, "missing": "", "traces": [], "dropped": True},
        {"seed": 1, "missing": "", "traces": [{"scenario": 1}]},
        7,
    ):
        cell = test_cell()
        cell.outputs[1].data = {} if record is None else {TRACE_MIME: json.dumps(record)}
        (task,) = page(cell).tasks

        assert [(item.state, item.picture) for item in task.items] == [
            ("failed", None),
            ("passed", None),
        ]


def test_a_malformed_rubric_leaves_the_score():
    """A page is made all the same."""
    cell = test_cell()
    cell.outputs[0].data["application/vnd.asynclab.rubric+json"] = {"points": "x"}
    (task,) = page(cell).tasks

    assert (task.score, task.items) == (2.0, [])


def test_a_plain_test_cell_shows_its_error_without_its_traceback():
    """Cells with asserts, graded by stock nbgrader."""
    error = new_output("error", ename="AssertionError", evalue="harus 6", traceback=["RAHASIA = 1"])
    cell = new_code_cell(
        "assert x", metadata=data("tugas-1", grade=True, score=0.0, points=4.0), outputs=[error]
    )

    assert page(cell).tasks[0].sentence == "AssertionError: harus 6"


def test_the_student_s_cells_and_no_test_cell_are_listed():
    """Answers first; a text answer and its teacher's comment too."""
    answer = new_code_cell("x = 1", metadata=data("jawaban-1", solution=True, comment="Bagus."))
    text = new_markdown_cell(
        "Karena", metadata=data("alasan", solution=True, grade=True, score=1.0, points=2.0)
    )
    own = new_code_cell("print(1)")
    made = page(answer, test_cell(), text, own)

    assert [cell.source for cell in made.answers] == ["x = 1", "Karena"]
    assert [cell.source for cell in made.others] == ["print(1)"]
    assert [task.name for task in made.tasks] == ["tugas-1", "alasan"]
    assert [(item.name, item.text) for item in made.comments] == [("jawaban-1", "Bagus.")]


def test_notes_of_the_grader():
    """What was repaired is said; what only the instructor reads is not."""
    repaired = new_markdown_cell(
        f"{grading_messages.REPAIRED}\n\n- sel uji `tugas-1` tidak ada; dikembalikan."
    )
    private = new_markdown_cell(f"{grading_messages.FOR_INSTRUCTOR}\n\n- membaca gradebook.db")

    assert page(repaired, private).notices == [
        "Catatan penilai. Notebook ini diperbaiki sebelum dinilai:",
        "sel uji `tugas-1` tidak ada; dikembalikan.",
    ]


def test_an_answer_that_could_not_be_loaded_is_named():
    """With its error; where it was read without one, nothing is said."""
    error = new_output("error", ename="SyntaxError", evalue="expected ':'", traceback=["x"])
    cell = new_code_cell("def f()", execution_count=4, metadata=data("jawaban-1", solution=True))

    assert page(cell).broken == []
    cell.outputs = [error]
    sentence = messages.broken_answer(4, "SyntaxError: expected ':'")
    assert page(test_cell(), cell).broken == [(4, sentence)]
    assert sentence.endswith("sehingga uji yang memakainya gagal. Perbaiki sel ini dahulu.")


def test_an_answer_that_stopped_without_harm_is_blamed_for_nothing():
    """Where no criterion failed none is said to have, and the error's own full stop is the only one."""
    error = new_output("error", ename="Dihentikan", evalue="Sel ini mati.", traceback=["x"])
    meta = data("jawaban-1", solution=True)
    made = page(new_code_cell("f()", execution_count=4, metadata=meta, outputs=[error]))

    assert "Dihentikan: Sel ini mati. Yang" in made.broken[0][1]
    assert made.broken[0][1].endswith("tetapi tidak ada kriteria yang gagal karenanya.")


def test_the_line_of_a_syntax_error_is_named_as_elsewhere():
    """IPython's name of the cell says little."""
    text = "expected ':' (<ipython-input-4-ed7abd71fe02>, line 59)"
    error = new_output("error", ename="SyntaxError", evalue=text, traceback=["x"])
    meta = data("jawaban-1", solution=True, comment="No response.")
    made = page(new_code_cell("def f()", execution_count=4, metadata=meta, outputs=[error]))

    assert "expected ':' (sel [4] baris 59)" in made.broken[0][1]
    assert made.comments == []


def test_a_file_that_was_no_notebook():
    """The student is told what to do, not the instructor."""
    note = new_markdown_cell(f"{grading_messages.UNREADABLE}\n\n- Mintalah berkas yang utuh.")
    cell = new_code_cell(TEST, metadata=data("tugas-1", grade=True, points=4.0, judged=False))
    made = page(note, cell)

    assert made.notices == [messages.UNREADABLE]
    assert (made.tasks[0].sentence, made.waits) == (messages.NOT_RUN, True)


def test_an_answer_that_is_not_written_is_sent_to_no_lesson():
    """Its run ended before it began."""

    async def five(world):
        raise NotImplementedError

    evidence = Evidence("tugas-1", TEST, 4.0, [run(five, seed=11)])
    (judgement,) = judge([evidence], 11)
    outputs = [*judgement_outputs(judgement, 3), trace_output(evidence, 11)]
    meta = data("tugas-1", grade=True, score=0.0, points=4.0)
    made = page(
        new_code_cell(TEST, metadata=meta, outputs=outputs), assignment="latihan-2-task-queue"
    )

    assert [item.section for item in made.tasks[0].items] == [None, None]


def test_at_most_names_the_lanes():
    """What the picture marks comes from the finding."""
    trace = run(five)

    assert at_most(trace.spans("tugas"), 3).names == tuple("abcde")[:5]
