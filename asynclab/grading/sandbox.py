"""Sandbox: what a process that runs student code sees and may do; everything else is not there.

`enter` shuts in a warm parent, once: Python's and the system's libraries, read-only, an empty
working folder, no network, no other process. `enter_cell` then shuts in each of its forks by itself:
a working folder of its own, a loopback of its own, a number of threads, no rights, and the filter of
system calls.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import tempfile
from pathlib import Path

import asynclab
from asynclab.grading import linux, seccomp

__all__ = ["FOLDER", "close_cell", "enter", "enter_cell", "explain", "list_visible", "probe"]

FOLDER = "/kerja"
"""The working folder of student code; not /tmp, since a course, and so its libraries, may lie there."""

DISK = "size=64m,nr_inodes=4096,mode=700"
SHARED_MEMORY = "size=8m,nr_inodes=64,mode=700"
TASKS = 256
"""Threads of one submission; with the usual stacks the address space ends at fewer, with small ones never."""

PARENTS_DISK = "size=64m,mode=700"
NOBODY = 65534
SYSTEM = (
    "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/bin", "/usr/share",
    "/usr/local/lib", "/usr/local/lib64", "/lib", "/lib32", "/lib64", "/bin",
    "/etc/ld.so.cache", "/etc/localtime", "/etc/mime.types", "/etc/fonts",
)  # fmt: skip
DEVICES = ("null", "zero", "full", "random", "urandom")
SEPARATE = (
    linux.NEW_MOUNTS | linux.NEW_PROCESSES | linux.NEW_NETWORK | linux.NEW_IPC | linux.NEW_HOST_NAME
)
SET_DUMPABLE = 4


def list_visible() -> list[str]:
    """The folders and files outside /etc and /dev that student code can read: libraries, no more.

    Not the whole of /usr: nbgrader's exchange is in /usr/local/share.
    """
    prefixes = {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix}
    # A virtual environment's Python is a link, often through further ones.
    prefixes |= {os.path.realpath(prefix) for prefix in prefixes}
    folders = [
        os.path.join(prefix, name) for prefix in prefixes for name in ("lib", "lib64", "bin")
    ]
    folders += [path for path in sys.path if path.endswith(("site-packages", "dist-packages"))]
    folders += [os.path.dirname(os.path.abspath(asynclab.__file__)), *SYSTEM]
    chosen: list[str] = []
    for path in sorted({path for path in folders if os.path.exists(path)}):
        if not any(path.startswith(os.path.join(other, "")) for other in chosen):
            chosen.append(path)
    return chosen


def enter() -> None:
    """Shut in this process for good; it must be fresh and have one thread.

    The process that returns is a fork, the first of its own process table: when it ends, all that
    came from it is killed. The caller only waits for it. Raises OSError with the step that failed.
    """
    if not seccomp.is_supported():
        raise OSError(f"seccomp: {os.uname().machine}")
    user, group = os.getuid(), os.getgid()
    as_root = user == 0 and exists(NOBODY)
    if as_root:
        linux.unshare(SEPARATE)
    else:
        linux.unshare(SEPARATE | linux.NEW_USERS)
        linux.keep_identity(user, group)
    linux.mount(None, "/", None, linux.RECURSIVE | linux.PRIVATE)
    wait_for_fork()
    build_root(NOBODY if as_root else user, NOBODY if as_root else group)
    if as_root:
        # To the kernel root is root, whatever namespace it is in.
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
        linux.prctl(SET_DUMPABLE, 1)
    if os.getuid() != 0:
        # A root that is one only in its container needs them once more, in enter_cell.
        linux.drop_capabilities()
    linux.die_with_parent(signal.SIGKILL)


def exists(user) -> bool:
    """Whether this user can be become here; in some containers there is only one."""
    lines = Path("/proc/self/uid_map").read_text().splitlines()
    ranges = [tuple(map(int, line.split())) for line in lines]
    return any(first <= user < first + count for first, _, count in ranges)


def wait_for_fork():
    """Return in a fork; here wait for it and end as it ends."""
    pid = os.fork()
    if pid:
        _, status = os.waitpid(pid, 0)
        os._exit(os.waitstatus_to_exitcode(status) & 0xFF)


def build_root(user, group):
    """A root folder with what is visible, and into it."""
    # Any folder will do: what is mounted on it is seen by this process only.
    root = "/tmp" if os.path.isdir("/tmp") else tempfile.gettempdir()
    visible = [(path, os.path.realpath(path)) for path in list_visible()]
    handles = [os.open(real, os.O_PATH | os.O_CLOEXEC) for _, real in visible]
    linux.mount("tmpfs", root, "tmpfs", linux.NO_SETUID | linux.NO_DEVICES, "size=1m,mode=755")
    for (path, real), handle in zip(visible, handles):
        if os.path.islink(path) and os.path.dirname(path) == "/":
            os.symlink(os.readlink(path).lstrip("/"), root + path)
        else:
            bind_handle(handle, real, root + path)
        os.close(handle)
    for name in DEVICES:
        linux.bind(f"/dev/{name}", f"{root}/dev/{name}")
    for link, target in {"fd": "/proc/self/fd", "stdin": "/proc/self/fd/0"}.items():
        os.symlink(target, f"{root}/dev/{link}")
    for name, text in describe_system(user, group).items():
        Path(root, "etc").mkdir(exist_ok=True)
        Path(root, "etc", name).write_text(text)
    for folder in ("proc", FOLDER.lstrip("/"), "dev/shm"):
        os.makedirs(os.path.join(root, folder), exist_ok=True)
    if not os.path.lexists(f"{root}/tmp"):
        os.symlink(FOLDER, f"{root}/tmp")
    linux.make_read_only(root)
    mount_processes(f"{root}/proc")
    linux.mount("tmpfs", root + FOLDER, "tmpfs", linux.NO_SETUID | linux.NO_DEVICES, PARENTS_DISK)
    os.chown(root + FOLDER, user, group)
    linux.enter_root(root)


def bind_handle(handle, real, target):
    """Bind what an open handle points to, since the root that is built may cover its path."""
    source = f"/proc/self/fd/{handle}"
    linux.bind(source, target)


def mount_processes(target):
    """A process table of its own; where a container forbids that, the container's."""
    try:
        linux.mount("proc", target, "proc", linux.NO_SETUID | linux.NO_DEVICES | linux.NO_PROGRAMS)
    except PermissionError:
        linux.mount("/proc", target, None, linux.BIND | linux.RECURSIVE)


def describe_system(user, group) -> dict[str, str]:
    """The files in /etc without which names can't be resolved."""
    return {
        "hosts": "127.0.0.1 localhost\n::1 localhost\n",
        "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
        "passwd": f"mahasiswa:x:{user}:{group}::{FOLDER}:/bin/false\n",
        "group": f"mahasiswa:x:{group}:\n",
    }


def enter_cell() -> None:
    """Shut in one fork of a process that has entered; called before its last fork.

    What it forks next is the first of its own process table and has to call `close_cell`.
    """
    user, group = os.getuid(), os.getgid()
    linux.unshare(SEPARATE | linux.NEW_USERS | linux.NEW_CGROUPS)
    linux.keep_identity(user, group)


def close_cell() -> None:
    """In the fork after `enter_cell`: its own disk, memory and loopback; then no rights any more."""
    flags = linux.NO_SETUID | linux.NO_DEVICES
    linux.mount("tmpfs", FOLDER, "tmpfs", flags, DISK)
    linux.mount("tmpfs", "/dev/shm", "tmpfs", flags, SHARED_MEMORY)
    flags |= linux.NO_PROGRAMS | linux.READ_ONLY
    try:
        linux.mount("proc", "/proc", "proc", flags)
    except PermissionError:
        linux.mount("tmpfs", "/proc", "tmpfs", flags, "size=4k")
    linux.raise_loopback()
    socket.sethostname("modul-11")
    linux.bound_tasks(TASKS)
    os.chdir(FOLDER)
    linux.drop_capabilities()
    seccomp.install()


def explain(error) -> str:
    """The step that failed, and why, in the system's words."""
    if not isinstance(error, OSError) or not error.strerror:
        return str(error) or type(error).__name__
    return f"{error.filename}: {error.strerror}" if error.filename else error.strerror


def probe() -> None:
    """Shut in this process as a submission would be, and end: 0 where it worked, else 1 and why on stdout."""
    try:
        enter()
        enter_cell()
        wait_for_fork()
        close_cell()
        # The libraries must still be there.
        import asynclab.shell  # noqa: F401
    except (OSError, ImportError) as error:
        print(explain(error), flush=True)
        os._exit(1)
    os._exit(0)
