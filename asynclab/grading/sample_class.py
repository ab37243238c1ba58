"""A class of invented students whose submissions are drawn from the answers and from everyday accidents."""

from __future__ import annotations

import ast
import datetime
import hashlib
import random
from dataclasses import dataclass
from pathlib import Path

import nbformat

from asynclab.grading.course import read_answers

__all__ = ["DUE", "STUDENTS", "Student", "Submission", "draw_submissions", "submit"]

DUE = datetime.datetime(2026, 3, 6, 10, 0, tzinfo=datetime.UTC)
"""When the sample assignments are due."""


@dataclass(frozen=True)
class Student:
    """A row of the class list."""

    id: str
    first_name: str
    last_name: str


@dataclass(frozen=True)
class Submission:
    """What one student hands in for one assignment.

    label: what it is, in Indonesian; content: the file's bytes, None where nothing is handed in;
    late: how long after the due date it arrives; early: how long before it, where it is not late.
    """

    student: Student
    slug: str
    label: str
    content: bytes | None
    late: datetime.timedelta = datetime.timedelta(0)
    early: datetime.timedelta = datetime.timedelta(hours=20)


NAMES = (
    "Adit Nugroho", "Ayu Lestari", "Bagas Saputra", "Citra Dewi", "Dimas Pratama", "Dian Puspita",
    "Eka Wijaya", "Fajar Ramadhan", "Gita Maharani", "Hendra Gunawan", "Indah Permata", "Joko Susilo",
    "Kartika Sari", "Lukman Hakim", "Maya Anggraini", "Nanda Kurnia", "Putri Handayani", "Rizky Maulana",
    "Sinta Wulandari", "Taufik Hidayat", "Umi Kalsum", "Vina Oktaviani", "Wahyu Setiawan", "Yusuf Abdullah",
)  # fmt: skip


def make_students(count) -> list[Student]:
    """`count` students; beyond the listed names they are numbered."""
    students = []
    for number in range(count):
        first, last = NAMES[number % len(NAMES)].split()
        suffix = f"-{number // len(NAMES) + 1}" if number >= len(NAMES) else ""
        students.append(Student(f"{first}{suffix}".lower(), first, f"{last}{suffix}"))
    return students


STUDENTS = make_students(len(NAMES))


def draw_submissions(
    root, release: bytes, slug: str, students, seed=11, accidents=True
) -> list[Submission]:
    """One submission per student: every accident once, then right and wrong answers in turn.

    root: the course folder with `tests/answers/`; release: the student version's bytes;
    accidents: False for answers only.
    The same arguments give the same class.
    """
    draw = random.Random(f"{seed} {slug}")
    answers = read_answers(root, slug)
    right = [answer for answer in answers if answer.path.parent.name == "right"]
    wrong = [answer for answer in answers if answer.path.parent.name == "wrong"]
    draw.shuffle(right)
    draw.shuffle(wrong)
    made = [
        accident(release, right[number % len(right)].source)
        for number, accident in enumerate(ACCIDENTS)
    ]
    made = made[: len(students) // 2] if accidents else []
    for number in range(len(students) - len(made)):
        answer = (wrong if number % 3 else right).pop()
        (wrong if number % 3 else right).insert(0, answer)
        made.append((_label(answer), fill_in(release, answer.source), 0))
    draw.shuffle(made)
    return [
        Submission(
            student, slug, label, content, datetime.timedelta(hours=hours), _draw_early(draw)
        )
        for student, (label, content, hours) in zip(students, made)
    ]


def submit(submission: Submission, exchange, course_id="modul11") -> Path | None:
    """Put a submission where `nbgrader submit` would: the course's inbound folder of the exchange.

    Returns the folder, or None where nothing is handed in.
    """
    if submission.content is None:
        return None
    moment = DUE + submission.late if submission.late else DUE - submission.early
    stamp = moment.strftime("%Y-%m-%d %H:%M:%S.%f UTC")
    folder = Path(
        exchange, course_id, "inbound", f"{submission.student.id}+{submission.slug}+{stamp}"
    )
    folder.mkdir(parents=True)
    (folder / f"{submission.slug}.ipynb").write_bytes(submission.content)
    (folder / "timestamp.txt").write_text(stamp)
    # nbgrader names released feedback after it; a fixed one keeps two demos equal.
    secret = hashlib.sha256(folder.name.encode()).hexdigest()
    (folder / "submission_secret.txt").write_text(secret)
    return folder


def _draw_early(draw):
    """Most hand in on the last day, hardly anybody more than five days before."""
    return datetime.timedelta(minutes=round(min(draw.expovariate(1 / 1500), 7200)) + 3)


def fill_in(release: bytes, answer: str) -> bytes:
    """The student version with an answer in its first solution cell and the other ones emptied."""
    return _edit(release, lambda cells: _write_answer(cells, answer))


# ---- accidents: (release, a right answer) -> (label, bytes or None, hours late)


def _empty(release, answer):
    return "versi mahasiswa, belum dikerjakan", release, 0


def _nothing(release, answer):
    return "tidak mengumpulkan", None, 0


def _late(release, answer):
    return "benar, terlambat 30 jam", fill_in(release, answer), 30


def _not_json(release, answer):
    return "berkas terpotong, bukan notebook", fill_in(release, answer)[:1500], 0


def _with_cell(label, source):
    def accident(release, answer):
        def change(cells):
            _write_answer(cells, answer)
            at = next(index for index, cell in enumerate(cells) if _flag(cell, "grade"))
            cells.insert(at, nbformat.v4.new_code_cell(source, id="percobaan"))

        return label, _edit(release, change), 0

    return accident


def _deleted(release, answer):
    def change(cells):
        _write_answer(cells, answer)
        cells.remove(_tests(cells)[1])

    return "benar, satu sel uji terhapus", _edit(release, change), 0


def _duplicated(release, answer):
    def change(cells):
        _write_answer(cells, answer)
        copy = nbformat.from_dict(_tests(cells)[0])
        copy.id = "salinan"
        cells.append(copy)

    return "benar, satu sel uji digandakan", _edit(release, change), 0


def _retyped(release, answer):
    def change(cells):
        _write_answer(cells, answer)
        test = _tests(cells)[-1]
        cells[cells.index(test)] = nbformat.v4.new_markdown_cell(
            test.source, id=test.id, metadata=test.metadata
        )

    return "benar, satu sel uji menjadi Markdown", _edit(release, change), 0


def _skipped(release, answer):
    def change(cells):
        for test in _tests(cells):
            test.source = "pass"
            test.metadata["tags"] = ["skip-execution"]

    return "sel uji dikosongkan dan dilewati", _edit(release, change), 0


ACCIDENTS = (
    _with_cell("benar, tetapi satu sel menunggu selamanya", "await asyncio.Queue().get()"),
    _with_cell("benar, tetapi satu sel mematikan prosesnya", "import os\nos._exit(1)"),
    _with_cell(
        "benar, tetapi satu sel berputar tanpa henti",
        "async def putar():\n    while True:\n        pass\n\nawait putar()",
    ),
    _empty,
    _nothing,
    _late,
    _not_json,
    _deleted,
    _duplicated,
    _retyped,
    _skipped,
)


def _label(answer):
    kind = "benar" if answer.path.parent.name == "right" else "keliru"
    return f"{kind}: {answer.path.stem.replace('-', ' ')}"


def _edit(release, change) -> bytes:
    notebook = nbformat.reads(release.decode(), 4)
    change(notebook.cells)
    return (nbformat.writes(notebook, indent=1) + "\n").encode()


def _write_answer(cells, answer):
    solutions = [cell for cell in cells if _flag(cell, "solution")]
    body = ast.parse(answer)
    if ast.get_docstring(body) is not None:
        answer = "\n".join(answer.splitlines()[body.body[0].end_lineno :]).strip()
    solutions[0].source = answer
    for cell in solutions[1:]:
        cell.source = "# Jawaban saya ada di sel jawaban pertama."


def _tests(cells):
    return [cell for cell in cells if _flag(cell, "grade")]


def _flag(cell, name):
    return cell.metadata.get("nbgrader", {}).get(name, False)
