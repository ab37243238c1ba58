"""A worker that hangs on its own side ends itself."""

import signal
import subprocess
import sys

import pytest

START = "from asynclab.grading.deadline import processor_deadline\n"
SPIN = "import time\ndef spin():\n    while time.process_time() < 30: pass\n"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("with processor_deadline(0.1): spin()", -signal.SIGPROF),
        (
            "with processor_deadline(0.1): __import__('re').match('(a+)+b', 'a' * 60)",
            -signal.SIGPROF,
        ),
        ("with processor_deadline(0.1): pass\nsum(range(10**7))", 0),
        ("import time\nwith processor_deadline(0.1): time.sleep(0.3)", 0),
    ],
)
def test_only_processor_time_inside_counts(body, code):
    """Also in a call that Python can't interrupt; not what comes later, and not waiting."""
    done = subprocess.run([sys.executable, "-c", START + SPIN + body], check=False)

    assert done.returncode == code
