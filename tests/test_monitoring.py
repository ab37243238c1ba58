"""Every right answer of Latihan Mandiri 5 on a loop whose clock moves by itself, as a real one does."""

import asyncio
import selectors
from pathlib import Path
from types import ModuleType

import pytest

from asynclab.grading.course import find_assignments, read_answers

ROOT = Path(__file__).parent.parent
SLUG = "mandiri-5-monitoring"
(ASSIGNMENT,) = find_assignments(ROOT, [SLUG])
RIGHT = {item.name: item.source for item in read_answers(ROOT, SLUG) if "right" in item.path.parts}


class MovingLoop(asyncio.SelectorEventLoop):
    """Its clock moves a microsecond whenever it is read; waiting for a timer takes no real time."""

    def __init__(self):
        self.now = 0.0
        super().__init__(JumpingSelector(self))

    def time(self):
        self.now += 1e-6
        return self.now


class JumpingSelector(selectors.SelectSelector):
    def __init__(self, loop):
        super().__init__()
        self.loop = loop

    def select(self, timeout=None):
        assert timeout is not None, "nothing is left to wait for"
        self.loop.now += max(timeout, 0)
        return super().select(0)


@pytest.mark.parametrize("source", [ASSIGNMENT.solution, *RIGHT.values()], ids=["acuan", *RIGHT])
def test_the_first_check_is_not_skipped(source):
    """Checks begin at t0 and at every tick after it, though t0 has passed when the first one can begin."""
    module = vars(ModuleType("__main__"))
    exec(f"{ASSIGNMENT.preparation}\n{source}", module)
    moments = []

    async def check():
        moments.append(round(asyncio.get_running_loop().now))

    async def watch_for_a_while():
        monitor = module["Monitor"](interval=10)
        monitor.add("basis data", check)
        await monitor.start()
        await asyncio.sleep(25)
        await monitor.stop()

    with asyncio.Runner(loop_factory=MovingLoop) as runner:
        runner.run(watch_for_a_while())
    assert moments == [0, 10, 20]
