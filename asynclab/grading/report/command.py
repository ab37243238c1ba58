"""`asynclab report`: the instructor's page about a class, as one HTML file."""

from __future__ import annotations

import contextlib
import datetime
import os
import sys
import tempfile
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from asynclab.errors import CommandError
from asynclab.grading import messages as grading_messages
from asynclab.grading.grade import usable_gradebook
from asynclab.grading.release import CONFIG, open_course
from asynclab.grading.report import messages
from asynclab.grading.report.records import Report
from asynclab.grading.slugs import read_slug

__all__ = ["PAGE", "add_arguments", "make_report", "run", "write_report"]

PAGE = "laporan.html"


def add_arguments(parser):
    """Arguments of `asynclab report`."""
    parser.add_argument(
        "slug",
        nargs="*",
        type=read_slug,
        help="tugas yang dilaporkan; tanpa ini semua yang sudah dinilai",
    )
    parser.add_argument(
        "--output", default=PAGE, metavar="BERKAS", help=f"tempat halamannya (bawaan: {PAGE})"
    )


def run(arguments) -> int:
    """0 when the page is written, 1 when notebooks are named on it that could not be read."""
    root = Path.cwd()
    if not (root / CONFIG).is_file():
        raise CommandError(grading_messages.no_course(root), exit_code=2)
    output = Path(arguments.output).absolute()
    check_output(output)
    report = write_report(open_course(root), arguments.slug, output)
    lost = sum(len(item.problems) for item in report.assignments)
    if lost:
        print(messages.incomplete(lost), file=sys.stderr)
    print(messages.done(output))
    return 1 if lost else 0


def write_report(api, slugs, output: Path) -> Report:
    """Make the report of these assignments (all that are graded by default) and put the page in place whole.

    Raises CommandError where there is nothing to report, or the page can't be written.
    """
    from asynclab.grading.report.page import render

    with usable_gradebook():
        report = make_report(api, slugs)
    try:
        zone = ZoneInfo(api.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        zone = ZoneInfo("UTC")
    content = render(report, zone).encode("utf-8", "replace")
    try:
        put_in_place(output, content)
    except OSError as error:
        raise CommandError(messages.unwritable(output, error.strerror)) from None
    return report


def make_report(api, slugs=()) -> Report:
    """The report as data."""
    from asynclab.grading.report.collect import collect
    from asynclab.grading.report.digest import digest, find_class
    from asynclab.grading.report.roster import check_gradebook, read_roster

    check_gradebook(api)
    with api.gradebook as gradebook:
        students, listed = read_roster(gradebook)
    unknown = [slug for slug in slugs if slug not in listed]
    if unknown and listed:
        raise CommandError(messages.unknown_slug(unknown[0], listed), exit_code=2)
    chosen = (
        [listed[slug] for slug in dict.fromkeys(slugs)]
        if not unknown and slugs
        else list(listed.values())
    )
    graded = [item for item in chosen if item.entries]
    if not graded:
        raise CommandError(messages.NOTHING_GRADED, exit_code=2)
    materials = collect(api, graded)
    # Who stands in no gradebook yet is of the class for every assignment.
    students = find_class(materials, students)
    return Report(
        course=api.coursedir.course_id,
        made=datetime.datetime.now(datetime.UTC).replace(tzinfo=None),
        assignments=tuple(digest(material, students) for material in materials),
        ungraded=tuple(item.slug for item in chosen if not item.entries),
    )


def check_output(path) -> None:
    """Raises CommandError, before any work, where the page can't be put."""
    if not path.parent.is_dir():
        raise CommandError(messages.no_folder(path), exit_code=2)
    if path.is_dir():
        raise CommandError(messages.unwritable(path, messages.IS_FOLDER), exit_code=2)


def put_in_place(path, content) -> None:
    """Write a file so that it is there whole or as it was before; only its owner can read it."""
    number, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(number, "wb") as file:
            file.write(content)
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise
