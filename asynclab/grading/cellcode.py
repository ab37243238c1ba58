"""Cell code: the Python that a cell runs, which is not always the text that stands in it.

IPython takes prompts, indentation, magics and help apart before Python sees them; so does this,
without running anything.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field

from IPython.core.inputtransformer2 import TransformerManager

__all__ = ["CellCode", "read_code"]

# Magics of a cell times its length, since each has IPython look at the whole cell again: about 1 s.
WORK_LIMIT = 200_000
# Tokens times the lengths of their lines: bytes, since each token has a copy of its line.
TOKEN_LIMIT = 50_000_000
MAGICS = {"run_line_magic", "run_cell_magic", "system", "getoutput"}
# The text below them is no Python that runs here.
OTHER_LANGUAGES = {
    "html", "HTML", "javascript", "js", "svg", "SVG", "latex", "markdown", "writefile", "file",
    "bash", "sh", "script", "system", "sx", "perl", "ruby",
}  # fmt: skip


@dataclass
class CellCode:
    """What a cell runs.

    trees: its Python, the text of magics that run some included: (tree, all its nodes, what has to
    be added to its line numbers); magics: (line, name, text) of each magic; unread: whether there may be more that
    runs than was read.
    """

    trees: list[tuple[ast.Module, list[ast.AST], int]] = field(default_factory=list)
    magics: list[tuple[int, str, str]] = field(default_factory=list)
    unread: bool = False


def read_code(source: str) -> CellCode:
    """The Python of one cell; none where Python refuses it, since then none of it runs."""
    code = CellCode()
    try:
        _read(source, 0, code)
    except (RecursionError, _TooDear):
        # Python's depth is a limit that code can raise for itself, unlike those of its parser.
        code.unread = True
    return code


def _transform(source):
    """(what Python gets to see, its tree)."""
    if not _PROMPT.search(source):
        try:
            # Nothing that IPython would change is Python.
            return source, ast.parse(source)
        except SyntaxError:
            pass
    tokens = [len(line) * len(_TOKEN.findall(line)) for line in source.splitlines()]
    if len(_MAGIC.findall(source)) * len(source) > WORK_LIMIT or sum(tokens) > TOKEN_LIMIT:
        raise _TooDear
    text = TransformerManager().transform_cell(source)
    try:
        return text, ast.parse(text)
    except SyntaxError:
        if len(text.splitlines()) != 1 or not text[:1].isalpha():
            raise
        # A single line may be a magic without its sign.
        text = TransformerManager().transform_cell(f"%{text}")
        return text, ast.parse(text)


def _read(source, shift, code):
    try:
        text, tree = _transform(source)
    except (RecursionError, _TooDear):
        raise
    except Exception:
        # Nor does the shell get any further with it.
        return
    # IPython takes empty lines at the beginning away.
    shift += len(_BLANK.match(source)[0].splitlines()) - len(_BLANK.match(text)[0].splitlines())
    nodes, inserted, bodies = list(ast.walk(tree)), set(), []
    for node in nodes:
        if magic := _magic(node):
            name, line, body = magic
            # What IPython has written is nobody's suspicious line.
            inserted |= {id(node.func.value), id(node.func.value.func)}
            code.magics.append((node.lineno + shift, name, line))
            # `{...}` in the line of a magic is Python.
            bodies += [(item, node.lineno + shift - 1) for item in _BRACES.findall(line)]
            if name not in OTHER_LANGUAGES:
                bodies.append((_OPTIONS.sub("", line), node.lineno + shift - 1))
                bodies.append((body, node.lineno + shift))
    nodes = [node for node in nodes if id(node) not in inserted]
    code.trees.append((tree, nodes, shift))
    for inner, above in bodies:
        if inner.strip():
            _read(inner, above, code)


def _magic(node):
    """(name, line, text below) of a call that IPython puts in a magic's place, else None."""
    match node:
        case ast.Call(
            func=ast.Attribute(
                value=ast.Call(func=ast.Name(id="get_ipython"), args=[]), attr=method
            ),
            args=arguments,
        ) if method in MAGICS:
            values = [getattr(item, "value", None) for item in arguments]
            if values and all(isinstance(item, str) for item in values):
                values = values if method.endswith("magic") else ["system", *values]
                return (*values, "", "")[:3]
    return None


class _TooDear(Exception):
    """Taking the cell apart would cost the grader too much."""


_PROMPT = re.compile(r"(?m)^\s*In \[\d+\]:")
_MAGIC = re.compile(r"(?m)^\s*[%!?,;/]|[=(]\s*[%!]|\?\s*$")
_TOKEN = re.compile(r"\w+|[^\w\s]")
_BLANK = re.compile(r"(?:[ \t]*\n)*")
_BRACES = re.compile(r"\{([^{}]+)\}")
_OPTIONS = re.compile(r"^(\s*-\w+(\s+\d+)?)+\s+")  # of `%timeit -n 3 f()`
