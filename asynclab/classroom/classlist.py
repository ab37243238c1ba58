"""A class list as people have it: a CSV from a spreadsheet, read whole, every bad row named at once."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path

from asynclab.classroom import messages
from asynclab.classroom.people import LONGEST_ID, STUDENT, UNIX_NAME, Person
from asynclab.errors import CommandError

__all__ = ["parse_class_list", "read_class_list"]

COLUMNS = {
    "id": ("id", "nim", "npm", "nip", "nidn", "username", "pengguna", "nama_pengguna"),
    "first_name": ("first_name", "firstname", "nama_depan"),
    "last_name": ("last_name", "lastname", "nama_belakang"),
    "name": ("name", "nama", "nama_lengkap"),
    "email": ("email", "e_mail", "surel"),
}
LARGEST = 5_000_000
ROUNDED = re.compile(r"[0-9][.,][0-9]+[eE]\+?[0-9]+")
EMAIL = re.compile(r"[^@\s,;:<>]+@[^@\s,;:<>]+\.[^@\s,;:<>.]+")


def read_class_list(path: Path, **options) -> list[Person]:
    """The people of a CSV file; options as for `parse_class_list`.

    Raises CommandError where it can't be read, is no CSV, or any row is bad.
    """
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise CommandError(
            messages.csv_unreadable(path, messages.why(error)), exit_code=2
        ) from None
    return parse_class_list(content, str(path), **options)


def parse_class_list(
    content: bytes,
    source: str,
    *,
    prefix: str = "",
    role: str = STUDENT,
    refuse: Callable[[Person], str] = lambda person: "",
) -> list[Person]:
    """The people of a CSV file's bytes, in order.

    source: the file's name for the sentences; prefix: put before ids that are numbers only or begin
    with a digit; refuse: why this person can't be added, or ''.
    Raises CommandError naming every bad row by its line.
    """
    header, rows = _table(_decode(content, source), source)
    fields = _columns(header, source)
    people, problems, first_line = [], [], {}
    for line, cells in rows:
        if len(cells) != len(header):
            problems.append(messages.csv_width(line, len(cells), len(header)))
            continue
        person, found = _person({name: cells[i] for name, i in fields.items()}, prefix, role)
        if person.id and person.id in first_line:
            found.append(messages.csv_twice(person.id, first_line[person.id]))
        first_line.setdefault(person.id, line)
        if not found and (reason := refuse(person)):
            found.append(reason)
        problems += [messages.csv_row(line, sentence) for sentence in found]
        people.append(person)
    if problems:
        raise CommandError(messages.csv_problems(source, problems), exit_code=2)
    if not people:
        raise CommandError(messages.csv_empty(source), exit_code=2)
    return people


def _decode(content, source):
    if len(content) > LARGEST or content[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF"):
        raise CommandError(messages.csv_foreign(source), exit_code=2)
    utf16 = content[:2] in (b"\xff\xfe", b"\xfe\xff")
    # What Excel on Windows writes where it does not write UTF-8.
    for encoding in ("utf-16",) if utf16 else ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise CommandError(messages.csv_foreign(source), exit_code=2)


def _table(text, source):
    lines = text.splitlines(keepends=True)
    skipped = 0
    separator = None
    while lines and (not lines[0].strip() or lines[0].lower().startswith("sep=")):
        line = lines.pop(0).strip()
        separator = line[4:5] or separator
        skipped += 1
    if not lines:
        raise CommandError(messages.csv_empty(source), exit_code=2)
    separator = separator or max(";,\t", key=lines[0].count)
    reader = csv.reader(lines, delimiter=separator, strict=True, skipinitialspace=True)
    rows = []
    line = skipped + 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append((line, [_tidy(cell) for cell in cells]))
            line = skipped + reader.line_num + 1
    except csv.Error:
        raise CommandError(messages.csv_quotes(source, line), exit_code=2) from None
    if not rows:
        raise CommandError(messages.csv_empty(source), exit_code=2)
    (_, header), *body = rows
    return header, body


def _tidy(cell):
    # A line break inside a quoted name stays to be seen and named.
    return unicodedata.normalize("NFC", re.sub(r"[ \t\xa0]+", " ", cell.strip()))


def _columns(header, source):
    names = {word: field for field, words in COLUMNS.items() for word in words}
    fields = {}
    for index, title in enumerate(header):
        field = names.get(re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_"))
        if field in fields:
            raise CommandError(
                messages.csv_column_twice(source, title, header[fields[field]]), exit_code=2
            )
        if field:
            fields[field] = index
    if "id" not in fields or not fields.keys() & {"first_name", "last_name", "name"}:
        raise CommandError(messages.csv_header(source, header), exit_code=2)
    return fields


def _person(cells, prefix, role):
    problems = []
    number = cells["id"]
    identifier = number.lower()
    if prefix and re.match(r"[0-9]", identifier) and not ROUNDED.fullmatch(identifier):
        identifier = prefix + identifier
    if sentence := _bad_id(number, identifier):
        problems.append(sentence)
    first, last = cells.get("first_name", ""), cells.get("last_name", "")
    if not first and not last:
        first, _, last = cells.get("name", "").partition(" ")
    if not first and not last:
        problems.append(messages.CSV_NO_NAME)
    for text in (first, last):
        if any(unicodedata.category(sign).startswith("C") for sign in text) or len(text) > 100:
            problems.append(messages.csv_bad_name(text))
    email = cells.get("email", "")
    if email and not EMAIL.fullmatch(email):
        problems.append(messages.csv_bad_email(email))
    other = number if number.lower() != identifier else ""
    return Person(identifier, first, last, email, role, other), problems


def _bad_id(number, identifier):
    if not number:
        return messages.CSV_NO_ID
    if ROUNDED.fullmatch(number):
        return messages.csv_rounded(number)
    if re.match(r"[0-9]", identifier):
        return messages.csv_digits(number)
    if len(identifier) > LONGEST_ID:
        return messages.csv_long_id(number, LONGEST_ID)
    if not UNIX_NAME.fullmatch(identifier):
        return messages.csv_bad_id(number)
    return ""
