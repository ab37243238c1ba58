"""Lessons: which section of which lesson teaches what, and what to read about what went wrong."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = [
    "SECTIONS", "Section", "topic_of_leftover", "topic_of_observation", "topic_of_verdict",
]  # fmt: skip


@dataclass(frozen=True)
class Section:
    """A section of a lesson: the notebook's name without its ending, and the heading as plain text."""

    lesson: str
    heading: str

    @property
    def number(self) -> str:
        """The lesson's number, two digits."""
        return self.lesson[:2]


SECTIONS = {
    "together": Section("01-sync-vs-async", "Bersama-sama"),
    "blocking": Section("01-sync-vs-async", "Jebakan 1: menunggu tanpa await"),
    "computing": Section("01-sync-vs-async", "Jebakan 2: menghitung bukan menunggu"),
    "forgotten": Section("02-coroutines", "Jebakan 2: await yang terlupa"),
    "asyncio-run": Section("02-coroutines", "Jebakan 4: asyncio.run() di notebook"),
    "task-life": Section("03-tasks", "Hidup sebuah task"),
    "not-retrieved": Section("03-tasks", "Jebakan 2: galat yang tidak pernah diambil"),
    "cancelling": Section("03-tasks", "Membatalkan"),
    "swallowed": Section("03-tasks", "Jebakan 3: menelan pembatalan"),
    "whose-cancellation": Section("03-tasks", "Jebakan 4: pembatalan siapa?"),
    "lost-task": Section("03-tasks", "Jebakan 5: task yang hilang"),
    "closing": Section("04-context-managers", "Membuka, memakai, menutup"),
    "three-endings": Section("04-context-managers", "Tiga akhir"),
    "lock": Section("04-context-managers", "Lock"),
    "loop-bound": Section("04-context-managers", "Jebakan 5: Lock di tingkat modul"),
    "generator": Section("05-iterators-generators", "Cara yang pendek"),
    "taking-turns": Section("05-iterators-generators", "Pembuat dan pemakai bergiliran"),
    "aclose": Section("05-iterators-generators", "Jebakan 3: keluar di tengah jalan"),
    "gather": Section("06-concurrent-operations", "gather: semua hasil, menurut urutan permintaan"),
    "cancel-and-wait": Section("06-concurrent-operations", "Jebakan 1: cancel, lalu pergi"),
    "wait-for-tasks": Section("06-concurrent-operations", "wait: berhenti menunggu lebih awal"),
    "queue": Section("07-queues-synchronization", "Antrean di antara dua task"),
    "ending-queues": Section("07-queues-synchronization", "Tiga cara mengakhiri"),
    "task-done": Section("07-queues-synchronization", "Jebakan 2: butir yang gagal"),
    "back-pressure": Section("07-queues-synchronization", "Back-pressure: menahan yang terlalu cepat"),
    "priority": Section("07-queues-synchronization", "Antrean berprioritas"),
    "equal-priority": Section("07-queues-synchronization", "Jebakan 3: prioritas yang sama"),
    "semaphore": Section("07-queues-synchronization", "Semaphore: paling banyak tiga sekaligus"),
    "read-and-write": Section("07-queues-synchronization", "Jebakan 5: await di antara membaca dan menulis"),
    "event": Section("07-queues-synchronization", "Event: satu tanda untuk banyak task"),
    "polling": Section("07-queues-synchronization", "Condition: menunggu sampai sesuatu benar"),
    "one-fails": Section("08-error-handling", "Satu gagal, dua yang lain berjalan"),
    "all-endings": Section("08-error-handling", "Mengumpulkan semua akhir"),
    "timeouts": Section("08-error-handling", "Batas waktu"),
    "too-wide": Section("08-error-handling", "Jebakan 2: except Exception yang terlalu lebar"),
    "retry": Section("08-error-handling", "2. Coba lagi"),
    "http": Section("09-real-world", "HTTP"),
    "error-pages": Section("09-real-world", "Jebakan 1: halaman galat juga halaman"),
    "scraping": Section("09-real-world", "Mengambil dan mengurai"),
    "files": Section("09-real-world", "Berkas"),
    "periodic": Section("09-real-world", "Jebakan 3: jarak bukan jadwal"),
    "blocking-files": Section("09-real-world", "Jebakan 2: hanya read yang dipindahkan"),
    "tidy-up": Section("10-praktik-terbaik", "3. Bereskan ketika dibatalkan"),
    "limits": Section("10-praktik-terbaik", "5. Batasi konkurensi, dan batasi laju"),
    "rate": Section("10-praktik-terbaik", "Jebakan 1: semaphore bukan pembatas laju"),
}  # fmt: skip
"""By topic; a test proves that these headings are in the lessons."""

# What a task of a deadlock waits for, by its line; the first that is found tells most.
_WAITS = (
    (r"\.join\(\)", "task-done"),
    (r"\.get\(\)|\bin \w*(queue|antrean)", "ending-queues"),
    (r"\.put\(", "back-pressure"),
    (r"acquire\(|async with \w*[.]?\w*(lock|sem|kunci)", "lock"),
    (r"\.wait\(\)", "event"),
    (r"gather\(|TaskGroup|await \w*task", "wait-for-tasks"),
)
_ERRORS = (
    (r"bound to a different event loop", "loop-bound"),
    (r"cannot be called from a running event loop|loop is already running", "asyncio-run"),
    (r"'coroutine' object", "forgotten"),
    (r"task_done\(\) called too many times", "task-done"),
    (r"^CancelledError", "whose-cancellation"),
    (r"not supported between instances", "priority"),
)
_LEFTOVERS = {
    "task": "cancel-and-wait",
    "thread": "blocking",
    "generator": "aclose",
    "connection": "closing",
}
_OBSERVATIONS = {
    "never-awaited": "forgotten",
    "never-retrieved": "not-retrieved",
    "unclosed": "closing",
    "destroyed": "lost-task",
}


def topic_of_verdict(trace) -> str:
    """What to read about a run that did not finish: a key of SECTIONS, or ''."""
    if trace.verdict == "deadlock":
        return _first(_WAITS, "\n".join(item.place.source for item in trace.stuck if item.place))
    if trace.verdict == "failed":
        return _first(_ERRORS, f"{trace.reason.get('type', '')}: {trace.reason.get('text', '')}")
    if trace.verdict == "stopped":
        return "" if trace.reason.get("progress", True) else "computing"
    return {"livelock": "polling", "overflow": "polling"}.get(trace.verdict, "")


def topic_of_leftover(kind: str) -> str:
    """What to read about something that was left behind."""
    return _LEFTOVERS.get(kind, "")


def topic_of_observation(observation) -> str:
    """What to read about something that was noticed on the side."""
    if observation.kind == "blocking":
        return "blocking-files" if observation.text.startswith("open(") else "blocking"
    return _OBSERVATIONS.get(observation.kind, "")


def _first(patterns, text):
    return next((topic for pattern, topic in patterns if re.search(pattern, text)), "")
