"""Every sentence of `asynclab mutants`."""

from __future__ import annotations

__all__ = []

ALL_ANSWERS = "semuanya"
MUTANT_COLUMNS = ("mutan", "tertangkap", "setara", "lolos", "tertangkap")
NO_FORK = "Uji mutasi memerlukan fork, yang tidak ada di sistem ini. Jalankan di Linux, macOS, atau WSL 2."


def not_positive(option, value) -> str:
    """A count below one."""
    return f"{option} {value} tidak mungkin; pakai 1 atau lebih."


def broken_source(file, what, slug) -> str:
    """What asynclab verify has to say first."""
    return f"{file}: {what.rstrip('.')}. Mutannya belum dapat dicoba. Perbaiki dahulu: asynclab verify {slug}"


def original_fails(slug, answer, verdict) -> str:
    """An answer that loses points before anything is broken in it."""
    return (
        f"Jawaban {answer} untuk '{slug}' tidak mendapat nilai penuh ({verdict.cell}: {verdict.sentence}), jadi mutannya tidak "
        f"berarti apa-apa. Perbaiki dahulu: asynclab verify {slug}"
    )


def unreadable_equivalents(path, reason) -> str:
    """No TOML."""
    return f"{path} tidak dapat dibaca: {reason}. Perbaiki, lalu ulangi."


def bad_equivalent(path, number, names) -> str:
    """An entry that lacks something."""
    return f"{path}, entri ke-{number}: {names} kosong, tidak ada, atau salah jenisnya. Isi answers dengan daftar nama jawaban; before, after, dan reason dengan teks."


def survivor(mutant, verdict) -> str:
    """The line above a survivor's diff."""
    what = {"survived": "lolos", "unjudged": "tidak dapat dinilai"}[verdict.outcome]
    more = (
        f": {verdict.cell}, “{verdict.sentence}” rusak karenanya"
        if verdict.outcome == "unjudged"
        else ""
    )
    return f"{mutant.answer} baris {mutant.mutation.line} ({mutant.mutation.operator}) {what}{more}"


def survivors_left(count, slug, path) -> str:
    """What to do with survivors."""
    return (
        f"{count} mutan lolos dari uji tersembunyi. Untuk masing-masing: tambahkan kriteria di source/{slug}/{slug}.ipynb yang "
        f"menangkapnya; atau, bila tidak melanggar satu aturan pun di notebook, daftarkan di {path} beserta alasannya "
        f"(rangkanya: asynclab mutants {slug} --entries)."
    )


def stale_equivalent(path, item) -> str:
    """An entry that matches nothing."""
    return f"{path}: entri untuk {item.answer}, “{item.before}” → “{item.after}”, tidak lagi cocok dengan mutan yang lolos. Hapus entri itu."
