"""Suspicion: lines of a student's code that honest answers have no use for; something to look at, never a verdict.

The judge reads a trace that must agree with itself, so patches gain nothing. Only code that
reaches into the recorder, or speaks to the grader in its place, can forge a whole trace; whatever
way it takes there, it has to pass by one of these.
"""

from __future__ import annotations

import ast
import builtins
from dataclasses import dataclass

__all__ = ["Suspicion", "inspect"]

MODULES = {
    "_asyncio", "_socket", "_thread", "builtins", "code", "codeop", "ctypes", "dis", "fcntl", "gc",
    "imp", "importlib", "IPython", "marshal", "mmap", "opcode", "pickle", "pty", "ptrace",
    "multiprocessing", "subprocess", "tracemalloc", "unittest",
}  # fmt: skip
NAMES = {
    "__builtins__", "__import__", "__loader__", "__spec__", "breakpoint", "compile", "eval",
    "exec", "get_ipython", "globals", "vars", "_ih", "_oh",
}  # fmt: skip
ATTRIBUTES = {
    "__bases__", "__builtins__", "__closure__", "__code__", "__defaults__", "__globals__",
    "__kwdefaults__", "__mro__", "__subclasses__", "__wrapped__", "_current_frames", "_exit", "_getframe",
    "_ready", "_scheduled", "add_reader", "addaudithook", "ag_frame", "ast_transformers",
    "cell_contents", "cr_frame", "currentframe", "f_back", "f_builtins", "f_code", "f_globals", "f_locals", "fork", "getouterframes",
    "forkpty", "gi_frame", "input_transformers_post", "kill", "modules", "set_task_factory", "setprofile",
    "settrace", "tb_frame", "user_ns", "writev",
}  # fmt: skip
WATCHED_MODULES = {
    "asyncio", "time", "random", "json", "sys", "os", "threading", "aiohttp", "datetime", "socket",
    "asynclab", "builtins", "signal", "concurrent", "warnings",
}  # fmt: skip
INTERNAL = {
    "attempts", "child", "clock", "frames", "grading", "loop", "performance", "recording",
    "schema", "shell", "stage", "trace", "values", "world",
}  # fmt: skip
COMPARISONS = {
    "__eq__",
    "__ne__",
    "__lt__",
    "__le__",
    "__gt__",
    "__ge__",
    "__hash__",
    "__instancecheck__",
}
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
SPEECH = (
    "vnd.asynclab",
    "asynclab.child",
    "asynclab.grading",
    "asynclab.recording",
    "/proc/",
    "/dev/fd",
)


@dataclass(frozen=True, order=True)
class Suspicion:
    """One thing to look at: the line within the cell, a kind, and the text that stands there.

    kind: "import", "name", "attribute", "patch", "comparison", "text", "descriptor".
    """

    line: int
    kind: str
    text: str


def inspect(source: str) -> list[Suspicion]:
    """What stands out in one cell, in the order of lines; nothing for a cell that is no Python."""
    try:
        return _inspect(ast.parse(_without_magics(source)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        # MemoryError is the parser's word for expressions that are nested too deeply.
        return []


def _inspect(tree):
    modules = _modules(tree)
    found: set[Suspicion] = set()
    for node in tree.body:
        # A function of one's own with this name is what every cell after it calls.
        if isinstance(node, DEFINITIONS) and hasattr(builtins, node.name):
            found.add(Suspicion(node.lineno, "patch", f"def {node.name}"))
    for node in ast.walk(tree):
        for kind, text in _look(node, modules):
            found.add(Suspicion(getattr(node, "lineno", 0), kind, text[:100]))
    return sorted(found)


def _without_magics(source):
    lines = source.splitlines()
    return "\n".join("" if line.lstrip().startswith(("%", "!")) else line for line in lines)


def _modules(tree):
    """The names that are modules or come from one, in this cell."""
    names = set(WATCHED_MODULES)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {(item.asname or item.name).partition(".")[0] for item in node.names}
    return names


def _look(node, modules):
    if isinstance(node, ast.Import):
        yield from (("import", f"import {item.name}") for item in node.names if _is_odd(item.name))
    elif isinstance(node, ast.ImportFrom):
        yield from _look_at_import(node)
    elif isinstance(node, ast.Name) and node.id in NAMES:
        yield "name", node.id
    elif isinstance(node, ast.Attribute) and node.attr in ATTRIBUTES:
        yield "attribute", f".{node.attr}"
    elif isinstance(
        node, (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Delete, ast.For, ast.With)
    ):
        yield from _look_at_targets(node, modules)
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name in COMPARISONS:
        if _says_always_the_same(node):
            yield "comparison", f"def {node.name}"
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield from (("text", word) for word in SPEECH if word in node.value)
    elif isinstance(node, ast.Call):
        yield from _look_at_call(node, modules)


def _says_always_the_same(function):
    """Whether a comparison does not look at what it compares."""
    arguments = {item.arg for item in function.args.args[1:]}
    used = {item.id for item in ast.walk(function) if isinstance(item, ast.Name)}
    return not arguments & used


def _is_odd(module):
    first, _, rest = module.partition(".")
    return first in MODULES or (first == "asynclab" and rest.partition(".")[0] in INTERNAL)


def _look_at_import(node):
    module = node.module or ""
    names = [item.name for item in node.names]
    if module == "asynclab":
        odd = [name for name in names if name.startswith("_") or name in INTERNAL]
        yield from (("import", f"from asynclab import {name}") for name in odd)
    elif _is_odd(module) and module != "IPython.display":
        yield "import", f"from {module} import {', '.join(names)}"


def _look_at_targets(node, modules):
    """`asyncio.sleep = ...`, `del time.sleep`, `print = ...`."""
    if isinstance(node, (ast.Assign, ast.Delete)):
        targets = node.targets
    elif isinstance(node, ast.With):
        targets = [item.optional_vars for item in node.items if item.optional_vars]
    else:
        targets = [node.target]
    for target in targets:
        owner = target
        while isinstance(owner, (ast.Attribute, ast.Subscript)):
            owner = owner.value
        if owner is not target and isinstance(owner, ast.Name) and owner.id in modules:
            # Environment variables are a program's own.
            text = ast.unparse(target)
            if not text.startswith("os.environ"):
                yield "patch", f"{text} = ..."


def _look_at_call(node, modules):
    """`setattr(asyncio, ...)`, and descriptors by number: the way to the grader's socket."""
    name = ast.unparse(node.func)
    if name in ("setattr", "delattr") and node.args:
        owner = node.args[0]
        while isinstance(owner, (ast.Attribute, ast.Subscript)):
            owner = owner.value
        if not isinstance(owner, ast.Name) or owner.id in modules:
            yield "patch", f"{name}({ast.unparse(node.args[0])}, ...)"
    if name in ("os.write", "os.read", "os.fdopen", "os.dup", "os.dup2", "socket.fromfd", "open"):
        first = node.args[0] if node.args else None
        if isinstance(first, ast.Constant) and type(first.value) is int and first.value > 2:
            yield "descriptor", f"{name}({first.value}, ...)"
        elif name != "open" and not isinstance(first, ast.Constant):
            yield "descriptor", f"{name}(...)"
    if name.endswith("socket") and any(item.arg == "fileno" for item in node.keywords):
        yield "descriptor", f"{name}(fileno=...)"
    if name == "getattr" and len(node.args) > 1 and not isinstance(node.args[1], ast.Constant):
        yield "name", "getattr"
