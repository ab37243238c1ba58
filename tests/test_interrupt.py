"""The Stop button on a cell that waits for ever."""

import time

import pytest
from jupyter_client.manager import start_new_kernel

pytestmark = pytest.mark.kernel
WAITING = """
asyncio.get_running_loop().call_soon(print, "menunggu")
await asyncio.Queue().get()
"""
"""A cell that says so as soon as it waits."""


def run_next(client):
    """How the next cell ends; right after an error a kernel turns away whatever is already on its way."""
    for _ in range(100):
        status = client.execute_interactive("1", timeout=60)["content"]["status"]
        if status != "aborted":
            break
        time.sleep(0.1)
    return status


def test_a_deadlocked_cell_can_be_interrupted():
    """With asynclab imported, an interrupt ends `await queue.get()` and the next cell runs."""
    manager, client = start_new_kernel(kernel_name="python3")
    try:
        client.execute_interactive("import asyncio\nimport asynclab", timeout=60)
        waiting = client.execute(WAITING)
        # An interrupt that comes before the cell waits would hit the kernel itself.
        while client.get_iopub_msg(timeout=60)["msg_type"] != "stream":
            pass
        manager.interrupt_kernel()
        reply = client.get_shell_msg(timeout=60)

        assert reply["parent_header"]["msg_id"] == waiting
        assert reply["content"]["ename"] in ("CancelledError", "KeyboardInterrupt")
        assert run_next(client) == "ok"
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
