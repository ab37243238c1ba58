"""What the closed world does not have raises by name, instead of reaching for the real one."""

from __future__ import annotations

from asynclab import messages

__all__ = ["NotSimulatedError", "refuse_unsimulated"]

COROUTINES = (
    "connect_accepted_socket", "connect_read_pipe", "connect_write_pipe", "create_datagram_endpoint",
    "create_unix_connection", "create_unix_server", "sendfile", "sock_accept", "sock_recv", "sock_recv_into",
    "sock_recvfrom", "sock_recvfrom_into", "sock_sendall", "sock_sendfile", "sock_sendto", "start_tls",
    "subprocess_exec", "subprocess_shell",
)  # fmt: skip
FUNCTIONS = (
    "add_reader",
    "add_signal_handler",
    "add_writer",
    "remove_reader",
    "remove_signal_handler",
    "remove_writer",
)


# What students call, where that is not the loop's method itself.
CALLS = {
    "subprocess_exec": "asyncio.create_subprocess_exec",
    "subprocess_shell": "asyncio.create_subprocess_shell",
}


class NotSimulatedError(NotImplementedError):
    """A call of the event loop that the closed world does not simulate; the message names it."""

    def __init__(self, call):
        super().__init__(messages.not_simulated(call))
        self.call = call


def refuse_unsimulated(loop_class):
    """Class decorator: every unsimulated method of the loop raises NotSimulatedError with its name."""
    for name in FUNCTIONS:
        setattr(loop_class, name, _refusal(name))
    for name in COROUTINES:
        setattr(loop_class, name, _coroutine_refusal(name))
    return loop_class


def _refusal(name):
    def refuse(self, *args, **options):
        raise NotSimulatedError(CALLS.get(name, f"loop.{name}"))

    refuse.__name__ = name
    return refuse


def _coroutine_refusal(name):
    async def refuse(self, *args, **options):
        raise NotSimulatedError(CALLS.get(name, f"loop.{name}"))

    refuse.__name__ = name
    return refuse
