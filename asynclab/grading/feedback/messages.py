"""Every sentence of a feedback page that is not a finding's."""

from __future__ import annotations

from asynclab.messages import number

__all__ = []

TITLE = "Umpan balik"
SCORE = "Nilai"
SO_FAR = "Nilai sementara"
TASKS = "Tugas demi tugas"
CODE = "Kode Anda"
OTHER_CELLS = "Sel lain di notebook Anda"
COMMENTS = "Komentar pengajar"
TASK = "Bagian"
BACK = "ke atas"
WAITING = "menunggu dinilai"
CRITERIA = {
    "passed": "lulus",
    "failed": "gagal",
    "skipped": "belum diperiksa",
    "unjudged": "tidak dinilai",
}
MAYBE = "Mungkin"
HINT = "Petunjuk"
READ = "Baca"
IN_WORDS = "Isi gambar dalam teks"
SAME_PICTURE = "Jalannya sama seperti pada gambar di atas."
CELL = "Sel"
OUTPUT = "Keluaran"
HOW_TO_READ = (
    "Setiap baris adalah satu kriteria. ✓ berarti lulus dan ✗ gagal. – berarti belum diperiksa, karena "
    "kegagalan lain menghalanginya, atau tidak dinilai. Kalimat di bawahnya menceritakan apa yang "
    "terjadi ketika kode Anda dijalankan; yang diawali “Mungkin” hanyalah dugaan."
)
VIRTUAL_TIME = (
    "Waktu di halaman ini maya: t=0 s adalah awal sebuah percobaan, dan menunggu tidak memakan waktu "
    "sungguhan."
)
UNJUDGED = (
    "Bagian ini tidak dapat dinilai otomatis. Ini bukan kesalahan Anda; pengajar akan menilainya."
)
UNREADABLE = (
    "Berkas yang Anda kumpulkan tidak dapat dibaca sebagai notebook, jadi belum ada yang dinilai. "
    "Kumpulkan lagi berkas yang utuh, atau bicarakan dengan pengajar."
)
BY_HAND = "Nilai bagian ini diberikan oleh pengajar."
NOT_RUN = "Bagian ini belum dinilai."
MADE_BY = (
    "Halaman ini dibuat dari kiriman Anda sendiri. Tidak ada yang perlu diunduh untuk membacanya."
)

# What stands at the marked moment of a picture of a run that did not finish.
MOMENTS = {
    "deadlock": "semua menunggu",
    "livelock": "berputar tanpa henti",
    "horizon": "belum selesai",
    "stopped": "dihentikan",
    "failed": "galat",
    "exited": "program berhenti",
    "killed": "proses mati",
    "overflow": "terlalu banyak kejadian",
}


def late(seconds, penalty) -> str:
    """Why points were taken off, or that none were although it was late; '' where it was in time."""
    if seconds <= 0 and penalty <= 0:
        return ""
    how = f"Dikumpulkan {duration(seconds)} sesudah tenggat" if seconds > 0 else "Terlambat"
    if penalty > 0:
        return f"{how}: nilainya dikurangi {number(penalty, 2)}."
    return f"{how}; nilainya tidak dikurangi."


def duration(seconds) -> str:
    """How long, to the nearest unit that matters."""
    minutes = max(round(seconds / 60), 1)
    if minutes < 60:
        return f"{minutes} menit"
    hours = round(seconds / 3600)
    return f"{hours} jam" if hours < 48 else f"{number(hours // 24)} hari {hours % 24} jam"


def broken_answer(number_, error, failed=True) -> str:
    """An answer that stopped while it was loaded, so that what it should define is missing.

    failed: whether a criterion did, so that this is what to mend first.
    """
    stopped = (
        f"Sel [{number_}], tempat jawaban Anda, berhenti dengan {error.removesuffix('.')}. "
        "Yang seharusnya dibuat di sana sesudah itu tidak ada"
    )
    if failed:
        return f"{stopped}, sehingga uji yang memakainya gagal. Perbaiki sel ini dahulu."
    return f"{stopped}, tetapi tidak ada kriteria yang gagal karenanya."


def extra(points) -> str:
    """Points a person added."""
    return f"Termasuk {number(points, 2)} poin tambahan dari pengajar."


def lesson(section) -> str:
    """A section of a lesson by name."""
    return f"pelajaran {section.number}, bagian “{section.heading}”"


def notebook_of(section) -> str:
    """Where the student has it."""
    return f"notebooks/{section.lesson}.ipynb"
