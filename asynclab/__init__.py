"""asynclab: asynchronous exercises that run in virtual time and are judged by their trace."""

from asynclab import clock as _clock
from asynclab import interrupt as _interrupt

# Before anything of a student's copies the real clocks.
_clock.install()
_interrupt.install()

from asynclab.fields import same_field  # noqa: E402 - the clocks come first
from asynclab.files import same_files  # noqa: E402 - the clocks come first
from asynclab.findings import (  # noqa: E402 - the clocks come first
    Finding,
    all_ended,
    at_moments,
    at_most,
    cancelled_cleanly,
    clean,
    equal,
    explained,
    never_blocking,
    never_idle,
    nothing_after,
    raised,
    reaches,
    returned,
    same_order,
    took,
    turns_at_most,
)
from asynclab.pace import at_most_within, began_by  # noqa: E402
from asynclab.rubric import Rubric  # noqa: E402
from asynclab.run import run  # noqa: E402
from asynclab.sites import Page, link_page  # noqa: E402
from asynclab.timeline import timeline  # noqa: E402
from asynclab.trace import Trace, TraceError  # noqa: E402

__all__ = [
    "Finding",
    "Page",
    "Rubric",
    "Trace",
    "TraceError",
    "all_ended",
    "at_moments",
    "at_most",
    "at_most_within",
    "began_by",
    "cancelled_cleanly",
    "clean",
    "equal",
    "explained",
    "link_page",
    "load_ipython_extension",
    "never_blocking",
    "never_idle",
    "nothing_after",
    "raised",
    "reaches",
    "returned",
    "run",
    "same_field",
    "same_files",
    "same_order",
    "timeline",
    "took",
    "turns_at_most",
]


def load_ipython_extension(ipython):
    """`%load_ext asynclab`: the `%%timeline` cell magic."""
    from asynclab.timeline.magics import register_magics

    register_magics(ipython)
