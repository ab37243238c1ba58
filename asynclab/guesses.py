"""Guesses: what a fact may come from. A guess names a likely cause; it never writes the solution."""

from __future__ import annotations

import re

__all__ = [
    "guess_absence", "guess_idle", "guess_noticed", "guess_order", "guess_peak", "guess_polling",
    "guess_swallowed", "guess_unfinished", "guess_verdict", "guess_went_on",
]  # fmt: skip

SAME_MOMENT = 1e-6

# What a task waits for, by the line on which it waits; the first that is found tells most.
WAITS = (
    (r"\.join\(\)", "`task_done()` tidak dipanggil untuk setiap item yang diambil, misalnya karena sebuah galat melompatinya."),
    (r"\.get\(\)|\bin \w*(queue|antrean)", "tidak ada lagi yang mengisi antrean, dan yang menunggu di `get()` tidak diberi tahu bahwa pekerjaan sudah habis."),
    (r"\.put\(", "antrean penuh, dan tidak ada lagi yang mengambil isinya."),
    (r"acquire\(|async with \w*[.]?\w*(lock|sem|kunci)", "kunci atau semaphore tidak dilepaskan, atau diminta lagi oleh task yang masih memegangnya."),
    (r"\.wait\(\)|wait_for\(", "tidak ada lagi yang memanggil `set()` atau `notify()` untuk membangunkan yang menunggu."),
    (r"gather\(|TaskGroup|await \w*task", "task yang ditunggu di sini sendiri menunggu sesuatu yang tidak pernah terjadi."),
)  # fmt: skip

# What the text of an exception gives away.
ERRORS = (
    (r"^NotImplementedError", "bagian ini belum dikerjakan."),
    (r"bound to a different event loop", "sebuah Lock, Semaphore, Event, atau Queue dibuat sekali untuk selamanya, padahal setiap skenario punya event loop sendiri."),
    (r"cannot be called from a running event loop|loop is already running", "`asyncio.run()` dipanggil dari kode yang sudah berjalan di event loop; di sana `await` sudah cukup."),
    (r"can't be used in 'await' expression", "yang di-await bukan coroutine, misalnya hasil fungsi biasa."),
    (r"'coroutine' object", "`await` tertinggal, sehingga yang dipakai adalah coroutine-nya, bukan hasilnya."),
    (r"Passing coroutines is forbidden", "`asyncio.wait()` menerima task, bukan coroutine."),
    (r"task_done\(\) called too many times", "`task_done()` dipanggil lebih sering daripada `get()`."),
    (r"^CancelledError", "yang dibatalkan termasuk task yang membatalkan, misalnya karena semua dari `asyncio.all_tasks()` dibatalkan."),
    (r"positional argument|keyword argument", "tanda tangan fungsi (nama dan jumlah parameternya) berbeda dari yang ditulis di soal."),
)  # fmt: skip

_VERDICTS = {
    "livelock": "sebuah loop terus bertanya (polling) dengan `await asyncio.sleep(0)`, atau task terus memulai task baru.",
    "overflow": "sebuah loop memulai tugas tanpa henti.",
}
_BLOCKING = (
    "`time.sleep()` memblokir event loop: selama itu tidak ada task lain yang dapat berjalan."
)
_ENDLESS = "sebuah loop tidak pernah berakhir, dan tidak ada yang membatalkannya."
_NO_TURN = "sebuah loop tanpa `await`: selama ia berputar, tidak ada task lain yang dapat berjalan."


def guess_verdict(trace) -> str:
    """Why a run may not have finished."""
    if trace.verdict == "deadlock":
        lines = [item.place.source for item in trace.stuck if item.place]
        return _first(WAITS, "\n".join(lines))
    if trace.verdict == "failed":
        return _first(ERRORS, f"{trace.reason.get('type', '')}: {trace.reason.get('text', '')}")
    if trace.verdict == "horizon":
        blocked = any(item.kind == "blocking" for item in trace.observations)
        return _BLOCKING if blocked and not trace.stuck else _ENDLESS
    if trace.verdict == "stopped" and not trace.reason.get("progress", True):
        return "" if trace.reason.get("threads") else _NO_TURN
    return _VERDICTS.get(trace.verdict, "")


def _first(patterns, text):
    return next((guess for pattern, guess in patterns if re.search(pattern, text)), "")


def guess_peak(peak: int, wanted: int, count: int) -> str:
    """Why `peak` of `count` went on at once instead of `wanted`."""
    if peak > wanted:
        if peak == count:
            return "semuanya dimulai sekaligus; tidak ada yang membatasi."
        if peak == wanted + 1:
            return "batasnya meleset satu, atau tempat dilepas sebelum pekerjaannya benar-benar selesai."
        return "batas itu berlaku untuk setiap panggilan sendiri-sendiri, bukan untuk semuanya bersama."
    if peak == 1:
        return "yang satu ditunggu sampai selesai sebelum yang berikutnya dimulai, atau worker lain sudah berhenti ketika antrean sempat kosong."
    return ""


def guess_idle(following_starts: int, slots: int) -> str:
    """Why a place stayed free although work waited, if `following_starts` then began at once."""
    if following_starts >= slots > 1:
        return "kelompok berikutnya baru dimulai sesudah seluruh kelompok sebelumnya selesai."
    return ""


def guess_order(actual, expected, what: str = "") -> str:
    """Why two lists of the same things differ; what: of what they are the order."""
    if len(actual) == len(expected) and sorted(map(repr, actual)) == sorted(map(repr, expected)):
        if "mulai" in what.lower():
            return "semuanya dikerjakan, tetapi yang berikutnya tidak dipilih menurut aturan."
        return "isinya sudah lengkap; urutannya urutan selesai, bukan urutan yang diminta."
    return ""


def guess_absence(kind: str) -> str:
    """Why something was left behind."""
    return {
        "task": "task dimulai lalu dilupakan, atau dibatalkan tanpa ditunggu sampai berakhir.",
        "thread": "pekerjaan di thread masih berjalan ketika yang menunggunya sudah pergi.",
        "generator": "async generator ditinggalkan di tengah jalan tanpa `aclose()`.",
        "connection": "sesi atau respons tidak ditutup pada setiap jalan keluar.",
    }.get(kind, "")


def guess_noticed(kind: str, text: str) -> str:
    """Why something was noticed on the side."""
    if kind == "blocking":
        if text.startswith("open("):
            return "membuka berkas menahan event loop; pekerjaan seperti itu tempatnya di sebuah thread."
        return "fungsi biasa yang menunggu menahan seluruh event loop; `await` hanya menahan satu task."
    return {
        "never-awaited": "`await` tertinggal di depan panggilannya.",
        "never-retrieved": "task itu tidak pernah di-await, jadi tidak ada yang melihat galatnya.",
        "unclosed": "bila terjadi galat atau pembatalan, baris yang menutupnya tidak ikut dijalankan.",
        "destroyed": "tidak ada variabel yang menyimpan task itu selama ia berjalan.",
    }.get(kind, "")


def guess_swallowed(wanted: str) -> str:
    """Why an exception did not come out."""
    if wanted == "CancelledError":
        return "`CancelledError` ditangkap dan tidak dilempar lagi."
    return ""


def guess_unfinished() -> str:
    """Why something still ran when the call returned."""
    return "pembatalan diminta, tetapi tidak ditunggu sampai pembersihannya selesai."


def guess_went_on(spans, late, moment: float) -> str:
    """Why the spans `late` began after `moment` (seconds), when their task had been cancelled."""
    cancelled = {
        span.task
        for span in spans
        if span.outcome == "cancelled"
        and span.end is not None
        and abs(span.end - moment) <= SAME_MOMENT
    }
    if any(span.task is not None and span.task in cancelled for span in late):
        return "task itu sudah dibatalkan, tetapi kodenya menangkap `CancelledError` lalu terus bekerja."
    return ""


def guess_polling() -> str:
    """Why the event loop turned so often."""
    return "sebuah loop bertanya berulang-ulang dengan `sleep`, padahal dapat menunggu kabar."
