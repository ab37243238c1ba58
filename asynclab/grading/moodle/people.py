"""People: which student of the gradebook a participant of Moodle's archive is; in doubt nobody.

What counts, in this order: the instructor's own list; an e-mail address or ID number in Moodle's worksheet,
or a student's number within the full name; the full name, when it is nobody else's.
"""

from __future__ import annotations

import difflib
from collections import defaultdict

from asynclab.grading.exports.grades import Person
from asynclab.grading.moodle import messages
from asynclab.grading.moodle.names import Participant, find_numbers, make_key
from asynclab.grading.moodle.worksheet import Row

__all__ = ["identify"]

SHORTEST = 4


def identify(
    participants: list[Participant],
    people: list[Person],
    worksheet: dict[str, Row],
    hand_made: dict[str, str],
    folder: str,
) -> tuple[dict[str, str], dict[str, str]]:
    """({participant's number: student id}, {participant's number: why he is nobody}).

    folder: where the instructor can put a list, for the sentences.
    """
    by_sign, by_name = _index(people)
    ids = {person.id for person in people}
    names = _all_names(participants, worksheet)
    bearers = defaultdict(set)
    for number, keys in names.items():
        for key in keys:
            bearers[key].add(number)
    columns = _identity_fields(worksheet, by_sign)
    owners, problems = {}, {}
    for item in participants:
        number, name = item.number, item.name
        if hand_made.get(number) in ids:
            owners[number] = hand_made[number]
            continue
        signs = columns.get(number, set()) | {
            student for word in find_numbers(name) for student in by_sign.get(word, ())
        }
        named = {student for key in names[number] for student in by_name.get(key, ())}
        namesakes = {other for key in names[number] for other in bearers[key]} - {number}
        if len(signs) == 1:
            owners[number] = signs.pop()
        elif signs:
            problems[number] = messages.contradiction(name, number, sorted(signs), folder)
        elif not named:
            close = _find_close(name, people)
            problems[number] = messages.unknown_name(name, number, close, folder)
        elif len(named) > 1:
            problems[number] = messages.ambiguous_name(name, number, sorted(named), folder)
        elif namesakes:
            problems[number] = messages.shared_name(name, number, sorted(namesakes), folder)
        else:
            owners[number] = named.pop()
    _drop_double(owners, problems, participants, hand_made, folder)
    return owners, problems


def _index(people):
    """({what belongs to one person alone: student ids}, {key of a full name: student ids})."""
    by_sign, by_name = defaultdict(set), defaultdict(set)
    for person in people:
        for sign in (person.id, person.email, person.lms_user_id):
            if len(sign) >= SHORTEST:
                by_sign[sign.casefold()].add(person.id)
        # Moodle's sites differ in which name comes first.
        for name in (
            f"{person.first_name} {person.last_name}",
            f"{person.last_name} {person.first_name}",
        ):
            if key := make_key(name):
                by_name[key].add(person.id)
    return by_sign, by_name


def _all_names(participants, worksheet):
    """{number: keys of the names that he bears in archive or worksheet}."""
    names = defaultdict(set)
    for item in participants:
        names[item.number].add(make_key(item.name))
    for row in worksheet.values():
        names[row.number].add(make_key(row.name))
    return {number: keys - {""} for number, keys in names.items()}


def _identity_fields(worksheet, by_sign):
    """{number: students whose e-mail address or number stands in his row}.

    A text that stands in several rows (a maximum grade, a state) is nobody's sign.
    """
    rows_with = defaultdict(int)
    for row in worksheet.values():
        for text in set(row.fields):
            rows_with[text] += 1
    found = {}
    for row in worksheet.values():
        own = [text for text in row.fields if rows_with[text] == 1]
        found[row.number] = {student for text in own for student in by_sign.get(text, ())}
    return found


def _drop_double(owners, problems, participants, hand_made, folder):
    """Two participants can't be one student; only the instructor may say so."""
    names = {item.number: item.name for item in participants}
    claims = defaultdict(list)
    for number, student in owners.items():
        claims[student].append(number)
    for student, numbers in claims.items():
        doubtful = [number for number in numbers if hand_made.get(number) != student]
        if len(numbers) < 2 or not doubtful:
            continue
        for number in doubtful:
            others = [other for other in numbers if other != number]
            del owners[number]
            problems[number] = messages.claimed_twice(
                names[number], number, student, others, folder
            )


def _find_close(name, people):
    """Up to three people whose names are nearly this one."""
    full = {make_key(f"{item.first_name} {item.last_name}"): item for item in people}
    close = difflib.get_close_matches(make_key(name), list(full), n=3, cutoff=0.75)
    return [f"{full[key].first_name} {full[key].last_name} ({full[key].id})" for key in close]
