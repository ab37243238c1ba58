"""Seccomp: the system calls that student code may not make, as a filter in the kernel.

The namespaces already keep everything out of reach. This is the second line: no processes, no
programs, no new namespaces, nothing of the kernel that student code has no use for.
"""

from __future__ import annotations

import ctypes
import errno
import functools
import os
import struct

from asynclab.grading import linux

__all__ = ["install", "is_supported"]

# Name -> number on x86_64, on aarch64; None where the machine does not have it.
REFUSED = {
    "fork": (57, None), "vfork": (58, None), "execve": (59, 221), "execveat": (322, 281),
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "pidfd_getfd": (438, 438), "kcmp": (312, 272), "process_madvise": (440, 440),
    "unshare": (272, 97), "setns": (308, 268), "mount": (165, 40), "umount2": (166, 39),
    "pivot_root": (155, 41), "chroot": (161, 51), "move_mount": (429, 429), "open_tree": (428, 428),
    "fsopen": (430, 430), "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433),
    "mount_setattr": (442, 442), "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265),
    "add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219),
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427),
    "init_module": (175, 105), "finit_module": (313, 273), "delete_module": (176, 106),
    "kexec_load": (246, 104), "kexec_file_load": (320, 294), "reboot": (169, 142),
    "swapon": (167, 224), "swapoff": (168, 225), "acct": (163, 89), "quotactl": (179, 60),
    "syslog": (103, 116), "personality": (135, 92), "vhangup": (153, 58),
    "settimeofday": (164, 170), "clock_settime": (227, 112), "adjtimex": (159, 171),
    "clock_adjtime": (305, 266), "modify_ldt": (154, None), "iopl": (172, None),
    "ioperm": (173, None), "lookup_dcookie": (212, 18), "migrate_pages": (256, 238),
    "move_pages": (279, 239), "fanotify_init": (300, 262), "uselib": (134, None),
    # Memory that no limit of the process counts.
    "memfd_create": (319, 279), "memfd_secret": (447, 447), "shmget": (29, 194),
    "msgget": (68, 186), "semget": (64, 190), "mq_open": (240, 180),
}  # fmt: skip
SPECIAL = {"clone": (56, 220), "clone3": (435, 435), "socket": (41, 198), "ioctl": (16, 29)}
MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
THREAD = 0x10000  # CLONE_THREAD
PUSH_INPUT = 0x5412  # TIOCSTI
UNIX, INTERNET, INTERNET_6, NETLINK = 1, 2, 10, 16
X32 = 0x40000000

LOAD, EQUAL, AT_LEAST, HAS_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, KILL, ERROR = 0x7FFF0000, 0x80000000, 0x00050000
# struct seccomp_data
CALL, ARCHITECTURE, FIRST, SECOND, THIRD = 0, 4, 16, 24, 32
SET_FILTER, FILTER_MODE = 22, 2


def is_supported() -> bool:
    """Whether the numbers of the system calls are known for this machine."""
    return os.uname().machine in MACHINES


@functools.cache
def build_filter() -> bytes:
    """The filter as a classic BPF program: what it refuses fails with EPERM, the rest goes on."""
    column, architecture = MACHINES[os.uname().machine]
    special = {name: numbers[column] for name, numbers in SPECIAL.items()}
    program = [(LOAD, 0, 0, ARCHITECTURE), (EQUAL, 1, 0, architecture), (RETURN, 0, 0, KILL)]
    program += [(LOAD, 0, 0, CALL), (AT_LEAST, 0, 1, X32), refuse(errno.ENOSYS)]
    for numbers in REFUSED.values():
        if numbers[column] is not None:
            program += [(EQUAL, 0, 1, numbers[column]), refuse(errno.EPERM)]
    # The arguments of clone3 are behind a pointer; without it glibc takes clone.
    program += [(EQUAL, 0, 1, special["clone3"]), refuse(errno.ENOSYS)]
    program += when(special["clone"], FIRST, [(HAS_BIT, 1, 0, THREAD), refuse(errno.EPERM)])
    program += when(special["ioctl"], SECOND, [(EQUAL, 0, 1, PUSH_INPUT), refuse(errno.EPERM)])
    families = [UNIX, INTERNET, INTERNET_6]
    checks = [(EQUAL, len(families) - index + 3, 0, item) for index, item in enumerate(families)]
    # Of netlink only the part that lists interfaces (protocol 0).
    checks += [(EQUAL, 0, 2, NETLINK), (LOAD, 0, 0, THIRD), (EQUAL, 1, 0, 0)]
    program += when(special["socket"], FIRST, [*checks, refuse(errno.EAFNOSUPPORT)])
    program += [(RETURN, 0, 0, ALLOW)]
    return b"".join(struct.pack("HBBI", *step) for step in program)


def refuse(number):
    """Let the call fail with this errno."""
    return (RETURN, 0, 0, ERROR | number)


def when(call, argument, steps):
    """Steps that look at an argument of one call; where they say nothing it is allowed."""
    steps = [(LOAD, 0, 0, argument), *steps, (RETURN, 0, 0, ALLOW)]
    return [(EQUAL, 0, len(steps), call), *steps]


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("steps", ctypes.c_void_p)]


def install() -> None:
    """Bind this process, for good, to the filter; raises OSError where the kernel has none."""
    data = build_filter()
    buffer = ctypes.create_string_buffer(data, len(data))
    program = _Program(len(data) // 8, ctypes.cast(buffer, ctypes.c_void_p))
    linux.checked(linux.prctl(linux.NO_NEW_PRIVILEGES, 1), "no_new_privs")
    result = linux.libc.prctl(SET_FILTER, FILTER_MODE, ctypes.byref(program), 0, 0)
    linux.checked(result, "seccomp")
