"""Repair: a submission rebuilt on the release version, so that nbgrader finds every cell it is going to grade.

What is the instructor's (test cells, metadata, tags, kernel) comes from the release version; what is
the student's (answers, added cells, their order) stays. Every change that a person should know of
is said in one sentence.
"""

from __future__ import annotations

import copy
from collections import Counter

from nbformat.v4 import new_markdown_cell, new_notebook
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.preprocessors import NbGraderPreprocessor

from asynclab.grading import messages
from asynclab.grading.intake import DAMAGE, UNREADABLE, find_reference
from asynclab.grading.reading import is_cell_id

__all__ = ["RepairSubmission", "repair"]

NOTE_ID = "catatan-penilai"
TYPES = {"code", "markdown", "raw"}


class RepairSubmission(NbGraderPreprocessor):
    """First of `c.Autograde.sanitize_preprocessors`: rebuilds the submission from release/."""

    def preprocess(self, nb, resources):
        """Repair one notebook; what was done stands at its top and in the log."""
        about = resources["nbgrader"]
        reference = find_reference(self, about["assignment"], about["notebook"])
        if reference is None:
            self.log.error(messages.no_reference(f"release/{about['assignment']}"))
            return nb, resources
        unreadable = resources.get(UNREADABLE, "")
        try:
            repaired, changes = repair(nb, reference)
        except Exception as error:
            # Cells of a shape that nobody has foreseen: as if the file were no notebook.
            self.log.debug("repair", exc_info=True)
            unreadable = messages.unreadable_notebook(messages.odd_cells(type(error).__name__))
            repaired, changes = repair(new_notebook(), reference)
        changes = resources.get(DAMAGE, []) + changes
        if unreadable:
            repaired.metadata["asynclab"] = {"unreadable": unreadable}
            repaired.cells.insert(0, note(messages.UNREADABLE, [unreadable]))
        elif changes:
            repaired.cells.insert(0, note(messages.REPAIRED, changes))
        self._complete_tests(repaired, about)
        for change in [unreadable] if unreadable else changes:
            self.log.warning("%s, %s: %s", about["student"], about["assignment"], change)
        return repaired, resources

    def _complete_tests(self, notebook, about):
        """Give the test cells their hidden part already now.

        OverwriteCells would do so too, with a warning about each of them for each student.
        """
        with Gradebook(about["db_url"]) as gradebook:
            try:
                source = gradebook.find_notebook(about["notebook"], about["assignment"])
            except MissingEntry:
                return
            sources = {item.name: item.source for item in source.source_cells if item.locked}
        for cell in notebook.cells:
            name = cell.metadata.get("nbgrader", {}).get("grade_id")
            cell.source = sources.get(name, cell.source)


def repair(submitted, reference):
    """(notebook, sentences): the submission with the reference's graded cells and metadata.

    submitted, reference: nbformat notebooks; neither is changed. A solution cell that is missing
    comes back empty, since its stub would undo an answer that stands elsewhere.
    """
    wanted = {cell.metadata.nbgrader["grade_id"]: cell for cell in reference.cells if _marked(cell)}
    cells = [_plain_copy(cell) for cell in submitted.cells if isinstance(cell.get("source"), str)]
    changes: list[str] = []
    owners = _match(cells, wanted, changes)
    rebuilt, used = [], Counter()
    for cell, name in zip(cells, owners):
        if name is None:
            rebuilt.append((None, cell))
        elif used[name] + 1 < owners.count(name):
            used[name] += 1
            if not _is_part_of(cell, wanted[name]):
                rebuilt.append((None, cell))
        else:
            rebuilt.append((name, _restore(cell, wanted[name], name, changes)))
    _put_back(rebuilt, wanted, changes)
    notebook = new_notebook(metadata=copy.deepcopy(reference.metadata))
    notebook.cells = _with_ids(rebuilt)
    language = submitted.metadata.get("kernelspec", {}).get("language", "python")
    if isinstance(language, str) and language.lower() not in ("python", ""):
        changes.insert(0, messages.foreign_language(language))
    return notebook, changes


def note(title, sentences):
    """A markdown cell that tells what happened to this notebook."""
    lines = "\n".join(f"- {sentence}" for sentence in sentences)
    return new_markdown_cell(f"{title}\n\n{lines}", id=NOTE_ID)


# ---- whose cell is it


def _match(cells, wanted, changes):
    """For each submitted cell the grade id it stands for, or None."""
    owners = []
    for cell in cells:
        claimed = cell.pop("claimed")
        known = claimed in wanted
        if claimed and not known:
            changes.append(messages.foreign_cell(claimed))
        owners.append(claimed if known else None)
    by_id = {cell.get("id"): name for name, cell in wanted.items() if cell.get("id")}
    by_source = {cell.source.strip(): name for name, cell in wanted.items() if _is_test(cell)}
    for index, cell in enumerate(cells):
        if owners[index] is None:
            name = by_id.get(cell.get("id")) or by_source.get(cell.source.strip())
            if name is not None and name not in owners:
                owners[index] = name
                changes.append(messages.found_again(name))
    for name, count in Counter(owners).items():
        if name is not None and count > 1:
            test = _is_test(wanted[name])
            sentence = messages.duplicated_test if test else messages.duplicated_answer
            changes.append(sentence(name))
    return owners


def _is_part_of(cell, reference):
    """Whether a surplus cell is only a piece or a copy of the instructor's, so that nothing is lost with it."""
    return _is_test(reference) and cell.source.strip() in reference.source


# ---- one cell


def _restore(cell, reference, name, changes):
    """The student's cell with the instructor's metadata and type, and his source where it is his."""
    meta = reference.metadata.nbgrader
    found = cell.pop("found")
    if cell.cell_type != reference.cell_type:
        changes.append(messages.changed_type(name, cell.cell_type, reference.cell_type))
        cell.cell_type = reference.cell_type
    if "skip-execution" in found["tags"]:
        changes.append(messages.skip_tag(name))
    keys = ("grade", "solution", "locked", "points", "task")
    if found["nbgrader"] and any(found["nbgrader"].get(key) != meta.get(key) for key in keys):
        changes.append(messages.changed_settings(name))
    if not meta.get("solution"):
        if cell.source.strip() != reference.source.strip():
            changes.append(messages.changed_test(name))
        cell.source = reference.source
    cell.metadata = copy.deepcopy(reference.metadata)
    if is_cell_id(reference.get("id")):
        cell["id"] = reference["id"]
    return cell


def _put_back(rebuilt, wanted, changes):
    """Insert what is missing behind the cell that it follows in the reference."""
    order = list(wanted)
    for position, name in enumerate(order):
        present = [owner for owner, _ in rebuilt]
        if name in present:
            continue
        cell = copy.deepcopy(wanted[name])
        if _is_test(cell):
            changes.append(messages.missing_test(name))
        else:
            changes.append(messages.missing_answer(name))
            cell.source = ""
        earlier = [present.index(other) for other in order[:position] if other in present]
        later = [present.index(other) for other in order[position:] if other in present]
        place = max(earlier) + 1 if earlier else (min(later) if later else len(rebuilt))
        rebuilt.insert(place, (name, cell))


def _plain_copy(cell):
    """A submitted cell without metadata and outputs; what it claimed to be stands aside."""
    metadata = cell.get("metadata", {})
    nbgrader, tags = metadata.get("nbgrader"), metadata.get("tags")
    nbgrader = nbgrader if isinstance(nbgrader, dict) else {}
    plain = copy.deepcopy({"id": cell.get("id"), "source": cell.source})
    if isinstance(cell.get("attachments"), dict):
        plain["attachments"] = copy.deepcopy(cell["attachments"])
    claimed = nbgrader.get("grade_id")
    found = {"nbgrader": nbgrader, "tags": tags if isinstance(tags, list) else []}
    kind = cell.get("cell_type") if cell.get("cell_type") in TYPES else "raw"
    return type(cell)(
        **plain,
        cell_type=kind,
        metadata=type(cell)(),
        claimed=claimed if isinstance(claimed, str) else None,
        found=found,
    )


def _with_ids(rebuilt):
    """The cells with the fields that nbformat 4.5 wants, each id once; the instructor's come first."""
    cells, taken, number = [], set(), 0
    for _, cell in sorted(rebuilt, key=lambda item: item[0] is None):
        while not is_cell_id(cell["id"]) or cell["id"] in taken:
            number += 1
            cell["id"] = f"tambahan-{number}"
        taken.add(cell["id"])
    for _, cell in rebuilt:
        cell.pop("found", None)
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
            cell.pop("attachments", None)
        else:
            cell.pop("outputs", None)
            cell.pop("execution_count", None)
        cells.append(cell)
    return cells


def _marked(cell):
    return "grade_id" in cell.metadata.get("nbgrader", {})


def _is_test(cell):
    return not cell.metadata.nbgrader.get("solution") and cell.cell_type == "code"
