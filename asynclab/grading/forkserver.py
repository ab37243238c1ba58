"""Fork server: makes children of a warm process for a grader and its workers, and ends those whose worker is gone."""

from __future__ import annotations

import array
import contextlib
import gc
import json
import os
import random
import select
import signal
import socket
import sys

from asynclab.grading import linux, sandbox

__all__ = ["Server", "say"]

PACKET = 4096
CHILDS_SOCKET = 3
DESCRIPTORS = 1 << 16


class Server:
    """Forks a child for every socket that comes from the grader or one of its workers; what is left of a worker's ends with it.

    shell: for the forks; isolated: whether each is shut in by itself.
    """

    def __init__(self, control, isolated, shell):
        self.control, self.isolated, self.shell = control, isolated, shell
        self.poller = select.poll()
        self.graders, self.children = {}, {}
        self.welcome(control)

    def serve(self) -> None:
        """Ends with the other side of `control`. Never returns."""
        while True:
            for number, _ in self.poller.poll():
                self.hear(self.graders[number])

    def welcome(self, grader):
        """From now on listen to this socket too."""
        self.graders[grader.fileno()] = grader
        self.children[grader] = []
        self.poller.register(grader, select.POLLIN)

    def hear(self, grader):
        """Do what one message asks."""
        try:
            message, sockets, _, _ = socket.recv_fds(grader, PACKET, 1)
        except OSError:
            message = b""
        if not message:
            self.part(grader)
            return
        request = json.loads(message)
        with socket.socket(fileno=sockets[0]) as sock:
            if request["do"] == "join":
                self.welcome(sock.dup())
            else:
                self.fork(grader, sock, request["folder"])

    def part(self, grader):
        """Its children must not go on without it."""
        if grader is self.control:
            os._exit(0)
        self.poller.unregister(grader)
        del self.graders[grader.fileno()]
        for handle in self.children.pop(grader):
            with contextlib.suppress(OSError):
                signal.pidfd_send_signal(handle, signal.SIGKILL)
            os.close(handle)
        grader.close()
        reap()

    def fork(self, grader, sock, folder):
        """Make a child that serves on `sock`; answer with its pidfd, or why there is none."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        pid = 0
        try:
            with ours, theirs:
                if (pid := os.fork()) == 0:
                    self.begin(theirs, sock, folder)
                theirs.close()
                message, handles, _, _ = socket.recv_fds(ours, PACKET, 1)
        except OSError as error:
            message, handles = json.dumps({"refused": sandbox.explain(error)}).encode(), []
        # What can't be told is found by the next message from there.
        with contextlib.suppress(OSError):
            say(grader, message, handles)
        self.children[grader] = [*filter(lives, self.children[grader]), *handles]
        if self.isolated and pid:
            # It has only made the child, and is about to end.
            os.waitpid(pid, 0)
        reap()

    def begin(self, report, sock, folder):
        """In a fork: become the child, by itself or through one more fork. Never returns."""
        try:
            pid = 0
            if self.isolated:
                sandbox.enter_cell()
                pid = os.fork()
            if pid or not self.isolated:
                handle = os.pidfd_open(pid or os.getpid())
                say(report, b"{}", [handle])
                os.close(handle)
            if pid:
                os._exit(0)
            # Nothing that is open here is a child's business.
            if sock.fileno() != CHILDS_SOCKET:
                os.dup2(sock.fileno(), CHILDS_SOCKET, inheritable=False)
            sock.detach()
            os.closerange(CHILDS_SOCKET + 1, DESCRIPTORS)
            become_child(CHILDS_SOCKET, self.isolated, folder, self.shell)
        except BaseException as error:
            with contextlib.suppress(OSError):
                say(report, json.dumps({"refused": sandbox.explain(error)}).encode())
        finally:
            os._exit(1)


def lives(handle):
    """Whether the process of a pidfd has not ended; the pidfd of one that has is closed."""
    ended = select.select([handle], [], [], 0)[0]
    if ended:
        os.close(handle)
    return not ended


def become_child(descriptor, isolated, folder, shell):
    """Shut in or move to the folder, start from a state of its own, serve."""
    from asynclab import child, frames

    sock = socket.socket(fileno=descriptor)
    os.setsid()
    try:
        if isolated:
            sandbox.close_cell()
        else:
            linux.die_with_parent(signal.SIGKILL)
            os.chdir(folder)
            os.environ.update(HOME=folder, TMPDIR=folder)
    except OSError as error:
        frames.send(sock, {"refused": sandbox.explain(error)})
        return
    random.seed()
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()
    if "tempfile" in sys.modules:
        sys.modules["tempfile"].tempdir = None
    gc.enable()
    child.serve(sock, shell)


def say(sock, message: bytes, handles=()) -> None:
    """Send a message with descriptors."""
    rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", handles))] if handles else []
    sock.sendmsg([message], rights)


def reap():
    """Take leave of children that have ended."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
