"""From rows and evidence to what an instructor wants to know."""

import datetime

import pytest

from asynclab.grading import messages as grading_messages
from asynclab.grading.report import messages
from asynclab.grading.report.collect import Material
from asynclab.grading.report.digest import digest, find_class
from asynclab.grading.report.evidence import Given
from asynclab.grading.report.records import Evidence, Notice, Student
from asynclab.grading.report.roster import Entry, Listed
from asynclab.rubric import Criterion

DUE = datetime.datetime(2026, 3, 6, 10)
KEYS = [("n", "tugas-2"), ("n", "tugas-10"), ("n", "tugas-1")]


def make(evidence, scores=None, pending=(), **given):
    """The report of an assignment with these notebooks, by student."""
    listed = Listed("kecil", DUE, dict.fromkeys(KEYS, 5.0))
    scores = scores or {}
    for student in evidence:
        points = dict(zip(KEYS, scores.get(student, (5.0, 5.0, 5.0))))
        listed.entries[student] = Entry(DUE, datetime.timedelta(0), points)
    material = Material(
        listed,
        {"n": Given(**given)},
        evidence={student: {"n": item} for student, item in evidence.items()},
        pending=list(pending),
    )
    return digest(material, [Student(name) for name in ("ani", "budi", "citra")])


def names(students):
    return [student.id for student in students]


def failed(sentence, fact, **more):
    return ("tugas-1", Criterion(sentence, 1, False, fact, **more))


def test_tasks_in_the_order_of_the_notebook():
    """With the headings above them; where the student version is lost, by number."""
    given = {
        "order": ["tugas-2", "tugas-1", "tugas-10"],
        "headings": {"tugas-2": "Tugas 2: Dua", "": "Kecil"},
    }

    assert [task.title for task in make({}, **given).tasks] == [
        "Tugas 2: Dua",
        "tugas-1",
        "tugas-10",
    ]
    assert [task.title for task in make({}).tasks] == ["tugas-1", "tugas-2", "tugas-10"]
    assert make({}, **given).title == "Kecil"


def test_who_is_where():
    """Graded, waiting to be graded, missing; somebody in submitted/ need not be in the class."""
    report = make({"ani": Evidence(answer="x")}, pending=["budi", "asing"])

    assert [(row.student.id, row.graded) for row in report.rows] == [
        ("ani", True), ("budi", False), ("citra", False), ("asing", False),
    ]  # fmt: skip
    assert names(report.missing) == ["citra"]
    assert names(report.pending) == ["budi", "asing"]


def test_the_class_is_the_same_for_every_assignment():
    """Who stands in no gradebook yet, since one hand-in can't be read, counts for the others too."""
    entry = Entry(DUE, datetime.timedelta(0))
    first = Material(Listed("satu", DUE), pending=["rusak"])
    second = Material(Listed("dua", DUE, entries={"ani": entry, "asing": entry}))
    people = find_class([first, second], [Student("budi"), Student("ani")])

    assert names(people) == ["budi", "ani", "asing", "rusak"]
    assert [len(digest(item, people).rows) for item in (first, second)] == [4, 4]


def test_criteria_that_fail_most_come_first():
    """With those who fail; met ones and those that nobody reached are left out."""
    met = ("tugas-1", Criterion("c", 1, True))
    unreached = ("tugas-1", Criterion("b", 1, False, "sama", skipped=True))
    report = make(
        {
            "ani": Evidence((failed("a", "satu"), failed("b", "dua"), met), answer="x"),
            "budi": Evidence((met, failed("b", "dua"), met), answer="x"),
            "citra": Evidence((failed("d", "x", skipped=True), unreached), answer="x"),
        }
    )

    found = [(x.sentence, names(x.failed), x.judged, x.unreached) for x in report.criteria]
    assert found == [("b", ["ani", "budi"], 3, 1), ("a", ["ani"], 1, 0)]


def test_examples_that_differ_in_numbers_are_one():
    """Three at most, the most frequent first, only the first line of each."""
    facts = ["Mulai t=1,5 s di `a()`.\nLagi.", "Lain.", "Mulai t=2 s di `b()`."]
    people = ("ani", "budi", "citra")
    report = make(
        {name: Evidence((failed("a", fact),), answer="x") for name, fact in zip(people, facts)}
    )
    examples = [(text, names(students)) for text, students in report.criteria[0].examples]

    assert examples == [("Mulai t=1,5 s di `a()`.", ["ani", "citra"]), ("Lain.", ["budi"])]


def test_who_wrote_nothing_says_nothing_about_criteria():
    """They are named apart; somebody whose notebook is lost is not one of them."""
    empty = Evidence((failed("a", "kosong"),))
    report = make({"ani": empty, "budi": Evidence(problem="hilang"), "citra": Evidence(answer="x")})

    assert names(report.blank) == ["ani"]
    assert report.criteria == ()
    assert [(student.id, text) for student, text in report.problems] == [
        ("budi", "autograded/budi/kecil/n.ipynb: hilang.")
    ]


@pytest.mark.parametrize(
    ("fault", "first"),
    [
        (grading_messages.unreadable_notebook("x"), "asynclab grade kecil --force --student ani"),
        (grading_messages.no_sandbox("x", "y"), "asynclab doctor"),
        (grading_messages.child_lacking("x"), "asynclab doctor"),
        (grading_messages.judge_broke("t", "x"), "nbgrader generate_assignment --force kecil"),
        (
            grading_messages.points_differ("t", 1, 2, 3),
            "nbgrader generate_assignment --force kecil",
        ),
        (
            grading_messages.criterion_broke("t", "a", "x"),
            "nbgrader generate_assignment --force kecil",
        ),
        (
            grading_messages.test_cell_syntax("t", 1, "x"),
            "nbgrader generate_assignment --force kecil",
        ),
        (grading_messages.engine_broke("x"), "asynclab grade kecil --force --student ani"),
        (grading_messages.no_rubric("t"), None),
        (None, None),
    ],
)
def test_every_fault_has_its_remedy(fault, first):
    """The exact command; where only a person can judge, the way to Formgrader."""
    faults = (("tugas-1", fault),) if fault else ()
    report = make({"ani": Evidence(faults=faults)}, {"ani": (5.0, 5.0, None)})
    (item,) = report.unjudged

    assert item.reason == (fault or messages.WAITS_FOR_HAND)
    assert (item.commands or (None,))[0] == first
    assert ("Formgrader" in item.advice) == (first is None)
    assert [task.key[1] for task in item.tasks] == ["tugas-1"]


def test_the_same_fault_of_many_is_said_once():
    """With all of them in one command; a name that a shell would take apart is quoted."""
    fault = grading_messages.engine_broke("x")
    evidence = {name: Evidence(faults=(("tugas-1", fault),)) for name in ("ani", "budi")}
    report = make(evidence, {"ani": (1, 1, None), "budi": (1, 1, None)})

    (item,) = report.unjudged
    assert item.commands == ("asynclab grade kecil --force --student ani --student budi",)
    assert messages.commands("again", "a b", [Student("x; y")]) == (
        "asynclab grade 'a b' --force --student 'x; y'",
    )
    assert messages.commands("again", "t", [Student(str(n)) for n in range(50)]) == (
        "asynclab grade t --force",
    )


def test_whose_code_ran_where():
    """Only of those whose code was judged."""
    report = make(
        {
            "ani": Evidence(answer="x", sandboxed=False),
            "budi": Evidence(answer="x", sandboxed=None),
            "citra": Evidence(sandboxed=None),
        },
        {"citra": (None, None, None)},
    )

    assert (names(report.unsandboxed), names(report.unrecorded)) == (["ani"], ["budi"])


def test_what_stands_out():
    """By student, as found."""
    notice = Notice(3, 2, "x", "y")
    report = make({"ani": Evidence(answer="x"), "budi": Evidence(notices=(notice,), answer="x")})

    assert [(student.id, found) for student, found in report.notices] == [("budi", (notice,))]


def test_points():
    """A penalty takes points off, down to 0; late is after the student's own due date."""
    listed = Listed("t", DUE, {KEYS[0]: 5.0})
    day = datetime.timedelta(days=1)
    listed.entries["ani"] = Entry(DUE + day, datetime.timedelta(0), {KEYS[0]: 5.0}, penalty=2.0)
    listed.entries["budi"] = Entry(DUE + day, day, {KEYS[0]: 1.0}, penalty=2.0)
    listed.entries["citra"] = Entry(None, day, {KEYS[0]: None})
    report = digest(
        Material(listed, {"n": Given()}), [Student(x) for x in ("ani", "budi", "citra")]
    )

    found = [(row.total, row.late, row.judged, row.has_points) for row in report.rows]
    assert found == [(3.0, 24.0, True, True), (0.0, 0.0, True, True), (0.0, 0.0, False, False)]
