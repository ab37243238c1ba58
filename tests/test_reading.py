"""Files that students hand in, read as notebooks: what can be read is kept, what can't is half a sentence."""

import codecs
import json

import nbformat
import pytest
from tiny_course import GOOD_TOTAL, answered, make_release

from asynclab.grading.reading import UnreadableError, is_cell_id, read_notebook

GOOD = nbformat.writes(answered(make_release()))


def changed(change):
    """The good notebook with its data edited in place."""
    data = json.loads(GOOD)
    change(data)
    return json.dumps(data).encode()


def in_cell(**values):
    """The good notebook with fields of its third cell replaced."""
    return changed(lambda data: data["cells"][2].update(values))


def test_what_jupyter_writes_is_read_whole():
    """Without a word about it."""
    notebook, damage = read_notebook(GOOD.encode())
    nbformat.validate(notebook)

    assert [cell.source for cell in notebook.cells] == [
        cell.source for cell in nbformat.reads(GOOD, 4).cells
    ]
    assert damage == []


@pytest.mark.parametrize(
    "encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"]
)
def test_other_encodings_are_read(encoding):
    """An editor saved it as "Unicode"."""
    notebook, damage = read_notebook(GOOD.encode(encoding))

    assert (notebook.cells[2].source, damage) == (GOOD_TOTAL, [])


def test_damaged_letters_are_replaced_and_said():
    """The rest of the notebook is as it was."""
    notebook, damage = read_notebook(GOOD.replace("Tugas", "Tugas é").encode("latin-1"))

    assert notebook.cells[0].source == "# Tugas � kecil"
    assert "rusak" in damage[0]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "berkasnya kosong"),
        (b"\0\0\n", "berkasnya kosong"),
        (GOOD[:700].encode(), "terpotong"),
        (GOOD.encode() + b"x", "bukan JSON yang sah, mulai baris"),
        (b"<html>", "bukan JSON yang sah, mulai baris 1"),
        (b"[" * 200_000, "bersarang terlalu dalam"),
        (b"[]", "bukan notebook"),
        (b"{}", "bukan notebook"),
        (b'{"cells": 5}', "bukan notebook"),
        (b'{"worksheets": [5], "nbformat": 3}', "lamanya rusak"),
        (codecs.BOM_UTF8, "kosong|bukan JSON"),
    ],
)
def test_what_is_no_notebook_says_why(content, reason):
    """In words for a person."""
    with pytest.raises(UnreadableError, match=reason):
        read_notebook(content)


@pytest.mark.parametrize(
    "content",
    [
        in_cell(metadata=None),
        in_cell(metadata={"a": [[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]}),
        in_cell(id=5),
        in_cell(id={"x": []}),
        in_cell(id="<script>"),
        in_cell(outputs=5, execution_count="x"),
        in_cell(outputs=[{"output_type": "?"}]),
        in_cell(attachments=[1]),
        in_cell(source=[GOOD_TOTAL[:9], 5, None, GOOD_TOTAL[9:]]),
        changed(lambda data: data.update(nbformat="5", nbformat_minor=None)),
        changed(lambda data: data.update(metadata=[])),
        changed(lambda data: data["metadata"].update(kernelspec=5, language_info=[])),
        changed(lambda data: data["metadata"].update(x=float("nan"), y=10**400)),
        GOOD.replace('"nbformat_minor": 5', '"nbformat_minor": ' + "9" * 9999).encode(),
    ],
)
def test_odd_shapes_cost_no_answer(content):
    """The answer is there, and the cell has an id and metadata."""
    notebook, damage = read_notebook(content)
    cell = notebook.cells[2]

    assert (cell.source, cell.cell_type, damage) == (GOOD_TOTAL, "code", [])
    assert is_cell_id(cell.id)
    assert isinstance(cell.metadata, dict)


def test_a_cell_of_which_nothing_can_be_read_is_skipped_and_said():
    """The others stay."""
    notebook, damage = read_notebook(changed(lambda data: data["cells"].insert(0, 5)))

    assert len(notebook.cells) == 6
    assert "1 sel tidak dapat dibaca" in damage[0]


def test_text_that_no_file_can_hold_is_replaced():
    """A lone surrogate in a source or in metadata."""
    notebook, _ = read_notebook(in_cell(source="x = '\ud800'", metadata={"\udfff": "\ud800"}))

    nbformat.writes(notebook).encode()
    assert notebook.cells[2].source == "x = '?'"


def test_attachments_are_kept_where_they_are_pictures():
    """A kind that is no kind is not."""
    bundle = {"image/png": "eA==", 'image/png"><script>': "x", "text/x": 5}
    data = changed(lambda data: data["cells"][0].update(attachments={"a": bundle, "b": 5}))

    assert read_notebook(data)[0].cells[0].attachments == {"a": {"image/png": "eA=="}}


def test_an_old_format_is_brought_up_to_date(caplog):
    """Version 3, as old programs still write it; nbformat's complaints are nobody's to read."""
    old = nbformat.convert(nbformat.reads(GOOD, 4), 3)
    old["worksheets"][0]["cells"][0]["input"] = "x"
    notebook, _ = read_notebook(json.dumps(old).encode())

    assert GOOD_TOTAL in [cell.source for cell in notebook.cells]
    assert caplog.records == []


def test_ids_are_made_beside_those_that_are_there():
    """The first keeps its own; nbformat would draw one by chance, and warn."""
    ids = [None, "sel-1", None, "sel-2", "sel-2", "x y"]
    cells = [{"cell_type": "raw", "source": "", "id": value} for value in ids]
    notebook, _ = read_notebook(json.dumps({"cells": cells}).encode())

    assert [cell.id for cell in notebook.cells] == [
        "sel-3", "sel-1", "sel-4", "sel-2", "sel-5", "sel-6"
    ]  # fmt: skip
