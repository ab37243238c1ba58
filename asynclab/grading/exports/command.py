"""`asynclab export`: the gradebook's points as a CSV file for Moodle or Google Classroom."""

from __future__ import annotations

import sys
from pathlib import Path

from asynclab.errors import CommandError
from asynclab.grading import messages as grading_messages
from asynclab.grading.exports import messages
from asynclab.grading.exports.plugins import ClassroomExport, MoodleExport
from asynclab.grading.exports.sheet import DELIMITERS
from asynclab.grading.grade import usable_gradebook
from asynclab.grading.release import CONFIG, open_course
from asynclab.grading.slugs import read_slug

__all__ = ["add_arguments", "run"]

SYSTEMS = {"moodle": MoodleExport, "classroom": ClassroomExport}


def add_arguments(parser):
    """Arguments of `asynclab export`."""
    parser.add_argument("system", choices=SYSTEMS, help="moodle atau classroom")
    parser.add_argument(
        "slug", nargs="*", type=read_slug, help="tugas yang diekspor; tanpa ini semuanya"
    )
    parser.add_argument("--to", metavar="BERKAS", help="berkas yang ditulis (bawaan: nilai-….csv)")
    parser.add_argument(
        "--student",
        action="append",
        metavar="ID",
        help="hanya mahasiswa ini; boleh berulang",
    )
    parser.add_argument(
        "--identifier",
        choices=MoodleExport.identifier.values,
        help="untuk Moodle: pengenal mahasiswa (bawaan: idnumber, yaitu id di buku nilai)",
    )
    parser.add_argument(
        "--decimal",
        choices=[".", ","],
        metavar="TANDA",
        help="pemisah desimal, titik atau koma (bawaan: titik)",
    )
    parser.add_argument(
        "--delimiter", choices=DELIMITERS, default=None, help="pemisah kolom (bawaan: comma)"
    )
    parser.add_argument("--bom", action="store_true", default=None, help="dengan BOM, untuk Excel")


def run(arguments) -> int:
    """0 when the file is written, 1 when students had to be left out of it; that is said on stderr."""
    root = Path.cwd()
    if not (root / CONFIG).is_file():
        raise CommandError(grading_messages.no_course(root), exit_code=2)
    if arguments.identifier and arguments.system != "moodle":
        raise CommandError(messages.IDENTIFIER_FOR_MOODLE, exit_code=2)
    api = open_course(root)
    given = {
        "to": arguments.to,
        "assignment": arguments.slug,
        "student": arguments.student,
        "identifier": arguments.identifier,
        "decimal": arguments.decimal,
        "delimiter": arguments.delimiter,
        "bom": arguments.bom,
    }
    options = {name: value for name, value in given.items() if value}
    plugin = SYSTEMS[arguments.system](config=api.config, **options)
    with usable_gradebook(), api.gradebook as gradebook:
        complete, notes = plugin.write(gradebook)
    print(messages.exported(plugin.path))
    for sentence in notes:
        print(sentence, file=sys.stderr)
    return 0 if complete else 1
