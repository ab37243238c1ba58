"""Pengaturan nbgrader untuk kursus ini, dibaca bila nbgrader atau JupyterLab dibuka di sini."""

import os
import sysconfig
from pathlib import Path

c = get_config()

COURSE = Path(__file__).resolve().parent
SHARED_EXCHANGE = Path("/usr/local/share/nbgrader/exchange")

# nbgrader mencari `alembic` lewat PATH saat membuat buku nilai; .venv mungkin belum diaktifkan.
os.environ["PATH"] = os.pathsep.join([sysconfig.get_path("scripts"), os.environ.get("PATH", "")])

# --- Kursus

# Dipakai tempat penukaran, JupyterHub, dan buku nilai: jangan diganti di tengah semester.
c.CourseDirectory.course_id = "modul11"

# Folder kursus adalah folder berkas ini, dari mana pun perintahnya dijalankan.
c.CourseDirectory.root = str(COURSE)

# --- Tempat penukaran tugas

# Di laptop: folder exchange/ di dalam kursus, agar release dan collect jalan tanpa admin.
# Di server: folder bersama milik nbgrader, atau yang ditunjuk admin lewat MODUL11_EXCHANGE.
if exchange := os.environ.get("MODUL11_EXCHANGE"):
    c.Exchange.root = exchange
elif not SHARED_EXCHANGE.is_dir():
    c.Exchange.root = str(COURSE / "exchange")

# Waktu pengumpulan disimpan dalam UTC, karena buku nilai membandingkannya dengan tenggat dalam UTC.
c.Exchange.timezone = "UTC"

# Formgrader memakai WIB untuk tenggat; WITA: Asia/Makassar, WIT: Asia/Jayapura.
c.NbGraderAPI.timezone = "Asia/Jakarta"

# --- Versi mahasiswa

# Jawaban yang masih kosong harus gagal dengan jelas, bukan diam-diam mengembalikan None.
c.ClearSolutions.code_stub = {
    "python": '# Tulis jawaban Anda di sini\nraise NotImplementedError("Jawaban belum ditulis")'
}

# Untuk jawaban berupa teks.
c.ClearSolutions.text_stub = "Tulis jawaban Anda di sini."

# --- Pemeriksaan mandiri (tombol Validate)

# Pesan bawaan berbahasa Inggris dan berhuruf besar semua.
c.Validator.failed_warning = (
    "{num_failed} sel uji belum lulus. Bila dikumpulkan sekarang, nilainya belum penuh."
)
c.Validator.passed_warning = "{num_passed} sel uji lulus.\n"

# Sel uji yang diubah akan dipulihkan saat penilaian; mahasiswa lebih baik tahu sebelumnya.
c.Validator.changed_warning = (
    "Isi {num_changed} sel uji berubah. Saat dinilai, isinya dikembalikan seperti semula; "
    "hasilnya dapat berbeda dari yang Anda lihat sekarang."
)
c.Validator.type_changed_warning = (
    "Jenis {num_changed} sel berubah. Kembalikan jenisnya (Code atau Markdown) seperti semula, "
    "agar tugas Anda dapat dinilai."
)

# --- Penilaian

# Sel uji yang terhapus dikembalikan; tanpa ini selnya tidak dinilai sama sekali.
c.OverwriteCells.add_missing_cells = True

# Catatan itu terbaca mahasiswa di halaman umpan balik.
c.OverwriteCells.missing_cell_notification = (
    "Sel ini (id: {cell_id}) tidak ada di berkas yang dikumpulkan; dikembalikan saat penilaian.\n\n"
)

# Uji di sini berjalan dalam waktu virtual: sel yang butuh semenit tidak akan pernah selesai.
c.Execute.timeout = 60

# Kalimat yang dibaca mahasiswa di sel itu.
c.Execute.error_on_timeout = {
    "ename": "CellTimeoutError",
    "evalue": "Sel ini belum selesai setelah 60 detik, lalu dihentikan.",
    "traceback": ["CellTimeoutError: Sel ini belum selesai setelah 60 detik, lalu dihentikan."],
}
