"""The course tree: assignments, their cells, and answers put into them and judged, for proving that the tests are right."""

from __future__ import annotations

import ast
import functools
import types
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat

from asynclab.errors import CommandError
from asynclab.rubric import Rubric

__all__ = [
    "Answer",
    "Assignment",
    "find_assignments",
    "judge_answer",
    "judge_cells",
    "no_source",
    "read_answers",
    "read_assignments",
]


@dataclass(frozen=True)
class Assignment:
    """One assignment: its slug and the cells of its notebook in `source/`."""

    slug: str
    cells: list

    def ids(self, kind):
        """The grade ids of "solution" or "grade" cells in order."""
        return [cell.metadata.nbgrader.grade_id for cell in self.cells if _flag(cell, kind)]

    @property
    def tests(self):
        """The test cells in order."""
        return [cell for cell in self.cells if _flag(cell, "grade")]

    @property
    def points(self):
        """The points of all test cells together."""
        return sum(cell.metadata.nbgrader.points for cell in self.tests)

    @property
    def solution(self) -> str:
        """The reference solution: the source of all solution cells."""
        return "\n\n\n".join(cell.source for cell in self.cells if _flag(cell, "solution"))

    @property
    def preparation(self) -> str:
        """What a student runs before the first solution cell: the cell with the id "persiapan"."""
        return next((cell.source for cell in self.cells if cell.get("id") == "persiapan"), "")


@dataclass(frozen=True)
class Answer:
    """An answer of `tests/answers/`: a module that stands for all solution cells.

    A wrong one says in its docstring which sentence its feedback must contain (first line) and,
    after "kehilangan:", the sentences of exactly those criteria that it loses, one a line.
    """

    path: Path
    source: str
    sentence: str = ""
    lost: tuple[str, ...] = ()

    @property
    def name(self):
        """Folder and file name: "wrong/tanpa-batas"."""
        return f"{self.path.parent.name}/{self.path.stem}"


def read_assignments(root) -> list[Assignment]:
    """Every assignment of the course in folder `root`, by slug."""
    return [_read_assignment(path) for path in _find_notebooks(root).values()]


def find_assignments(root, slugs=()) -> list[Assignment]:
    """Those assignments of the course, all where none is named; raises CommandError for an unknown one."""
    notebooks = _find_notebooks(root)
    for slug in slugs:
        if slug not in notebooks:
            raise CommandError(no_source(root, slug), exit_code=2)
    return [_read_assignment(notebooks[slug]) for slug in dict.fromkeys(slugs or notebooks)]


def no_source(root, slug) -> str:
    """The sentence for an assignment that is not there."""
    return NO_SOURCE.format(slug=slug, known=", ".join(_find_notebooks(root)))


def _find_notebooks(root):
    paths = sorted(Path(root, "source").glob("*/*.ipynb"))
    return {path.stem: path for path in paths if path.stem == path.parent.name}


def _read_assignment(path):
    return Assignment(path.stem, nbformat.read(path, 4).cells)


def read_answers(root, slug) -> list[Answer]:
    """The right and then the wrong answers to one assignment, by file name."""
    folder = Path(root, "tests", "answers", slug)
    return [
        _read_answer(path)
        for kind in ("right", "wrong")
        for path in sorted(folder.glob(f"{kind}/*.py"))
    ]


def _read_answer(path):
    source = path.read_text(encoding="utf-8")
    text = ast.get_docstring(ast.parse(source)) or ""
    head, _, tail = text.partition("kehilangan:")
    lost = tuple(line.strip().removeprefix("- ") for line in tail.splitlines() if line.strip())
    return Answer(path, source, head.strip().splitlines()[0] if head.strip() else "", lost)


def judge_answer(assignment: Assignment, source: str) -> dict[str, Rubric]:
    """Run every test cell on an answer, live and in this process; only for answers that are trusted.

    Returns the rubric of each test cell by its grade id. An answer that raises while it is
    loaded leaves its names undefined, as it would in a notebook.
    """
    return dict(judge_cells(assignment, source))


def judge_cells(assignment: Assignment, source: str) -> Iterator[tuple[str, Rubric]]:
    """The same, cell by cell: (grade id, rubric), each yielded before the next cell runs."""
    namespace = types.ModuleType("__main__").__dict__
    for cell in (assignment.preparation, source):
        try:
            exec(compile(cell, f"<{assignment.slug}>", "exec", dont_inherit=True), namespace)
        except KeyboardInterrupt:
            raise
        except BaseException:
            # `sys.exit()` ends a notebook's cell, not its kernel.
            continue
    # As in grading: a helper of a test cell does not replace an answer's of the same name.
    helpers = {}
    for cell in assignment.tests:
        names = {**namespace, **helpers}
        yield cell.metadata.nbgrader.grade_id, run_test_cell(cell.source, names)
        helpers = {name: names[name] for name in names if names[name] is not namespace.get(name)}


def run_test_cell(source: str, namespace: dict) -> Rubric:
    """Execute a test cell and return the value of its last expression, which must be a Rubric.

    Raises TypeError where it is not.
    """
    statements, last = _compile(source)
    exec(statements, namespace)
    value = last and eval(last, namespace)
    if not isinstance(value, Rubric):
        raise TypeError(f"a test cell ends with its rubric, not with {type(value).__name__}")
    return value


@functools.lru_cache(maxsize=256)
def _compile(source):
    """The code of a test cell's statements and of its last expression, or None; the same for every submission."""
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    statements = compile(tree, "<sel uji>", "exec", dont_inherit=True)
    if last is None:
        return statements, None
    expression = ast.Expression(last.value)
    return statements, compile(expression, "<sel uji>", "eval", dont_inherit=True)


def _flag(cell, name):
    return cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get(name, False)


NO_SOURCE = (
    "Tugas '{slug}' tidak ada: source/{slug}/{slug}.ipynb tidak ditemukan. Yang ada: {known}."
)
