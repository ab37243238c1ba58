"""What an admin chooses for the Hub beyond names and places: each choice that would fail later is named now."""

from __future__ import annotations

import ast
import re
import stat
from importlib.metadata import entry_points
from pathlib import Path

from asynclab.classroom import messages
from asynclab.classroom.installation import find_unreachable
from asynclab.errors import CommandError

__all__ = ["check_admins", "check_extra", "check_tls", "find_spawner", "read_memory"]

SPAWNERS = {
    "local": "jupyterhub.spawner.LocalProcessSpawner",
    "systemd": "systemdspawner.SystemdSpawner",
}
"""What starts people's servers, by the name that MODUL11_SPAWNER gives it."""

UNITS = {"K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}
LEAST_MEMORY = 128 * UNITS["M"]
"""A JupyterLab alone takes 120 MB."""

SECRET = re.compile(r"secret|password|passwd|token|api_key|private_key", re.IGNORECASE)


def check_tls(url: str, certificate: str, key: str) -> list[str]:
    """Whether the Hub's own proxy can do what its address promises.

    A certificate and its key belong to https:// and to nothing else: without them the proxy would speak
    plain http there. Behind a reverse proxy the address is http://127.0.0.1, and needs neither.
    """
    if not url.startswith("https://"):
        return [UNUSED_CERTIFICATE.format(url=url)] if certificate or key else []
    if not certificate or not key:
        return [NO_CERTIFICATE.format(url=url)]
    problems = []
    for variable, path in (("MODUL11_TLS_CERTIFICATE", certificate), ("MODUL11_TLS_KEY", key)):
        if reason := _unreadable(path):
            problems.append(UNREADABLE.format(variable=variable, path=path, reason=reason))
    if not problems and _open_to_all(key):
        problems.append(OPEN_KEY.format(path=key))
    return problems


def check_extra(path: Path) -> list[str]:
    """Whether further settings can be read, are Python, and are kept from others where they have to be."""
    if reason := _unreadable(path):
        return [UNREADABLE.format(variable="MODUL11_EXTRA_CONFIG", path=path, reason=reason)]
    try:
        text = Path(path).read_text(encoding="utf-8")
        ast.parse(text)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        return [BROKEN_EXTRA.format(path=path, line=line)]
    if Path(path).stat().st_mode & stat.S_IWOTH and not find_unreachable([path]):
        return [WRITABLE_EXTRA.format(path=path)]
    # A class without secrets in it may be read by everybody.
    if SECRET.search(text) and _open_to_all(path):
        return [OPEN_EXTRA.format(path=path)]
    return []


def check_admins(admins: set[str], open_signup: bool) -> list[str]:
    """Whether there is anybody to approve who signs up."""
    return [] if admins or open_signup else [NO_ADMINS]


def read_memory(variable: str, value: str) -> str:
    """A limit such as 512M as JupyterHub takes it; raises CommandError."""
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)([KMGT])", value)
    if not found or float(found[1]) * UNITS[found[2]] < LEAST_MEMORY:
        raise CommandError(NO_MEMORY.format(variable=variable, value=value), exit_code=2)
    return value


def find_spawner(name: str) -> type:
    """The spawner class of a name in SPAWNERS, of one that a package has registered, or of a dotted path.

    Raises CommandError where there is none.
    """
    from jupyterhub.spawner import Spawner
    from traitlets.utils.importstring import import_item

    registered = {entry.name: entry for entry in entry_points(group="jupyterhub.spawners")}
    try:
        entry = registered.get(name.lower()) if name not in SPAWNERS else None
        found = entry.load() if entry else import_item(SPAWNERS.get(name, name))
        if not issubclass(found, Spawner):
            raise TypeError(NO_CLASS)
    except Exception as error:  # a class of the admin's own may fail in any way
        sentence = UNKNOWN_SPAWNER.format(name=name, reason=error, known=", ".join(SPAWNERS))
        raise CommandError(sentence, exit_code=2) from None
    return found


def _unreadable(path):
    try:
        with open(path, "rb"):
            return ""
    except OSError as error:
        return messages.why(error)


def _open_to_all(path):
    return bool(Path(path).stat().st_mode & stat.S_IROTH) and not find_unreachable([path])


# Sentences

NO_CERTIFICATE = "MODUL11_ADDRESS='{url}' memerlukan sertifikat dan kuncinya; tanpa keduanya halaman dikirim tanpa enkripsi. Isi MODUL11_TLS_CERTIFICATE dan MODUL11_TLS_KEY. Bila TLS ditangani reverse proxy, tulis MODUL11_ADDRESS=http://127.0.0.1:8000."
UNUSED_CERTIFICATE = "MODUL11_TLS_CERTIFICATE atau MODUL11_TLS_KEY diisi, tetapi MODUL11_ADDRESS='{url}' tidak diawali https://. Ubah alamatnya, misalnya menjadi https://:443, atau kosongkan keduanya bila TLS ditangani reverse proxy."
UNREADABLE = "Berkas {path} ({variable}) tidak dapat dibaca: {reason}. Periksa jalurnya."
OPEN_KEY = "Kunci {path} (MODUL11_TLS_KEY) dapat dibaca semua pengguna server ini. Tutup dengan: chmod 600 {path}"
BROKEN_EXTRA = "{path} (MODUL11_EXTRA_CONFIG) baris {line} bukan Python yang sah. Perbaiki, lalu nyalakan lagi."
WRITABLE_EXTRA = "{path} (MODUL11_EXTRA_CONFIG) dapat diubah semua pengguna server ini, padahal dijalankan sebagai root. Tutup dengan: chmod 600 {path}, lalu periksa isinya."
OPEN_EXTRA = "{path} (MODUL11_EXTRA_CONFIG) tampaknya berisi rahasia, tetapi dapat dibaca semua pengguna server ini. Tutup dengan: chmod 600 {path}"
NO_ADMINS = "MODUL11_ADMINS kosong, jadi tidak ada yang dapat menyetujui pendaftaran. Isi dengan nama sedikitnya satu admin, misalnya MODUL11_ADMINS=siti."
NO_MEMORY = "{variable}='{value}' bukan batas memori: tulis bilangan dengan M atau G di belakangnya, sedikitnya 128M, misalnya 512M atau 1G."
NO_CLASS = "bukan kelas Spawner"
UNKNOWN_SPAWNER = "MODUL11_SPAWNER='{name}' tidak dapat dipakai ({reason}). Pakai salah satu: {known}; atau nama lengkap sebuah kelas Spawner."
