"""The Validate button: the dialog names each test cell that fails, instead of quoting all of its code.

nbgrader's dialog shows a cell's source, then what was said about it; with a long test cell the
sentences would be out of sight. A Jupyter server extension in place of nbgrader's own.
"""

from __future__ import annotations

from pathlib import Path

import nbformat
from jupyter_server.utils import url_path_join
from nbgrader.server_extensions.validate_assignment import handlers

__all__ = ["ValidateHandler", "name_cells"]


def name_cells(result: dict, notebook) -> dict:
    """nbgrader's result of a validation, with a cell's name where its source was.

    result: {"failed" | "passed" | "changed" | "type_changed": [{"source": ...}, ...]}.
    """
    names = {cell.source.strip(): _name(cell) for cell in notebook.cells}
    return {
        kind: [{**item, "source": names.get(item["source"], item["source"])} for item in items]
        for kind, items in result.items()
    }


def _name(cell):
    grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
    return NAMED.format(name=grade_id) if grade_id else cell.source.strip()


class ValidateHandler(handlers.ValidateAssignmentHandler):
    """Answers the Validate button."""

    def validate_notebook(self, path):
        """What nbgrader says about the notebook, its cells named."""
        answer = super().validate_notebook(path)
        if answer["success"]:
            notebook = nbformat.read(Path(self.root_dir, path), as_version=4)
            answer["value"] = name_cells(answer["value"], notebook)
        return answer


def _jupyter_server_extension_points():
    return [{"module": __name__}]


def _load_jupyter_server_extension(app):
    settings = app.web_app.settings
    settings["root_dir"] = app.root_dir
    ours = {handlers.ValidateAssignmentHandler: ValidateHandler}
    routes = [
        (url_path_join(settings["base_url"], route), ours.get(handler, handler))
        for route, handler in handlers.default_handlers
    ]
    app.web_app.add_handlers(".*$", routes)


NAMED = "Sel uji {name}"
