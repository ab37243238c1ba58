"""Every sentence about Moodle's archives."""

from __future__ import annotations

from asynclab.messages import number

__all__ = []

HAND_MADE = "peserta.csv"


# ---- archives


def bad_archive(path) -> str:
    """The instructor's download."""
    return f"{path} bukan zip yang utuh, jadi isinya belum dikumpulkan. Unduh lagi dari Moodle, lalu ulangi."


def bad_inner_archive(path, reason) -> str:
    """A student's zip."""
    return f"{path} tidak dapat dibuka ({reason}); berkasnya dibiarkan di sana. Mintalah notebooknya tanpa zip."


def bad_member(path, reason) -> str:
    """One file of an archive."""
    return f"{path} tidak dapat dibongkar ({reason}); aslinya tetap di zip-nya."


ENCRYPTED = "memakai kata sandi"
BROKEN = "zip-nya rusak"
TOO_DEEP = "zip di dalam zip di dalam zip"


def too_large(path, limit) -> str:
    """A file that would fill the disk."""
    return f"{path} lebih besar dari {number(limit / 1e6)} MB, jadi tidak dibongkar; aslinya tetap di zip-nya."


def too_much(path, count, limit) -> str:
    """An archive that would fill the disk."""
    return f"{path}: lebih dari {count} berkas atau {number(limit / 1e6)} MB, jadi sisanya tidak dibongkar; aslinya tetap di zip-nya."


# ---- who is it


def unknown_name(name, number, close, folder) -> str:
    """No such person in the gradebook."""
    guess = f" Yang mirip: {'; '.join(close)}." if close else ""
    return f"{name} (peserta {number}) tidak ada di buku nilai.{guess} {_how(number, folder)}"


def ambiguous_name(name, number, students, folder) -> str:
    """Several people of that name."""
    return f"{name} (peserta {number}) dapat berarti {', '.join(students)}. {_how(number, folder)}"


def shared_name(name, number, others, folder) -> str:
    """Several participants of that name."""
    return f"{name} (peserta {number}) bernama sama dengan peserta {', '.join(others)}. {_how(number, folder)}"


def contradiction(name, number, students, folder) -> str:
    """Two signs that point at two people."""
    return f"{name} (peserta {number}): petunjuknya berlainan ({', '.join(students)}). {_how(number, folder)}"


def claimed_twice(name, number, student, others, folder) -> str:
    """Two participants are one student."""
    return f"{name} (peserta {number}) dan peserta {', '.join(others)} sama-sama cocok dengan {student}. {_how(number, folder)}"


def wrong_hand_made(number, student) -> str:
    """A line of the list that the instructor wrote."""
    return f"{HAND_MADE}: {student} (untuk peserta {number}) tidak ada di buku nilai, jadi baris itu tidak dipakai."


def _how(number, folder):
    return f"Kirimannya disisihkan. Tulis baris `{number},ID` (ID di buku nilai) di {folder}/{HAND_MADE}, atau letakkan lembar penilaian Moodle (CSV, dengan surel atau nomor ID) di sana, lalu ulangi."


def stray(paths, folder) -> str:
    """Files that are nobody's."""
    return f"{len(paths)} berkas di {folder} tidak berada di folder peserta Moodle, jadi tidak dikumpulkan: {_listed(paths)}."


NO_STUDENTS = (
    "Buku nilai belum berisi mahasiswa, jadi tidak ada kiriman yang dapat dikenali pemiliknya. "
    "Masukkan daftarnya dengan `nbgrader db student import DAFTAR.csv` (kolom: id, first_name, last_name, email), lalu ulangi."
)


def bad_worksheet(path) -> str:
    """A CSV that says nothing."""
    return f"{path} tidak berisi nomor peserta Moodle, jadi tidak dipakai. Unduh lembar penilaian dari halaman tugasnya (Unduh lembar penilaian)."


# ---- which file is it


def several_notebooks(student, chosen, others) -> str:
    """More than one could be meant."""
    return f"{student}: beberapa notebook untuk tugas ini; yang dipakai {chosen}, yang lain dibiarkan: {_listed(others)}. Bila yang lain yang benar, salin ke submitted/ dengan tangan."


def other_assignment(student, path, slug) -> str:
    """The notebook of another assignment."""
    return f"{student}: {path} adalah notebook tugas {slug}, jadi tidak dikumpulkan di sini."


def unrecognised(student, path) -> str:
    """A notebook that shows no cell of the assignment."""
    return f"{student}: {path} tidak berisi satu sel pun dari tugas ini; tetap dikumpulkan, karena tidak ada notebook lain."


def no_notebook(student, paths) -> str:
    """Something, but no notebook."""
    return f"{student} mengumpulkan {_listed(paths)}, tetapi tidak ada notebook tugas ini di antaranya. Mintalah berkas .ipynb-nya."


def only_text(student) -> str:
    """Moodle's online text."""
    return f"{student} hanya mengisi teks daring di Moodle, tanpa berkas. Mintalah notebooknya."


def left_file(student, path) -> str:
    """A name that is taken, or nbgrader's own."""
    return f"{student}: {path} tidak ikut dikumpulkan, karena namanya sudah dipakai."


# ---- what was there


def replaced(student, aside) -> str:
    """An earlier submission."""
    return f"{student}: kiriman sebelumnya berbeda; dipindahkan ke {aside}."


def not_replaced(student, folder, reason) -> str:
    """It can't be moved."""
    return f"{student}: {folder} tidak dapat dipindahkan ({reason}), jadi kiriman barunya belum dikumpulkan."


def grade_again(slug, students) -> str:
    """Graded already, and no time says that this is newer."""
    chosen = " ".join(f"--student {student}" for student in students)
    return f"Sudah dinilai sebelum kiriman barunya datang: nilai lagi dengan `asynclab grade {slug} --force {chosen}`."


def no_times(folder) -> str:
    """Lateness is not known."""
    return f"Waktu pengumpulan tidak diketahui (zip Moodle tidak memuatnya), jadi tidak ada yang terhitung terlambat. Letakkan lembar penilaian Moodle (CSV) di {folder}, lalu ulangi, agar keterlambatan dihitung."


def summary(collected, unchanged, left) -> str:
    """The last words."""
    return f"Moodle: {collected} kiriman dikumpulkan, {unchanged} tidak berubah, {left} disisihkan."


def _listed(names, most=8):
    names = list(map(str, names))
    return ", ".join(names[:most]) + (f" dan {len(names) - most} lagi" if len(names) > most else "")
