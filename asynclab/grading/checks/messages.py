"""Every sentence of `asynclab verify`: what is wrong, and what mends it."""

from __future__ import annotations

import re

from asynclab.messages import number

__all__ = []

FORM = (
    "Di sana hanya boleh ada impor, def, class, KONSTANTA, `nama = run(...)`, dan baris rubric; yang lain pindahkan "
    "ke dalam fungsi, karena kriteria dinilai di proses yang tidak mengenal kode mahasiswa."
)
ALSO_LOST = (
    "Bila kesalahannya memang melanggar kriteria itu, tambahkan kalimatnya di bawah `kehilangan:`; "
    "bila tidak, pisahkan skenarionya."
)
SHOWN = 3
SAVE = "lalu jalankan asynclab verify lagi."


# ---- files


def no_notebook(slug, others) -> tuple[str, str]:
    """The folder has no notebook of its own name."""
    if others:
        return (
            f"Tidak ada {slug}.ipynb; yang ada: {', '.join(others)}.",
            f"Namai notebook seperti foldernya: mv source/{slug}/{others[0]} source/{slug}/{slug}.ipynb",
        )
    return (
        f"Tidak ada {slug}.ipynb.",
        f"Letakkan notebook tugas di source/{slug}/{slug}.ipynb, atau hapus folder itu.",
    )


def second_notebook(slug, name) -> tuple[str, str]:
    """Another notebook beside it."""
    return (
        f"Notebook ini bukan {slug}.ipynb, jadi ikut dirilis sebagai tugas kedua.",
        f"Hapus atau pindahkan: rm source/{slug}/{name}",
    )


def unreadable_notebook(reason) -> tuple[str, str]:
    """Not a notebook."""
    return (
        f"Bukan notebook yang sah: {reason.rstrip('.')}.",
        "Ambil kembali versi sebelumnya (git checkout BERKAS), atau buka dan simpan ulang di JupyterLab.",
    )


def no_answers(slug) -> tuple[str, str]:
    """Not a single answer."""
    return (
        "Belum ada jawaban untuk tugas ini.",
        f"Tulis jawaban benar di tests/answers/{slug}/right/ dan jawaban salah di tests/answers/{slug}/wrong/.",
    )


def orphans(folder, slug) -> tuple[str, str]:
    """Files of an assignment that is not there."""
    return (
        f"Tidak ada tugas '{slug}' di source/.",
        f"Hapus {folder}, atau beri nama yang sama dengan foldernya di source/.",
    )


# ---- the form of the notebook


def old_format(version) -> tuple[str, str]:
    """Not nbformat 4.5."""
    return (
        f"Formatnya {version}, bukan 4.5.",
        "Buka dan simpan ulang di JupyterLab, atau tulis ulang dengan jupytext --update.",
    )


def has_output(name) -> tuple[str, str]:
    """A cell was run and saved."""
    return (
        f"Sel {name} menyimpan keluaran atau nomor jalan.",
        "Di JupyterLab: Edit, Clear Outputs of All Cells; simpan.",
    )


def double_id(name) -> tuple[str, str]:
    """Two cells with one id."""
    return (f"Id sel {name} dipakai lebih dari sekali.", "Beri id lain kepada salah satunya.")


def bad_id(name) -> tuple[str, str]:
    """An id no person can read, or one nbgrader could not use."""
    return (
        f"Id sel “{name}” bukan nama yang terbaca.",
        "Pakai huruf kecil, angka, dan tanda hubung, misalnya contoh-antrean.",
    )


def no_grade_id(name) -> tuple[str, str]:
    """A cell that is marked for nbgrader, without the name it goes by."""
    return (
        f"Sel {name} ditandai untuk nbgrader, tetapi tanpa grade_id.",
        "Isi `grade_id` di metadata nbgrader sel itu, sama dengan id selnya.",
    )


def double_grade_id(name, count) -> tuple[str, str]:
    """Cells that nbgrader can't tell apart."""
    return (
        f"grade_id {name} dipakai {number(count)} sel, padahal nbgrader mengenali sel darinya.",
        "Beri setiap sel grade_id sendiri, sama dengan id selnya.",
    )


def id_differs(cell, grade_id) -> tuple[str, str]:
    """Cell id and grade id."""
    return (
        f"Sel dengan grade_id {grade_id} ber-id {cell}.",
        f"Samakan: jadikan id sel itu {grade_id}.",
    )


def same_title(title, other) -> tuple[str, str]:
    """A copy whose title was left."""
    return (
        f"Judulnya “{title}”, sama dengan judul {other}.",
        "Tulis judul tugas ini di sel pertama.",
    )


def no_title() -> tuple[str, str]:
    """No heading."""
    return (
        "Sel pertama tidak dimulai dengan judul.",
        "Mulailah dengan sel Markdown `# Judul tugas`.",
    )


def no_preparation() -> tuple[str, str]:
    """No set-up cell."""
    return (
        "Tidak ada sel kode ber-id persiapan.",
        "Tambahkan sel kode itu di depan sel jawaban pertama, dengan impor yang dipakai jawaban.",
    )


def no_cells(kind) -> tuple[str, str]:
    """No solution or no test cell."""
    name = {"solution": "jawaban", "grade": "uji"}[kind]
    return (
        f"Tidak ada satu pun sel {name}.",
        f"Tandai sel {name} di JupyterLab (View, Right Sidebar, Property Inspector), atau salin dari tugas lain.",
    )


def no_region(name, begin, end) -> tuple[str, str]:
    """Markers are missing, doubled or in the wrong order."""
    return (
        f"Sel {name}: penanda `{begin}` dan `{end}` tidak berpasangan.",
        "Tulis keduanya, masing-masing di barisnya sendiri, berurutan; tanpa itu isinya terbaca mahasiswa.",
    )


def wrong_number(found, wanted) -> tuple[str, str]:
    """Test cells that are not counted through."""
    return (
        f"Sel uji ke-{wanted} ber-grade_id {found}.",
        f"Namai sel uji tugas-1, tugas-2, … menurut urutannya: yang ini tugas-{wanted}.",
    )


def no_prose(number) -> tuple[str, str]:
    """A task without its question."""
    return (
        f"Tugas {number} tidak punya sel soal.",
        f"Beri sel Markdown-nya id tugas-{number}-soal, dan mulailah dengan `## Tugas {number}: …`.",
    )


def prose_number(number, heading) -> tuple[str, str]:
    """The question carries another number."""
    return (
        f"Sel tugas-{number}-soal dimulai dengan “{heading}”.",
        f"Mulailah dengan `## Tugas {number}: …`, nomor yang sama dengan sel ujinya.",
    )


def first_line(name, wanted) -> tuple[str, str]:
    """How a test cell begins."""
    return (
        f"Baris pertama sel uji {name} bukan seperti pada tugas lain.",
        f"Mulailah dengan `{wanted}`",
    )


def no_python(name, line, reason) -> tuple[str, str]:
    """A cell that can't be parsed."""
    return (f"Sel {name} baris {line} bukan Python yang sah: {reason}.", "Perbaiki baris itu.")


def form(name, line, source) -> tuple[str, str]:
    """A statement that a test cell must not have at its top level."""
    return (
        f"Sel uji {name} baris {line}: `{source}` tidak boleh di tingkat teratas.",
        FORM,
    )


def unjudgeable(sentence) -> tuple[str, str]:
    """The engine could not judge such a cell."""
    what, _, _ = sentence.partition(" Perbaiki di source/")
    return (what, "Perbaiki sel itu di source/.")


def dead_link(name, target) -> tuple[str, str]:
    """A link to nothing."""
    return (
        f"Sel {name} menunjuk {target}, yang tidak ada.",
        "Perbaiki tautannya; pelajaran ditunjuk sebagai ../../notebooks/NAMA.ipynb.",
    )


def no_lesson() -> tuple[str, str]:
    """No lesson to read before."""
    return (
        "Tidak menyebut satu pelajaran pun.",
        "Tautkan pelajaran yang diperlukan di sel pertama, misalnya [03 (task)](../../notebooks/03-tasks.ipynb).",
    )


# ---- points


def points_sum(found) -> tuple[str, str]:
    """Not 100."""
    return (
        f"Nilai semua sel uji berjumlah {number(found)}, bukan 100.",
        "Ubah `points` di metadata sel uji, di Rubric(points=…), dan di kriterianya, sampai jumlahnya 100.",
    )


def no_points(name) -> tuple[str, str]:
    """A test cell without points."""
    return (f"Sel uji {name} tidak punya nilai.", "Isi `points` di metadata nbgrader sel itu.")


def points_differ(name, cell, rubric, criteria) -> tuple[str, str]:
    """Three numbers that should be one."""
    return (
        f"Sel uji {name}: nilai di metadata {number(cell)}, di Rubric {number(rubric)}, jumlah kriterianya {number(criteria)}.",
        "Samakan ketiganya.",
    )


# ---- answers


def too_few(kind, found, wanted) -> tuple[str, str]:
    """Not enough answers."""
    name = {"right": "benar", "wrong": "salah"}[kind]
    return (
        f"Baru {found} jawaban {name}; paling sedikit {wanted}.",
        "Tambahkan yang berbeda caranya dari yang sudah ada."
        if kind == "right"
        else "Tambahkan kesalahan yang mungkin dibuat mahasiswa, satu per berkas.",
    )


def no_file() -> tuple[str, str]:
    """A folder, a dead link or the like that is named as an answer."""
    return ("Bukan berkas.", "Hapus atau beri nama lain; jawaban adalah berkas Python.")


def unreadable_answer(reason) -> tuple[str, str]:
    """An answer that can't be opened, or that Python itself gives up on."""
    return (f"Tidak dapat dibaca: {reason}.", "Perbaiki berkas itu, atau hak aksesnya.")


def bad_answer(line, reason) -> tuple[str, str]:
    """An answer that is no Python."""
    return (f"Baris {line} bukan Python yang sah: {reason}.", "Perbaiki baris itu.")


def no_sentence() -> tuple[str, str]:
    """A wrong answer that does not say what its feedback must say."""
    return (
        "Docstring-nya tidak dimulai dengan kalimat yang harus muncul di umpan balik.",
        "Tulis kalimat itu di baris pertama docstring.",
    )


def no_losses() -> tuple[str, str]:
    """A wrong answer that loses nothing."""
    return (
        "Docstring-nya tidak menyebut kriteria yang hilang.",
        "Tulis `kehilangan:` lalu setiap kalimat kriterianya, satu per baris, dengan `- ` di depannya.",
    )


def unknown_criterion(sentence, close) -> tuple[str, str]:
    """A criterion that does not exist."""
    more = f" Mungkin: “{close[0]}”." if close else ""
    return (
        f"Menyebut kriteria yang tidak ada: “{sentence}”.{more}",
        "Salin kalimat kriterianya persis seperti di sel uji, di bawah `kehilangan:`.",
    )


def lost_points(what, cell, sentence, fact) -> tuple[str, str]:
    """A right answer that loses a criterion."""
    return (
        f"{what} kehilangan kriteria {cell} “{sentence}”: {_line(fact)}",
        "Perbaiki jawabannya bila ia melanggar aturan di notebook; bila tidak, perbaiki kriterianya.",
    )


def lost_by_seed(what, cell, sentence, fact, seed) -> tuple[str, str]:
    """The same with the numbers drawn in grading."""
    return (
        f"{what} kehilangan kriteria {cell} “{sentence}” dengan angka acak penilaian (seed {seed}): {_line(fact)}",
        "Skenarionya tidak boleh bergantung pada angka acak tertentu: perbaiki skenario atau kriterianya.",
    )


def not_lost(cell, sentence) -> tuple[str, str]:
    """A wrong answer that keeps a criterion it should lose."""
    return (
        f"Tidak kehilangan kriteria {cell} “{sentence}”, padahal docstring-nya menyebutnya.",
        "Inilah lubang di ujinya: pertajam kriteria itu; atau hapus barisnya dari docstring bila memang tidak salah di situ.",
    )


def also_lost(losses) -> tuple[str, str]:
    """A wrong answer that loses more than it says; losses: (cell, sentence, fact)."""
    shown = "; ".join(
        f"{cell} “{sentence}” ({_clause(fact)})" for cell, sentence, fact in losses[:SHOWN]
    )
    more = f"; dan {len(losses) - SHOWN} lagi" if len(losses) > SHOWN else ""
    return (
        f"Juga kehilangan {len(losses)} kriteria yang tidak disebutnya: {shown}{more}.",
        ALSO_LOST,
    )


def sentence_missing(sentence, facts) -> tuple[str, str]:
    """The feedback does not say what it should."""
    return (
        f"Umpan baliknya tidak memuat “{sentence}”, melainkan: {' · '.join(map(_line, facts)) or 'tidak ada apa-apa'}",
        "Salin bagian yang paling menjelaskan dari kalimat itu ke baris pertama docstring, atau perbaiki kriterianya.",
    )


def unjudged(what, cell, sentence, fact) -> tuple[str, str]:
    """A criterion that raised."""
    return (
        f"{what} merusak kriteria {cell} “{sentence}”: {_reason(fact)}.",
        "Perbaiki kriteria itu di sel uji: ia tidak boleh melempar galat untuk jawaban apa pun.",
    )


def cell_broke(what, reason) -> tuple[str, str]:
    """A test cell that raised outside its criteria."""
    return (
        f"Sel uji gagal dijalankan dengan {what}: {reason}",
        "Perbaiki sel uji itu; di luar `rubric.check(...)` tidak boleh ada yang bergantung pada hasil mahasiswa.",
    )


def endless(what, limit) -> tuple[str, str]:
    """An answer that was given up."""
    return (
        f"{what[0].upper()}{what[1:]} belum selesai dinilai sesudah {number(limit)} detik, lalu dihentikan.",
        "Cari perulangan yang tidak pernah selesai, atau yang menunggu dengan waktu sungguhan, lalu perbaiki.",
    )


def died(what, exit_code) -> tuple[str, str]:
    """An answer that took its process along."""
    how = f"sinyal {-exit_code}" if exit_code and exit_code < 0 else f"kode keluar {exit_code or 0}"
    return (
        f"{what[0].upper()}{what[1:]} mengakhiri proses yang menilainya ({how}).",
        "Cari os._exit, os.kill, os.fork, atau memori yang habis (sinyal 9), lalu perbaiki.",
    )


def scored_unsolved(cell, sentence) -> tuple[str, str]:
    """A criterion that the empty notebook passes."""
    return (
        f"Versi yang belum dikerjakan lulus kriteria {cell} “{sentence}”.",
        "Buat kriteria itu menuntut sesuatu yang hanya ada bila jawabannya ditulis.",
    )


def not_repeatable(cell) -> tuple[str, str]:
    """Two runs that differ."""
    return (
        f"Sel uji {cell} memberi catatan yang lain ketika dijalankan dua kali.",
        "Angka acak harus dari world.random, dan urutan tidak boleh bergantung pada set atau id().",
    )


def other_in_grading(cell, live, judged, fault) -> tuple[str, str]:
    """A test cell that needs what the judge does not have."""
    return (
        f"Sel uji {cell}: di notebook {number(live)} poin, saat dinilai "
        + (f"tidak dapat dinilai: {fault}" if fault else f"{number(judged)} poin."),
        "Kriteria hanya boleh memakai catatan (trace) dan yang didefinisikan di sel uji, bukan nama dari kode mahasiswa.",
    )


# ---- release


def drift(slug, exists) -> tuple[str, str]:
    """release/ is not what source/ makes."""
    return (
        "Tidak sama dengan yang dibuat dari source/."
        if exists
        else "Versi mahasiswa belum dibuat.",
        f"asynclab release {slug}, periksa git diff release/, lalu simpan.",
    )


def not_released(reason) -> tuple[str, str]:
    """nbgrader refuses."""
    return (reason, f"Perbaiki notebook di source/, {SAVE}")


# ---- the command

REFERENCE = "Jawaban acuan"
RIGHT = "Jawaban benar ini"
THIS = "Jawaban ini"
NO_ASSIGNMENT = "Belum ada tugas di source/, jadi tidak ada yang terbukti. Letakkan notebook tugas di source/SLUG/SLUG.ipynb."
NO_WORKER = (
    "Proses penilai tidak dapat dimulai, jadi tidak ada yang terbukti; galatnya tertulis di atas."
)
UNSOLVED = "versi yang belum dikerjakan"
ALL_WELL = "{count} tugas terbukti: acuan dan {right} jawaban benar bernilai penuh, {wrong} jawaban salah kehilangan tepat kriterianya."


def found(count, files) -> str:
    """The last words."""
    return f"{count} hal perlu diperbaiki di {files} berkas."


def _line(fact):
    return " ".join(fact.split())


def _reason(fact):
    # What the student reads says whose fault it is; an author only needs the error.
    found = re.search(r"\((.*)\)", _line(fact))
    return found[1] if found else _line(fact)


def _clause(fact):
    return _line(fact).removesuffix(".")
