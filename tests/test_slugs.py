"""Slugs: what a person types for an assignment, in every command that takes one."""

import argparse
import importlib

import pytest

from asynclab import cli
from asynclab.errors import CommandError
from asynclab.grading.slugs import read_slug

COMMANDS = ["demo", "export", "grade", "mutants", "regrade", "release", "report", "verify"]


def test_a_slash_of_the_shell_is_dropped():
    """Completion of a folder's name puts a slash behind it, which is no mistake."""
    assert read_slug("latihan-2/") == "latihan-2"


@pytest.mark.parametrize(
    "text", ["", "/", ".", "..", "../", "../source", "source/latihan-2/", "a\\b"]
)
def test_what_can_be_no_slug(text):
    """Nothing, or a path, is no assignment: exit code 2; the last part of a path is offered."""
    with pytest.raises(CommandError, match="tanpa garis miring") as caught:
        read_slug(text)

    assert caught.value.exit_code == 2
    assert ("Mungkin maksud Anda: latihan-2." in str(caught.value)) == ("latihan-2" in text)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_reads_slugs_so(name):
    """Each command that takes an assignment drops the slash and refuses a path."""
    parser = argparse.ArgumentParser()
    importlib.import_module(cli.SUBCOMMANDS[name].module).add_arguments(parser)
    system = ["moodle"] if name == "export" else []

    assert parser.parse_args([*system, "a/", "b"]).slug == ["a", "b"]
    with pytest.raises(CommandError, match=r"'source/a' tidak ada"):
        parser.parse_args([*system, "source/a"])
