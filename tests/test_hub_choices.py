"""What an admin chooses for the Hub: what would fail later is named before it starts, and nothing else."""

import tempfile
from pathlib import Path

import pytest

from asynclab.classroom import choices
from asynclab.errors import CommandError


@pytest.fixture
def folder():
    """A folder that everybody may enter, as /etc is."""
    with tempfile.TemporaryDirectory(dir="/tmp") as made:
        Path(made).chmod(0o755)
        yield Path(made)


def write(path, text="", mode=0o600):
    """A file with these mode bits."""
    path.write_text(text)
    path.chmod(mode)
    return str(path)


def test_https_and_a_certificate_belong_together(folder):
    """Both or neither; behind a reverse proxy it is neither."""
    certificate, key = write(folder / "c.pem", mode=0o644), write(folder / "k.pem")
    check = choices.check_tls

    assert check("http://127.0.0.1:8000", "", "") == check("https://:443", certificate, key) == []
    for pair in (("", ""), (certificate, ""), ("", key)):
        assert "tanpa enkripsi" in check("https://:443", *pair)[0]
        assert not any(pair) or "tidak diawali https://" in check("http://:80", *pair)[0]


def test_certificate_and_key_have_to_be_there(folder):
    """Each is named; a key that students can read is no secret."""
    certificate, key = write(folder / "c.pem"), write(folder / "k.pem", mode=0o644)

    (said,) = choices.check_tls("https://:443", str(folder / "x.pem"), key)
    assert f"Berkas {folder}/x.pem (MODUL11_TLS_CERTIFICATE) tidak dapat dibaca: tidak ada." in said
    assert f"chmod 600 {key}" in choices.check_tls("https://:443", certificate, key)[0]
    folder.chmod(0o700)
    assert choices.check_tls("https://:443", certificate, key) == []


@pytest.mark.parametrize(
    ("text", "mode", "sentence"),
    [
        ("c.Spawner.args = []\n", 0o644, ""),
        ("c.GoogleOAuthenticator.client_secret = 'x'\n", 0o600, ""),
        ("c.GoogleOAuthenticator.client_secret = 'x'\n", 0o644, "tampaknya berisi rahasia"),
        ("c.Spawner.args = []\n", 0o666, "dijalankan sebagai root"),
        ("c.Spawner.args =\n", 0o600, "baris 1 bukan Python"),
    ],
)
def test_further_settings(folder, text, mode, sentence):
    """They are run by root: readable for root, writable for nobody else, and secret where there is a secret."""
    said = choices.check_extra(Path(write(folder / "tambahan.py", text, mode)))

    assert (sentence in said[0]) if sentence else said == []


@pytest.mark.parametrize("name", ["tidak-ada.py", ""])
def test_further_settings_that_are_not_there(folder, name):
    """A file that is missing, or is a folder, is not passed over."""
    (said,) = choices.check_extra(folder / name)

    assert said.startswith(f"Berkas {folder / name} (MODUL11_EXTRA_CONFIG) tidak dapat dibaca")


@pytest.mark.parametrize("value", ["128M", "1G", "0.5G", "2T"])
def test_limits_of_memory(value):
    """As JupyterHub takes them."""
    assert choices.read_memory("MODUL11_MEMORY", value) == value


@pytest.mark.parametrize("value", ["", "1GB", "512", "1g", "1 G", "64M", "-1G", "banyak"])
def test_what_is_no_limit_of_memory(value):
    """Every server would fail to start with it."""
    with pytest.raises(CommandError, match="bukan batas memori"):
        choices.read_memory("MODUL11_MEMORY", value)


def test_somebody_has_to_approve():
    """Unless everybody may come in without, which only the admin's own configuration can say."""
    assert "MODUL11_ADMINS=siti" in choices.check_admins(set(), False)[0]
    assert choices.check_admins({"siti"}, False) == choices.check_admins(set(), True) == []


@pytest.mark.hub
@pytest.mark.parametrize(
    "name",
    ["local", "systemd", "simple", "jupyterhub.spawner.SimpleLocalProcessSpawner"],
)
def test_what_starts_servers(name):
    """Our names, registered ones, and classes by their full name."""
    pytest.importorskip("jupyterhub", reason="requirements-classroom.txt belum dipasang")

    assert "Spawner" in choices.find_spawner(name).__name__


@pytest.mark.hub
@pytest.mark.parametrize("name", ["sistemd", "", "os", "os.path.join", "os.PathLike"])
def test_what_starts_no_servers(name):
    """One sentence with the names that exist."""
    pytest.importorskip("jupyterhub", reason="requirements-classroom.txt belum dipasang")

    with pytest.raises(CommandError, match="Pakai salah satu: local, systemd"):
        choices.find_spawner(name)
