"""The `asynclab` command: which exit code, which sentence, on which stream."""

import argparse
import importlib
import os
import subprocess
import sys
import types

import pytest

from asynclab import cli
from asynclab.errors import CommandError


@pytest.fixture
def command(monkeypatch):
    """Registers `asynclab coba`, which does what the test says; returns how to set that."""
    module = types.ModuleType("asynclab_coba")
    monkeypatch.setitem(sys.modules, "asynclab_coba", module)
    monkeypatch.setitem(cli.SUBCOMMANDS, "coba", cli.Subcommand("asynclab_coba", "mencoba"))

    def define(run, *arguments):
        module.add_arguments = lambda parser: [parser.add_argument(*a, **k) for a, k in arguments]
        module.run = run

    define(lambda arguments: 0)
    return define


def fail(error):
    def run(arguments):
        raise error

    return run


def test_help_lists_every_subcommand(capsys):
    """`--help` names each subcommand with what it does, and succeeds."""
    assert cli.main(["--help"]) == 0
    shown = capsys.readouterr().out
    for name, subcommand in cli.SUBCOMMANDS.items():
        assert f"  {name}" in shown
        assert subcommand.summary in shown


def test_nothing_asked_is_wrong_use(capsys):
    """Without a subcommand the overview is shown, with exit code 2."""
    assert cli.main([]) == 2
    assert capsys.readouterr().out.startswith("Pemakaian: asynclab PERINTAH")


def test_unknown_subcommand_names_the_close_ones(capsys):
    """A misspelt subcommand gets one sentence with what was probably meant, and exit code 2."""
    assert cli.main(["dokter"]) == 2
    assert capsys.readouterr().err == (
        "asynclab: Perintah 'dokter' tidak ada. Mungkin maksud Anda: doctor. "
        "Daftar perintah: asynclab --help\n"
    )


def test_unknown_subcommand_without_a_close_one(capsys):
    """Where nothing is close, nothing is guessed."""
    assert cli.main(["zzz"]) == 2
    assert capsys.readouterr().err == (
        "asynclab: Perintah 'zzz' tidak ada. Daftar perintah: asynclab --help\n"
    )


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (["--apa"], "Argumen tidak dikenal: --apa."),
        (["--batas"], "--batas memerlukan nilai."),
        (["--batas", "dua"], "--batas harus bilangan bulat, bukan 'dua'."),
        (["--warna", "biru"], "--warna tidak boleh 'biru'; pilihannya: "),
        (["--ya=1"], "--ya tidak memakai nilai, tetapi diberi '1'."),
    ],
)
def test_wrong_use_is_explained_in_indonesian(command, capsys, line, sentence):
    """argparse's complaints come out as one Indonesian sentence and exit code 2."""
    command(
        lambda arguments: 0,
        (["--batas"], {"type": int}),
        (["--warna"], {"choices": ["merah", "hijau"]}),
        (["--ya"], {"action": "store_true"}),
    )

    assert cli.main(["coba", *line]) == 2
    shown = capsys.readouterr().err
    assert shown.startswith(f"asynclab: {sentence}")
    assert shown.endswith("Bantuan: asynclab coba --help\n")
    assert shown.count("\n") == 1


def test_a_missing_argument_is_named(command, capsys):
    """An argument that is required and absent is named."""
    command(lambda arguments: 0, (["tugas"], {}))

    assert cli.main(["coba"]) == 2
    assert "Argumen ini wajib diisi: tugas." in capsys.readouterr().err


def test_help_of_a_subcommand_is_indonesian(command, capsys):
    """`asynclab coba --help` speaks Indonesian and exits with 0."""
    with pytest.raises(SystemExit, match="0"):
        cli.main(["coba", "--help"])

    shown = capsys.readouterr().out
    assert shown.startswith("Pemakaian: asynclab coba")
    assert "opsi:" in shown
    assert "usage" not in shown


def test_the_exit_code_is_the_subcommand_s(command):
    """What a subcommand returns is what the shell gets."""
    command(lambda arguments: 1)

    assert cli.main(["coba"]) == 1


@pytest.mark.parametrize("exit_code", [1, 2])
def test_a_command_error_is_its_sentence(command, capsys, exit_code):
    """A CommandError comes out as its sentence alone, with its exit code."""
    command(fail(CommandError("Folder 'x' tidak ada.", exit_code=exit_code)))

    assert cli.main(["coba"]) == exit_code
    assert capsys.readouterr().err == "asynclab: Folder 'x' tidak ada.\n"


def test_an_unexpected_error_is_no_traceback(command, capsys):
    """A mistake of ours is one sentence that says so and how to see more."""
    command(fail(KeyError("kunci")))

    assert cli.main(["coba"]) == 1
    shown = capsys.readouterr().err
    assert shown.startswith("asynclab: Kesalahan di dalam asynclab sendiri: KeyError: 'kunci' (")
    assert "ASYNCLAB_TRACEBACK=1" in shown
    assert "Traceback" not in shown


def test_the_traceback_can_be_had(command, monkeypatch):
    """With ASYNCLAB_TRACEBACK set the error comes out as it is."""
    monkeypatch.setenv("ASYNCLAB_TRACEBACK", "1")
    command(fail(KeyError("kunci")))

    with pytest.raises(KeyError):
        cli.main(["coba"])


def test_a_missing_package_is_named(command, capsys):
    """A package that isn't installed is named, with the command that installs it."""
    command(fail(ModuleNotFoundError("No module named 'nbgrader'", name="nbgrader")))

    assert cli.main(["coba"]) == 1
    shown = capsys.readouterr().err
    assert shown.startswith("asynclab: Paket 'nbgrader' belum terpasang.")
    assert "-m pip install -r requirements.txt" in shown


def test_what_windows_lacks_is_no_package(command, capsys):
    """Nobody can install it there: the way out is named."""
    command(fail(ModuleNotFoundError("No module named 'fcntl'", name="fcntl")))

    assert cli.main(["coba"]) == 1
    assert "WSL 2" in capsys.readouterr().err


def test_control_c_ends_with_a_word(command, capsys):
    """Ctrl-C ends a command without a traceback, with the shell's usual code."""
    command(fail(KeyboardInterrupt()))

    assert cli.main(["coba"]) == 130
    assert capsys.readouterr().err == "\nasynclab: Dihentikan.\n"


@pytest.mark.parametrize("name", sorted(cli.SUBCOMMANDS))
def test_every_subcommand_keeps_the_bargain(name):
    """A registered module has `add_arguments` and `run`, and declares its options without error."""
    module = importlib.import_module(cli.SUBCOMMANDS[name].module)

    module.add_arguments(argparse.ArgumentParser())
    assert callable(module.run)


def test_the_overview_imports_no_subcommand():
    """`asynclab --help` stays quick: no subcommand, nbgrader or IPython is imported for it."""
    code = (
        "import sys; from asynclab.cli import main; main(['--help']);"
        "print({'asynclab.doctor', 'nbgrader', 'IPython', 'aiohttp'} & {*sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines()[-1] == "set()"


def test_a_reader_that_leaves_is_no_error():
    """`asynclab --help | head -0` prints no traceback."""
    reader, writer = os.pipe()
    os.close(reader)
    buffered = {**os.environ, "PYTHONUNBUFFERED": ""}  # as on a terminal: written when it ends
    command = [sys.executable, "-m", "asynclab", "--help"]
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, text=True, env=buffered)
    os.close(writer)

    assert (done.returncode, done.stderr) == (1, "")


def test_a_terminal_without_the_signs_gets_question_marks():
    """Where the terminal can't show a sign, the rest of the line still comes."""
    code = "from asynclab.cli import main; main(['--help']); print('✓ baik')"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONIOENCODING": "ascii"},
    )

    assert done.stdout.endswith("? baik\n")
