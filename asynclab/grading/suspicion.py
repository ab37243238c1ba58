"""Suspicion: lines of a student's code that honest answers have no use for; something to look at, never a verdict.

The judge reads a trace that must agree with itself, so patches gain nothing. Only code that
reaches into the recorder, or speaks to the grader in its place, can forge a whole trace. What is
listed here are the ways there that are known; who hides one well enough is not found by it.
"""

from __future__ import annotations

import ast
import builtins
from dataclasses import dataclass
from itertools import pairwise

from asynclab.grading.cellcode import read_code
from asynclab.grading.names import Names, chain
from asynclab.grading.oddities import (
    ATTRIBUTES,
    BY_NUMBER,
    BY_NUMBER_MODULES,
    COMMON,
    COMPARISONS,
    DOORS,
    EXTENSIONS,
    FILE_MAGICS,
    LOOP_ATTRIBUTES,
    LOOP_NAMES,
    LOOPS,
    MODULES,
    NAMES,
    RUNNERS,
    SPEECH,
    TASKS,
    WATCHED_MODULES,
)

__all__ = ["Inspector", "Suspicion", "inspect"]

SIZE_LIMIT = 500_000
NODE_LIMIT = 100_000
"""Characters and parts of a notebook's code that are looked at, cell after cell: some seconds' worth, and
a hundred times what the longest known answer has."""

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(frozen=True, order=True)
class Suspicion:
    """One thing to look at: the line within the cell, a kind, and the text that stands there.

    kind: "import", "name", "attribute", "patch", "comparison", "text", "descriptor", or "unread" for
    what was not looked at (text: how many characters).
    """

    line: int
    kind: str
    text: str


def inspect(source: str) -> list[Suspicion]:
    """What stands out in a cell that stands by itself, in the order of lines."""
    return Inspector().inspect(source)


class Inspector:
    """Looks at the cells of one notebook in their order, and remembers what their names stand for."""

    def __init__(self):
        self.names = Names()
        self.characters, self.nodes = SIZE_LIMIT, NODE_LIMIT

    def inspect(self, source: str) -> list[Suspicion]:
        """What stands out in the next cell, in the order of lines; nothing where it can't run as Python."""
        unread = [Suspicion(1, "unread", str(len(source)))]
        if len(source) > self.characters:
            return unread
        self.characters -= len(source)
        code = read_code(source)
        size = sum(len(nodes) for _, nodes, _ in code.trees)
        if code.unread or size > self.nodes:
            return unread
        self.nodes -= size
        found = {
            Suspicion(line, *item)
            for line, *magic in code.magics
            for item in _look_at_magic(*magic)
        }
        for _, nodes, _ in code.trees:
            self.names.learn(nodes)
        for tree, nodes, above in code.trees:
            for line, kind, text in self._inspect(tree, nodes):
                found.add(Suspicion(line + above, kind, text[:100]))
        return sorted(found)

    def _inspect(self, tree, nodes):
        # A function of one's own with such a name is what every cell after it calls.
        for node in tree.body:
            if isinstance(node, DEFINITIONS) and hasattr(builtins, node.name):
                yield node.lineno, "patch", f"def {node.name}"
            for name in _replaced(node):
                yield node.lineno, "patch", f"{name} = ..."
        for node in nodes:
            for kind, text in self._look(node):
                yield getattr(node, "lineno", 0), kind, text

    def _look(self, node):
        if isinstance(node, ast.Import):
            yield from (
                ("import", f"import {item.name}") for item in node.names if _is_odd(item.name)
            )
        elif isinstance(node, ast.ImportFrom):
            yield from _look_at_import(node)
        elif isinstance(node, ast.Name):
            if node.id in NAMES:
                yield "name", node.id
        elif isinstance(node, ast.Attribute):
            yield from self._look_at_attribute(node)
            if isinstance(node.ctx, (ast.Store, ast.Del)):
                yield from self._look_at_target(node)
        elif isinstance(node, ast.Subscript) and isinstance(node.ctx, (ast.Store, ast.Del)):
            yield from self._look_at_target(node)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            if node.name in COMPARISONS and _says_always_the_same(node):
                yield "comparison", f"def {node.name}"
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from (("text", word) for word in SPEECH if word in node.value)
            if node.value.startswith("_") and node.value in ATTRIBUTES:
                yield "attribute", f".{node.value}"
        elif isinstance(node, ast.Call):
            yield from self._look_at_call(node)

    def _look_at_attribute(self, node):
        """`f.__globals__`, `asynclab.loop`, `loop.turns`, `os.write` that is only passed on."""
        owner = self.names.dotted(node.value)
        if node.attr in ATTRIBUTES and not (node.attr in COMMON and owner in ("self", "cls")):
            yield "attribute", f".{node.attr}"
        elif node.attr not in LOOP_ATTRIBUTES and self._is_loop(node.value):
            yield "attribute", f"loop.{node.attr}"
        elif owner.endswith(TASKS) and node.attr == "record":
            yield "attribute", ".record"
        elif owner in DOORS and node.attr not in DOORS[owner]:
            yield "attribute", f"{owner}.{node.attr}"
        elif f"{owner}.{node.attr}" in RUNNERS:
            yield "name", f"{owner}.{node.attr}"

    def _look_at_target(self, node):
        """`asyncio.sleep = ...`, `del time.sleep`, `loop.call_later = ...`."""
        text = f"{self.names.dotted(node)} = ..."
        if isinstance(node, ast.Attribute) and self._is_loop(node.value):
            # What a loop does not have is said already.
            if node.attr in LOOP_ATTRIBUTES - {"slow_callback_duration"}:
                yield "patch", f"loop.{node.attr} = ..."
        elif self._is_of_library(node) and not text.startswith("os.environ"):
            yield "patch", text

    def _is_loop(self, node):
        """Whether an expression is, by its text, an event loop."""
        text = self.names.dotted(node)
        return text.endswith(LOOPS) or text.rpartition(".")[2] in LOOP_NAMES

    def _is_of_library(self, node):
        """Whether an expression is part of a module or of a class in one, or of a class got by `type(...)`."""
        root, parts = chain(node)
        if not isinstance(root, ast.Name):
            return False
        names, name = self.names, root.id
        meaning = names.meanings.get(name, name)
        if "()" in parts or "()" in meaning:
            of_class = parts[-2:] and parts[-1] == "()" and name == "type" and len(parts) > 1
            return bool(of_class and not _is_about_self(node))
        if meaning.partition(".")[0] not in WATCHED_MODULES:
            return name in names.meanings and name not in names.own
        # `time = {}` and `time["x"] = 1` is nobody's module.
        item = "[]" in parts and not any(part.startswith(".") for part in parts)
        return name not in names.own or (name in names.meanings and not item)

    def _look_at_call(self, node):
        """`setattr(asyncio, ...)`, and descriptors by number: the way to the grader's socket."""
        name, arguments = self.names.dotted(node.func), node.args
        first = arguments[0] if arguments else None
        last = name.rpartition(".")[2]
        if last in ("setattr", "delattr") and first is not None:
            owner = ast.Attribute(first, "x", ast.Store())
            root, _ = chain(first)
            if not isinstance(root, ast.Name) or self._is_of_library(owner) or self._is_loop(first):
                yield "patch", f"{last}({self.names.dotted(first)}, ...)"
        if name == "getattr" and len(arguments) > 1:
            if not isinstance(arguments[1], ast.Constant):
                yield "name", "getattr"
            elif arguments[1].value in ATTRIBUTES:
                yield "attribute", f".{arguments[1].value}"
        module, _, function = name.rpartition(".")
        number = first.value if isinstance(first, ast.Constant) else "..."
        # The standard streams have numbers too.
        if module in BY_NUMBER_MODULES and function in BY_NUMBER and number not in (0, 1, 2):
            yield "descriptor", f"{name}({number}, ...)".replace("..., ...", "...")
        for function, given in pairwise(arguments):
            # `asyncio.to_thread(os.write, 3, ...)`
            if type(getattr(given, "value", None)) is int and given.value > 2:
                module, _, function = self.names.dotted(function).rpartition(".")
                if module in BY_NUMBER_MODULES and function in BY_NUMBER:
                    yield "descriptor", f"{module}.{function}, {given.value}"
        if last == "open" and type(getattr(first, "value", None)) is int and first.value > 2:
            yield "descriptor", f"{name}({first.value}, ...)"
        elif last in ("socket", "SocketType") and (
            len(arguments) > 3 or any(item.arg == "fileno" for item in node.keywords)
        ):
            yield "descriptor", f"{name}(fileno=...)"


def _replaced(node):
    """Names of builtin functions that a statement at the top binds to another function."""
    pairs = []
    if isinstance(node, ast.Assign):
        pairs = [(target, node.value) for target in node.targets]
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.NamedExpr):
        pairs = [(node.value.target, node.value.value)]
    for target, value in pairs:
        function = isinstance(value, ast.Lambda) or (
            isinstance(value, ast.Name) and callable(getattr(builtins, value.id, None))
        )
        if isinstance(target, ast.Name) and function and hasattr(builtins, target.id):
            yield target.id


def _says_always_the_same(function):
    """Whether a comparison does not look at what it compares."""
    arguments = {item.arg for item in function.args.args[1:]}
    used = {item.id for item in ast.walk(function) if isinstance(item, ast.Name)}
    return not arguments & used


def _is_about_self(node):
    """Whether the root of `type(x).y` is a class's own `type(self)`."""
    while not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return [getattr(item, "id", "") for item in node.args] in (["self"], ["cls"])


def _is_odd(module):
    first = module.partition(".")[0]
    if first == "asynclab":
        return module not in DOORS
    return first in MODULES or module in MODULES


def _look_at_import(node):
    module = node.module or ""
    names = [item.name for item in node.names]
    if module in DOORS:
        odd = [name for name in names if name not in DOORS[module] and name != "*"]
        yield from (("import", f"from {module} import {name}") for name in odd)
    elif _is_odd(module) and module != "IPython.display":
        yield "import", f"from {module} import {', '.join(names)}"
    elif module in BY_NUMBER_MODULES:
        odd = [name for name in names if name in BY_NUMBER or name in ATTRIBUTES]
        yield from (("descriptor", f"from {module} import {name}") for name in odd)
    else:
        odd = [name for name in names if name in ATTRIBUTES or f"{module}.{name}" in RUNNERS]
        yield from (("name", f"from {module} import {name}") for name in odd)


def _look_at_magic(name, line):
    """Magics that run what does not stand in the notebook."""
    if name in FILE_MAGICS:
        yield "name", f"%{name} {line}"[:100]
    elif name in ("load_ext", "reload_ext") and line.strip() not in EXTENSIONS:
        yield "import", f"%{name} {line}"[:100]
