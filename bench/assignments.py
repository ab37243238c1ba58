"""What grading one submission of each assignment costs: processor seconds of scenarios and judging."""

from __future__ import annotations

import time
from pathlib import Path

from asynclab.grading.course import judge_answer, read_assignments

ROOT = Path(__file__).parent.parent


def main():
    """Print a line per assignment, for its reference solution, after one run that warms up."""
    print("Satu kiriman, jawaban acuan      detik prosesor   skenario dan kriteria")
    for assignment in read_assignments(ROOT):
        judge_answer(assignment, assignment.solution)
        start = time.process_time()
        rubrics = judge_answer(assignment, assignment.solution)
        spent = time.process_time() - start
        count = sum(len(rubric.criteria) for rubric in rubrics.values())
        print(f"  {assignment.slug:32} {spent:10.2f}   {count} kriteria")


if __name__ == "__main__":
    main()
