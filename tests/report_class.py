"""What the tests of the report share: a graded class made by hand, without running anything."""

import datetime
import json

from small_class import generated_course
from tiny_course import GOOD_TOTAL, SLUG, answered, find

from asynclab.grading.definition import read_definition
from asynclab.grading.execute import instructor_note
from asynclab.grading.job import Graded
from asynclab.grading.outputs import ATTEMPT_MIME
from asynclab.grading.writer import Writer
from asynclab.rubric import RUBRIC_MIME, Criterion
from asynclab.schema import to_json

DUE = datetime.datetime(2026, 3, 6, 10)
FAR = """async def total(numbers):
    hasil = 0
    while numbers:
        pertama, *numbers = numbers
        hasil = hasil + pertama if pertama else hasil
    for percobaan in range(3):
        try:
            await asyncio.wait_for(asyncio.sleep(1), timeout=percobaan + 2)
        except asyncio.TimeoutError:
            continue
        else:
            break
    return {"jumlah": hasil}["jumlah"]
"""
RENAMED = FAR.replace("hasil", "h").replace("pertama", "x").replace("percobaan", "coba")


def criterion(sentence, passed, fact="", points=1, **more):
    """A judged criterion as it stands in a notebook."""
    return to_json(Criterion(sentence, points, passed, fact, **more))


def rubric(*criteria):
    """The output that holds them."""
    data = {RUBRIC_MIME: {"points": 4, "criteria": list(criteria)}}
    return {"output_type": "display_data", "metadata": {}, "data": data}


def unjudged(sentence):
    """The output of a test cell that was not judged."""
    return {"output_type": "error", "ename": "TidakDinilai", "evalue": sentence, "traceback": []}


def attempts(*items):
    """The output with what a cell tried."""
    data = {ATTEMPT_MIME: list(items)}
    return {"output_type": "display_data", "metadata": {}, "data": data}


def notebook(release, answer=GOOD_TOTAL, *, outputs=(), sandbox=True, notes=()):
    """A graded notebook: this answer, and these outputs of the first test cell."""
    made = answered(release, answer)
    for count, cell in enumerate(made.cells):
        if cell.cell_type == "code":
            cell.execution_count = count
    data = json.loads(json.dumps(made))
    next(cell for cell in data["cells"] if cell["id"] == "tugas-1")["outputs"] = list(outputs)
    if sandbox is not None:
        data["metadata"]["asynclab"] = {"sandbox": sandbox}
    if notes:
        data["cells"].insert(0, dict(instructor_note(list(notes), made)))
    return json.dumps(data).encode()


class ReportClass:
    """A course with one small assignment, whose results are written as grading would."""

    def __init__(self, folder):
        self.course, self.api = generated_course(folder)
        self.release = self.course.release
        with self.api.gradebook as gradebook:
            gradebook.update_or_create_assignment(SLUG, duedate=DUE)

    def add(self, student, name=""):
        """Somebody of the class."""
        with self.api.gradebook as gradebook:
            gradebook.update_or_create_student(student, first_name=name)

    def grade(self, student, content, scores=(4.0, 3.0), name="", hours=-2.0):
        """Somebody whose submission is graded; hours: after the due date."""
        self.add(student, name)
        keys = [(SLUG, "tugas-1"), (SLUG, "tugas-2")]
        graded = Graded(student, {SLUG: content}, dict(zip(keys, scores)))
        with Writer(self.api) as writer:
            writer.write(
                read_definition(self.api, SLUG), graded, {}, DUE + datetime.timedelta(hours=hours)
            )

    def path(self, student):
        """The graded notebook."""
        return self.course.folder / "autograded" / student / SLUG / f"{SLUG}.ipynb"


__all__ = [
    "DUE",
    "FAR",
    "RENAMED",
    "SLUG",
    "ReportClass",
    "attempts",
    "criterion",
    "find",
    "notebook",
    "rubric",
    "unjudged",
]
