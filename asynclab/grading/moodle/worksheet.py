"""Worksheet: Moodle's grading worksheet (CSV), read whatever language its titles are in.

Its first column has "Participant 12345", the number that stands in the archive too; others have the
full name, and where the site shows them the e-mail address and the ID number; further on stands when
the submission was last changed.
"""

from __future__ import annotations

import csv
import datetime
import io
import re
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from dateutil import parser

__all__ = ["Row", "parse_moment", "read_hand_made", "read_worksheet"]

LONGEST_FIELD = 1 << 20


class Words(parser.parserinfo):
    """dateutil's words, with the Indonesian ones."""

    MONTHS = [  # noqa: RUF012 - dateutil's own way
        ("Jan", "January", "Januari"),
        ("Feb", "February", "Februari", "Peb", "Pebruari"),
        ("Mar", "March", "Maret"),
        ("Apr", "April"),
        ("May", "Mei"),
        ("Jun", "June", "Juni"),
        ("Jul", "July", "Juli"),
        ("Aug", "August", "Agustus", "Agu", "Agt"),
        ("Sep", "Sept", "September"),
        ("Oct", "October", "Oktober", "Okt"),
        ("Nov", "November", "Nop", "Nopember"),
        ("Dec", "December", "Desember", "Des"),
    ]
    WEEKDAYS = [  # noqa: RUF012
        ("Mon", "Monday", "Senin"),
        ("Tue", "Tuesday", "Selasa"),
        ("Wed", "Wednesday", "Rabu"),
        ("Thu", "Thursday", "Kamis"),
        ("Fri", "Friday", "Jumat"),
        ("Sat", "Saturday", "Sabtu"),
        ("Sun", "Sunday", "Minggu", "Ahad"),
    ]


@dataclass(frozen=True)
class Row:
    """What a worksheet says of one participant.

    name: the second column; fields: all others' texts in small letters; moment: when the submission
    was last changed, in UTC without zone, or None.
    """

    number: str
    name: str = ""
    fields: tuple[str, ...] = field(default=())
    moment: datetime.datetime | None = None


def read_worksheet(content: bytes, zone: str) -> dict[str, Row]:
    """The participants by number; empty where this is no worksheet.

    zone: the time zone of the person who downloaded it, as in "Asia/Jakarta".
    """
    table = _read_table(content)
    if not table:
        return {}
    titles, *rows = table
    time_column = _find_times(titles, rows, zone)
    found = {}
    for row in rows:
        number = _number(row[0])
        if number is None or len(row) < 2:
            continue
        moment = parse_moment(row[time_column], zone) if 0 <= time_column < len(row) else None
        fields = tuple(text.strip().casefold() for text in row[2:] if text.strip())
        found[number] = Row(number, row[1].strip(), fields, moment)
    return found


def read_hand_made(content: bytes) -> dict[str, str]:
    """{participant's number: student id} of a list that the instructor wrote: two columns, titles or not."""
    rows = [row for row in _read_table(content) if len(row) >= 2 and _number(row[0]) is not None]
    return {_number(row[0]): row[1].strip() for row in rows}


def parse_moment(text: str, zone: str) -> datetime.datetime | None:
    """A time as Moodle writes it, in UTC without zone; None where it is none.

    "Thursday, 5 March 2026, 9:14 PM", "Kamis, 5 Maret 2026, 21:14".
    """
    text = re.sub("['’ʼ]", "", text.strip().replace("\u202f", " "))
    if not re.search(r"\d{4}", text) or not re.search(r"\d[:.]\d\d", text):
        return None
    text = re.sub(r"\b(pukul|jam)\b", " ", text, flags=re.IGNORECASE)
    text = re.sub(r"\b(\d{1,2})\.(\d\d)\b", r"\1:\2", text)
    try:
        local = parser.parse(text, Words(dayfirst=True))
        aware = local if local.tzinfo else local.replace(tzinfo=ZoneInfo(zone))
        return aware.astimezone(datetime.UTC).replace(tzinfo=None)
    except (ValueError, OverflowError, TypeError):
        return None


def _read_table(content):
    """The rows of a CSV file with at least one filled column; [] where it is none."""
    text = _decode(content)
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    csv.field_size_limit(LONGEST_FIELD)
    try:
        return [row for row in csv.reader(io.StringIO(text), delimiter=delimiter) if any(row)]
    except csv.Error:
        return []


def _decode(content):
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _number(text):
    """The number at the end of "Participant 12345"."""
    found = re.fullmatch(r"\D*?(\d+)\s*", text)
    return found[1] if found else None


def _find_times(titles, rows, zone):
    """The column of "Last modified (submission)": in every language the first one of times that has brackets; -1."""
    for column, title in enumerate(titles):
        if "(" not in title:
            continue
        texts = [row[column] for row in rows if column < len(row)]
        if any(parse_moment(text, zone) for text in texts[:1000]):
            return column
    return -1
