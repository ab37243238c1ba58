"""`%%timeline` in a real kernel: the cell behaves as without it, and its picture is there."""

import re

import nbformat
import pytest
from jupyter_client.manager import start_new_kernel
from nbclient import NotebookClient

from asynclab.timeline.magics import comment_magic, is_timeline

SETUP = """\
import asyncio, time
%load_ext asynclab
async def fetch(name, delay):
    await asyncio.sleep(delay)
    return name
async def fail(delay):
    await asyncio.sleep(delay)
    raise ValueError("gagal")"""


def execute(*sources):
    """Each cell's outputs after a run in one fresh kernel."""
    cells = [nbformat.v4.new_code_cell(source) for source in (SETUP, *sources)]
    notebook = nbformat.v4.new_notebook(cells=cells)
    NotebookClient(notebook, allow_errors=True, timeout=60).execute()
    return [cell.outputs for cell in notebook.cells[1:]]


def pictures(outputs):
    """The text alternatives of a cell's pictures."""
    return [
        output.data["text/plain"]
        for output in outputs
        if "<svg" in output.get("data", {}).get("text/html", "")
    ]


def shape(outputs):
    return [output.output_type for output in outputs]


def test_only_the_first_line_changes():
    """The transformer makes a comment of the magic's line; the cell keeps its line numbers."""
    lines = ["%%timeline Judul\n", "await x\n"]
    assert comment_magic(lines) == ["# %%timeline Judul\n", "await x\n"]
    assert comment_magic(["%%time\n", "x\n"]) == ["%%time\n", "x\n"]
    assert comment_magic([]) == []


def test_is_timeline():
    """Only the magic itself counts, not a name that begins like it."""
    assert [is_timeline(x) for x in ("%%timeline", "%%timeline A b", "%%timelines", "")] == [
        True, True, False, False,
    ]  # fmt: skip


@pytest.mark.kernel
def test_values_names_and_pictures():
    """The last value is shown, names land in the notebook, the picture comes below."""
    first, second = execute(
        '%%timeline Tiga sekaligus\nx = await asyncio.gather(fetch("A", 0.1), fetch("B", 0.2))\nx',
        "x",
    )
    assert shape(first) == ["execute_result", "display_data"]
    assert first[0].data == second[0].data
    (alt,) = pictures(first)
    assert [part.split(" ")[0] for part in alt.split("; ")] == [
        "Tiga",
        "sel",
        'fetch("A")',
        'fetch("B")',
    ]
    assert re.match(r"Tiga sekaligus: 3 lajur, [\d,]+ detik; sel ini 0,0", alt)
    assert alt.count("selesai") == 3


@pytest.mark.kernel
def test_any_title_and_any_name_makes_a_picture():
    """Formulas, foreign letters and control characters leave a picture and nothing else."""
    (outputs,) = execute(
        "%%timeline Harga $5 dan $\\frac$\n"
        r"""await asyncio.gather(fetch("$\frac$", 0), fetch("漢字\x1b", 0));"""
    )
    assert shape(outputs) == ["display_data"]
    assert r"Harga $5 dan $\frac$: 3 lajur" in pictures(outputs)[0]
    assert 'fetch("漢字�")' in pictures(outputs)[0]


@pytest.mark.kernel
def test_an_exception_comes_out_and_the_picture_after_it():
    """The traceback has the cell's own line numbers; the picture still appears."""
    (outputs,) = execute("%%timeline\nt = asyncio.create_task(fetch('A', 9))\nawait fail(0.1)")
    assert shape(outputs) == ["error", "display_data"]
    traceback = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(outputs[0].traceback))
    assert re.search(r"line 3", traceback)
    assert "lanes.py" not in traceback
    assert re.search(
        r"sel ini [\d,]+–[\d,]+ gagal.*; fetch .* belum selesai\.", pictures(outputs)[0]
    )


@pytest.mark.kernel
def test_a_task_that_outlives_its_cell_appears_in_the_next():
    """Open at the end of one picture, from the left edge in the next."""
    first, second = execute(
        "%%timeline\ngo = asyncio.Event()\nasync def wait():\n    await go.wait()\n"
        "t = asyncio.create_task(wait(), name='lama')\nawait asyncio.sleep(0.1)",
        "%%timeline\ngo.set()\nawait t",
    )
    assert re.search(r"; lama [\d,]+–[\d,]+ belum selesai\.", pictures(first)[0])
    assert re.search(r"; lama 0,0+–[\d,]+ selesai\.", pictures(second)[0])


@pytest.mark.kernel
def test_a_task_that_only_waits_in_this_cell_is_in_its_picture():
    """A task of an earlier cell has its lane from edge to edge, also where nothing wakes it."""
    *_, await_cell, plain_cell = execute(
        "t = asyncio.create_task(fetch('A', 60), name='latar')\nawait asyncio.sleep(0)",
        "%%timeline\nawait asyncio.sleep(0.1)",
        "%%timeline\ntime.sleep(0.1)",
    )
    for outputs in (await_cell, plain_cell):
        (alt,) = pictures(outputs)
        assert re.match(r"2 lajur, ([\d,]+) detik; sel ini .*; latar 0,00–\1 belum selesai\.", alt)


@pytest.mark.kernel
def test_cells_without_await_and_with_mistakes():
    """A plain cell is one lane that runs; a cell that is no Python has no picture."""
    plain, broken, misplaced = execute(
        "%%timeline\ntime.sleep(0.2)", "%%timeline\nx = = 1", "1\n%%timeline"
    )
    (ran,) = re.findall(
        r"sel ini [\d,]+–[\d,]+ selesai, berjalan ([\d,]+) detik", pictures(plain)[0]
    )
    assert float(ran.replace(",", ".")) >= 0.2
    assert (shape(broken), broken[0].ename) == (["error"], "SyntaxError")
    assert "harus berada di baris pertama sel" in misplaced[-1].text


@pytest.mark.kernel
def test_the_kernels_own_tasks_are_not_shown():
    """Only what the notebook's code made has a lane, and an unrecorded cell has no picture."""
    recorded, plain = execute("%%timeline\nawait asyncio.sleep(0.6)", "await asyncio.sleep(0)")
    assert pictures(recorded)[0].startswith("1 lajur, ")
    assert plain == []


@pytest.mark.kernel
def test_a_cell_that_only_waits_can_be_interrupted():
    """Interrupt ends a cell that waits for ever, and its picture says so."""
    manager, client = start_new_kernel()
    try:
        client.execute_interactive("%load_ext asynclab\nimport asyncio", timeout=60)
        shown = []
        said = "asyncio.get_running_loop().call_soon(print, 'menunggu')"
        client.execute(f"%%timeline\n{said}\nawait asyncio.Event().wait()")
        # It is said by the loop's next turn, when the cell waits.
        while client.get_iopub_msg(timeout=60)["msg_type"] != "stream":
            pass
        manager.interrupt_kernel()
        reply = client.get_shell_msg(timeout=60)
        while (message := client.get_iopub_msg(timeout=60))["content"].get(
            "execution_state"
        ) != "idle":
            shown.append(message["content"].get("data", {}).get("text/plain", ""))
        assert reply["content"]["status"] == "error"
        assert "sel ini 0,0" in shown[-1]
        assert "dibatalkan" in shown[-1]
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
