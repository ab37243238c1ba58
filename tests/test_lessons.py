"""The sections that feedback sends students to are in the lessons."""

import re

import nbformat
import pytest

from asynclab.lessons import SECTIONS, topic_of_leftover, topic_of_observation, topic_of_verdict
from asynclab.records import Leftover, Observation, Place
from asynclab.trace import Trace


@pytest.mark.parametrize("topic", SECTIONS)
def test_the_section_exists(root, topic):
    """Its heading stands in its lesson, whatever is emphasised in it."""
    section = SECTIONS[topic]
    cells = nbformat.read(root / "notebooks" / f"{section.lesson}.ipynb", 4).cells
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    headings = re.findall(r"(?m)^#+ (.*)$", text)

    assert section.heading in [re.sub(r"[*`]", "", item).replace('"', "") for item in headings]


def waiting(source):
    """A deadlock in which one task waits on this line."""
    stuck = [Leftover("task", "Task-1", Place("run", 3, source, "2"))]
    return Trace("s", 11, "deadlock", stuck=stuck)


@pytest.mark.parametrize(
    ("trace", "topic"),
    [
        (waiting("await self.queue.join()"), "task-done"),
        (waiting("item = await queue.get()"), "ending-queues"),
        (waiting("async with self.lock:"), "lock"),
        (waiting("await strange"), ""),
        (
            Trace("s", 11, "failed", {"type": "TypeError", "text": "'coroutine' object"}),
            "forgotten",
        ),
        (Trace("s", 11, "failed", {"type": "NotImplementedError"}), ""),
        (Trace("s", 11, "stopped", {"progress": False}), "computing"),
        (Trace("s", 11, "killed"), ""),
    ],
)
def test_what_to_read_about_a_run_that_did_not_end(trace, topic):
    """By what its tasks wait for, or by its error."""
    assert topic_of_verdict(trace) == topic


def test_what_to_read_about_things_left_behind_or_noticed():
    """Every kind leads to a section, or to none."""
    observations = [
        Observation("blocking", "open('x')", 0),
        Observation("blocking", "time.sleep(1)", 0),
    ]

    assert [topic_of_leftover(kind) for kind in ("task", "generator", "?")] == [
        "cancel-and-wait",
        "aclose",
        "",
    ]
    assert [topic_of_observation(item) for item in observations] == ["blocking-files", "blocking"]
    assert topic_of_observation(Observation("log", "x", 0)) == ""
