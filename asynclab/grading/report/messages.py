"""Every sentence of the report: the command's, and the page's that depend on data."""

from __future__ import annotations

import shlex

from asynclab.grading import messages as grading_messages
from asynclab.messages import number

__all__ = []

MONTHS = (
    "Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober",
    "November", "Desember",
)  # fmt: skip

# ---- the command

NO_GRADEBOOK = "Buku nilai belum ada di kursus ini. Jalankan `asynclab grade` dahulu, lalu ulangi."
NOTHING_GRADED = (
    "Belum ada kiriman yang dinilai, jadi belum ada yang dilaporkan. "
    "Jalankan `asynclab grade --all` dahulu, lalu ulangi."
)


def other_version(path) -> str:
    """The gradebook belongs to another nbgrader."""
    return (
        f"Buku nilai {path} dibuat oleh versi nbgrader lain. "
        "Buat salinannya, jalankan `nbgrader db upgrade`, lalu ulangi."
    )


def unknown_slug(slug, known) -> str:
    """No such assignment in the gradebook."""
    return f"Tugas '{slug}' tidak ada di buku nilai. Yang ada: {', '.join(known)}."


def no_folder(path) -> str:
    """The page would stand in a folder that is not there."""
    return f"{path} tidak dapat ditulis: foldernya tidak ada. Buat folder itu, atau pilih tempat lain dengan --output."


def unwritable(path, reason) -> str:
    """The page can't be written."""
    return f"{path} tidak dapat ditulis: {reason}. Pilih tempat lain dengan --output; laporan lama, bila ada, tetap utuh."


def done(path) -> str:
    """The last line of the command."""
    return f"Laporan siap: {path}"


def incomplete(count) -> str:
    """Some notebooks could not be read."""
    return f"{count} notebook di autograded/ tidak dapat dibaca; namanya dan cara memperbaikinya ada di laporan."


IS_FOLDER = "itu sebuah folder"


# ---- notebooks that can't be read

NO_JSON = "isinya bukan JSON yang sah"
NO_CELLS = "isinya bukan notebook"
MISSING = "tidak ada, padahal nilainya ada di buku nilai"


def unreadable(reason) -> str:
    """A graded notebook that is damaged."""
    return f"tidak dapat dibaca ({reason})"


def problem(path, reason) -> str:
    """The line on the page."""
    return f"{path}: {reason}."


# ---- what is not judged, and what mends it

WAITS_FOR_HAND = "Sel ini menunggu nilai dari pengajar."

_ADVICE = {
    "ask": "Sesudah berkas yang utuh ada di submitted/, nilai lagi:",
    "isolate": "Perintah pertama menyebutkan apa yang kurang; sesudah diperbaiki, nilai lagi:",
    "source": "Perbaiki sel uji itu di source/{slug}/, lalu:",
    "manual": "Nilai sel itu di Formgrader (`make lab`, menu Nbgrader, Formgrader).",
    "again": "Nilai lagi; bila terulang, laporkan kepada pembuat kursus:",
}
_BEFORE = {
    "isolate": ["asynclab doctor"],
    "source": ["nbgrader generate_assignment --force {slug}"],
}
STUDENTS_NAMED = 12


def kind_of_fault(fault) -> str:
    """What has to be done about a fault: "ask", "isolate", "source", "manual" or "again"."""
    for kind, sentence in (
        ("ask", grading_messages.unreadable_notebook("\0")),
        ("isolate", grading_messages.no_sandbox("\0", "\0")),
        ("isolate", grading_messages.child_lacking("\0")),
    ):
        if fault.startswith(sentence.partition("\0")[0]):
            return kind
    if fault == WAITS_FOR_HAND or grading_messages.no_rubric("\0").partition("\0")[2][:40] in fault:
        return "manual"
    return "source" if fault.startswith("Sel uji ") else "again"


def advice(kind, slug) -> str:
    """What to do, before the commands."""
    return _ADVICE[kind].format(slug=slug)


def commands(kind, slug, students) -> tuple[str, ...]:
    """The exact commands; for many students the one that takes all."""
    if kind == "manual":
        return ()
    named = [f"--student {shlex.quote(student.id)}" for student in students]
    options = " ".join(named) if len(named) <= STUDENTS_NAMED else ""
    again = f"asynclab grade {shlex.quote(slug)} --force {options}".strip()
    return (*(item.format(slug=shlex.quote(slug)) for item in _BEFORE.get(kind, [])), again)


def pending_command(slug) -> str:
    """What grades the hand-ins that are not graded yet."""
    return f"asynclab grade {shlex.quote(slug)}"


# ---- the page


def percent(share) -> str:
    """0.953 -> '95 %'; never rounded up to 100."""
    return f"{int(share * 100)}\N{NO-BREAK SPACE}%"


def moment(when, zone) -> str:
    """A moment (UTC, without zone) as it is said in the course's zone: '6 Maret 2026, 17.00 WIB'."""
    if when is None:
        return ""
    local = in_zone(when, zone)
    name = local.tzname() or ""
    return f"{local.day} {MONTHS[local.month - 1]} {local.year}, {local:%H.%M} {name}".strip()


def in_zone(when, zone):
    """A naive moment in UTC as an aware one in `zone`."""
    import datetime

    return when.replace(tzinfo=datetime.UTC).astimezone(zone)


def duration(hours) -> str:
    """Hours as a person says them: '40 menit', '30 jam', '4 hari'."""
    if hours < 1:
        return f"{max(round(hours * 60), 1)} menit"
    return f"{round(hours)} jam" if hours < 72 else f"{number(hours / 24, 0)} hari"


def sandbox(graded, unsandboxed, unrecorded) -> str:
    """How student code ran."""
    if unsandboxed:
        return (
            f"{unsandboxed} dari {graded} kiriman dinilai tanpa sandbox (trust_submissions): "
            "kodenya berjalan dengan hak akses penilai. Nilai sungguhan sebaiknya dari sandbox."
        )
    if unrecorded:
        return (
            f"Untuk {unrecorded} dari {graded} kiriman tidak tercatat apakah kodenya berjalan di sandbox: "
            "notebook itu dinilai dengan versi asynclab yang lebih lama."
        )
    return "Semua kode mahasiswa berjalan di sandbox."


def scores_alt(title, totals, points, middle) -> str:
    """The distribution of scores, in words."""
    if not totals:
        return f"{title}: belum ada nilai."
    return (
        f"Sebaran nilai {len(totals)} mahasiswa: terendah {number(min(totals), 1)}, median {number(middle, 1)}, "
        f"tertinggi {number(max(totals), 1)} dari {number(points, 1)}."
    )


def tasks_alt(rows) -> str:
    """Full, part, none and not judged per task, in words. rows: (label, full, part, none, unjudged)."""
    parts = [
        f"{label}: {full} penuh, {part} sebagian, {none} nol"
        + (f", {unjudged} tidak dinilai" if unjudged else "")
        for label, full, part, none, unjudged in rows
    ]
    return "Nilai per tugas. " + "; ".join(parts) + "."


def tasks_caption(rows) -> str:
    """What stands out in that picture. rows: as above."""
    if not any(sum(row[1:4]) for row in rows):
        return "Belum ada yang dinilai."
    label, full, part, none, _ = max(rows, key=lambda row: row[2] + row[3])
    if not part + none:
        return "Semua mendapat nilai penuh."
    return f"Paling banyak yang tidak penuh: {label}, {part + none} dari {full + part + none} mahasiswa."


def handins_alt(on_time, late, unknown, due) -> str:
    """When people handed in, in words."""
    text = f"{on_time} kiriman tepat waktu, {late} terlambat"
    if due is None:
        text = f"{on_time + late} kiriman; tugas ini tidak punya tenggat"
    return text + (f"; waktu {unknown} kiriman tidak diketahui." if unknown else ".")
