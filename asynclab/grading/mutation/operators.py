"""Operators: the small changes by which asynchronous code breaks.

An operator is a function (node, code) that yields (start, end, text) of each change it knows of that node.
"""

from __future__ import annotations

import ast
import itertools

from asynclab.grading.mutation.code import is_prose

__all__ = ["OPERATORS"]


def _called(node) -> str:
    """The last name of what is called: "sleep" for `asyncio.sleep(1)`; '' where nothing is."""
    if not isinstance(node, ast.Call):
        return ""
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def _wrapped(code, node):
    text = code.text(node)
    plain = (ast.Name, ast.Constant, ast.Call, ast.Attribute, ast.Subscript)
    return text if isinstance(node, plain) else f"({text})"


# ---- operators: (node, code) -> (start, end, text) of each change


def _drop_await(node, code):
    if isinstance(node, ast.Await):
        yield code.change(node, code.text(node.value))


def _drop_finally(node, code):
    if isinstance(node, ast.Try) and node.finalbody:
        start, _ = code.span(node.finalbody[0])
        yield start, code.span(node.finalbody[-1])[1], "pass"


def _drop_statement(node, code):
    if isinstance(node, ast.Expr) and _only_tells(node.value, code):
        return
    if isinstance(node, ast.Raise) and node.exc is None:
        yield code.change(node, "pass")
    elif isinstance(
        node, (ast.Expr, ast.AugAssign, ast.Raise, ast.Break, ast.Continue, ast.Delete)
    ):
        if not isinstance(getattr(node, "value", None), (ast.Yield, ast.YieldFrom)):
            yield code.change(node, "pass")
    elif isinstance(node, ast.Return) and not _is_none(node.value):
        yield code.change(node, "return None" if node.value else "pass")
    elif isinstance(node, ast.Assign) and _assigned_elsewhere(node, code):
        yield code.change(node, "pass")


def _only_tells(node, code):
    # What a program prints or logs is for people, like what an exception says.
    told = ("print", "logging.", "logger.", "log.", "traceback.print", "warnings.")
    return isinstance(node, ast.Call) and code.text(node.func).startswith(told)


def _is_none(node):
    return isinstance(node, ast.Constant) and node.value is None


def _assigned_elsewhere(node, code):
    # Without the only assignment of a local name every use raises: nothing to learn from that.
    (target, *_) = node.targets
    if isinstance(target, (ast.Attribute, ast.Subscript)):
        function = code.function(node)
        return getattr(function, "name", "") != "__init__"
    if not isinstance(target, ast.Name):
        return False
    names = [
        item
        for item in ast.walk(code.function(node) or code.nodes[0])
        if isinstance(item, ast.Name) and item.id == target.id and isinstance(item.ctx, ast.Store)
    ]
    return len(names) > 1


def _swap_statements(node, code):
    simple = (ast.Expr, ast.Assign, ast.AugAssign, ast.Delete)
    for name in ("body", "orelse", "finalbody"):
        body = getattr(node, name, None)
        for first, second in itertools.pairwise(body) if isinstance(body, list) else ():
            if not (isinstance(first, simple) and isinstance(second, simple)):
                continue
            # Between two awaits no other task can see in which order things were done.
            if is_prose(first) or not (_suspends(first) or _suspends(second)):
                continue
            start, end = code.span(first)
            other, stop = code.span(second)
            middle = code.between(end, other)
            yield start, stop, code.between(other, stop) + middle + code.between(start, end)


def _suspends(statement):
    return any(isinstance(item, (ast.Await, ast.Yield)) for item in ast.walk(statement))


def _change_handler(node, code):
    if not isinstance(node, ast.ExceptHandler) or node.type is None:
        return
    handlers = code.parents[node].handlers
    above = [code.text(item.type) for item in handlers[: handlers.index(node) + 1] if item.type]
    # Who has dealt with cancellation already does not swallow it by catching more.
    if not any("CancelledError" in text or "BaseException" in text for text in above):
        yield code.change(node.type, "BaseException")
    yield code.change(node.type, "()")
    if isinstance(node.type, ast.Tuple):
        for dropped in node.type.elts:
            kept = [code.text(item) for item in node.type.elts if item is not dropped]
            yield code.change(node.type, f"({', '.join(kept)},)")


def _change_bound(node, code):
    places = {"Semaphore": 0, "BoundedSemaphore": 0, "Queue": 0, "LifoQueue": 0, "PriorityQueue": 0}
    if _called(node) not in places:
        return
    for value in [*node.args[:1], *(item.value for item in node.keywords)]:
        if not isinstance(value, ast.Constant):
            yield code.change(value, f"{_wrapped(code, value)} + 1")
            yield code.change(value, f"{_wrapped(code, value)} - 1")


def _change_queue(node, code):
    kinds = ("Queue", "LifoQueue", "PriorityQueue")
    name = _called(node)
    if name in kinds:
        text = code.text(node.func)
        for other in kinds:
            if other != name and not (name == "Queue" and other == "PriorityQueue"):
                yield code.change(node.func, text.removesuffix(name) + other)


def _block_instead_of_sleep(node, code):
    if isinstance(node, ast.Await) and _called(node.value) == "sleep" and node.value.args:
        yield code.change(node, f'__import__("time").sleep({code.text(node.value.args[0])})')


def _sleep_nothing(node, code):
    if _called(node) == "sleep" and node.args and not isinstance(node.args[0], ast.Constant):
        yield code.change(node.args[0], "0")


def _one_after_the_other(node, code):
    if isinstance(node, ast.Await) and _called(node.value) == "gather":
        items = ", ".join(code.text(item) for item in node.value.args)
        yield code.change(node, f"[await part for part in [{items}]]")
    starts = _called(node) in ("create_task", "ensure_future") and node.args
    if starts and isinstance(code.function(node), ast.AsyncFunctionDef):
        yield code.change(node, f"(await {code.text(node.args[0])})")


def _drop_context(node, code):
    if isinstance(node, (ast.With, ast.AsyncWith)):
        for item in node.items:
            text = code.text(item.context_expr)
            yield code.change(item.context_expr, f'__import__("contextlib").nullcontext({text})')


def _change_timeout(node, code):
    name = _called(node)
    if name == "wait_for" and node.args:
        yield code.change(node, _wrapped(code, node.args[0]))
        for limit in node.args[1:2] + [item.value for item in node.keywords]:
            yield code.change(limit, f"{_wrapped(code, limit)} * 2")
    if name in ("timeout", "timeout_at", "call_later", "call_at") and node.args:
        if name.startswith("timeout"):
            yield code.change(node.args[0], "None")
        yield code.change(node.args[0], f"{_wrapped(code, node.args[0])} * 2")


def _unshield(node, code):
    if _called(node) == "shield" and node.args:
        yield code.change(node, _wrapped(code, node.args[0]))


def _block_instead_of_thread(node, code):
    if isinstance(node, ast.Await) and _called(node.value) == "to_thread":
        first, *rest = node.value.args
        arguments = [*map(code.text, rest), *map(code.text, node.value.keywords)]
        yield code.change(node, f"{_wrapped(code, first)}({', '.join(arguments)})")


def _drop_keyword(node, code):
    if isinstance(node, ast.Call):
        for number, item in enumerate(node.keywords):
            if item.arg is None or item.arg == "name":
                continue
            start, end = code.span(item)
            before = [*node.args, *node.keywords[:number]]
            if before:
                start = max(code.span(part)[1] for part in before)
            yield start, end, ""


SIGNS = {
    ast.Lt: ("<", "<="), ast.LtE: ("<=", "<"), ast.Gt: (">", ">="), ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="), ast.NotEq: ("!=", "=="), ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"), ast.In: ("in", "not in"), ast.NotIn: ("not in", "in"),
    ast.Add: ("+", "-"), ast.Sub: ("-", "+"), ast.Mult: ("*", "/"), ast.Div: ("/", "*"),
    ast.FloorDiv: ("//", "/"), ast.Mod: ("%", "//"),
    ast.And: ("and", "or"), ast.Or: ("or", "and"),
}  # fmt: skip


def _change_sign(node, code):
    if isinstance(node, ast.Compare):
        sides = [node.left, *node.comparators]
        signs = zip(sides, node.ops, sides[1:])
    elif isinstance(node, ast.BinOp) and type(node.op) in SIGNS:
        signs = [(node.left, node.op, node.right)]
    elif isinstance(node, ast.BoolOp):
        signs = [(left, node.op, right) for left, right in zip(node.values, node.values[1:])]
    else:
        return
    for left, sign, right in signs:
        start, end = code.span(left)[1], code.span(right)[0]
        old, new = SIGNS[type(sign)]
        yield start, end, code.between(start, end).replace(old, new, 1)


def _change_augmented(node, code):
    signs = {ast.Add: ("+=", "-="), ast.Sub: ("-=", "+=")}
    if isinstance(node, ast.AugAssign) and type(node.op) in signs:
        start, end = code.span(node.target)[1], code.span(node.value)[0]
        yield start, end, code.between(start, end).replace(*signs[type(node.op)])


def _drop_operand(node, code):
    if isinstance(node, ast.BoolOp):
        for dropped in node.values:
            kept = [code.text(item) for item in node.values if item is not dropped]
            sign = " and " if isinstance(node.op, ast.And) else " or "
            yield code.change(node, f"({sign.join(kept)})")


def _negate(node, code):
    tests = []
    if isinstance(node, (ast.If, ast.IfExp, ast.While)):
        tests = [] if isinstance(node.test, ast.Constant) else [node.test]
    elif isinstance(node, ast.comprehension):
        tests = node.ifs
    for test in tests:
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            yield code.change(test, f"({code.text(test.operand)})")
        else:
            yield code.change(test, f"not ({code.text(test)})")
        yield code.change(test, "True")
        if not isinstance(node, ast.If) or len(node.body) > 1 or node.orelse:
            yield code.change(test, "False")


def _look_once(node, code):
    if isinstance(node, ast.While) and not isinstance(node.test, ast.Constant) and not node.orelse:
        leaves = (ast.Break, ast.Continue)
        if not any(isinstance(item, leaves) for item in ast.walk(node)):
            start, _ = code.span(node)
            yield start, start + len("while"), "if"


def _change_constant(node, code):
    if not isinstance(node, ast.Constant):
        return
    value = node.value
    if isinstance(value, bool):
        yield code.change(node, str(not value))
    elif isinstance(value, int):
        yield code.change(node, str(value + 1))
        yield code.change(node, f"({value - 1})" if value < 1 else str(value - 1))
    elif isinstance(value, float):
        yield code.change(node, str(value * 2 or 1.0))


NAMES = {
    "FIRST_COMPLETED": ["ALL_COMPLETED"], "ALL_COMPLETED": ["FIRST_COMPLETED"],
    "FIRST_EXCEPTION": ["ALL_COMPLETED"], "max": ["min"], "min": ["max"], "any": ["all"],
    "all": ["any"], "sorted": ["list"], "popleft": ["pop"], "append": ["appendleft"],
    "appendleft": ["append"], "notify_all": ["notify"], "ceil": ["floor"], "floor": ["ceil"],
    "monotonic": ["time"],
}  # fmt: skip
EVENTS = {"set": "clear", "clear": "set"}


def _change_name(node, code):
    if isinstance(node, ast.Attribute) and node.attr in NAMES:
        start = code.span(node)[1] - len(node.attr.encode())
        for other in NAMES[node.attr]:
            if (node.attr, other) != ("append", "appendleft") or _is_deque(node, code):
                yield start, code.span(node)[1], other
    elif isinstance(node, ast.Name) and node.id in NAMES and isinstance(node.ctx, ast.Load):
        for other in NAMES[node.id]:
            yield code.change(node, other)
    if _called(node) in EVENTS and isinstance(node.func, ast.Attribute) and not node.args:
        name = node.func.attr
        yield code.change(node.func, code.text(node.func).removesuffix(name) + EVENTS[name])


def _is_deque(node, code):
    text = code.text(node.value)
    return f"{text}.popleft".encode() in code.bytes or f"{text} = deque".encode() in code.bytes


OPERATORS = (
    _drop_await,
    _drop_finally,
    _drop_statement,
    _swap_statements,
    _change_handler,
    _change_bound,
    _change_queue,
    _block_instead_of_sleep,
    _sleep_nothing,
    _one_after_the_other,
    _drop_context,
    _change_timeout,
    _unshield,
    _block_instead_of_thread,
    _drop_keyword,
    _change_sign,
    _change_augmented,
    _drop_operand,
    _negate,
    _look_once,
    _change_constant,
    _change_name,
)
