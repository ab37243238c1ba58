"""The student's half of grading: a process that runs cells and scenarios and sends back outputs and traces.

It knows no criterion, no expected value and no score. It is started with one connected socket, by
whatever means (see `asynclab.grading.spawn`), and does what the messages on it ask, one at a time:

    {"do": "start", "seed", "files", "limits"}          -> {"ready": true}
    {"do": "cell", "number", "source", "seconds"}       -> {"outputs", "fault", "spent"}
    {"do": "definitions", "number", "source", "seconds"}-> the same, for the cell's definitions only
    {"do": "scenario", "name", "source", "seed", "seconds"} -> {"trace"} ... {"fault", "spent"}

    {"do": "end"}                                       -> {"ended": true}

Every request has a "nonce", drawn for it alone, that all its answers repeat. So nothing that student
code has made before, or sends when nobody asks, passes for an answer; what is left over is found by
the next request, "end" at the latest. Code that goes to look for the nonce in this process can find
it, and speak in the child's place: that can't be prevented here, only noticed.

Seconds, those that a request may take and those that it has taken, are counted as Patience does.

Before an answer there may be messages {"attempt"}: what the cell tries that no answer needs.
"""

from __future__ import annotations

import ast
import base64
import builtins
import contextlib
import ctypes
import os
import random
import resource
import signal
import socket
import sys
import threading
from pathlib import Path

from asynclab import clock, frames, messages
from asynclab.attempts import Watcher
from asynclab.celloutputs import Outputs, Stream
from asynclab.patience import Patience
from asynclab.places import place_of_stack, place_of_traceback
from asynclab.run import recorded
from asynclab.schema import to_json
from asynclab.shell import CellShell
from asynclab.stripping import keep_definitions
from asynclab.trace import Trace

__all__ = ["main", "serve"]

REQUEST_LIMIT = 256 << 20
TRACE_LIMIT = 8 << 20
LOOK = 0.25  # seconds between two looks at what a request has taken
DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG


def main() -> None:
    """`python -m asynclab.child FD`: serve on an inherited socket."""
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGKILL)
    serve(socket.socket(fileno=int(sys.argv[1])))


def serve(sock, shell=None) -> None:
    """Do what the grader asks for over `sock` until it closes. Never returns.

    shell: a CellShell that was made before; by default a new one.
    """
    child = Child(sock, shell or CellShell())
    while (request := frames.receive(sock, REQUEST_LIMIT)) is not None:
        child.handle(request)
    os._exit(0)


class Child:
    """The state between requests: the shell and the cell that runs."""

    def __init__(self, sock, shell):
        self.sock, self.shell = sock, shell
        self.helpers = {}
        self.pid = os.getpid()
        self.seconds, self.patience = 0.0, Patience()
        sys.stdout, sys.stderr = Stream(self.shell, "stdout"), Stream(self.shell, "stderr")
        sys.stdin = io_refused()
        builtins.input = refuse_input
        # As in a kernel: a student's code is `__main__`.
        sys.modules["__main__"] = self.shell.user_module
        signal.signal(signal.SIGALRM, self.on_alarm)
        self.sending = threading.RLock()
        self.nonce, self.late = None, []
        self.watcher = Watcher(self.tell)

    def handle(self, request):
        """Do one request and answer it."""
        self.nonce = request.get("nonce")
        while self.late:
            self.answer(**self.late.pop(0))
        self.seconds, self.patience = request.get("seconds", 0), Patience()
        if self.seconds:
            signal.setitimer(signal.ITIMER_REAL, min(self.seconds, LOOK), LOOK)
        try:
            getattr(self, "do_" + request["do"])(request)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            self.nonce = None

    def answer(self, **message):
        """Send a message."""
        self.send(frames.encode({**message, "nonce": self.nonce}))

    def send(self, frame):
        """Send what is encoded; a fork that student code made and that comes this far ends here."""
        if os.getpid() != self.pid:
            os._exit(0)
        with self.sending:
            self.sock.sendall(frame)

    def finish(self, **message):
        """Send the last message of a request."""
        with self.sending:
            self.answer(**message, spent=self.patience.look())
            self.nonce = None

    def tell(self, what, detail, place):
        """Report an attempt at once, since the next thing it does may be the last.

        What a thread tries just when its cell has been answered is told with the next one.
        """
        message = {"attempt": {"what": what, "detail": detail, "place": place}}
        with self.sending:
            if self.nonce is None:
                self.late.append(message)
            else:
                self.answer(**message)

    def on_alarm(self, number, frame):
        """Once the time of this request is up, say where the code is, and die."""
        if self.nonce is None or self.patience.look() < self.seconds:
            return
        place = place_of_stack(frame)
        fault = {"kind": "stopped", "seconds": self.seconds, "place": place and to_json(place)}
        self.finish(outputs=self.shell.outputs.to_json(), fault={**fault, "tainted": True})
        os._exit(0)

    # ---- requests

    def do_start(self, request):
        """Limits, the seed, and the files that came with the submission."""
        for name, value in request["limits"].items():
            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (value, value))
        random.seed(request["seed"])
        for name, data in request["files"].items():
            path = Path(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(base64.b64decode(data))
        self.watcher.start()
        self.answer(ready=True)

    def do_end(self, request):
        """Nothing: that this answer comes next is all that is asked for."""
        self.answer(ended=True)

    def do_cell(self, request):
        """One of the student's cells."""
        self.shell.outputs = Outputs()
        self.watcher.active = True
        fault = self.shell.run_notebook_cell(request["source"], request["number"])
        self.watcher.active = False
        self.finish(outputs=self.shell.outputs.to_json(), fault=fault)

    def do_definitions(self, request):
        """What is left of a cell that killed its process: the functions and classes in it."""
        source = keep_definitions(self.shell.transform_cell(request["source"]))
        self.do_cell({**request, "source": source})

    def do_scenario(self, request):
        """The runs of a test cell; each trace is sent as soon as there is one."""
        self.shell.outputs = Outputs()
        fault, sent = None, 0
        name = f"<{request['name']}>"
        # A helper of a test cell must not replace what a student's code calls by the same name.
        namespace = {**self.shell.user_ns, **self.helpers}
        self.watcher.active, self.watcher.test = True, name
        with recorded(request["seed"]) as traces:
            try:
                for statement in ast.parse(request["source"]).body:
                    code = compile(ast.Module([statement], []), name, "exec", dont_inherit=True)
                    exec(code, namespace)
                    for trace in traces[sent:]:
                        self.send(encode_trace(trace, self.nonce))
                    sent = len(traces)
            except (Exception, SystemExit) as error:
                place = place_of_traceback(error.__traceback__)
                text = f"{type(error).__name__}: {error}"[:500]
                fault = {"kind": "broken", "text": text, "place": place and to_json(place)}
        self.watcher.active = False
        self.helpers = {
            name: value
            for name, value in namespace.items()
            if name not in self.shell.user_ns or value is not self.shell.user_ns[name]
        }
        # A run that could not be stopped still burns time: the next one needs a fresh process.
        deaf = any(thread.name == "asynclab-run" for thread in threading.enumerate())
        if fault or deaf:
            fault = {"kind": "deaf", **(fault or {}), "tainted": deaf}
        self.finish(fault=fault)


def encode_trace(trace, nonce) -> bytes:
    """A trace as a message; one that is too large to send says only so."""
    frame = frames.encode({"trace": trace.to_json(), "nonce": nonce})
    if len(frame) > TRACE_LIMIT:
        short = Trace(trace.scenario, trace.seed, "overflow", ended=trace.ended)
        frame = frames.encode({"trace": short.to_json(), "nonce": nonce})
    return frame


def io_refused():
    """A `sys.stdin` with nothing in it."""
    return open(os.devnull)


def refuse_input(prompt=""):
    """`input()` in a notebook that nobody sits at."""
    raise EOFError(messages.no_input())


clock.install()

if __name__ == "__main__":
    # The imported module, so that nothing of it lives in `__main__`, which becomes the student's.
    from asynclab import child

    child.main()
