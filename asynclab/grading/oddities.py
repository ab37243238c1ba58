"""Oddities: what student code has no use for, by name: modules, attributes, functions, words."""

from __future__ import annotations

import asyncio

import asynclab

__all__ = []

MODULES = {
    "_asyncio", "_socket", "_thread", "builtins", "code", "codeop", "ctypes", "dis", "fcntl", "gc",
    "imp", "importlib", "IPython", "marshal", "mmap", "opcode", "pickle", "pty", "ptrace",
    "multiprocessing", "pkgutil", "runpy", "subprocess", "sys.monitoring", "tracemalloc", "unittest",
    "zipimport",
}  # fmt: skip
NAMES = {
    "__builtins__", "__import__", "__loader__", "__spec__", "breakpoint", "compile", "eval",
    "exec", "get_ipython", "globals", "vars", "_ih", "_oh",
}  # fmt: skip
ATTRIBUTES = {
    "__bases__", "__builtins__", "__closure__", "__code__", "__defaults__", "__globals__",
    "__kwdefaults__", "__mro__", "__self__", "__subclasses__", "__wrapped__", "_current_frames", "_exit", "_getframe",
    "_ready", "_scheduled", "add_reader", "addaudithook", "ag_frame", "ast_transformers",
    "cell_contents", "cr_frame", "currentframe", "f_back", "f_builtins", "f_code", "f_globals", "f_locals", "fork", "getouterframes", "getsignal",
    "forkpty", "gi_frame", "input_transformers_post", "kill", "modules", "set_task_factory", "setprofile",
    "settrace", "tb_frame", "user_ns", "writev",
}  # fmt: skip
WATCHED_MODULES = {
    "asyncio", "time", "random", "json", "sys", "os", "threading", "aiohttp", "datetime", "socket",
    "asynclab", "builtins", "signal", "concurrent", "warnings",
}  # fmt: skip
# What asynclab has for everybody; whatever else it consists of is none of a student's business.
DOORS = {
    "asynclab": {*asynclab.__all__, "doctor", "messages", "practice"},
    "asynclab.doctor": {"examine", "render"},
    "asynclab.practice": {"PracticeSite"},
    "asynclab.timeline": {"levels"},
    "asynclab.timeline.levels": {"levels"},
}
LOOPS = ("get_running_loop()", "get_event_loop()", "new_event_loop()", "get_loop()")
LOOP_NAMES = ("loop", "_loop", "event_loop")
LOOP_ATTRIBUTES = {
    *(name for name in dir(asyncio.BaseEventLoop) if not name.startswith("_")),
    "slow_callback_duration",
}
TASKS = ("current_task()", "create_task()", "ensure_future()")
# Functions of `os` and `socket` for what has only a number, such as the grader's socket.
BY_NUMBER = {
    "closerange", "copy_file_range", "dup", "dup2", "fdopen", "fromfd", "pread", "preadv", "pwrite",
    "pwritev", "read", "readv", "recv_fds", "send_fds", "sendfile", "splice", "write", "writev",
}  # fmt: skip
BY_NUMBER_MODULES = ("os", "posix", "socket")
RUNNERS = {
    "inspect.getattr_static", "inspect.getclosurevars", "inspect.getmembers", "inspect.getmodule",
    "inspect.stack", "inspect.trace", "object.__getattribute__", "object.__setattr__",
    "object.__delattr__", "type.__setattr__", "type.__getattribute__", "types.CodeType",
    "types.FunctionType", "types.CellType", "pydoc.locate", "logging.config.dictConfig", "timeit.timeit", "io.FileIO",
    "operator.attrgetter", "operator.methodcaller", "operator.setitem", "sys.modules",
    "threading._active", "threading.enumerate", "threading.main_thread",
}  # fmt: skip
FILE_MAGICS = {"load", "loadpy", "macro", "recall", "rep", "rerun", "run"}
EXTENSIONS = {"asynclab", "autoreload", "nest_asyncio"}
# One's own objects may have these too.
COMMON = {"_ready", "_scheduled", "fork", "kill", "modules"}
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
SPEECH = (
    "vnd.asynclab",
    "asynclab.child",
    "asynclab.grading",
    "asynclab.recording",
    "/proc/",
    "/dev/fd",
)
