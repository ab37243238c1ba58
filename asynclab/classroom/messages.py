"""Every sentence that an admin reads in the terminal of a classroom."""

from __future__ import annotations

__all__ = []


# ---- settings and the list of people

SETTINGS_HEAD = """\
# Pengaturan kelas ini: dibaca JupyterHub dan `asynclab classroom`.
# Setelah diubah: `asynclab classroom init`, lalu nyalakan ulang JupyterHub."""


def relative_path(variable, path) -> str:
    """A path that depends on where one stands."""
    return f"{variable} harus jalur lengkap yang diawali /, bukan '{path}'."


def bad_name(variable, value) -> str:
    """A course or account name that Unix or a URL does not take."""
    return f"{variable}='{value}' tidak dapat dipakai: pakai huruf kecil, angka, - atau _, diawali huruf, paling panjang 31."


def settings_unreadable(path, reason) -> str:
    """The settings file."""
    return f"Berkas pengaturan {path} tidak dapat dibaca: {reason}. Periksa jalurnya, atau jalankan sebagai root."


def bad_setting(path, number) -> str:
    """A line without =."""
    return f"{path} baris {number} bukan pengaturan: tulis NAMA=nilai."


def people_unreadable(path, reason) -> str:
    """The list of people."""
    return f"Daftar orang {path} tidak dapat dibaca: {reason}. Jalankan perintah ini sebagai root."


def people_damaged(path) -> str:
    """The list of people is not one."""
    return f"Daftar orang {path} rusak, jadi tidak ada yang diubah. Pulihkan dari cadangan (`asynclab classroom restore`), atau pindahkan berkas itu dan tambahkan orangnya lagi dari CSV."
