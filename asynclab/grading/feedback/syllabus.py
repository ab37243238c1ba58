"""Syllabus: which section of the lessons a task practises; what to read where a finding names nothing nearer."""

from __future__ import annotations

__all__ = ["TASKS", "topic_of_task"]

TASKS = {
    "latihan-1-download-manager": {
        "tugas-1": "http", "tugas-2": "semaphore", "tugas-3": "error-pages", "tugas-4": "files",
        "tugas-5": "http", "tugas-6": "timeouts", "tugas-7": "blocking-files", "tugas-8": "cancelling",
    },
    "latihan-2-task-queue": {
        "tugas-1": "equal-priority", "tugas-2": "priority", "tugas-3": "queue", "tugas-4": "all-endings",
        "tugas-5": "task-done", "tugas-6": "ending-queues", "tugas-7": "cancel-and-wait",
    },
    "mandiri-1-web-crawler": {
        "tugas-1": "scraping", "tugas-2": "scraping", "tugas-3": "http", "tugas-4": "queue",
        "tugas-5": "semaphore", "tugas-6": "error-pages", "tugas-7": "http", "tugas-8": "cancelling",
    },
    "mandiri-2-chat-server": {
        "tugas-1": "read-and-write", "tugas-2": "queue", "tugas-3": "three-endings", "tugas-4": "one-fails",
        "tugas-5": "back-pressure", "tugas-6": "timeouts", "tugas-7": "cancel-and-wait",
    },
    "mandiri-3-rate-limiter": {
        "tugas-1": "limits", "tugas-2": "rate", "tugas-3": "limits", "tugas-4": "three-endings",
        "tugas-5": "cancelling", "tugas-6": "polling", "tugas-7": "loop-bound", "tugas-8": "retry",
    },
    "mandiri-4-data-pipeline": {
        "tugas-1": "generator", "tugas-2": "taking-turns", "tugas-3": "queue", "tugas-4": "back-pressure",
        "tugas-5": "one-fails", "tugas-6": "aclose",
    },
    "mandiri-5-monitoring": {
        "tugas-1": "task-life", "tugas-2": "periodic", "tugas-3": "timeouts", "tugas-4": "too-wide",
        "tugas-5": "task-life", "tugas-6": "cancel-and-wait", "tugas-7": "three-endings",
    },
}  # fmt: skip
"""{assignment: {grade id: topic}}; the topics are keys of `lessons.SECTIONS`."""


def topic_of_task(assignment: str, grade_id: str) -> str:
    """What to read about a task; '' where nothing is listed."""
    return TASKS.get(assignment, {}).get(grade_id, "")
