"""Enters students into the gradebook of the course in the working folder: JSON rows on standard input.

A program of its own, because it has to run as the course's account.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

__all__ = ["main", "record_students"]


def record_students(folder: Path, rows: list[dict]) -> None:
    """Create or update these students; rows have id, first_name, last_name, email and number."""
    from asynclab.grading.release import open_course

    coursedir = open_course(folder).coursedir
    from nbgrader.api import Gradebook

    # Without nbgrader's own link to the Hub: the Hub reads the list of people.
    with Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
        for row in rows:
            gradebook.update_or_create_student(
                row["id"],
                first_name=row["first_name"],
                last_name=row["last_name"],
                email=row["email"],
                lms_user_id=row["number"] or None,
            )


def main() -> int:
    """0 when all are in; else 1, with the reason in one line on standard error."""
    try:
        record_students(Path.cwd(), json.load(sys.stdin))
    except Exception as error:
        print(str(error).strip().splitlines()[0] or type(error).__name__, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
