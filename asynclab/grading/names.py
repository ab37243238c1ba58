"""Names: what the names in a notebook's code stand for, as far as its text says, cell after cell."""

from __future__ import annotations

import ast

__all__ = ["Names", "chain"]

DEPTH = 8
ASSIGNMENTS = (ast.Assign, ast.AnnAssign, ast.NamedExpr)


class Names:
    """Name -> the dotted text that it stands for, e.g. "o" -> "os", "write" -> "os.write".

    A call shows as "()", so that `loop = asyncio.get_running_loop()` makes "loop" stand for
    "asyncio.get_running_loop()". Which function a name belongs to is not looked at.
    """

    def __init__(self):
        self.meanings: dict[str, str] = {}
        self.imported: set[str] = set()
        self.own: set[str] = set()

    def learn(self, nodes) -> None:
        """Take in what code, given as all its nodes, imports and assigns."""
        assigned = []
        for node in nodes:
            if isinstance(node, ast.Import):
                for item in node.names:
                    name = item.asname or item.name.partition(".")[0]
                    self._import(name, item.name if item.asname else name)
            elif isinstance(node, ast.ImportFrom):
                for item in node.names:
                    self._import(item.asname or item.name, f"{node.module or ''}.{item.name}")
            elif isinstance(node, ASSIGNMENTS) and node.value is not None:
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                assigned += [
                    (item.id, node.value) for item in targets if isinstance(item, ast.Name)
                ]
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                self.own.add(node.id)
            elif isinstance(node, ast.arg):
                self.own.add(node.arg)
        # In the order of lines; twice, since a function may come before what it names.
        for name, value in assigned * 2:
            if self.stands_for_library(value) and name not in self.imported:
                self.meanings[name] = self.dotted(value)

    def _import(self, name, meaning):
        self.meanings[name] = meaning
        self.imported.add(name)

    def dotted(self, node) -> str:
        """An expression of names, attributes, calls and items as text, "a.b().c[]"; '?' where it begins otherwise."""
        root, parts = chain(node, DEPTH)
        begin = self.meanings.get(root.id, root.id) if isinstance(root, ast.Name) else "?"
        return begin + "".join(reversed(parts))

    def stands_for_library(self, node) -> bool:
        """Whether an expression begins with something that was imported."""
        root, _ = chain(node, DEPTH)
        return isinstance(root, ast.Name) and root.id in self.meanings


def chain(node, depth=None):
    """(what an expression begins with, its parts from the last to the first), at most `depth` of them."""
    parts = []
    while depth is None or len(parts) < depth:
        if isinstance(node, ast.Attribute):
            parts.append(f".{node.attr}")
            node = node.value
        elif isinstance(node, ast.Call):
            parts.append("()")
            node = node.func
        elif isinstance(node, ast.Subscript):
            parts.append("[]")
            node = node.value
        elif isinstance(node, (ast.Await, ast.NamedExpr)):
            node = node.value
        else:
            break
    return node, parts
