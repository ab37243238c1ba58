"""Every sentence of grading that an instructor can see, and those that a repaired notebook begins with."""

from __future__ import annotations

import os

from asynclab.messages import number

__all__ = []


# ---- judging


def judge_broke(name, text) -> str:
    """The test cell raised."""
    return f"Sel uji {name} gagal dijalankan oleh juri ({text}). Perbaiki sel uji itu di source/, lalu nilai ulang."


def points_differ(name, rubric, criteria, cell) -> str:
    """Three numbers that should be one."""
    return (
        f"Sel uji {name}: nilai maksimum di metadata {number(cell)}, di Rubric {number(rubric)}, "
        f"jumlah kriterianya {number(criteria)}. Samakan ketiganya di source/, lalu nilai ulang."
    )


def criterion_broke(name, sentence, fact) -> str:
    """A criterion raised."""
    return f"Sel uji {name}, kriteria “{sentence}”: {fact}"


def no_runs(name) -> str:
    """A rubric without any run."""
    return f"Sel uji {name} tidak memanggil run(...), jadi tidak ada yang dapat dinilai."


def no_rubric(name) -> str:
    """A test cell of another kind: plain asserts."""
    return (
        f"Sel uji {name} tidak berakhir dengan Rubric. Sel seperti itu (misalnya assert biasa) harus dijalankan di "
        "proses mahasiswa dan dapat dipalsukan, jadi tidak dinilai otomatis: nilailah di formgrader, atau tulis dengan Rubric."
    )


def run_in_criterion(name, line) -> str:
    """`run(...)` inside `rubric.check(...)`."""
    return (
        f"Sel uji {name} baris {line}: run(...) dipanggil di dalam kriteria. "
        "Tulis `nama = run(skenario)` di barisnya sendiri, lalu pakai `nama` di kriteria."
    )


def test_cell_syntax(name, line, reason) -> str:
    """A test cell that is no Python."""
    return f"Sel uji {name} bukan Python yang sah (baris {line}: {reason}). Perbaiki di source/, lalu nilai ulang."


def child_lacking(detail) -> str:
    """Not even an idle child process."""
    return f"Proses untuk menjalankan kode mahasiswa tidak dapat dibuat ({detail}). Jalankan `asynclab doctor`."


def engine_broke(detail) -> str:
    """A bug of ours."""
    return f"Penilai gagal pada kiriman ini karena kesalahan pada penilai sendiri ({detail})."


def not_judged(fault) -> str:
    """What the student reads in such a cell."""
    return f"Tidak dinilai otomatis. Ini bukan kesalahan Anda; pengajar akan menilainya. ({fault})"


def not_judged_log(student, assignment, fault) -> str:
    """The line in the log."""
    return f"{student}, {assignment}: tidak dinilai, perlu dinilai manual. {fault}"


def trace_too_large(size) -> str:
    """In place of the stored traces."""
    return f"Catatan jalannya program ({number(size / 1e6)} MB) terlalu besar untuk disimpan di notebook ini."


def cell_fault_log(student, assignment, count, fault) -> str:
    """The line in the log for a student's cell that did not end well."""
    return f"{student}, {assignment}, sel [{count}]: {fault.splitlines()[0]}"


# ---- intake


def refused_entry(path, why, aside) -> str:
    """A link, device or giant in a submission."""
    return f"{path}: {why}; tidak disalin. Aslinya dipindahkan ke {aside}."


def left_in_exchange(path, why) -> str:
    """The same at collect."""
    return f"{path}: {why}; tidak ikut dikumpulkan."


def forged(path, owner) -> str:
    """A submission in another's name."""
    return f"{path}: ditaruh oleh akun {owner} atas nama orang lain; tidak dikumpulkan. Tanyakan kepada pemilik akun itu, lalu hapus foldernya."


def could_not_refuse(path, detail) -> str:
    """It could not be moved away."""
    return f"{path}: berbahaya untuk disalin, tetapi tidak dapat disingkirkan ({detail}). Kiriman ini dilewati; singkirkan berkas itu, lalu nilai lagi."


def nothing_left(folder) -> str:
    """Nothing to grade any more."""
    return f"{folder}: tidak ada notebook yang boleh dibaca, jadi kiriman ini tidak dinilai. Mintalah berkasnya dari mahasiswa, lalu nilai lagi."


LINK = "tautan (symlink), yang dapat menunjuk berkas di luar kiriman"
RESERVED = "nama yang dipakai penilai sendiri"
SPECIAL = "bukan berkas biasa (pipa, soket, atau perangkat)"


def too_large(size, limit) -> str:
    """More bytes than may be."""
    return f"{number(size / 1e6)} MB, lebih besar dari batas {number(limit / 1e6)} MB"


def too_many(limit) -> str:
    """More files than may be."""
    return f"lebih dari {limit} berkas"


def too_much(limit) -> str:
    """More bytes in all files together than may be."""
    return f"bersama berkas lain di kiriman ini lebih besar dari batas {number(limit / 1e6)} MB"


def half_made(folder) -> str:
    """An earlier run was killed."""
    return f"{folder}: penilaian sebelumnya terputus; hasil setengah jadi dihapus dan kiriman ini dinilai lagi."


def unreadable_notebook(detail) -> str:
    """Not a notebook."""
    return (
        f"Berkas yang dikumpulkan tidak dapat dibaca sebagai notebook ({detail}). "
        "Mintalah berkas yang utuh dari mahasiswa, lalu nilai ulang."
    )


EMPTY_FILE = "berkasnya kosong"
CUT_OFF = "isinya terpotong"
TOO_DEEP = "isinya bersarang terlalu dalam"
NO_NOTEBOOK = "isinya JSON, tetapi bukan notebook"
OLD_FORMAT = "format notebook lamanya rusak"


def not_json(line) -> str:
    """Half a sentence: where the file stops being JSON."""
    return f"isinya bukan JSON yang sah, mulai baris {line}"


def odd_cells(kind) -> str:
    """Half a sentence: something that nobody has foreseen."""
    return f"bentuk selnya tidak dikenal: {kind}"


DAMAGED_TEXT = "sebagian huruf di berkas ini rusak (bukan UTF-8); diganti dengan tanda �."


def dropped_cells(count) -> str:
    """Cells of which nothing can be read."""
    return f"{count} sel tidak dapat dibaca; dilewati."


# ---- repair


REPAIRED = "**Catatan penilai.** Notebook ini diperbaiki sebelum dinilai:"
UNREADABLE = "**Catatan penilai.** Notebook ini tidak dapat dinilai otomatis:"


def missing_test(name) -> str:
    """A test cell that was not there."""
    return f"sel uji `{name}` tidak ada di berkas yang dikumpulkan; dikembalikan."


def missing_answer(name) -> str:
    """A solution cell that was not there."""
    return f"sel jawaban `{name}` tidak ada di berkas yang dikumpulkan; tempatnya dibuat kosong."


def found_again(name) -> str:
    """A cell that had lost its metadata."""
    return f"sel `{name}` kehilangan tandanya; dikenali lagi dari isinya."


def duplicated_answer(name) -> str:
    """Two or more of a solution cell."""
    return f"sel jawaban `{name}` ada lebih dari satu kali (disalin atau dibelah); semuanya dijalankan menurut urutannya, yang terakhir dianggap jawabannya."


def duplicated_test(name) -> str:
    """Two or more of a test cell."""
    return f"sel uji `{name}` ada lebih dari satu kali; hanya satu, yang aslinya, yang dinilai."


def changed_test(name) -> str:
    """A test cell that was edited."""
    return f"isi sel uji `{name}` diubah; dikembalikan seperti aslinya. Ini tidak mengurangi nilai."


def changed_type(name, found, wanted) -> str:
    """A cell of another type."""
    return f"sel `{name}` berjenis {found}; dikembalikan menjadi {wanted}."


def changed_settings(name) -> str:
    """nbgrader's metadata were edited."""
    return f"pengaturan sel `{name}` (nilai, kunci, atau jenisnya) diubah; dikembalikan seperti aslinya."


def skip_tag(name) -> str:
    """`skip-execution`."""
    return f"sel `{name}` diberi tag skip-execution; tag itu dihapus."


def foreign_cell(name) -> str:
    """A grade id that the assignment does not have."""
    return f"sel `{quotable(name)}` mengaku sel penilaian, tetapi tugas ini tidak memilikinya; diperlakukan sebagai sel biasa."


def foreign_language(found) -> str:
    """The kernel of another language."""
    return f"kernel notebook ini adalah `{quotable(found)}`; dinilai dengan Python."


def quotable(text, most=60) -> str:
    """A student's own text, short and on one line, so that it can stand between ` and `."""
    plain = "".join(sign if sign.isprintable() else " " for sign in text[:most])
    return plain.replace("`", "'").strip() or "?"


def no_reference(path) -> str:
    """The release version is not there."""
    return f"{path} tidak ada, jadi kiriman tidak dapat diperbaiki sebelum dinilai. Jalankan `nbgrader generate_assignment` dahulu."


# ---- the sandbox, and what only the instructor reads


def no_sandbox(obstacle, remedy) -> str:
    """Student code can't be shut in."""
    return (
        f"Kode mahasiswa tidak dapat diisolasi di komputer ini ({obstacle}), jadi tidak ada yang dinilai: {remedy}, "
        "atau, hanya bila Anda mempercayai semua kiriman, tambahkan --trust-submissions "
        "(untuk nbgrader: --ExecuteAndJudge.trust_submissions=True)."
    )


TRUSTED = (
    "Peringatan: sandbox dimatikan (trust_submissions). Kode mahasiswa berjalan dengan hak akses Anda: "
    "ia dapat membaca dan mengubah buku nilai, uji tersembunyi, kiriman lain, dan berkas Anda."
)
TRUSTED_NOTE = "dinilai tanpa sandbox, karena kiriman ini dinyatakan tepercaya (trust_submissions)."

FOR_INSTRUCTOR = (
    "**Untuk pengajar** (tidak ikut ke umpan balik). Ini hal untuk dilihat, bukan putusan:"
)

_ATTEMPTS = {
    "file": "mencoba memakai berkas atau folder di luar folder kerjanya: `{detail}`",
    "connect": "mencoba menghubungi jaringan: `{detail}`",
    "process": "mencoba membuat proses: `{detail}`",
    "kill": "mencoba mengirim sinyal ke proses lain: `{detail}`",
    "inside": "memeriksa bagian dalam Python: `{detail}`",
    "speech": "penilai menerima jawaban yang tidak dimintanya, dari sel ini atau sel sebelumnya, seolah-olah dari proses penguji",
}
_SUSPICIONS = {
    "import": "modul yang tidak diperlukan tugas: `{text}`",
    "name": "nama yang tidak diperlukan tugas: `{text}`",
    "attribute": "bagian dalam objek: `{text}`",
    "patch": "mengganti milik pustaka: `{text}`",
    "comparison": "perbandingan yang selalu sama hasilnya: `{text}`",
    "text": "teks yang menyebut penilai atau sistem: `{text}`",
    "descriptor": "berkas atau soket menurut nomornya: `{text}`",
    "unread": "tidak diperiksa, karena sel ini atau semua sel bersama-sama terlalu panjang atau terlalu dalam ({text} karakter)",
}


def attempt(count, attempt) -> str:
    """What a cell tried beyond its closed world."""
    place = attempt["place"]
    line = f" baris {place['line']}" if place and place["line"] else ""
    text = _ATTEMPTS[attempt["what"]].format(detail=attempt["detail"].replace("`", "'"))
    return f"sel [{count}]{line}: {text}"


def suspicion(count, suspicion) -> str:
    """What stands out in the text of a cell."""
    text = _SUSPICIONS[suspicion.kind].format(text=suspicion.text.replace("`", "'"))
    return f"sel [{count}] baris {suspicion.line}: {text}"


def attempt_log(student, assignment, sentence) -> str:
    """The line in the log."""
    return f"{student}, {assignment}, {sentence}"


# ---- the engine


def not_generated(slug) -> str:
    """The gradebook does not know the assignment."""
    return f"Tugas '{slug}' belum ada di buku nilai. Jalankan `nbgrader generate_assignment {slug}` dahulu."


def nothing_submitted(slug, folder) -> str:
    """No submission was collected."""
    return (
        f"Belum ada kiriman untuk '{slug}' di {folder}. Jalankan `nbgrader collect {slug}` dahulu."
    )


def unknown_student(student, slugs) -> str:
    """The student handed in nothing of these assignments."""
    if len(slugs) != 1:
        return f"Tidak ada kiriman dari '{student}' untuk tugas mana pun. Periksa ejaannya, atau jalankan `nbgrader collect` dahulu."
    return f"Tidak ada kiriman dari '{student}' untuk '{slugs[0]}'. Periksa ejaannya, atau jalankan `nbgrader collect {slugs[0]}` dahulu."


def left_out(slug, submitted, reason) -> str:
    """Of all assignments, this one can't be graded; the others are."""
    waiting = f"{submitted} kiriman menunggu" if submitted else "tidak ada kiriman yang menunggu"
    return f"{slug} dilewati ({waiting}): {reason}"


def bad_timestamp(path) -> str:
    """timestamp.txt holds no time."""
    return f"Isi {path} bukan waktu; kiriman ini dinilai tanpa waktu pengumpulan."


def grader_at_work(pid) -> str:
    """Another grader holds the course's lock."""
    return f"Penilaian lain sedang berjalan di kursus ini (proses {pid}). Tunggu sampai selesai, lalu ulangi."


def unwritable(path, reason) -> str:
    """A folder of the course can't be written."""
    return f"{path} tidak dapat ditulis: {reason}. Periksa izin folder kursus, lalu ulangi; tidak ada yang berubah."


def gradebook_unusable(reason) -> str:
    """The gradebook can't be read or written."""
    return f"Buku nilai tidak dapat dipakai: {reason}. Buat salinannya, lalu jalankan `nbgrader db upgrade`."


def job_failed(reason) -> str:
    """A submission could not be graded at all: our fault."""
    return f"Kiriman ini tidak dinilai: {reason.rstrip('.')}. Ini bukan kesalahan mahasiswa; berkasnya tetap ada di submitted/. Ulangi perintah yang sama untuk menilainya."


WORKER_DIED = "proses penilainya mati setiap kali kiriman ini dinilai, misalnya karena kehabisan memori atau waktu"


def unreadable_folder(path, reason) -> str:
    """A submission that can't be opened."""
    return f"{path} tidak dapat dibaca: {reason}. Periksa izinnya, lalu nilai lagi."


def undecodable_folder(path) -> str:
    """A student's folder whose name is no text."""
    shown = os.fsencode(path).decode(errors="backslashreplace")
    return f"Nama folder {shown} bukan UTF-8, jadi tidak dapat dicatat di buku nilai. Ganti namanya dengan ID mahasiswa itu, lalu nilai lagi."


def graded_elsewhere(folder) -> str:
    """Stock nbgrader or the formgrader is at work on this very submission."""
    return f"Kiriman ini sedang dinilai di tempat lain (nbgrader autograde atau formgrader), dengan hasil di {folder}. Tunggu sampai selesai, lalu ulangi perintah yang sama."


def still_changing(folder) -> str:
    """Something goes on writing there."""
    return f"Isi {folder} masih berubah selagi dibaca, misalnya karena sedang dikumpulkan lagi. Tunggu sampai selesai, lalu ulangi perintah yang sama."


def not_written(path, reason) -> str:
    """One submission's files could not be put in place."""
    return f"Hasil kiriman ini tidak tersimpan: {path} tidak dapat ditulis ({reason}). Perbaiki, lalu ulangi perintah yang sama; yang lain tidak terganggu."


def gradebook_refused(reason) -> str:
    """The gradebook did not take one submission's scores."""
    return f"Hasil kiriman ini tidak tersimpan: buku nilai menolaknya ({reason}). Bila buku nilai sedang dipakai program lain, tutup program itu, lalu ulangi perintah yang sama; yang lain tidak terganggu."


def not_stored(detail) -> str:
    """Something that nobody has foreseen, while one submission's results were written."""
    return f"Hasil kiriman ini tidak tersimpan karena kesalahan pada penilai sendiri ({detail}). Ulangi perintah yang sama; bila terulang, laporkan. Yang lain tidak terganggu."


# ---- judging again


def no_course(folder) -> str:
    """Not in a course."""
    return f"Folder {folder} bukan folder kursus: tidak ada nbgrader_config.py. Pindahlah ke folder kursus, lalu ulangi."


def few_workers(count) -> str:
    """--workers needs a number that makes sense."""
    return f"--workers {count} tidak mungkin; pakai 1 atau lebih."


def nothing_graded(slug) -> str:
    """No traces are stored."""
    return (
        f"Belum ada kiriman '{slug}' yang sudah dinilai. Jalankan `asynclab grade {slug}` dahulu."
    )


def unreadable_source(path, reason) -> str:
    """The instructor's notebook."""
    return f"{path} tidak dapat dibaca ({reason}). Perbaiki, lalu ulangi."


def generate_first(slug) -> str:
    """source/ and gradebook disagree about cells or points."""
    return f"Sel uji atau nilai maksimum di source/{slug}/ lain dari buku nilai. Jalankan `nbgrader generate_assignment --force {slug}` dahulu."


def regrade_change(student, cell, before, now) -> str:
    """A line of the report."""
    return f"{student}: {cell} {_score(before)} → {_score(now)}"


def regrade_summary(count, changed) -> str:
    """The last words."""
    return f"{count} kiriman dinilai ulang dari catatannya, tanpa menjalankan kode mahasiswa; nilai {changed} di antaranya berubah."


def regrade_fault(student, cell, reason) -> str:
    """A line for what could not be judged again."""
    return f"{student}{', ' + cell if cell else ''}: {reason}"


def none_graded(folder) -> str:
    """The gradebook has a submission whose folder is gone."""
    return f"buku nilai mencatat kiriman ini, tetapi {folder} tidak ada atau tanpa notebook, jadi nilainya tetap. Nilai lagi dengan `asynclab grade`."


def half_graded(folder) -> str:
    """Stock nbgrader is at work on it, or was killed over it."""
    return f"penilaian dengan hasil di {folder} belum selesai atau terputus, jadi nilainya tetap. Nilai lagi dengan `asynclab grade`."


REGRADE_NO_TRACE = "tidak ada catatan yang dapat dinilai ulang, jadi nilainya tetap. Nilai lagi dengan `asynclab grade --force`."
REGRADE_OTHER_RUN = "skenarionya berubah, bukan hanya kriterianya, jadi catatan lama tidak berlaku dan nilainya tetap. Nilai lagi dengan `asynclab grade --force`."
REGRADE_UNREADABLE = "notebook di autograded/ tidak dapat dibaca, jadi nilainya tetap. Nilai lagi dengan `asynclab grade --force`."


def _score(score):
    return "tidak dinilai" if score is None else number(score)
