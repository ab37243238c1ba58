"""Linux: the system calls that shut a process in, which Python does not have: namespaces, mounts, capabilities."""

from __future__ import annotations

import ctypes
import fcntl
import os
import re
import resource
import socket
import struct
from pathlib import Path

__all__ = []

libc = ctypes.CDLL(None, use_errno=True)

# unshare(2); os.unshare only came with Python 3.12.
NEW_MOUNTS, NEW_CGROUPS, NEW_HOST_NAME, NEW_IPC = 0x00020000, 0x02000000, 0x04000000, 0x08000000
NEW_USERS, NEW_PROCESSES, NEW_NETWORK = 0x10000000, 0x20000000, 0x40000000

# mount(2)
READ_ONLY, NO_SETUID, NO_DEVICES, NO_PROGRAMS = 1, 2, 4, 8
REMOUNT, BIND, RECURSIVE, PRIVATE = 32, 4096, 16384, 1 << 18
DETACH = 2
KEPT_FLAGS = {os.ST_NOSUID: 2, os.ST_NODEV: 4, os.ST_NOEXEC: 8}
KEPT_FLAGS |= {os.ST_NOATIME: 1 << 10, os.ST_NODIRATIME: 1 << 11, os.ST_RELATIME: 1 << 21}
PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}

# prctl(2)
PARENT_DEATH_SIGNAL, DROP_FROM_BOUNDING_SET, NO_NEW_PRIVILEGES, AMBIENT, AMBIENT_CLEAR = (
    1,
    24,
    38,
    47,
    4,
)
CAPABILITY_VERSION = 0x20080522
SET_INTERFACE_FLAGS, INTERFACE_UP = 0x8914, 1


def checked(result, what):
    """Raise OSError with the name of the step where a call has failed."""
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def unshare(flags) -> None:
    """Give this process (PIDs: its children) namespaces of its own."""
    checked(libc.unshare(flags), "unshare")


def keep_identity(user, group) -> None:
    """In a fresh user namespace: this user and group are who they were, and nobody else exists."""
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1")


def mount(source, target, kind=None, flags=0, options=None) -> None:
    """mount(2)."""
    texts = [
        None if item is None else os.fsencode(item) for item in (source, target, kind, options)
    ]
    result = libc.mount(*texts[:3], ctypes.c_ulong(flags), texts[3])
    checked(result, f"mount {target}")


def bind(source, target) -> None:
    """Show a folder or file, with all that is mounted in it, at another path, which is made."""
    if os.path.isdir(source):
        os.makedirs(target, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        Path(target).touch()
    mount(source, target, None, BIND | RECURSIVE)


def make_read_only(folder) -> None:
    """Every mount at or below `folder`, except devices' nodes, becomes read-only and without setuid."""
    prefix = os.path.join(folder, "")
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        point = line.split()[4].encode().decode("unicode_escape").encode("latin-1").decode()
        if point == folder or (point.startswith(prefix) and not point.startswith(prefix + "dev/")):
            # What was forbidden before is locked in a user namespace, and has to be said again.
            before = os.statvfs(point).f_flag
            kept = sum(flag for state, flag in KEPT_FLAGS.items() if before & state)
            mount(None, point, None, REMOUNT | BIND | READ_ONLY | NO_SETUID | kept)


def enter_root(folder) -> None:
    """Make `folder`, a mount, the root folder; what was outside is gone."""
    os.chdir(folder)
    number = PIVOT_ROOT[os.uname().machine]
    checked(libc.syscall(number, b".", b"."), "pivot_root")
    checked(libc.umount2(b".", DETACH), "umount")
    os.chdir("/")


def raise_loopback() -> None:
    """Switch on the network of this network namespace, which is the loopback and nothing else."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        fcntl.ioctl(sock, SET_INTERFACE_FLAGS, struct.pack("16sH14x", b"lo", INTERFACE_UP))


def prctl(option, *values) -> int:
    """prctl(2)."""
    values = [ctypes.c_ulong(value) for value in (*values, 0, 0, 0, 0)[:4]]
    return libc.prctl(option, *values)


def drop_capabilities() -> None:
    """No right of an administrator is left, and none can be had again."""
    capability = 0
    while prctl(DROP_FROM_BOUNDING_SET, capability) == 0:
        capability += 1
    prctl(AMBIENT, AMBIENT_CLEAR)
    header = struct.pack("Ii", CAPABILITY_VERSION, 0)
    checked(libc.capset(header, bytes(24)), "capset")
    checked(prctl(NO_NEW_PRIVILEGES, 1), "no_new_privs")


def counts_by_namespace() -> bool:
    """Whether RLIMIT_NPROC is about one user namespace; before, it was about all that a user has on the machine."""
    version = re.match(r"(\d+)\.(\d+)", os.uname().release)
    return version is not None and (int(version[1]), int(version[2])) >= (5, 14)


def bound_tasks(count) -> None:
    """At most so many processes and threads in this process's own user namespace, where the kernel can count them."""
    if counts_by_namespace():
        _, most = resource.getrlimit(resource.RLIMIT_NPROC)
        count = count if most == resource.RLIM_INFINITY else min(count, most)
        resource.setrlimit(resource.RLIMIT_NPROC, (count, count))


def die_with_parent(signal) -> None:
    """Have the kernel send this process `signal` when the thread that made it ends."""
    prctl(PARENT_DEATH_SIGNAL, signal)
