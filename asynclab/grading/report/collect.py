"""Collect: everything the report is made of, read from the course folder, some notebooks at a time."""

from __future__ import annotations

import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from asynclab.grading.engine import find_pending
from asynclab.grading.report import messages
from asynclab.grading.report.evidence import Given, read_evidence, read_given
from asynclab.grading.report.records import Evidence
from asynclab.grading.report.roster import Listed

__all__ = ["Material", "collect"]

ALONE = 150
"""Up to so many notebooks are read by this process; beyond, by one for each core."""


@dataclass
class Material:
    """What there is about one assignment.

    given: notebook -> what everybody was given; reference: the instructor's solutions; evidence:
    student id -> notebook -> what it holds; pending: ids of students whose hand-in is not graded yet.
    """

    listed: Listed
    given: dict[str, Given] = field(default_factory=dict)
    reference: list[str] = field(default_factory=list)
    evidence: dict[str, dict[str, Evidence]] = field(default_factory=dict)
    pending: list[str] = field(default_factory=list)


def collect(api, assignments: list[Listed]) -> list[Material]:
    """Read what belongs to these assignments; a file that can't be read is a problem in its Evidence."""
    materials, jobs = [], []
    for listed in assignments:
        material = Material(
            listed, pending=[item.student for item in find_pending(api, listed.slug)]
        )
        names = sorted({notebook for notebook, _ in listed.points})
        for name in names:
            material.given[name] = read_given(_read(_path(api, "release", ".", listed.slug, name)))
            source = read_evidence(_read(_path(api, "source", ".", listed.slug, name)), Given())
            material.reference.append(source.answer)
        for student in sorted(listed.entries):
            for name in names:
                path = _path(api, "autograded", student, listed.slug, name)
                # One of several notebooks may not have been handed in.
                if path.exists() or len(names) == 1:
                    jobs.append((material, student, name, path))
        materials.append(material)
    found = _read_all([(path, material.given[name]) for material, _, name, path in jobs])
    for (material, student, name, _), evidence in zip(jobs, found):
        material.evidence.setdefault(student, {})[name] = evidence
    return materials


def _path(api, step, student, slug, name):
    directory = getattr(api.coursedir, f"{step}_directory")
    return Path(api.coursedir.format_path(directory, student, slug), f"{name}.ipynb")


def _read(path):
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _read_all(jobs):
    workers = os.cpu_count() or 1
    if len(jobs) <= ALONE or workers == 1:
        return [read_file(*job) for job in jobs]
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        return list(pool.map(read_file, *zip(*jobs), chunksize=32))


def read_file(path, given) -> Evidence:
    """The evidence of the notebook at `path`."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return Evidence(problem=messages.MISSING)
    except OSError as error:
        return Evidence(problem=messages.unreadable(error.strerror or type(error).__name__))
    return read_evidence(content, given)
