"""Every sentence that an admin reads in the terminal of a classroom."""

from __future__ import annotations

import errno

from asynclab.messages import number

__all__ = []


# ---- settings and the list of people

SETTINGS_HEAD = """\
# Pengaturan kelas ini: dibaca JupyterHub dan `asynclab classroom`.
# Setelah diubah: `asynclab classroom init`, lalu nyalakan ulang JupyterHub."""


def relative_path(variable, path) -> str:
    """A path that depends on where one stands."""
    return f"{variable} harus jalur lengkap yang diawali /, bukan '{path}'."


def bad_name(variable, value, longest) -> str:
    """A course or account name that Unix or a URL does not take."""
    return f"{variable}='{value}' tidak dapat dipakai: pakai huruf kecil, angka, - atau _, diawali huruf, paling panjang {longest}."


def unknown_setting(name, file, guess) -> str:
    """A variable that nobody reads."""
    place = f" (periksa juga {file})" if file else ""
    hint = (
        f"Mungkin maksudnya {guess}."
        if guess
        else "Nama yang ada: classroom/README.md, bagian Pengaturan."
    )
    return f"Tidak ada pengaturan bernama {name}{place}. {hint} Untuk variabel Anda sendiri, pakai nama yang tidak diawali MODUL11_."


def bad_quotes(path, line) -> str:
    """A quote that is not closed."""
    return f"{path} baris {line}: tanda kutip tidak berpasangan. Perbaiki, lalu ulangi."


def not_started(program, reason) -> str:
    """A program that can't be run."""
    return f"{program} tidak dapat dijalankan: {reason}. Pasang lagi di folder pemasangan kursus: make -B .venv/.hub"


def settings_unreadable(path, reason) -> str:
    """The settings file."""
    return f"Berkas pengaturan {path} tidak dapat dibaca: {reason}. Periksa jalurnya, atau jalankan sebagai root."


def bad_setting(path, line) -> str:
    """A line without =."""
    return f"{path} baris {line} bukan pengaturan: tulis NAMA=nilai."


def people_unreadable(path, reason) -> str:
    """The list of people."""
    return f"Daftar orang {path} tidak dapat dibaca: {reason}. Jalankan perintah ini sebagai root."


def people_damaged(path) -> str:
    """The list of people is not one."""
    return f"Daftar orang {path} rusak, jadi tidak ada yang diubah. Pulihkan dari cadangan (`asynclab classroom restore`), atau pindahkan berkas itu dan tambahkan orangnya lagi dari CSV."


# ---- a class list


def csv_unreadable(path, reason) -> str:
    """The file can't be opened."""
    return f"{path} tidak dapat dibaca: {reason}. Periksa nama dan jalurnya."


def csv_foreign(source) -> str:
    """A workbook, a picture, something huge."""
    return f"{source} bukan berkas CSV. Di Excel atau LibreOffice, pilih Simpan Sebagai, CSV UTF-8."


def csv_empty(source) -> str:
    """No rows."""
    return f"{source} tidak berisi orang. Baris pertama adalah judul kolom (id, first_name, last_name, email), lalu satu baris per orang."


def csv_header(source, header) -> str:
    """Columns that are not there."""
    return f"{source} baris 1: judul kolomnya harus memuat id dan nama (first_name, last_name, atau nama); yang ada: {', '.join(header)[:120]}."


def csv_column_twice(source, title, other) -> str:
    """Two columns for one thing."""
    return f"{source} baris 1: kolom '{title}' dan '{other}' berarti sama. Hapus salah satunya."


def csv_quotes(source, line) -> str:
    """A quote that is not closed."""
    return f"{source} baris {line}: tanda kutip tidak berpasangan. Tidak ada yang diubah; perbaiki, lalu ulangi."


def csv_problems(source, problems) -> str:
    """All bad rows."""
    lines = "\n".join(f"  {problem}" for problem in problems)
    return f"{source}: {len(problems)} hal perlu diperbaiki dahulu; tidak ada yang diubah.\n{lines}"


def csv_row(line, sentence) -> str:
    """One bad row."""
    return f"baris {line}: {sentence}"


def csv_width(line, found, wanted) -> str:
    """A comma too many."""
    return f"baris {line}: {found} kolom, seharusnya {wanted}. Nama yang memuat koma ditulis di antara tanda kutip."


def csv_twice(identifier, line) -> str:
    """The same id again."""
    return f"id '{identifier}' sudah ada di baris {line}."


CSV_NO_ID = "id kosong."
CSV_NO_NAME = "nama kosong."


def csv_rounded(number) -> str:
    """What a spreadsheet makes of a long number."""
    return f"id '{number}' dibulatkan oleh program lembar kerja. Ubah format kolom id menjadi Teks, lalu isi lagi."


def csv_digits(number) -> str:
    """A number where Unix wants a name."""
    return f"id '{number}' diawali angka, yang tidak boleh untuk nama pengguna Linux. Tambahkan --awalan m agar menjadi 'm{number}'."


def csv_long_id(number, longest) -> str:
    """Too long for Unix."""
    return f"id '{number}' lebih panjang dari {longest} huruf."


def csv_bad_id(number) -> str:
    """Signs that Unix does not take."""
    return f"id '{number}' tidak dapat menjadi nama pengguna Linux: pakai huruf a-z, angka, titik, - atau _, diawali huruf."


def csv_bad_name(text) -> str:
    """Control characters."""
    return f"nama '{printable(text, 40)}' terlalu panjang atau memuat tanda yang tidak terlihat (misalnya baris baru)."


def csv_bad_email(text) -> str:
    """No address."""
    return f"'{text[:60]}' bukan alamat email."


# ---- the machine


def unreadable(path, reason) -> str:
    """Something that can't be looked at."""
    return f"{path} tidak dapat diperiksa: {reason}. Jalankan perintah ini sebagai root."


def gradebook_unreadable(path, reason) -> str:
    """The gradebook is no gradebook."""
    return f"Buku nilai {path} tidak dapat dibaca: {reason}. Tidak ada yang diubah. Bila rusak, pulihkan dari cadangan: `asynclab classroom restore`."


def need_root(command) -> str:
    """Not root."""
    return f"Perintah ini membaca dan membuat akun di server, jadi memerlukan root: sudo {command}"


NEED_LINUX = "Kelas JupyterHub memerlukan Linux."


# ---- plans

DO_IT = "Ini baru rencana; belum ada yang diubah. Untuk melaksanakannya, ulangi dengan --lakukan."
NOTHING_TO_DO = "Semuanya sudah sesuai; tidak ada yang perlu dilakukan."
PLAN = "Yang akan dilakukan:"
DONE = "Selesai."


def step(number, step) -> str:
    """A line of a plan."""
    return f"  {number}. {step.sentence}"


def step_failed(number, count, step, reason) -> str:
    """One step went wrong."""
    done = (
        "Belum ada langkah lain yang dilakukan"
        if number == 1
        else f"Langkah 1 sampai {number - 1} sudah dilakukan"
    )
    return f"Langkah {number} dari {count} gagal ({step.sentence}): {reason}. {done}; perbaiki, lalu jalankan perintah yang sama lagi."


def busy(path) -> str:
    """Another admin."""
    return f"Perintah kelas yang lain sedang berjalan ({path} terkunci). Tunggu sampai selesai, lalu ulangi."


def no_program(name) -> str:
    """A program or folder that is not there."""
    return f"{name} tidak ada"


def exchanged(name) -> str:
    """Somebody works against root."""
    return f"folder sementara {name} ditukar orang lain selagi dipakai; periksa siapa yang sedang bekerja sebagai akun kursus"


def exit_code(name, code) -> str:
    """A program that says nothing."""
    return f"{name} berakhir dengan kode {code}"


def problems(sentences) -> str:
    """What has to be mended first."""
    return "\n".join(
        ["Belum dapat dilakukan; tidak ada yang diubah.", *(f"  {s}" for s in sentences)]
    )


# ---- init

FOR_STATE = "milik JupyterHub: daftar orang dan basis datanya"
FOR_COURSE = "folder kursus: soal, kiriman, dan buku nilai"
FOR_EXCHANGE = "tempat penukaran tugas"
FOR_OUTBOUND = "tugas yang dirilis"
FOR_INBOUND = "kiriman mahasiswa: boleh ditulis, tidak boleh dilihat isinya"
FOR_FEEDBACK = "umpan balik yang dikembalikan"
RELOAD = "memberi tahu systemd: systemctl daemon-reload"


def make_course_account(name) -> str:
    """The account of the course."""
    return f"membuat akun kursus '{name}' (pemilik soal, kiriman, dan buku nilai)"


def make_group(name) -> str:
    """The group that marks our accounts."""
    return f"membuat grup Linux '{name}' (tanda akun yang dibuat untuk kelas ini)"


def make_folder(path, mode, owner, purpose) -> str:
    """A folder."""
    return f"membuat {path}, izin {mode:04o}{_of(owner)} ({purpose})"


def mend_access(path, mode, owner, wanted, wanted_owner) -> str:
    """A folder with other mode bits."""
    return f"memperbaiki izin {path}: {mode:04o} milik {owner} menjadi {wanted:04o} milik {wanted_owner}"


def copy(source, target) -> str:
    """A part of the course."""
    return f"menyalin {source} ke {target}"


def close_solutions(path) -> str:
    """Folders with the answers in them."""
    return f"menutup {path} bagi mahasiswa (berisi jawaban atau benih penilaian)"


def start_list(path) -> str:
    """An empty list of people."""
    return f"memulai daftar orang yang kosong di {path}"


def start_database(path) -> str:
    """The Hub's empty database."""
    return f"menyiapkan basis data JupyterHub yang hanya terbaca root: {path}"


def write_settings(path) -> str:
    """The settings file."""
    return f"menulis pengaturan kelas ke {path}"


def write_unit(path) -> str:
    """systemd."""
    return f"menulis layanan systemd {path}"


def write_script(path) -> str:
    """Without systemd."""
    return f"menulis {path} untuk menyalakan JupyterHub (systemd tidak berjalan di sini)"


def no_project(folder) -> str:
    """The package lies somewhere without the course."""
    return f"Di {folder} tidak ada source/. Jalankan perintah ini dari salinan git kursus, dengan .venv di dalamnya."


def unreachable(folder) -> str:
    """Students can't get to Python."""
    return f"Pengguna lain tidak dapat memasuki {folder}, padahal Python atau kursus ini ada di dalamnya. Pindahkan ke tempat bersama, misalnya /opt/modul11, lalu buat ulang .venv di sana dengan Python dari sistem."


def broken_config(path, error) -> str:
    """A configuration that is no Python."""
    place = f" baris {error.lineno}" if getattr(error, "lineno", None) else ""
    return f"{path}{place} bukan Python yang sah. Perbaiki, lalu ulangi; tidak ada yang diubah."


def other_course(folder, found, wanted) -> str:
    """Two course ids."""
    return f"{folder}/nbgrader_config.py milik kursus '{found}', bukan '{wanted}'. Samakan MODUL11_COURSE_ID dengan course_id di berkas itu."


def no_hub(project, environment) -> str:
    """The Hub's packages are not there."""
    own = environment == project / ".venv"
    target = ".venv/.hub" if own else f"VENV={environment} {environment}/.hub"
    return f"JupyterHub belum terpasang. Pasang dengan: make -C {project} {target}"


def init_done(settings, systemd) -> str:
    """What comes next."""
    start = (
        f"systemctl enable --now {settings.account}" if systemd else f"{settings.state}/start.sh"
    )
    return f"Berikutnya: tambahkan orang (`asynclab classroom add --csv mahasiswa.csv`), lalu nyalakan JupyterHub: {start}"


# ---- add and remove

STUDENT, INSTRUCTOR = "mahasiswa", "dosen"
ROLES = {"student": STUDENT, "instructor": INSTRUCTOR}


def make_account(identifier, name, kind) -> str:
    """A Unix user."""
    return f"membuat akun {kind} '{identifier}' ({name})"


def make_home(identifier, path) -> str:
    """A person of a trial."""
    return f"menyiapkan folder '{identifier}' di kelas percobaan ({path})"


def open_account(identifier) -> str:
    """A Unix user that was closed."""
    return f"membuka kembali akun '{identifier}'"


def close_account(identifier) -> str:
    """A Unix user that may not sign in any more."""
    return f"menutup akun '{identifier}' (berkasnya tetap ada)"


def enlist(path, ids) -> str:
    """Into the list of people."""
    return f"mencatat {_count(ids)} di daftar orang {path}"


def strike(path, ids) -> str:
    """Out of the list of people."""
    return f"menghapus {_count(ids)} dari daftar orang {path}"


def record(path, ids) -> str:
    """Into the gradebook."""
    return f"mencatat {_count(ids)} di buku nilai {path}"


def is_course_account(identifier) -> str:
    """The course's own account."""
    return f"id '{identifier}' adalah akun kursus, bukan orang."


def other_role(identifier, role) -> str:
    """Known as something else."""
    return f"'{identifier}' sudah terdaftar sebagai {ROLES[role]}. Keluarkan dahulu dengan `asynclab classroom remove {identifier}`."


def system_account(identifier) -> str:
    """An account of the system."""
    return f"'{identifier}' adalah akun milik sistem Linux ini. Pakai nama lain."


def system_group(identifier) -> str:
    """A name that a group has."""
    return f"'{identifier}' adalah nama grup di sistem Linux ini. Pakai nama lain."


def reused_accounts(ids) -> str:
    """Accounts that were there before."""
    return (
        f"Akun Linux ini sudah ada dan dipakai apa adanya; pastikan memang orangnya: {_list(ids)}."
    )


def not_initialised(settings) -> str:
    """There is no classroom yet."""
    return f"Kelas '{settings.course_id}' belum ada di server ini ({settings.course} tidak berisi kursus). Jalankan dahulu: asynclab classroom init"


def not_in_class(ids) -> str:
    """Nobody to remove."""
    return f"Tidak terdaftar di kelas ini: {_list(ids)}. Periksa ejaannya dengan `asynclab classroom status --orang`; tidak ada yang diubah."


REMOVE_WHO = "Sebutkan id orang yang dikeluarkan, misalnya: asynclab classroom remove m2110511001"


def work_stays(places) -> str:
    """Where the work of those who left is."""
    return "\n".join(
        [
            "Tidak ada pekerjaan yang dihapus. Tempatnya:",
            *(f"  {printable(place)}" for place in places),
        ]
    )


BAD_PREFIX = "--awalan harus huruf kecil a-z, misalnya m."


def _of(owner):
    return f" milik {owner}" if owner else ""


def _list(ids, limit=8):
    ids = list(ids)
    return ", ".join(ids[:limit]) + (f", dan {len(ids) - limit} lagi" if len(ids) > limit else "")


def _count(ids):
    return f"{len(ids)} orang ({_list(ids)})"


# ---- backup and restore


def why(error) -> str:
    """What the system says, in Indonesian where it is usual."""
    text = _ERRORS.get(getattr(error, "errno", None))
    return text or getattr(error, "strerror", None) or str(error)


_ERRORS = {
    errno.ENOENT: "tidak ada",
    errno.EACCES: "tidak diizinkan",
    errno.EPERM: "tidak diizinkan",
    errno.ENOSPC: "disk penuh",
    errno.EDQUOT: "kuota disk habis",
    errno.EFBIG: "berkas sebesar itu tidak diizinkan",
    errno.EROFS: "disk ini hanya dapat dibaca",
    errno.EISDIR: "itu sebuah folder",
    errno.ENOTDIR: "sebagian jalurnya bukan folder",
    errno.EEXIST: "sudah ada",
    errno.ENAMETOOLONG: "namanya terlalu panjang",
}


def backup_exists(path) -> str:
    """Never written over."""
    return f"{path} sudah ada dan tidak ditimpa. Pakai nama lain, misalnya dengan tanggal."


def backup_inside(path, place) -> str:
    """A backup in what is backed up."""
    return f"{path} ada di dalam {place}, yang justru dicadangkan. Pilih tempat lain, sebaiknya disk lain."


def backup_unwritable(path, error) -> str:
    """Disk full and the like."""
    return f"Cadangan tidak dapat ditulis ke {path}: {why(error)}. Berkas setengah jadi sudah dihapus; pilih tempat lain, lalu ulangi."


def backup_database(error) -> str:
    """SQLite."""
    full = getattr(error, "sqlite_errorname", "") == "SQLITE_FULL"
    reason = _ERRORS[errno.ENOSPC] if full else error
    return f"Basis data tidak dapat dicadangkan: {reason}. Tidak ada berkas cadangan yang dibuat; bila disknya penuh, pilih tempat lain; bila penilaian sedang berjalan, tunggu sampai selesai."


def no_file(path) -> str:
    """A link into nothing, a folder."""
    return f"{path} bukan berkas, atau tautan ke disk yang tidak terpasang"


def backup_done(path, contents, size) -> str:
    """How it went."""
    return f"Cadangan {contents.course_id} selesai dan sudah diperiksa: {path} ({_megabytes(size)}; {_files(contents)})."


def backup_skipped(paths) -> str:
    """What is not in it."""
    return f"Tidak ikut, karena bukan berkas biasa, terlalu besar, terlalu dalam, atau tidak dapat dibuka:\n{_lines(paths)}"


def backup_incomplete(parts) -> str:
    """Something that is there is not in it."""
    return f"Cadangan ini tidak lengkap, jadi dihapus lagi: {', '.join(parts)} tidak ikut. Jangan ubah folder kelas selama mencadangkan, lalu ulangi."


def backup_source(path, error) -> str:
    """What is to be kept is not there."""
    return f"{path} tidak dapat dicadangkan: {why(error)} ({printable(error.filename)}). Tidak ada berkas cadangan yang dibuat; periksa apakah disknya terpasang, lalu ulangi."


def foreign_link(error) -> str:
    """A link where root would have to trust somebody."""
    return f"{printable(error.filename)} adalah tautan yang bukan dibuat root (pemiliknya pengguna nomor {error.owner}), jadi tidak diikuti; tidak ada yang diubah. Bila memang Anda yang memindahkan folder itu: chown -h root:root {printable(error.filename)}. Bila bukan, hapus tautan itu dan periksa siapa yang membuatnya."


def dead_link(error) -> str:
    """A link to a disk that is not mounted."""
    return f"{printable(error.filename)} adalah tautan, tetapi {printable(error.missing)} yang ditujunya tidak ada. Tidak ada yang diubah; pasang dahulu disknya, atau hapus tautan itu bila memang tidak dipakai lagi, lalu ulangi."


def no_folder(path) -> str:
    """A file in the place of a folder."""
    return f"{path} bukan folder. Pindahkan ke tempat lain, lalu ulangi: asynclab classroom init --lakukan"


BACKUP_PRIVATE = "Isinya nilai dan pekerjaan mahasiswa: simpan di tempat yang aman. Folder pribadi mahasiswa (/home) tidak termasuk."


def backup_unreadable(path, error) -> str:
    """It can't be opened."""
    return f"{path} tidak dapat dibaca: {why(error)}. Tidak ada yang diubah."


def backup_foreign(path) -> str:
    """Some other file."""
    return f"{path} bukan cadangan yang dibuat oleh `asynclab classroom backup`. Tidak ada yang diubah."


def backup_truncated(path) -> str:
    """It breaks off, or its checksum is wrong."""
    return f"{path} terpotong atau rusak, jadi tidak dipakai. Tidak ada yang diubah; salin lagi berkas aslinya, atau pakai cadangan lain."


def backup_unsafe(path, name) -> str:
    """Something that a backup never holds."""
    return f"{path} berisi '{printable(name, 80)}', yang tidak pernah ada di cadangan, jadi tidak dipakai. Tidak ada yang diubah."


def backup_of_other(path, found, wanted) -> str:
    """Another course's."""
    return f"{path} adalah cadangan kursus '{found}', bukan '{wanted}'. Tidak ada yang diubah; periksa berkasnya, atau MODUL11_COURSE_ID."


def restore_plan(path, contents) -> str:
    """The head of the plan."""
    return f"{path}: cadangan {contents.course_id} dari {contents.made}, utuh; {_files(contents)}, {_megabytes(contents.size)}.\n{PLAN}"


def no_course_account(settings) -> str:
    """Nobody to whom the course could belong."""
    return f"Akun kursus '{settings.account}' belum ada di server ini. Jalankan dahulu: asynclab classroom init --lakukan"


def restore_part(number, part) -> str:
    """A line of the plan."""
    aside = f"; yang sekarang dipindahkan ke {part.aside}" if part.aside else ""
    return f"  {number}. memulihkan {part.place}{aside}"


RESTORED = "Selesai. Periksa dengan `asynclab classroom status`, lalu nyalakan JupyterHub."


def in_use(path, process) -> str:
    """A database that somebody has open."""
    return f"{path} sedang dipakai (proses {process}). Hentikan JupyterHub dan penilaian dahulu, lalu ulangi; tidak ada yang diubah."


def no_room(folder, size, free) -> str:
    """Too little disk."""
    return f"Di {folder} tersisa {_megabytes(free)}, padahal cadangan ini memerlukan {_megabytes(size)}. Kosongkan disk, lalu ulangi; tidak ada yang diubah."


def restore_failed(path, error) -> str:
    """It could not be put in place."""
    place = f" ({printable(error.filename)})" if getattr(error, "filename", None) else ""
    return f"{path} tidak dapat dipulihkan: {why(error)}{place}. Semuanya tetap seperti sebelumnya; perbaiki, lalu ulangi."


def restore_skipped(names) -> str:
    """What this disk does not take."""
    return f"Tidak ikut dipulihkan, karena nama atau letaknya tidak dapat dipakai di disk ini:\n{_lines(names)}"


NO_PEOPLE = "bukan daftar orang"


def damaged_part(name, reason) -> str:
    """A database or a list in the archive is broken."""
    return f"Bagian {name} di dalam cadangan ini rusak ({reason}). Tidak ada yang diubah; pakai cadangan lain."


def printable(text, most=4096) -> str:
    """A name that a student has chosen, without signs that would change a terminal."""
    return "".join(sign if sign.isprintable() else "?" for sign in str(text)[:most])


def _lines(names, limit=20):
    lines = "\n".join(f"  {printable(name, 300)}" for name in names[:limit])
    return lines + (f"\n  dan {len(names) - limit} lagi" if len(names) > limit else "")


def _files(contents):
    return f"{number(sum(contents.files.values()))} berkas"


def _megabytes(size):
    return f"{number(round(size / 1e6, 1))} MB"


# ---- status

ASSIGNMENT, RELEASED, YES, NO = "Tugas", "dirilis", "ya", "tidak"
STAGE_TITLES = {
    "fetched": "diambil",
    "submitted": "dikirim",
    "collected": "diterima",
    "graded": "dinilai",
    "feedback": "umpan balik",
}
INIT = "asynclab classroom init --lakukan"
PEOPLE_COMPLETE = "setiap orang di daftar punya akun dan tercatat di buku nilai"
SANDBOX = "jawaban mahasiswa dapat diisolasi saat dinilai"
FREE_DISK = "kosongkan disk, atau pindahkan cadangan lama ke tempat lain"


def class_size(course_id, students, instructors) -> str:
    """How many there are."""
    return f"Kelas {course_id}: {students} mahasiswa, {instructors} dosen."


def people_lacking(sentences) -> str:
    """People without an account or a row."""
    return f"ada orang yang belum lengkap; yang belum dilakukan: {_list(sentences, 3)}"


def folder_missing(path) -> str:
    """A folder that should be there."""
    return f"{path} tidak ada"


def folder_access(path, mode, owner, wanted, wanted_owner) -> str:
    """A folder with other mode bits."""
    return (
        f"izin {path} adalah {mode:04o} milik {owner}; seharusnya {wanted:04o} milik {wanted_owner}"
    )


def solutions_open(path) -> str:
    """Students may read what tells the answers."""
    return f"{path} dapat dibaca pengguna lain, padahal berisi jawaban atau benih penilaian"


def read_only(path) -> str:
    """A disk that can't be written."""
    return f"{path} ada di disk yang hanya dapat dibaca, jadi mahasiswa tidak dapat mengumpulkan"


def walled(path, wall) -> str:
    """Nobody gets to the exchange."""
    return f"mahasiswa tidak dapat mencapai {path}, karena tidak boleh memasuki {wall}"


def exchange_open(path) -> str:
    """All well."""
    return f"tempat penukaran {path} dapat ditulisi mahasiswa"


def disk_left(path, free) -> str:
    """Space."""
    return f"sisa disk di {path}: {number(round(free / 1e9, 1))} GB"


def without_sandbox(obstacle) -> str:
    """No sandbox."""
    return f"jawaban mahasiswa tidak dapat diisolasi ({obstacle}), jadi tidak akan dinilai di server ini"


def hub_running(process) -> str:
    """The Hub is up or not."""
    return f"JupyterHub menyala (proses {process})." if process else "JupyterHub tidak menyala."
