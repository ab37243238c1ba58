"""Job: one submission graded as a pure function of bytes, for any executor."""

from __future__ import annotations

import functools
import json
import logging
import tempfile
import threading
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

from asynclab.grading.deadline import processor_deadline
from asynclab.grading.definition import Definition
from asynclab.grading.memory import MemoryGradebook, installed

__all__ = ["Graded", "NotRunError", "Submission", "grade"]

LEFT_TO_WRITER = "nbgrader.preprocessors.AssignLatePenalties"

# A cluster's worker may have threads; while a submission is graded, modules stand in for others.
_turn = threading.Lock()


class NotRunError(Exception):
    """Student code could not be run at all on this machine, whatever is in the submission: one sentence."""


@dataclass(frozen=True)
class Submission:
    """What one student handed in: notebooks (name without ending -> bytes) and other files (path -> bytes)."""

    student: str
    notebooks: dict[str, bytes]
    files: dict[str, bytes] = field(default_factory=dict)


@dataclass
class Graded:
    """What came of one submission.

    notebooks: name -> the executed notebook's bytes; scores: (notebook, cell) -> points or None where
    it was not judged; comments: (notebook, cell) -> nbgrader's comment or None; log: (level, sentence)
    in order; fault: why nothing at all could be graded, else ''.
    """

    student: str
    notebooks: dict[str, bytes] = field(default_factory=dict)
    scores: dict[tuple[str, str], float | None] = field(default_factory=dict)
    comments: dict[tuple[str, str], str | None] = field(default_factory=dict)
    log: list[tuple[str, str]] = field(default_factory=list)
    fault: str = ""

    @property
    def judged(self) -> bool:
        """Whether every graded cell has a score."""
        return not self.fault and all(score is not None for score in self.scores.values())


def grade(definition: Definition, submission: Submission) -> Graded:
    """Repair, run and judge one submission with the preprocessors of the course's configuration.

    Needs no gradebook and no course folder; never raises for what is in the submission. Raises
    NotRunError where this machine can't run it, so that it is tried again and nothing is kept.
    """
    graded = Graded(submission.student)
    for notebook in definition.notebooks:
        content = submission.notebooks.get(notebook.name)
        if content is None:
            graded.scores.update(
                {(notebook.name, cell.name): 0.0 for cell in notebook.cells if cell.grade}
            )
            continue
        try:
            with _turn, processor_deadline():
                _grade_notebook(definition, notebook, content, submission, graded)
        except NotRunError:
            raise
        except Exception as error:
            graded.fault = f"{type(error).__name__}: {error}"
            return graded
    return graded


def _grade_notebook(definition, notebook, content, submission, graded):
    # Not at the top: the engine imports this module, and needs nothing of what runs student code.
    from asynclab.grading.execute import LACKING

    gradebook = MemoryGradebook(definition)
    with tempfile.TemporaryDirectory(prefix="asynclab-job-") as folder, installed(gradebook):
        course = Path(folder)
        path = _lay_out(course, definition, notebook, content, submission)
        handler = _Collector(graded.log)
        sanitize, autograde = _exporters(definition, course, handler)
        resources = {
            "unique_key": notebook.name,
            "output_files_dir": f"{notebook.name}_files",
            "nbgrader": {
                "student": submission.student,
                "assignment": definition.slug,
                "notebook": notebook.name,
                "db_url": "",
            },
        }
        text, _ = sanitize.from_filename(str(path), resources=resources)
        path.write_text(text, encoding="utf-8")
        text, left = autograde.from_filename(str(path), resources=dict(resources))
    if LACKING in left:
        raise NotRunError(left[LACKING])
    graded.notebooks[notebook.name] = text.encode()
    graded.scores.update({key: item.auto_score for key, item in gradebook.grades.items()})
    graded.comments.update({key: item.auto_comment for key, item in gradebook.comments.items()})


def _lay_out(course, definition, notebook, content, submission):
    """The one submission as nbgrader would find it, in an otherwise empty course."""
    folder = course / "submitted" / submission.student / definition.slug
    for name, data in definition.files_with(submission.files).items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    folder.mkdir(parents=True, exist_ok=True)
    release = course / "release" / definition.slug
    release.mkdir(parents=True)
    (release / f"{notebook.name}.ipynb").write_text(notebook.release, encoding="utf-8")
    path = folder / f"{notebook.name}.ipynb"
    path.write_bytes(content)
    return path


def _exporters(definition, course, handler):
    """The two exporters of `nbgrader autograde`: the one that sanitizes, and the one that grades."""
    from nbgrader.coursedir import CourseDirectory
    from traitlets.config import Config, LoggingConfigurable

    from asynclab.grading.intake import SubmissionExporter

    _cache_validators()
    config = Config(definition.config)
    config.Exporter.default_preprocessors = []
    config.CourseDirectory.root = str(course)

    class Converter(LoggingConfigurable):
        """Stands where nbgrader's Autograde does, as the parent of exporter and preprocessors."""

        coursedir = None

    converter = Converter(config=config, log=_logger(handler))
    converter.coursedir = CourseDirectory(parent=converter)
    made = []
    for name in ("sanitize_preprocessors", "autograde_preprocessors"):
        exporter = SubmissionExporter(parent=converter, config=config)
        exporter._preprocessors = []
        for preprocessor in definition.config["Autograde"][name]:
            if preprocessor != LEFT_TO_WRITER:
                exporter.register_preprocessor(preprocessor)
        made.append(exporter)
    return made


@functools.cache
def _cache_validators():
    """jsonschema.validate checks its schema anew for each cell; nbgrader's never changes."""
    import jsonschema
    from nbgrader.nbgraderformat import common

    @functools.cache
    def validator(text):
        schema = json.loads(text)
        return jsonschema.validators.validator_for(schema)(schema)

    def validate(instance, schema):
        validator(json.dumps(schema, sort_keys=True)).validate(instance)

    common.jsonschema = SimpleNamespace(validate=validate)


def _logger(handler):
    logger = logging.Logger("asynclab.grading", logging.WARNING)
    logger.addHandler(handler)
    return logger


class _Collector(logging.Handler):
    def __init__(self, log):
        super().__init__(logging.WARNING)
        self.log = log

    def emit(self, record):
        self.log.append((record.levelname, record.getMessage()))
