"""Whether this machine lets a process shut another one in; asked by trying, not by looking."""

import shutil
import subprocess
import sys
from pathlib import Path

__all__ = ["available", "remedy"]

# Flags of unshare(2): a user, mount, PID and network namespace of one's own.
NEW_USER, NEW_MOUNT, NEW_PID, NEW_NETWORK = 0x10000000, 0x00020000, 0x20000000, 0x40000000


def available() -> list[str]:
    """The ways to isolate that work here, by name; empty where there is none."""
    ways = {"namespace": _namespaces, "bubblewrap": _bubblewrap}
    return [name for name, works in ways.items() if works()]


def remedy(settings: Path = Path("/proc/sys")) -> str:
    """The command that makes one of them work on this machine."""
    for name, closed, opened in (
        ("kernel/apparmor_restrict_unprivileged_userns", "1", "0"),  # Ubuntu 24.04
        ("kernel/unprivileged_userns_clone", "0", "1"),  # older Debian
    ):
        file = settings / name
        if file.is_file() and file.read_text().strip() == closed:
            return f"sudo sysctl -w {name.replace('/', '.')}={opened}"
    if shutil.which("bwrap") is None:
        return "sudo apt install bubblewrap"
    return "jalankan kontainer ini dengan --security-opt seccomp=unconfined"


def _namespaces() -> bool:
    flags = NEW_USER | NEW_MOUNT | NEW_PID | NEW_NETWORK
    probe = f"import ctypes, sys; sys.exit(ctypes.CDLL(None).unshare({flags}) != 0)"
    return _succeeds(sys.executable, "-I", "-c", probe)


def _bubblewrap() -> bool:
    return _succeeds("bwrap", "--ro-bind", "/", "/", "--unshare-all", "--die-with-parent", "true")


def _succeeds(*command: str) -> bool:
    try:
        return subprocess.run(command, capture_output=True, timeout=10, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
