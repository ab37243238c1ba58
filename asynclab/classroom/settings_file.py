"""A file of `NAME=value` lines, with the meaning that systemd gives it as an EnvironmentFile."""

from __future__ import annotations

import re
from pathlib import Path

from asynclab.classroom import messages
from asynclab.errors import CommandError

__all__ = ["quote", "read_variables"]

PLAIN = re.compile(r"[A-Za-z0-9_./:@%+,=-]*")
"""What stands for itself in a shell and in systemd's EnvironmentFile."""


def read_variables(path: Path) -> dict[str, str]:
    """The variables of such a file; raises CommandError where it can't be read, or a line is no setting."""
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(
            messages.settings_unreadable(path, messages.why(error)), exit_code=2
        ) from None
    values = {}
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.lstrip().startswith(("#", ";")):
            continue
        name, equals, value = line.strip().partition("=")
        if not equals or not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
            raise CommandError(messages.bad_setting(path, number), exit_code=2)
        try:
            values[name] = _unquote(value.strip())
        except ValueError:
            raise CommandError(messages.bad_quotes(path, number), exit_code=2) from None
    return values


def quote(value: str) -> str:
    """The value as systemd and a shell read it alike."""
    if PLAIN.fullmatch(value):
        return value
    if "'" not in value:
        return f"'{value}'"
    escaped = re.sub(r'(["\\$`])', r"\\\1", value)
    return f'"{escaped}"'


def _unquote(text):
    value = ""
    while text:
        if text[0] == "'":
            inside, end, text = text[1:].partition("'")
            value += inside
        elif text[0] == '"':
            found = re.match(r'"((?:[^"\\]|\\.)*)(")?', text)
            value += re.sub(r'\\(["\\$`])', r"\1", found[1])
            end, text = found[2], text[found.end() :]
        else:
            # Not at the beginning, a quote is a letter like any other.
            return value + re.sub(r"\\(.)", r"\1", text)
        if not end:
            raise ValueError("a quote is not closed")
        text = text.lstrip()
    return value
