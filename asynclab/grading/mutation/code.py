"""Code: a source with its syntax tree, where a node's text can be found and replaced."""

from __future__ import annotations

import ast

__all__ = ["Code", "is_prose"]


class Code:
    """A source with its tree: where nodes stand in the text, and what surrounds them."""

    def __init__(self, source):
        self.bytes = source.encode()
        self._lines = [0]
        for line in self.bytes.splitlines(keepends=True):
            self._lines.append(self._lines[-1] + len(line))
        self.parents = {}
        self.nodes = []
        self._visit(ast.parse(source))

    def _visit(self, node):
        self.nodes.append(node)
        for name, value in ast.iter_fields(node):
            if name in ("annotation", "returns", "type_params") or _untouched(node):
                continue
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST) and not is_prose(child):
                    self.parents[child] = node
                    self._visit(child)

    def span(self, node):
        """Where the node begins and ends, in bytes."""
        return (
            self._lines[node.lineno - 1] + node.col_offset,
            self._lines[node.end_lineno - 1] + node.end_col_offset,
        )

    def text(self, node) -> str:
        """The node as it is written."""
        start, end = self.span(node)
        return self.bytes[start:end].decode()

    def between(self, start, end) -> str:
        """The text between two places."""
        return self.bytes[start:end].decode()

    def replaced(self, start, end, text) -> str:
        """The source with other text in one place."""
        return (self.bytes[:start] + text.encode() + self.bytes[end:]).decode()

    def change(self, node, text):
        """The change of one node into this text."""
        return (*self.span(node), text)

    def function(self, node):
        """The innermost function around a node, or None."""
        while node is not None:
            node = self.parents.get(node)
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
                return node
        return None


def _untouched(node):
    # What an exception says, and from what it is raised, is for people.
    return isinstance(node, ast.Raise) or (isinstance(node, ast.keyword) and node.arg == "name")


def is_prose(node):
    return isinstance(node, (ast.Import, ast.ImportFrom, ast.JoinedStr)) or (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )
