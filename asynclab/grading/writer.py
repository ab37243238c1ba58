"""Writer: the only one that writes grades; one gradebook transaction and one rename per submission.

A grader killed before the commit has changed nothing; killed between commit and rename, the
submission counts as not graded and is graded again, to the same scores. Until it is in its place, a
submission's folder lies in one of its own, which nobody else's files ever see; so does, where two
folders can't change places at once, the one that it replaces, and the next writer puts that back.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import shutil
import tempfile
from pathlib import Path

from asynclab.errors import CommandError
from asynclab.grading import messages
from asynclab.grading.definition import Definition
from asynclab.grading.job import Graded
from asynclab.grading.swap import put_back, put_in_place

__all__ = ["Writer", "clear_leftovers", "describe_failure", "name_scratch"]

ASIDE = ".sedang-ditulis"
NEW, OLD = "baru", "lama"
LOCK = ".asynclab-grade.lock"
SCRATCH = "asynclab-nilai-"


class Writer:
    """Puts graded submissions into gradebook and `autograded/`. A context manager.

    api: nbgrader's API on the course; `scratch`: a folder for the workers, outside the course,
    which is removed at the end, or by the next writer where this one is killed. One that is given,
    named by `name_scratch`, is left to who named it.
    Raises CommandError on entry where another grader is at work or the course can't be written.
    """

    def __init__(self, api, scratch=None):
        self.api = api
        self.scratch, self._keeps = scratch, scratch is not None
        self.coursedir = api.coursedir
        self.root = Path(self.coursedir.root)
        self.aside = self.root / ASIDE

    def __enter__(self):
        from sqlalchemy.exc import DatabaseError

        self._lock()
        try:
            self._clear_aside()
            self.aside.mkdir()
            self.gradebook = self.api.gradebook
            list(self.gradebook.assignments)
        except DatabaseError as error:
            self._unlock()
            raise CommandError(messages.gradebook_unusable(str(error.orig))) from None
        except OSError as error:
            self._unlock()
            raise CommandError(messages.unwritable(self.aside, error.strerror)) from None
        return self

    def __exit__(self, *exc_info):
        self.gradebook.close()
        # What could not be put back stays for the next writer.
        with contextlib.suppress(OSError):
            self._clear_aside()
        self._unlock()

    def write(
        self, definition: Definition, graded: Graded, files: dict[str, bytes], timestamp
    ) -> None:
        """Write one submission of an assignment: its files beside the notebooks, its scores, then both become visible.

        timestamp: when it was handed in (a datetime in UTC without zone), or None.
        """
        target = self._target(graded.student, definition.slug)
        shelf = self.aside / definition.slug / graded.student
        shelf.mkdir(parents=True, exist_ok=True)
        place = Path(tempfile.mkdtemp(dir=shelf))
        made, old = place / NEW, place / OLD
        try:
            self._write_files(made, graded, definition.files_with(files))
            self._write_scores(definition.slug, graded, timestamp)
            target.parent.mkdir(parents=True, exist_ok=True)
            put_in_place(made, target, old)
        finally:
            if target.exists() or not old.exists():
                shutil.rmtree(place, ignore_errors=True)

    def _target(self, student, slug):
        return Path(self.coursedir.format_path(self.coursedir.autograded_directory, student, slug))

    def _clear_aside(self):
        """Put back what a killed writer had moved out of the way of nothing; remove the rest."""
        for old in self.aside.glob(f"*/*/*/{OLD}"):
            slug, student = old.relative_to(self.aside).parts[:2]
            put_back(old, self._target(student, slug))
        shutil.rmtree(self.aside, ignore_errors=True)

    def _write_files(self, folder, graded, files):
        notebooks = {f"{name}.ipynb": content for name, content in graded.notebooks.items()}
        mode = 0o664 if self.coursedir.groupshared else 0o444
        for name, content in {**files, **notebooks}.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            path.chmod(mode)
        folder.mkdir(parents=True, exist_ok=True)
        if self.coursedir.groupshared:
            for path in (folder, *folder.rglob("*")):
                if path.is_dir():
                    path.chmod(path.stat().st_mode | 0o2770)

    def _write_scores(self, slug, graded, timestamp):
        gradebook, student = self.gradebook, graded.student
        with self._transaction():
            gradebook.update_or_create_student(student)
            when = {} if timestamp is None else {"timestamp": timestamp}
            submission = gradebook.update_or_create_submission(slug, student, **when)
            notebooks = {item.name: item for item in submission.notebooks}
            for name, notebook in notebooks.items():
                for grade in notebook.grades:
                    if (name, grade.name) in graded.scores or graded.fault:
                        grade.auto_score = graded.scores.get((name, grade.name))
                        missing = name not in graded.notebooks and not graded.fault
                        unsure = grade.manual_score is not None or grade.auto_score is None
                        grade.needs_manual_grade = unsure and not missing
                for comment in notebook.comments:
                    if (name, comment.name) in graded.comments:
                        comment.auto_comment = graded.comments[(name, comment.name)]
            gradebook.db.flush()
            for name in graded.notebooks:
                self._write_penalty(submission, notebooks[name])

    def _write_penalty(self, submission, notebook):
        from nbgrader.preprocessors import AssignLatePenalties

        notebook.late_submission_penalty = None
        late = submission.total_seconds_late
        if late > 0:
            rule = AssignLatePenalties(config=self.api.config)
            rule.init_plugin()
            penalty = rule.plugin_inst.late_submission_penalty(
                submission.student_id, notebook.score, late
            )
            if penalty is not None:
                notebook.late_submission_penalty = rule._check_late_penalty(notebook, penalty)

    @contextlib.contextmanager
    def _transaction(self):
        """All or nothing: nbgrader's own methods commit one by one, so their commits wait for the last."""
        session = self.gradebook.db
        commit = session.commit
        session.commit = session.flush
        try:
            with _without_nbgraders_log():
                yield
                commit()
        except BaseException:
            session.rollback()
            raise
        finally:
            session.commit = commit

    def _lock(self):
        # The system frees it when the process ends, however it ends.
        path = self.root / LOCK
        try:
            self._lock_file = path.open("a+")
            fcntl.flock(self._lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock_file.seek(0)
            pid = self._lock_file.readline().strip() or "?"
            self._lock_file.close()
            raise CommandError(messages.grader_at_work(pid)) from None
        except OSError as error:
            raise CommandError(messages.unwritable(path, error.strerror)) from None
        self._lock_file.seek(0)
        left = _scratch_in(self._lock_file.read())
        if left != str(self.scratch):
            _remove_scratch(left)
        self.scratch = self.scratch or name_scratch()
        self._lock_file.truncate(0)
        self._lock_file.write(f"{os.getpid()}\n{self.scratch}")
        self._lock_file.flush()
        # Not before: of a folder that nobody has written down, nobody would know.
        self.scratch.mkdir(mode=0o700, exist_ok=self._keeps)

    def _unlock(self):
        if not self._keeps:
            shutil.rmtree(self.scratch, ignore_errors=True)
            self._lock_file.truncate(0)
        self._lock_file.close()


def name_scratch() -> Path:
    """A folder for workers that is not there yet; a writer makes it, and the next one knows it as a writer's."""
    return Path(tempfile.gettempdir(), SCRATCH + secrets.token_hex(8))


def clear_leftovers(api) -> None:
    """Remove what a grader has left that was killed when all was written but its own folders."""
    root = Path(api.coursedir.root)
    if (root / ASIDE).exists() or _has_scratch(root / LOCK):
        with Writer(api):
            pass


def describe_failure(error: Exception, folder) -> str:
    """Why one submission was not written, in a sentence; folder: what to name where the error names nothing."""
    from nbgrader.api import InvalidEntry
    from sqlalchemy.exc import SQLAlchemyError

    if isinstance(error, InvalidEntry):
        # nbgrader's wrapping of whatever the database has said.
        error = error.__context__ or error
    if isinstance(error, (SQLAlchemyError, InvalidEntry)):
        reason = str(getattr(error, "orig", None) or error)
        return messages.gradebook_refused(reason.partition("\n")[0])
    if isinstance(error, OSError):
        return messages.not_written(error.filename or folder, error.strerror or error)
    return messages.not_stored(f"{type(error).__name__}: {error}")


@contextlib.contextmanager
def _without_nbgraders_log():
    """nbgrader prints a traceback of what it raises as well."""
    from tornado.log import app_log

    before, app_log.disabled = app_log.disabled, True
    try:
        yield
    finally:
        app_log.disabled = before


def _scratch_in(written):
    """The folder that a grader has written down, behind its own number; '' where there is none."""
    return written.partition("\n")[2].strip()


def _has_scratch(lock):
    """Whether the folder that the last grader has written down is still there."""
    with contextlib.suppress(OSError):
        left = _scratch_in(lock.read_text())
        return bool(left) and Path(left).exists()
    return False


def _remove_scratch(path):
    """What a killed grader has left; only a folder that a writer can have made."""
    folder = Path(path)
    if folder.name.startswith(SCRATCH) and folder.parent == Path(tempfile.gettempdir()):
        shutil.rmtree(folder, ignore_errors=True)
