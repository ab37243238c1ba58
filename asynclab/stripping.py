"""Stripping: the part of a test cell that runs beside student code, without any criterion.

What survives is what the top-level calls of `run` need: the statements that bind a name they use,
directly or through others. The criteria, and helpers and expected values that only they use, never
reach the process in which student code runs.
"""

from __future__ import annotations

import ast
import functools
from dataclasses import dataclass

__all__ = ["StripError", "Stripped", "has_rubric", "keep_definitions", "strip"]

DEFINITIONS = (
    ast.Import,
    ast.ImportFrom,
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
)


class StripError(ValueError):
    """A test cell that can't be split into scenario and criteria; `line` is where, `reason` why."""

    def __init__(self, reason, line=None):
        super().__init__(f"{reason} (line {line})")
        self.reason, self.line = reason, line


@dataclass(frozen=True)
class Stripped:
    """A stripped cell, with the lines where they were, or the fault that prevents it.

    source: what its runs need, and the runs; definitions: the same without the runs.
    """

    source: str = ""
    definitions: str = ""
    fault: StripError | None = None


def strip(sources: list[str]) -> list[Stripped]:
    """Strip the test cells of one notebook; a cell may use what an earlier one defines.

    A cell with a syntax error, or with a call of `run` inside a criterion, gets a fault.
    """
    return list(_strip(tuple(sources)))


@functools.lru_cache(maxsize=32)
def _strip(sources):
    # A class has the same test cells in every submission.
    cells = [_parse(source) for source in sources]
    wanted: set[str] = set()
    kept: list[set[int]] = [set() for _ in cells]
    for number, cell in enumerate(cells):
        for index, statement in enumerate(cell.statements):
            if statement.runs:
                kept[number].add(index)
                wanted |= statement.uses
    growing = True
    while growing:
        growing = False
        for number, cell in enumerate(cells):
            for index, statement in enumerate(cell.statements):
                if index not in kept[number] and statement.binds & wanted and not statement.judges:
                    kept[number].add(index)
                    wanted |= statement.uses
                    growing = True
    return [
        Stripped(fault=cell.fault) if cell.fault else _stripped(cell, chosen)
        for cell, chosen in zip(cells, kept)
    ]


@functools.lru_cache(maxsize=256)
def has_rubric(source: str) -> bool:
    """Whether a test cell, which is Python, makes a Rubric at its top level."""
    tree = ast.parse(source)
    return any(_calls(node, _aliases(tree, "Rubric")) for node in tree.body)


def keep_definitions(source: str) -> str:
    """The imports, functions, classes and literal constants of a student's cell, lines unchanged.

    Raises SyntaxError where it is no Python.
    """
    tree = ast.parse(source)
    chosen = [node for node in tree.body if isinstance(node, DEFINITIONS) or _is_constant(node)]
    return _blank_others(source, chosen)


# ---- one cell


@dataclass
class _Statement:
    node: ast.stmt
    binds: set[str]
    uses: set[str]
    runs: bool
    judges: bool


@dataclass
class _Cell:
    source: str
    statements: list[_Statement]
    fault: StripError | None = None


def _parse(source):
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        return _Cell(source, [], StripError(error.msg, error.lineno))
    runners, rubrics = _aliases(tree, "run"), _aliases(tree, "Rubric")
    for node in tree.body:
        if _calls(node, rubrics):
            rubrics |= _bound(node)
    statements = []
    for node in tree.body:
        uses = {item.id for item in ast.walk(node) if isinstance(item, ast.Name)}
        runs = _runs_at_once(node, runners)
        judges = bool(uses & rubrics) and not isinstance(node, (ast.Import, ast.ImportFrom))
        statements.append(_Statement(node, _bound(node), uses, runs, judges))
    for statement in statements:
        if statement.runs and statement.judges:
            return _Cell(source, [], StripError("run-in-criterion", statement.node.lineno))
    return _Cell(source, statements)


def _aliases(tree, name):
    """The names under which asynclab's `name` goes in this cell."""
    found = {name}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("asynclab"):
            found |= {item.asname for item in node.names if item.name == name and item.asname}
    return found


def _runs_at_once(node, runners):
    """Whether executing this statement calls `run`, rather than defining what will call it."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return False
    todo = [node]
    while todo:
        item = todo.pop()
        if isinstance(item, ast.Call) and _is_runner(item.func, runners):
            return True
        todo.extend(
            child
            for child in ast.iter_child_nodes(item)
            if not isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef))
        )
    return False


def _is_runner(function, runners):
    if isinstance(function, ast.Attribute):
        owner = function.value
        return function.attr == "run" and isinstance(owner, ast.Name) and owner.id == "asynclab"
    return isinstance(function, ast.Name) and function.id in runners


def _calls(node, names):
    return any(
        isinstance(item, ast.Call) and isinstance(item.func, ast.Name) and item.func.id in names
        for item in ast.walk(node)
    )


def _bound(node):
    """The names that a top-level statement binds."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return {node.name}
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return {(item.asname or item.name).partition(".")[0] for item in node.names}
    return {
        item.id
        for item in ast.walk(node)
        if isinstance(item, ast.Name) and isinstance(item.ctx, ast.Store)
    }


def _is_constant(node):
    if not isinstance(node, (ast.Assign, ast.AnnAssign)) or node.value is None:
        return False
    allowed = (ast.Constant, ast.Name, ast.Load, ast.Tuple, ast.List, ast.Dict, ast.Set)
    allowed += (ast.UnaryOp, ast.BinOp, ast.unaryop, ast.operator)
    return all(isinstance(item, allowed) for item in ast.walk(node.value))


# ---- source text


def _stripped(cell, chosen):
    statements = [cell.statements[index] for index in sorted(chosen)]
    source = _blank_others(cell.source, [item.node for item in statements])
    needed = [item.node for item in statements if not item.runs]
    return Stripped(source, _blank_others(cell.source, needed))


def _blank_others(source, nodes):
    """The source with every line blank that belongs to no chosen statement."""
    lines = source.splitlines()
    kept = [""] * len(lines)
    for node in nodes:
        first = min([node.lineno, *(item.lineno for item in getattr(node, "decorator_list", []))])
        kept[first - 1 : node.end_lineno] = lines[first - 1 : node.end_lineno]
    text = "\n".join(kept)
    wanted = ast.Module(list(nodes), [])
    try:
        if ast.dump(ast.parse(text)) == ast.dump(wanted):
            return text
    except SyntaxError:
        pass
    # Two statements on one line: the lines move, the meaning stays.
    return ast.unparse(wanted)
