"""Every sentence of the exports."""

from __future__ import annotations

__all__ = []


def written(path, students, assignments) -> str:
    """The file is there."""
    return f"{path}: {students} mahasiswa, {assignments} tugas."


def not_written(path, reason) -> str:
    """The file can't be written."""
    return f"{path} tidak dapat ditulis ({reason}). Tutup berkas itu bila sedang dibuka, atau pilih tempat lain dengan --to."


def unknown_assignment(name, known) -> str:
    """No such assignment in the gradebook."""
    return f"Tugas '{name}' tidak ada di buku nilai. Yang ada: {_listed(known)}."


def unknown_student(name) -> str:
    """No such student in the gradebook."""
    return f"Mahasiswa '{name}' tidak ada di buku nilai. Daftarnya: `nbgrader db student list`."


NO_STUDENTS = (
    "Buku nilai belum berisi mahasiswa, jadi tidak ada yang diekspor. "
    "Masukkan daftarnya dengan `nbgrader db student import DAFTAR.csv`, atau nilai dahulu."
)
NO_ASSIGNMENTS = "Buku nilai belum berisi tugas, jadi tidak ada yang diekspor. Jalankan `nbgrader generate_assignment` dahulu."


def without_identifier(students, field) -> str:
    """They have nothing to be recognised by."""
    return f"{len(students)} mahasiswa tanpa {field} tidak ikut: {_listed(students)}. Lengkapi dengan `nbgrader db student add ID --{field}=…`, lalu ekspor lagi."


def shared_identifier(identifier, students) -> str:
    """Two students who would get each other's points."""
    return f"{_listed(students)} memakai pengenal yang sama ({identifier}), jadi tidak satu pun ikut. Perbaiki di buku nilai, lalu ekspor lagi."


def odd_identifier(student, identifier) -> str:
    """An identifier that not every reader takes for one field, or for the same."""
    return f"Pengenal {student} ({identifier!r}) memuat pemisah, tanda kutip, atau tanda lain yang dapat merusak barisnya, jadi barisnya tidak ikut. Yang boleh: huruf, angka, satu spasi di antaranya, dan . _ + @ -. Perbaiki di buku nilai, lalu ekspor lagi."


def formula_identifier(student, identifier) -> str:
    """An identifier that a spreadsheet would run as a formula."""
    return f"Pengenal {student} ({identifier!r}) dapat dibaca sebagai rumus oleh Excel, jadi barisnya tidak ikut. Perbaiki di buku nilai, lalu ekspor lagi."


def left_empty(assignment, students) -> str:
    """Handed in, but without all scores."""
    return f"{assignment}: dikosongkan karena belum dinilai seluruhnya: {_listed(students)}. Nilai dahulu (`asynclab grade {assignment}`, atau formgrader), lalu ekspor lagi."


def needs_look(assignment, students) -> str:
    """Scores that wait for a person's look."""
    return f"{assignment}: sudah ada nilainya, tetapi masih menunggu diperiksa di formgrader: {_listed(students)}."


def exported(path) -> str:
    """The last words."""
    return f"Nilai ditulis ke {path}."


IDENTIFIER_FOR_MOODLE = (
    "--identifier hanya untuk moodle; Classroom mengenali mahasiswa dari surelnya."
)
DECIMAL_IS_DELIMITER = "Pemisah desimal dan pemisah kolom sama-sama koma; Moodle membacanya, tetapi untuk Excel pakai --delimiter semicolon."


def _listed(names, most=12) -> str:
    names = [str(name) for name in names]
    rest = f" dan {len(names) - most} lagi" if len(names) > most else ""
    return ", ".join(names[:most]) + rest
