"""ExecuteAndJudge: in place of nbgrader's Execute; runs a submission aside, judges its traces, loses nothing.

Use it by name in `c.Autograde.autograde_preprocessors`, with SaveGrades in place of SaveAutoGrades.
Student code runs in a child process that knows no criterion; the score is computed here, from what
the child recorded. A test cell that can't be judged (one with plain asserts, or one that breaks) gets no
automatic score: nbgrader then asks for a manual one.
"""

from __future__ import annotations

import base64
import os
import stat
from pathlib import Path

import nbformat
from nbformat.v4 import new_markdown_cell
from nbgrader import utils
from nbgrader.preprocessors import Execute, SaveAutoGrades
from traitlets import Bool, Float, Integer

from asynclab import isolation
from asynclab.grading import messages, suspicion
from asynclab.grading.judge import Evidence, Judgement, judge
from asynclab.grading.marks import MARK
from asynclab.grading.outputs import ATTEMPT_MIME, TRACE_MIME, write_record
from asynclab.grading.runner import Cell, Limits, Result, run_cells
from asynclab.grading.spawn import ChildError, SandboxError, spawn, spawn_trusted
from asynclab.rubric import RUBRIC_MIME
from asynclab.stripping import has_rubric, strip
from asynclab.trace import Trace

__all__ = ["ExecuteAndJudge", "SaveGrades"]

GRADING_SEED = 1928
FILE_LIMIT = 32 << 20
TRACE_LIMIT = 4 << 20
NOT_FOR_STUDENTS = (".ipynb", "timestamp.txt", "submission_secret.txt", MARK)
UNJUDGED = "asynclab_unjudged"
LACKING = "asynclab_lacking"
NOTE_ID = "catatan-pengajar"
LOGGED = 5


class ExecuteAndJudge(Execute):
    """Runs the student's cells and the scenarios in a child process, then judges the traces."""

    seed = Integer(
        GRADING_SEED, help="Seed of every scenario; the same seed gives the same scores."
    ).tag(config=True)

    timeout = Integer(
        5, allow_none=True, help="Real seconds that one of the student's cells may take."
    ).tag(config=True)

    scenario_timeout = Float(
        30.0, help="Real seconds that all scenarios of one test cell may take."
    ).tag(config=True)

    notebook_timeout = Float(
        60.0, help="Real seconds that all of the student's cells together may take."
    ).tag(config=True)

    trust_submissions = Bool(
        False,
        help="Run student code without a sandbox, with all rights of the grader. Only where each of them is trusted.",
    ).tag(config=True)

    def preprocess(self, nb, resources, km=None):
        """Run and judge one notebook; never raises for what is in it."""
        cells = [cell for cell in nb.cells if cell.cell_type == "code" and cell.source.strip()]
        for number, cell in enumerate(cells, 1):
            cell.execution_count, cell.outputs = number, []
        tests = [cell for cell in cells if utils.is_grade(cell) and not utils.is_solution(cell)]
        unreadable = nb.metadata.get("asynclab", {}).get("unreadable", "")
        stripped = dict(zip(map(id, tests), strip([cell.source for cell in tests])))
        faults = {
            id(cell): unreadable or find_fault(name_of(cell), cell.source, stripped[id(cell)])
            for cell in tests
        }
        results, broken = {}, ""
        if not unreadable:
            plan = [
                self._plan(cell, stripped, faults) for cell in cells if not faults.get(id(cell))
            ]
            files = read_files(resources["metadata"].get("path", ""))
            results, broken = self._run(plan, files, resources)
        evidence = []
        for cell in tests:
            result = results.get(cell.execution_count, Result())
            evidence.append(
                Evidence(
                    name_of(cell),
                    cell.source,
                    float(cell.metadata.nbgrader["points"]),
                    result.traces,
                    result.fault,
                    faults[id(cell)] or broken,
                )
            )
        for cell in cells:
            if id(cell) not in faults:
                self._write_student(cell, results.get(cell.execution_count, Result()), resources)
        for cell, item, judgement in zip(tests, evidence, judge(evidence, self.seed)):
            self._write_judgement(cell, item, judgement, resources)
        students = [cell for cell in cells if id(cell) not in faults]
        self._write_note(nb, cells, students, results, resources)
        return nb, resources

    def _plan(self, cell, stripped, faults):
        if id(cell) not in faults:
            return Cell(cell.source, cell.execution_count)
        parts = stripped[id(cell)]
        name = name_of(cell)
        return Cell(parts.source, cell.execution_count, name, parts.definitions)

    def _run(self, plan, files, resources):
        """(results by number, sentence why there are none).

        Where the machine is to blame and not the submission, the sentence is left in `resources` too.
        """
        limits = Limits(
            cell=self.timeout or 5,
            scenario=self.scenario_timeout,
            cells=self.notebook_timeout,
        )
        try:
            begin = spawn_trusted if self.trust_submissions else spawn
            results = run_cells(plan, seed=self.seed, files=files, limits=limits, spawn=begin)
        except SandboxError as error:
            resources[LACKING] = messages.no_sandbox(error, isolation.remedy())
            return {}, resources[LACKING]
        except (ChildError, OSError) as error:
            resources[LACKING] = messages.child_lacking(str(error))
            return {}, resources[LACKING]
        except Exception as error:
            self.log.debug("run_cells", exc_info=True)
            return {}, messages.engine_broke(f"{type(error).__name__}: {error}")
        return {cell.number: result for cell, result in zip(plan, results)}, ""

    def _write_student(self, cell, result, resources):
        cell.outputs = [make_output(**item) for item in result.outputs]
        if result.fault:
            cell.outputs.append(error_output("SelDihentikan", result.fault))
            student, assignment = whose(resources)
            count = cell.execution_count
            self.log.warning(messages.cell_fault_log(student, assignment, count, result.fault))

    def _write_judgement(self, cell, evidence, judgement, resources):
        cell.outputs = judgement_outputs(judgement, cell.execution_count)
        cell.outputs.append(trace_output(evidence, self.seed))
        if not judgement.judged:
            resources.setdefault(UNJUDGED, []).append(judgement.name)
            if judgement.fault not in resources.setdefault("asynclab_told", []):
                resources["asynclab_told"].append(judgement.fault)
                self.log.error(messages.not_judged_log(*whose(resources), judgement.fault))

    def _write_note(self, notebook, cells, students, results, resources):
        """What the instructor should look at: in the log, as data at its cell, and as a note at the top."""
        if results:
            about = notebook.metadata.setdefault("asynclab", {})
            about["sandbox"] = not self.trust_submissions
        sentences = [messages.TRUSTED_NOTE] if self.trust_submissions and results else []
        for cell in cells:
            count = cell.execution_count
            if attempts := results.get(count, Result()).attempts:
                cell.outputs.append(make_output("display_data", data={ATTEMPT_MIME: attempts}))
                tried = [messages.attempt(count, item) for item in attempts]
                sentences += tried
                for sentence in tried[:LOGGED]:
                    self.log.warning(messages.attempt_log(*whose(resources), sentence))
        inspector = suspicion.Inspector()
        for cell in students:
            found = inspector.inspect(cell.source)[:LOGGED]
            sentences += [messages.suspicion(cell.execution_count, item) for item in found]
        if sentences:
            first = notebook.cells[0].source if notebook.cells else ""
            repaired = first.startswith((messages.REPAIRED, messages.UNREADABLE))
            notebook.cells.insert(int(repaired), instructor_note(sentences, notebook))


class SaveGrades(SaveAutoGrades):
    """nbgrader's SaveAutoGrades, except that a cell that could not be judged gets no score."""

    def _add_score(self, cell, resources):
        super()._add_score(cell, resources)
        name = name_of(cell)
        if name in resources.get(UNJUDGED, []):
            grade = self.gradebook.find_grade(
                name, self.notebook_id, self.assignment_id, self.student_id
            )
            grade.auto_score, grade.needs_manual_grade = None, True
            self.gradebook.db.commit()


# ---- small functions of data


def instructor_note(sentences, notebook):
    """A markdown cell that only the instructor reads."""
    taken, name = {cell.get("id") for cell in notebook.cells}, NOTE_ID
    while name in taken:
        name += "-"
    lines = "\n".join(f"- {sentence}" for sentence in sentences)
    return new_markdown_cell(f"{messages.FOR_INSTRUCTOR}\n\n{lines}", id=name)


def name_of(cell) -> str:
    """The grade id of a cell."""
    return cell.metadata.nbgrader["grade_id"]


def find_fault(name, source, stripped) -> str:
    """Why a test cell can't be judged at all, for the instructor; '' where it can."""
    fault = stripped.fault
    if fault is None:
        return "" if has_rubric(source) else messages.no_rubric(name)
    if fault.reason == "run-in-criterion":
        return messages.run_in_criterion(name, fault.line)
    return messages.test_cell_syntax(name, fault.line, fault.reason)


def read_files(folder) -> dict[str, str]:
    """The files beside a notebook as base64 text by relative path; no links, no notebooks, 32 MiB at most."""
    files, size = {}, 0
    for root, _, names in os.walk(folder):
        for path in (Path(root, name) for name in sorted(names)):
            status = path.lstat()
            if path.name.endswith(NOT_FOR_STUDENTS) or not stat.S_ISREG(status.st_mode):
                continue
            size += status.st_size
            if size > FILE_LIMIT:
                return files
            files[path.relative_to(folder).as_posix()] = base64.b64encode(
                path.read_bytes()
            ).decode()
    return files


def make_output(output_type, **fields):
    """An output like nbformat's `new_output`, which checks each with the whole schema: it is checked when it is written."""
    if output_type in ("display_data", "execute_result"):
        fields.setdefault("metadata", {})
    return nbformat.from_dict({"output_type": output_type, **fields})


def judgement_outputs(judgement: Judgement, count) -> list:
    """The outputs of a judged test cell: the number that nbgrader reads, and the student's table."""
    data = {"text/html": judgement.html} if judgement.html else {}
    if judgement.criteria:
        data[RUBRIC_MIME] = {"points": judgement.points, "criteria": judgement.criteria}
    if judgement.judged:
        data["text/plain"] = f"{float(judgement.score)}"
        return [make_output("execute_result", data=data, execution_count=count)]
    error = error_output("TidakDinilai", messages.not_judged(judgement.fault))
    return [error, make_output("display_data", data=data)] if data else [error]


def trace_output(evidence: Evidence, seed):
    """The traces as an output of their own, so that a changed rubric can be judged without running anything."""
    # Without real times: a notebook that is graded again comes out equal, byte for byte.
    traces = [
        {**item.to_json(), "wall": {}} if isinstance(item, Trace) else {"rejected": item}
        for item in evidence.traces
    ]
    record = write_record({"seed": seed, "missing": evidence.missing, "traces": traces})
    if (size := len(record)) > TRACE_LIMIT:
        sentence = messages.trace_too_large(size)
        record = write_record({"seed": seed, "missing": sentence, "traces": [], "dropped": True})
    return make_output("display_data", data={TRACE_MIME: record})


def error_output(name, sentence):
    """An error without a traceback: the sentence stands where it would be."""
    return make_output("error", ename=name, evalue=sentence, traceback=sentence.splitlines())


def whose(resources) -> tuple[str, str]:
    """(student, assignment) of the notebook at hand, as far as known."""
    about = resources.get("nbgrader", {})
    return about.get("student", "?"), about.get("assignment", "?")
