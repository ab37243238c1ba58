"""Whether this machine lets student code be shut in; asked by doing it, not by looking."""

import subprocess
import sys
from pathlib import Path

__all__ = ["obstacle", "remedy"]

PROBE_SECONDS = 30
ROOT = Path(__file__).resolve().parent.parent


def obstacle(system: str = sys.platform) -> str:
    """Why nothing can be shut in here: the step that failed, in the system's words; '' where it works.

    It shuts in a process as grading does, and takes a moment.
    """
    if system != "linux":
        return f"namespace: {system}"
    probe = "import sys; sys.path.insert(0, sys.argv[1]); from asynclab.grading.sandbox import probe; probe()"
    try:
        command = [sys.executable, "-I", "-c", probe, str(ROOT)]
        done = subprocess.run(
            command, cwd="/", capture_output=True, text=True, timeout=PROBE_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return f"{PROBE_SECONDS} s"
    except OSError as error:
        return str(error)
    if done.returncode == 0:
        return ""
    return done.stdout.strip() or (done.stderr.strip().splitlines() or ["?"])[-1]


def remedy(system: str = sys.platform, settings: Path = Path("/proc/sys")) -> str:
    """What makes it work on this machine: a command, or the place to go."""
    if system != "linux":
        return "nilai tugas di Linux, WSL 2, atau JupyterHub"
    for name, closed, opened in (
        ("kernel/apparmor_restrict_unprivileged_userns", "1", "0"),  # Ubuntu 24.04
        ("kernel/unprivileged_userns_clone", "0", "1"),  # older Debian
        ("user/max_user_namespaces", "0", "15000"),
    ):
        file = settings / name
        if file.is_file() and file.read_text().strip() == closed:
            return f"sudo sysctl -w {name.replace('/', '.')}={opened}"
    return "jalankan kontainer ini dengan --security-opt seccomp=unconfined"
