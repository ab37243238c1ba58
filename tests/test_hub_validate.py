"""The Validate button's dialog: cells by name, sentences in sight."""

import json
from types import SimpleNamespace

import nbformat
from nbgrader.server_extensions.validate_assignment import handlers
from tiny_course import make_release

from asynclab.classroom import validate


def test_failed_cells_go_by_their_name():
    """The sentences stay as they are; a cell that is no test keeps its source."""
    notebook = make_release()
    test = next(cell for cell in notebook.cells if cell.id == "tugas-1")
    failed = [{"source": test.source.strip(), "error": "kalimat"}, {"source": "x = 1", "error": ""}]

    named = validate.name_cells({"failed": failed}, notebook)
    assert named == {
        "failed": [
            {"source": "Sel uji tugas-1", "error": "kalimat"},
            {"source": "x = 1", "error": ""},
        ]
    }


def test_nothing_failed():
    """The empty result, which the dialog takes for success, stays empty."""
    assert validate.name_cells({}, make_release()) == {}


def test_it_answers_where_nbgrader_would():
    """The same addresses, with the version's beside it."""
    added = []
    web = SimpleNamespace(
        settings={"base_url": "/user/ani/"}, add_handlers=lambda host, routes: added.extend(routes)
    )
    validate._load_jupyter_server_extension(SimpleNamespace(web_app=web, root_dir="/rumah"))

    assert dict(added) == {
        "/user/ani/assignments/validate": validate.ValidateHandler,
        "/user/ani/nbgrader_version": handlers.NbGraderVersionHandler,
    }
    assert web.settings["root_dir"] == "/rumah"


def test_a_failure_of_nbgraders_is_passed_on(tmp_path, monkeypatch):
    """A notebook that can't be validated gets nbgrader's own answer."""
    refused = {"success": False, "value": "lama"}
    base = handlers.ValidateAssignmentHandler
    monkeypatch.setattr(base, "validate_notebook", lambda self, path: refused)
    handler = object.__new__(validate.ValidateHandler)

    assert handler.validate_notebook("tugas.ipynb") == refused


def test_the_notebook_is_the_one_that_was_asked_for(tmp_path, monkeypatch):
    """Its path is below the server's folder."""
    nbformat.write(make_release(), tmp_path / "tugas.ipynb")
    source = next(cell.source.strip() for cell in make_release().cells if cell.id == "tugas-2")
    answer = {"success": True, "value": {"failed": [{"source": source}]}}
    base = handlers.ValidateAssignmentHandler
    monkeypatch.setattr(base, "validate_notebook", lambda self, path: answer)
    handler = object.__new__(validate.ValidateHandler)
    handler.application = SimpleNamespace(settings={"root_dir": str(tmp_path)})

    said = handler.validate_notebook("tugas.ipynb")
    assert json.dumps(said["value"]) == '{"failed": [{"source": "Sel uji tugas-2"}]}'
