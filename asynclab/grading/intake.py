"""Intake: what nbgrader copies and reads of a submission, made harmless before it does.

`SubmissionExporter` is the one class of stock `nbgrader autograde` that is made after the
submissions are found and before the first is touched: `c.Autograde.exporter_class`. It moves links,
devices and giants out of the submitted folders, removes what a killed grader left half-made, and
reads a file that is no notebook as one that can't be judged.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import nbformat
from nbconvert.exporters import NotebookExporter
from nbgrader.converters.base import NbGraderException
from nbgrader.exchange.default import ExchangeCollect
from nbgrader.utils import pwd  # None on Windows

from asynclab import isolation
from asynclab.grading import messages
from asynclab.grading.dangers import ASIDE, find_dangers, move_aside
from asynclab.grading.marks import MARK, is_alive, mark_work
from asynclab.grading.outputs import write_notebook
from asynclab.grading.reading import UnreadableError, read_notebook
from asynclab.grading.spawn import ChildError, SandboxError, spawn

__all__ = [
    "DAMAGE",
    "UNREADABLE",
    "SafeCollect",
    "SubmissionExporter",
    "find_reference",
    "require_sandbox",
]

UNREADABLE = "asynclab_unreadable"
DAMAGE = "asynclab_damage"


class SubmissionExporter(NotebookExporter):
    """Reads submissions so that none can harm the grader or stop the others."""

    def __init__(self, **options):
        super().__init__(**options)
        converter = self.parent
        if hasattr(converter, "assignments") and hasattr(converter, "coursedir"):
            self._take_in(converter)

    def _take_in(self, converter):
        """Look through all submissions that are about to be graded."""
        require_sandbox(converter)
        self._clear_half_made(converter)
        mark_work(converter)
        root = Path(converter.coursedir.root)
        for folder, notebooks in list(converter.assignments.items()):
            for path, why in find_dangers(folder):
                aside = root / ASIDE / os.path.relpath(path, root)
                try:
                    move_aside(path, aside)
                except OSError as error:
                    self.log.error(messages.could_not_refuse(path, error.strerror))
                    converter.assignments.pop(folder, None)
                    break
                self.log.warning(messages.refused_entry(path, why, aside))
                notebooks[:] = [name for name in notebooks if Path(name) != path]
            if converter.assignments.get(folder) == []:
                self.log.error(messages.nothing_left(folder))
                converter.assignments.pop(folder)

    def _clear_half_made(self, converter):
        """Remove what a killed grader has left, or the submission would be skipped for ever."""
        coursedir = converter.coursedir
        pattern = coursedir.format_path(coursedir.autograded_directory, "*", "*")
        for mark in Path("/").glob(os.path.join(pattern, MARK).lstrip("/")):
            if is_alive(mark):
                continue
            folder = mark.parent
            self.log.warning(messages.half_made(folder))
            shutil.rmtree(folder, ignore_errors=True)

    def from_file(self, file_stream, resources=None, **options):
        """A notebook from an open file; one that can't be read becomes an empty one that says why."""
        resources = {} if resources is None else resources
        try:
            # nbconvert opens files as text; which text it is, only the bytes can tell.
            notebook, resources[DAMAGE] = read_notebook(file_stream.buffer.read())
        except UnreadableError as error:
            resources[UNREADABLE] = messages.unreadable_notebook(error)
            notebook = nbformat.v4.new_notebook()
        return self.from_notebook_node(notebook, resources=resources, **options)

    def from_notebook_node(self, nb, resources=None, **options):
        """The notebook as text, after the preprocessors, with each record of traces on one line."""
        # NotebookExporter's own would indent the traces: most of the time and the size of a graded notebook.
        nb, resources = super(NotebookExporter, self).from_notebook_node(nb, resources, **options)
        return write_notebook(nb, self.nbformat_version), resources


def require_sandbox(configurable) -> None:
    """See to it, before anything is graded, that student code can be shut in, or is trusted explicitly.

    configurable: nbgrader's converter, or whatever has its configuration and its log.
    Raises NbGraderException, after one sentence in the log, where it can't.
    """
    # Not at the top: `nbgrader collect` needs none of it.
    from asynclab.grading.execute import ExecuteAndJudge

    if ExecuteAndJudge(parent=configurable).trust_submissions:
        configurable.log.warning(messages.TRUSTED)
        return
    try:
        spawn(0, {}, {}).close()
    except SandboxError as error:
        sentence = messages.no_sandbox(error, isolation.remedy())
    except (ChildError, OSError) as error:
        sentence = messages.child_lacking(str(error))
    else:
        return
    configurable.log.error(sentence)
    raise NbGraderException(sentence)


def find_reference(configurable, assignment, notebook):
    """The release version of a notebook, found through nbgrader's course folder; None where there is none."""
    while not hasattr(configurable, "coursedir"):
        configurable = configurable.parent
        if configurable is None:
            return None
    coursedir = configurable.coursedir
    folder = coursedir.format_path(coursedir.release_directory, ".", assignment)
    path = Path(folder, f"{notebook}.ipynb")
    return nbformat.read(path, as_version=4) if path.is_file() else None


class SafeCollect(ExchangeCollect):
    """nbgrader's collect, except that links, devices, giants and forged submissions stay in the exchange.

    `c.ExchangeFactory.collect`: nbgrader's own would copy what a link points to, with the
    instructor's rights, and take a submission from whoever put it there, with only a warning.
    """

    def init_src(self):
        """Find everybody's newest submission that is the own one."""
        super().init_src()
        self.src_records = [rec for rec in self.src_records if not self._forger(rec)]

    def _sort_by_timestamp(self, records):
        forged = {rec["filename"]: forger for rec in records if (forger := self._forger(rec))}
        for name, forger in forged.items():
            self.log.warning(messages.forged(Path(self.inbound_path, name), forger))
        honest = [rec for rec in records if rec["filename"] not in forged]
        # Never none at all, as nbgrader takes the first; init_src drops it again.
        return super()._sort_by_timestamp(honest or records)

    def _forger(self, record) -> str:
        """The Unix user who wrote a submission in the name of another Unix user, or ''.

        Where students are no Unix users (a laptop, a trial), nobody can tell.
        """
        if not self.check_owner or pwd is None:
            return ""
        try:
            student = pwd.getpwnam(record["username"]).pw_uid
            owner = os.lstat(Path(self.inbound_path, record["filename"])).st_uid
        except (KeyError, OSError):
            return ""
        return "" if owner == student else _account_name(owner)

    def do_copy(self, src, dest, log=None):
        """Copy one student's folder, without what find_dangers names."""
        dangers = dict(find_dangers(src))
        for path, why in dangers.items():
            self.log.warning(messages.left_in_exchange(path, why))
        if Path(src) in dangers:
            return

        def ignore(folder, names):
            return {name for name in names if Path(folder, name) in dangers}

        # Next to its place, and moved there when it is whole: nobody can grade the half of it.
        near = {"prefix": ".masuk-", "dir": os.path.dirname(dest)}
        with (
            tempfile.TemporaryDirectory(prefix="asynclab-") as staging,
            tempfile.TemporaryDirectory(**near) as beside,
        ):
            copy, whole = Path(staging, "kiriman"), os.path.join(beside, "kiriman")
            shutil.copytree(src, copy, symlinks=True, ignore=ignore)
            super().do_copy(str(copy), whole, log)
            os.rename(whole, dest)


def _account_name(uid):
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
