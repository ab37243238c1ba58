"""The checks of the lessons' exercises, without a kernel: what other answers than the solution get."""

import ast
import re
from pathlib import Path

import nbformat
import pytest

from asynclab import messages

ROOT = Path(__file__).parent.parent
NOTEBOOKS = ROOT / "notebooks"
OTHERS = ROOT / "tests" / "solutions" / "others"
ANSWER = re.compile(
    r"^# %% (exercise-\d): ([^\n]+)\n((?:# kehilangan: [^\n]+\n)*)(.*?)(?=^# %% |\Z)", re.M | re.S
)
KEPT = ast.Import | ast.ImportFrom | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def answers():
    """(lesson, exercise, the sentences of the criteria that it loses, its code) of every answer."""
    for path in sorted(OTHERS.glob("*.py")):
        for exercise, name, lost, code in ANSWER.findall(path.read_text("utf-8")):
            sentences = re.findall(r"^# kehilangan: (.+)$", lost, re.M)
            yield pytest.param(path.stem, exercise, sentences, code, id=f"{path.stem[:2]}: {name}")


def prepared(cells):
    """A namespace with what these code cells import and define; nothing else of them is run."""
    namespace = {"__name__": "__main__"}
    for cell in cells:
        if cell.cell_type == "code" and not cell.source.startswith("%%"):
            source = re.sub(r"^%.*$", "", cell.source, flags=re.M)
            tree = compile(
                source, cell.id, "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
            )
            tree.body = [node for node in tree.body if isinstance(node, KEPT)]
            exec(compile(tree, cell.id, "exec"), namespace)
    return namespace


def judge(lesson, exercise, code):
    """The rubric of an exercise's check, for `code` in place of the exercise."""
    cells = nbformat.read(NOTEBOOKS / f"{lesson}.ipynb", 4).cells
    position = [cell.id for cell in cells].index(exercise)
    namespace = prepared(cells[:position])
    exec(code, namespace)
    exec(cells[position + 1].source, namespace)
    return namespace["rubric"]


@pytest.mark.parametrize(("lesson", "exercise", "lost", "code"), list(answers()))
def test_an_answer_loses_what_it_should(lesson, exercise, lost, code):
    """It loses exactly the criteria that it names; one that names none is right, and loses none."""
    rubric = judge(lesson, exercise, code)
    assert [item.sentence for item in rubric.criteria if item.passed is not True] == lost
    assert_it_is_told(rubric)


def assert_it_is_told(rubric):
    """Every criterion could be judged and is worth a point; what fails is told in its own words."""
    assert rubric.judged
    assert rubric.points == rubric.total
    assert messages.not_satisfied() not in [item.fact for item in rubric.criteria]


def exercises():
    """(lesson, exercise, its code as the student finds it) of every exercise."""
    for path in sorted(NOTEBOOKS.glob("[0-9]*.ipynb")):
        for cell in nbformat.read(path, 4).cells:
            if "exercise" in cell.metadata.get("tags", ()):
                yield pytest.param(
                    path.stem, cell.id, cell.source, id=f"{path.stem[:2]}: {cell.id}"
                )


def emptied(code):
    """The same functions, which do nothing."""
    tree = ast.parse(code)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            node.body = [ast.Pass()]
    return ast.unparse(tree)


@pytest.mark.parametrize(("lesson", "exercise", "code"), list(exercises()))
def test_what_is_missing_is_told(lesson, exercise, code):
    """The exercise as it is found, and functions that do nothing: criteria fail, none breaks."""
    for answer in (code, emptied(code)):
        rubric = judge(lesson, exercise, answer)
        assert rubric.earned < rubric.total
        assert_it_is_told(rubric)
