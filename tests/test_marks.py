"""Whether a folder in autograded/ is being worked on."""

import json
import os
import socket

import pytest

from asynclab.grading.marks import is_alive


@pytest.mark.parametrize(
    ("mark", "alive"),
    [
        ("", False),
        ("[]", False),
        ('{"host": "HERE", "pid": 999999999, "born": 0}', False),
        ('{"host": "HERE", "pid": SELF, "born": 0}', False),
        ('{"host": "HERE", "pid": PARENT, "born": BORN}', True),
        ('{"host": "HERE", "pid": PARENT, "born": 0}', False),
        ('{"host": "elsewhere", "pid": 1, "born": 0}', True),
    ],
)
def test_a_mark_is_alive_while_its_grader_is(tmp_path, mark, alive):
    """A dead process, a reused number and this very process are not; another machine is trusted a while."""
    import psutil

    parent = psutil.Process(os.getppid())
    text = mark.replace("HERE", socket.gethostname()).replace("SELF", str(os.getpid()))
    text = text.replace("PARENT", str(parent.pid)).replace("BORN", json.dumps(parent.create_time()))
    (tmp_path / "mark").write_text(text)

    assert is_alive(tmp_path / "mark") is alive
