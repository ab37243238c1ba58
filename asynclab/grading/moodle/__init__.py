"""Moodle: the archives of its "download all submissions", collected with `nbgrader zip_collect`."""

from asynclab.grading.moodle.archive import MoodleExtractor
from asynclab.grading.moodle.collect import MoodleCollector

__all__ = ["MoodleCollector", "MoodleExtractor"]
