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

# Memindahkan tautan, pipa, dan berkas raksasa dari kiriman sebelum disalin, menghapus hasil setengah jadi
# dari penilai yang terputus, dan membaca berkas rusak tanpa menghentikan kiriman lain.
c.Autograde.exporter_class = "asynclab.grading.intake.SubmissionExporter"

# Yang pertama membangun ulang kiriman dari release/: sel uji, metadata, dan tag yang diubah, hilang, atau ganda.
c.Autograde.sanitize_preprocessors = [
    "asynclab.grading.repair.RepairSubmission",
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.DeduplicateIds",
    "nbgrader.preprocessors.OverwriteKernelspec",
    "nbgrader.preprocessors.OverwriteCells",
    "nbgrader.preprocessors.CheckCellMetadata",
]

# Yang pertama menggantikan Execute: kode mahasiswa dijalankan di proses lain, dan dinilai dari catatannya.
# SaveGrades menyimpan nilai seperti SaveAutoGrades, tetapi sel yang tidak dapat dinilai menunggu nilai manual.
c.Autograde.autograde_preprocessors = [
    "asynclab.grading.execute.ExecuteAndJudge",
    "nbgrader.preprocessors.IgnorePattern",
    "nbconvert.preprocessors.ClearMetadataPreprocessor",
    "nbgrader.preprocessors.LimitOutput",
    "asynclab.grading.execute.SaveGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]

# Detik nyata untuk satu sel mahasiswa; sleep() tidak memakannya, karena waktu di sana virtual. Yang dihitung
# waktu prosesornya, sehingga komputer yang sibuk tidak mengubah nilai.
c.ExecuteAndJudge.timeout = 5

# Angka acak semua skenario; benih yang sama memberi nilai yang sama. Lain dari yang dilihat mahasiswa (11),
# agar jawaban yang menghafal angka ketahuan.
c.ExecuteAndJudge.seed = 1928

# Kode mahasiswa berjalan di sandbox; bila tidak dapat, penilaian menolak. Hanya bila Anda mempercayai semua
# kiriman, baris ini membuatnya berjalan dengan hak akses Anda (dan setiap hasilnya mencatat hal itu):
# c.ExecuteAndJudge.trust_submissions = True

# Sel uji yang terhapus dikembalikan, juga bila perbaikan di atas tidak dipakai.
c.OverwriteCells.add_missing_cells = True

# Catatan itu terbaca mahasiswa di halaman umpan balik.
c.OverwriteCells.missing_cell_notification = (
    "Sel ini (id: {cell_id}) tidak ada di berkas yang dikumpulkan; dikembalikan saat penilaian.\n\n"
)

# Halaman umpan balik disusun dari nilai, kriteria, dan jalannya kode mahasiswa; uji tersembunyi tidak ikut.
c.GenerateFeedback.exporter_class = "asynclab.grading.feedback.FeedbackExporter"
c.GenerateFeedback.preprocessors = ["asynclab.grading.feedback.ReadGrades"]

# Bila buku pelajaran (`asynclab book`) diterbitkan, halaman itu dapat menautkan bagiannya, bukan hanya menyebutnya:
# c.FeedbackExporter.book_url = "https://…"

# `nbgrader collect` bawaan menyalin isi yang ditunjuk tautan di kiriman, dengan hak pengajar.
c.ExchangeFactory.collect = "asynclab.grading.intake.SafeCollect"

# --- Kiriman dari Moodle: `nbgrader zip_collect SLUG` membaca downloaded/SLUG/archive/

# Zip "unduh semua kiriman" dibongkar dengan batas; zip rusak dari seorang mahasiswa tidak menghentikan yang lain.
c.ZipCollectApp.extractor_plugin = "asynclab.grading.moodle.MoodleExtractor"

# Peserta dikenali dari nama, surel, atau nomor ID; yang meragukan disisihkan dan disebut.
c.ZipCollectApp.collector_plugin = "asynclab.grading.moodle.MoodleCollector"

# Boleh diulang kapan saja: kiriman lama yang berbeda dipindahkan ke disisihkan/, tidak pernah ditimpa.
c.ZipCollectApp.force = True

# Zona waktu di lembar penilaian Moodle, dari mana waktu pengumpulan dibaca.
c.MoodleCollector.timezone = "Asia/Jakarta"

# --- Lainnya

# Untuk tombol Validate: uji berjalan dalam waktu virtual, jadi sel yang butuh semenit tidak akan pernah selesai.
c.Execute.timeout = 60

# Kalimat yang dibaca mahasiswa di sel itu.
c.Execute.error_on_timeout = {
    "ename": "CellTimeoutError",
    "evalue": "Sel ini belum selesai setelah 60 detik, lalu dihentikan.",
    "traceback": ["CellTimeoutError: Sel ini belum selesai setelah 60 detik, lalu dihentikan."],
}
