"""Summary: how many mutants of an assignment the hidden tests notice, and which ones they let live."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from asynclab.grading.mutation import messages
from asynclab.grading.mutation.equivalents import Equivalent, equivalents_path
from asynclab.grading.mutation.mutants import Mutant
from asynclab.grading.mutation.trial import Verdict

__all__ = ["Summary", "render_summary", "summarize"]


@dataclass(frozen=True)
class Summary:
    """What came out for one assignment.

    rows: answer -> (mutants, killed, listed, survivors); survivors: mutants neither killed nor listed;
    stale: entries of tests/equivalents/ that match no living mutant.
    """

    slug: str
    rows: dict[str, tuple[int, int, int, int]]
    survivors: list[tuple[Mutant, Verdict]]
    stale: list[Equivalent]

    @property
    def total(self) -> tuple[int, int, int, int]:
        """The sums of the rows."""
        return tuple(map(sum, zip(*self.rows.values())))


def summarize(slug, verdicts: dict[Mutant, Verdict], equivalents: Iterable[Equivalent]) -> Summary:
    """Count, and tell which mutants are to be killed or listed, and which entries to be removed."""
    listed = {item.key: item for item in equivalents}
    counts: dict[str, Counter] = {}
    survivors, used = [], set()
    for mutant, verdict in verdicts.items():
        count = counts.setdefault(mutant.answer, Counter())
        if verdict.killed:
            count["killed"] += 1
        elif mutant.key in listed and verdict.outcome == "survived":
            count["listed"] += 1
            used.add(mutant.key)
        else:
            count["survivors"] += 1
            survivors.append((mutant, verdict))
    rows = {
        answer: (sum(count.values()), count["killed"], count["listed"], count["survivors"])
        for answer, count in counts.items()
    }
    stale = [item for key, item in listed.items() if key not in used]
    return Summary(slug, rows, survivors, stale)


def render_summary(summary: Summary, root, *, diffs=True) -> Iterator[str]:
    """The table, then each survivor with its diff, then what is stale, as lines of text."""
    width = max(len(name) for name in [*summary.rows, summary.slug, messages.ALL_ANSWERS])
    yield f"{summary.slug:{width}}  " + "".join(f"{name:>12}" for name in messages.MUTANT_COLUMNS)
    for name, row in [*summary.rows.items(), (messages.ALL_ANSWERS, summary.total)]:
        yield f"{name:{width}}  " + "".join(f"{n:>12}" for n in row) + f"{_share(row):>12}"
    for mutant, verdict in summary.survivors if diffs else []:
        yield ""
        yield messages.survivor(mutant, verdict)
        yield from (f"    {line}" for line in mutant.diff.splitlines())
    path = equivalents_path(root, summary.slug)
    if summary.survivors:
        yield ""
        yield messages.survivors_left(len(summary.survivors), summary.slug, path.relative_to(root))
    for item in summary.stale:
        yield ""
        yield messages.stale_equivalent(path.relative_to(root), item)


def _share(row):
    mutants, killed, listed, _ = row
    return f"{100 * killed / (mutants - listed):.1f} %" if mutants > listed else "–"
