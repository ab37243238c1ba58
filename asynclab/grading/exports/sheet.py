"""Sheet: rows of a table as the text of a CSV file that neither Moodle nor a spreadsheet misreads."""

from __future__ import annotations

import csv
import io
import os
import re
import tempfile
from pathlib import Path

from asynclab.errors import CommandError
from asynclab.grading.exports import messages

__all__ = [
    "DELIMITERS", "defuse", "format_points", "is_formula", "is_plain", "render_csv", "write_csv",
]  # fmt: skip

DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t"}
FORMULA = tuple("=+-@|%\t\r\n＝＋－＠")


def defuse(text: str) -> str:
    """The text so that a spreadsheet shows it and never runs it: an apostrophe before what begins a formula."""
    harmless = not text.strip().strip("-+.")
    return text if harmless or not text.lstrip().startswith(FORMULA) else f"'{text}"


def is_formula(identifier: str) -> bool:
    """Whether a spreadsheet would run an identifier; a telephone number is only shown otherwise."""
    return identifier.lstrip().startswith(FORMULA) and not re.fullmatch(r"\+\d+", identifier)


def is_plain(identifier: str) -> bool:
    """Whether an identifier may stand as it is, since systems look people up by it: no formula, and one field for every reader.

    Letters, digits and what e-mail addresses have; in between single spaces too, as Moodle allows them.
    """
    plain = re.fullmatch(r"[\w.+@-]+(?: [\w.+@-]+)*", identifier) is not None
    return plain and not is_formula(identifier)


def format_points(points: float | None, decimal: str = ".") -> str:
    """Points with two decimals at most; '' where there are none."""
    if points is None:
        return ""
    text = f"{points:.2f}".rstrip("0").rstrip(".")
    return text.replace(".", decimal)


def render_csv(rows, delimiter: str = ",", *, bom: bool = False) -> bytes:
    """The rows as UTF-8, quoted where needed, lines ending as RFC 4180 wants them."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode("utf-8-sig" if bom else "utf-8", "replace")


def write_csv(path, content: bytes) -> None:
    """Write a file in one step: the old one stays whole if that fails. Raises CommandError."""
    path = Path(path)
    try:
        with tempfile.NamedTemporaryFile(
            dir=path.parent, prefix=f".{path.name}", delete=False
        ) as new:
            new.write(content)
        try:
            # A temporary file is for its owner only; this one is an ordinary file.
            umask = os.umask(0)
            os.umask(umask)
            os.chmod(new.name, 0o666 & ~umask)
            os.replace(new.name, path)
        except OSError:
            os.unlink(new.name)
            raise
    except OSError as error:
        raise CommandError(messages.not_written(path, error.strerror)) from None
