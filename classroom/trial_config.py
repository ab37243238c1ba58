"""Kelas percobaan di satu komputer, dinyalakan oleh `make hub`: jupyterhub_config.py, tanpa root dan tanpa isolasi."""

import json
import os
import sys
from pathlib import Path

from jupyterhub.authenticators.shared import SharedPasswordAuthenticator

from asynclab.classroom import signin
from asynclab.classroom.settings import read_settings

c = get_config()
load_subconfig("jupyterhub_config.py", path=str(Path(__file__).resolve().parent))

HERE = Path(__file__).resolve().parent
settings = read_settings()
passwords = json.loads((settings.state / "passwords.json").read_text())
homes = settings.state / "home"

# Siapa saja yang tahu kata sandinya menjadi siapa saja di daftar orang: hanya untuk percobaan.
c.JupyterHub.authenticator_class = signin.with_people(SharedPasswordAuthenticator, settings)
c.SharedPasswordAuthenticator.user_password = passwords["user"]
c.SharedPasswordAuthenticator.admin_password = passwords["admin"]
c.Authenticator.admin_users = {"admin"}

# Orang yang ditambahkan atau dikeluarkan segera terlihat akibatnya.
c.Authenticator.auth_refresh_age = 10

# Halaman masuknya menyatakan bahwa ini percobaan.
c.JupyterHub.template_paths = [str(HERE / "templates")]
c.JupyterHub.template_vars = {
    "trial_people": passwords["people"],
    "user_password": passwords["user"],
    "admin_password": passwords["admin"],
}

# Semua orang adalah satu akun Unix; rumah mereka hanya folder.
c.JupyterHub.spawner_class = "jupyterhub.spawner.SimpleLocalProcessSpawner"
c.SimpleLocalProcessSpawner.home_dir_template = f"{homes}/{{username}}"

# Jupyter menolak root; di dalam kontainer percobaan sering dijalankan olehnya.
root = ["--allow-root"] if os.geteuid() == 0 else []
c.Spawner.args = root

# Akun kursus juga hanya sebuah folder; bukan rumah dosen, yang menyebut nama untuk mengumpulkan tugas.
for service in c.JupyterHub.services:
    if service["name"] == settings.course_id:
        service["command"] = [*service["command"], *root]
        service["environment"] = {**service["environment"], "HOME": str(settings.state / "account")}

# Yang dilihat di terminal cukup kalimat dari `make hub`; catatan lengkap ada di berkas log.
c.JupyterHub.log_level = "INFO"
sys.stdout.reconfigure(line_buffering=True)
