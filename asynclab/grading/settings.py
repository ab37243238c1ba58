"""Settings of the course that commands need without nbgrader."""

from __future__ import annotations

from pathlib import Path

from asynclab.grading.release import CONFIG
from asynclab.run import DEFAULT_SEED

__all__ = ["grading_seed"]


def grading_seed(root) -> int:
    """The seed with which submissions are graded: that of nbgrader_config.py in `root`, else the students' own."""
    from traitlets.config import PyFileConfigLoader

    if not Path(root, CONFIG).is_file():
        return DEFAULT_SEED
    config = PyFileConfigLoader(CONFIG, path=str(root)).load_config()
    return config.get("ExecuteAndJudge", {}).get("seed", DEFAULT_SEED)
