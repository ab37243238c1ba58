"""Exports: the gradebook's points as the files that Moodle and Google Classroom's sheets take.

`nbgrader export --exporter asynclab.grading.exports.MoodleExport`, or `asynclab export moodle`.
"""

from asynclab.grading.exports.plugins import ClassroomExport, MoodleExport

__all__ = ["ClassroomExport", "MoodleExport"]
