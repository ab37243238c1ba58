"""Digest: from rows and evidence to what an instructor wants to know; pure functions of data."""

from __future__ import annotations

import re
from collections import defaultdict

from asynclab.grading.report import messages
from asynclab.grading.report.collect import Material
from asynclab.grading.report.records import (
    AssignmentReport,
    CriterionCount,
    Row,
    Student,
    Task,
    Unjudged,
)
from asynclab.grading.report.similarity import find_pairs

__all__ = ["digest", "find_class"]

EXAMPLES = 3
FACT_LIMIT = 300


def digest(material: Material, students: list[Student]) -> AssignmentReport:
    """All about one assignment, for this class, to which everyone of `find_class` belongs."""
    listed = material.listed
    people = {student.id: student for student in find_class([material], students)}
    tasks = make_tasks(material)
    rows = tuple(make_row(person, listed, tasks) for person in people.values())
    judged = {row.student.id for row in rows if row.judged}
    sandboxed = {
        # Where nothing was judged nothing may have run; a notebook that can't be read says nothing.
        student: {x.sandboxed for x in notebooks.values() if student in judged and not x.problem}
        for student, notebooks in material.evidence.items()
    }
    answers = {
        student: "\n\n\n".join(item.answer for item in notebooks.values() if item.answer)
        for student, notebooks in material.evidence.items()
    }
    given = [source for item in material.given.values() for source in item.sources]
    pairs = find_pairs(answers, [*given, *material.reference])
    blank = {key for key in judged if answers.get(key) == ""}
    blank -= {
        key for key, items in material.evidence.items() if any(x.problem for x in items.values())
    }
    shown = {key for pair in pairs for key in (pair.first, pair.second)}
    return AssignmentReport(
        slug=listed.slug,
        title=next(
            (item.headings[""] for item in material.given.values() if item.headings.get("")), ""
        ),
        due=listed.due,
        tasks=tasks,
        rows=rows,
        criteria=tuple(count_criteria(material, tasks, people, blank)),
        unjudged=tuple(explain_unjudged(material, tasks, rows)),
        pending=tuple(people[id] for id in material.pending),
        problems=tuple(
            (
                people[student],
                messages.problem(f"autograded/{student}/{listed.slug}/{name}.ipynb", item.problem),
            )
            for student, notebooks in material.evidence.items()
            for name, item in notebooks.items()
            if item.problem
        ),
        notices=tuple(
            (people[student], found)
            for student, notebooks in material.evidence.items()
            if (found := tuple(notice for item in notebooks.values() for notice in item.notices))
        ),
        blank=tuple(people[key] for key in sorted(blank)),
        pairs=tuple(pairs),
        answers={key: answers[key] for key in sorted(shown)},
        unsandboxed=tuple(people[key] for key, said in sandboxed.items() if False in said),
        unrecorded=tuple(
            people[key] for key, said in sandboxed.items() if None in said and False not in said
        ),
    )


def find_class(materials: list[Material], students: list[Student]) -> list[Student]:
    """The students of the gradebook, then who has handed in any of these assignments without standing there."""
    known = {student.id for student in students}
    found = {id for item in materials for id in (*item.listed.entries, *item.pending)}
    return [*students, *(Student(id) for id in sorted(found - known))]


def make_tasks(material) -> tuple[Task, ...]:
    """The graded cells in the order of the notebook; where that is unknown, in the order of their numbers."""

    def place(key):
        order = material.given[key[0]].order
        return key[0], order.index(key[1]) if key[1] in order else len(order), _natural(key[1])

    keys = sorted(material.listed.points, key=place)
    titles = [material.given[notebook].headings.get(cell) or cell for notebook, cell in keys]
    return tuple(Task(key, title, material.listed.points[key]) for key, title in zip(keys, titles))


def make_row(student, listed, tasks) -> Row:
    """One student's points."""
    entry = listed.entries.get(student.id)
    if entry is None:
        return Row(student, tuple(None for _ in tasks), graded=False)
    scores = tuple(entry.scores.get(task.key) for task in tasks)
    return Row(student, scores, entry.penalty, entry.handed_in, listed.late(student.id))


def count_criteria(material, tasks, people, without=()) -> list[CriterionCount]:
    """Every criterion that somebody did not meet, those that most people missed first.

    without: ids of students who wrote nothing; they say nothing about what is hard.
    """
    known = {task.key: task for task in tasks}
    judged, failed, unreached = defaultdict(int), defaultdict(list), defaultdict(int)
    for student, notebooks in material.evidence.items():
        for name, item in notebooks.items() if student not in without else ():
            for cell, criterion in item.criteria:
                key = (name, cell), criterion.sentence, criterion.points
                judged[key] += criterion.passed is not None
                if criterion.skipped:
                    unreached[key] += 1
                elif criterion.passed is False:
                    failed[key].append((people[student], criterion.fact))
    places = {task.key: number for number, task in enumerate(tasks)}
    counts = [
        CriterionCount(
            task=known[key[0]],
            sentence=key[1],
            points=key[2],
            judged=judged[key],
            failed=tuple(student for student, _ in failed[key]),
            examples=tuple(choose_examples(failed[key])),
            unreached=unreached[key],
        )
        for key in judged
        if key[0] in known and failed[key]
    ]
    return sorted(
        counts, key=lambda item: (-len(item.failed), -item.unreached, places[item.task.key])
    )


def choose_examples(facts) -> list[tuple[str, tuple[Student, ...]]]:
    """What happened to most: sentences that differ only in numbers and quoted code count as the same."""
    groups = defaultdict(list)
    for student, fact in facts:
        if fact:
            sentence = fact.splitlines()[0][:FACT_LIMIT]
            groups[re.sub(r"`[^`]*`|[\d.,]+", "#", sentence)].append((student, sentence))
    ordered = sorted(groups.values(), key=len, reverse=True)[:EXAMPLES]
    return [(group[0][1], tuple(student for student, _ in group)) for group in ordered]


def explain_unjudged(material, tasks, rows) -> list[Unjudged]:
    """What has no points, by reason and steps, with those whom it concerns."""
    groups = defaultdict(lambda: ({}, {}))
    for row in rows:
        if row.judged or not row.graded:
            continue
        notebooks = material.evidence.get(row.student.id, {})
        faults = {
            (name, cell): fault for name, item in notebooks.items() for cell, fault in item.faults
        }
        for task, score in zip(tasks, row.scores):
            if score is None:
                students, cells = groups[faults.get(task.key) or messages.WAITS_FOR_HAND]
                students[row.student.id], cells[task.key] = row.student, task
    found = []
    for reason, (students, cells) in groups.items():
        kind, people = messages.kind_of_fault(reason), tuple(students.values())
        found.append(
            Unjudged(
                reason,
                people,
                tuple(cells.values()),
                messages.advice(kind, material.listed.slug),
                messages.commands(kind, material.listed.slug, people),
            )
        )
    return sorted(found, key=lambda item: -len(item.students))


def _natural(text):
    return [(int(part), "") if part.isdecimal() else (0, part) for part in re.split(r"(\d+)", text)]
