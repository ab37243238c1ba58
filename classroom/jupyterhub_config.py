"""JupyterHub untuk satu kelas di satu server: akun Unix sungguhan, nbgrader, satu akun kursus.

Dijalankan root:  jupyterhub -f classroom/jupyterhub_config.py
Cara memasang dan apa yang tidak dilakukannya: classroom/README.md.
"""

import os
import sys
from pathlib import Path

from asynclab.classroom import checks, choices, hub, signin, singleuser, student
from asynclab.classroom.ports import choose_port
from asynclab.classroom.settings import read_settings
from asynclab.errors import CommandError

c = get_config()

PROGRAM = Path(__file__).resolve().parent.parent

# ---- Semua yang berbeda di setiap tempat: variabel lingkungan, dengan nilai bawaannya.
# Nama kursus, akun, dan folder (MODUL11_COURSE_ID, _ACCOUNT, _COURSE, _EXCHANGE, _STATE) dibaca
# read_settings di bawah, juga dari /etc/modul11/classroom.env.

# Alamat yang didengar; di belakang reverse proxy tetap seperti ini.
ADDRESS = os.environ.get("MODUL11_ADDRESS", "http://127.0.0.1:8000")
# Sertifikat dan kuncinya, bila TLS ditangani proxy JupyterHub sendiri; ADDRESS lalu diawali https://.
TLS_CERTIFICATE = os.environ.get("MODUL11_TLS_CERTIFICATE", "")
TLS_KEY = os.environ.get("MODUL11_TLS_KEY", "")
# Cara masuk: native (mendaftar sendiri, disetujui admin), pam, google, oauth, lti, atau nama sebuah kelas.
SIGN_IN = os.environ.get("MODUL11_SIGN_IN", "native")
# Nama para admin Hub, dipisah koma: menyetujui pendaftaran, melihat siapa yang sedang bekerja.
ADMINS = os.environ.get("MODUL11_ADMINS", "")
# Server yang tidak dipakai selama ini, dalam menit, dihentikan; berkasnya tetap ada.
IDLE_MINUTES = os.environ.get("MODUL11_IDLE_MINUTES", "60")
# local: proses biasa, tanpa batas memori; systemd: dengan batas, perlu systemd di server.
SPAWNER = os.environ.get("MODUL11_SPAWNER", "local")
# Batas setiap orang; hanya berlaku dengan MODUL11_SPAWNER=systemd.
MEMORY = os.environ.get("MODUL11_MEMORY", "1G")
CPUS = os.environ.get("MODUL11_CPUS", "1")
# Orang yang server-nya boleh berjalan bersamaan.
ACTIVE_SERVERS = os.environ.get("MODUL11_ACTIVE_SERVERS", "60")
# Port di dalam server ini, tidak pernah dibuka keluar.
HUB_PORT = os.environ.get("MODUL11_HUB_PORT", "8081")
PROXY_PORT = os.environ.get("MODUL11_PROXY_PORT", "8001")
FORMGRADER_PORT = os.environ.get("MODUL11_FORMGRADER_PORT", "9999")
# Pengaturan tambahan, misalnya rahasia OAuth; dibaca paling akhir, hanya boleh dibaca root.
EXTRA = os.environ.get("MODUL11_EXTRA_CONFIG", "")

# ---- Diperiksa sebelum Hub menyala

# Perintah lingkungan ini (proxy, alembic) ditemukan juga bila .venv tidak diaktifkan.
checks.prefer_own_commands()
try:
    settings = read_settings()
    authenticator = signin.find_authenticator(SIGN_IN)
    numbers = checks.read_numbers(
        MODUL11_IDLE_MINUTES=IDLE_MINUTES,
        MODUL11_ACTIVE_SERVERS=ACTIVE_SERVERS,
        MODUL11_HUB_PORT=HUB_PORT,
        MODUL11_PROXY_PORT=PROXY_PORT,
        MODUL11_FORMGRADER_PORT=FORMGRADER_PORT,
    )
    cpus = checks.read_amount("MODUL11_CPUS", CPUS)
    memory = choices.read_memory("MODUL11_MEMORY", MEMORY)
    spawner = choices.find_spawner(SPAWNER)
    public = checks.read_address("MODUL11_ADDRESS", ADDRESS)
except CommandError as error:
    checks.demand([str(error)])

idle_minutes, active_servers, hub_port, proxy_port, formgrader_port = numbers
pid_file = settings.state / "proxy.pid"
ports = {
    "MODUL11_ADDRESS": public,
    "MODUL11_HUB_PORT": ("127.0.0.1", hub_port),
    "MODUL11_PROXY_PORT": ("127.0.0.1", proxy_port),
    "MODUL11_FORMGRADER_PORT": ("127.0.0.1", formgrader_port),
}
# Seperti traitlets: jalur yang tidak lengkap dimulai dari folder berkas ini.
extra = PROGRAM / "classroom" / EXTRA
checks.demand(
    [*checks.check(settings, ports, pid_file), *(choices.check_extra(extra) if EXTRA else [])]
)

# ---- Hub dan proxy

c.JupyterHub.bind_url = ADDRESS
c.JupyterHub.ssl_cert = TLS_CERTIFICATE
c.JupyterHub.ssl_key = TLS_KEY
c.JupyterHub.hub_ip = "127.0.0.1"
c.JupyterHub.hub_port = hub_port
c.JupyterHub.db_url = f"sqlite:///{settings.hub_database}"
c.JupyterHub.cookie_secret_file = str(settings.state / "cookie_secret")
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{proxy_port}"
c.ConfigurableHTTPProxy.pid_file = str(pid_file)


def first_page(handler):
    """Halaman pertama setelah masuk: formgrader untuk dosen, daftar server untuk admin, JupyterLab untuk mahasiswa."""
    user = handler.current_user
    groups = [group.name for group in user.groups] if user else []
    return hub.first_page(settings, handler.base_url, groups, bool(user and user.admin))


c.JupyterHub.default_url = first_page

# Yang dijalankan systemd tetap hidup bila Hub dinyalakan ulang; proses biasa dihentikan dengan rapi.
c.JupyterHub.cleanup_servers = settings.trial or SPAWNER != "systemd"

# ---- Siapa yang boleh masuk: hanya yang ada di daftar orang (asynclab classroom add), dan para admin.

c.JupyterHub.authenticator_class = signin.with_people(authenticator, settings)
c.Authenticator.manage_groups = True
c.Authenticator.admin_users = {name.strip() for name in ADMINS.split(",") if name.strip()}

# Daftar orang dibaca lagi sesering ini, dalam detik, selama seseorang masuk.
c.Authenticator.auth_refresh_age = 120
# Yang dikeluarkan dari daftar juga kehilangan server yang sedang terbuka, bukan hanya halaman Hub.
c.Authenticator.auth_refresh_strict = True

# Grup berasal dari daftar itu, bukan dari penyedia OAuth.
c.OAuthenticator.auth_state_groups_key = lambda auth_state: []

# Kata sandi pendaftaran sendiri: cukup panjang, tidak umum, dan tidak dapat ditebak berulang-ulang.
c.NativeAuthenticator.minimum_password_length = 10
c.NativeAuthenticator.check_common_password = True
c.NativeAuthenticator.allowed_failed_logins = 5
c.NativeAuthenticator.open_signup = False
c.NativeAuthenticator.ask_email_on_signup = True
if SIGN_IN == "native":
    from nativeauthenticator import __file__ as native

    c.JupyterHub.template_paths = [str(Path(native).parent / "templates")]
    c.JupyterHub.template_vars = {
        "announcement_login": 'Belum punya akun? <a href="/hub/signup">Daftar</a>, lalu tunggu persetujuan admin.'
    }

# ---- Server setiap orang

student_folder = settings.state / "student"
student.write_student_files(settings, student_folder)

c.JupyterHub.spawner_class = spawner
if SPAWNER == "local":
    c.Spawner.pre_spawn_hook = choose_port
c.Spawner.cmd = list(singleuser.COMMAND)
c.Spawner.default_url = "/lab"
c.Spawner.environment = {
    "JUPYTER_CONFIG_PATH": str(student_folder / student.CONFIG),
    singleuser.LESSONS: str(PROGRAM / "notebooks"),
}

# Membuka lagi tab yang server-nya sudah dihentikan langsung menyalakannya, tanpa halaman perantara.
c.JupyterHub.implicit_spawn_seconds = 1


# Bila sekelas masuk bersamaan, semuanya menunggu sebentar; tidak seorang pun mendapat halaman galat.
c.Spawner.start_timeout = 300
c.Spawner.http_timeout = 300
c.JupyterHub.active_server_limit = active_servers
c.JupyterHub.concurrent_spawn_limit = 0

# LocalProcessSpawner tidak dapat membatasi apa pun; angka ini lalu hanya ditampilkan.
c.Spawner.mem_limit = memory
c.Spawner.cpu_limit = cpus
c.SystemdSpawner.isolate_tmp = True
c.SystemdSpawner.disable_user_sudo = True

# ---- Formgrader dan penghenti server yang menganggur, dengan hak sekecil-kecilnya

c.JupyterHub.load_roles = hub.make_roles(settings)
c.JupyterHub.services = [
    hub.make_course_service(settings, c.Spawner.cmd, formgrader_port, {}),
    hub.make_culler_service(sys.executable, idle_minutes),
]

# ---- Pengaturan tambahan, lalu yang baru sesudahnya diketahui

people_authenticator = c.JupyterHub.authenticator_class
if EXTRA:
    load_subconfig(str(extra))

# Proxy lain yang dipilih di sana mengurus TLS-nya sendiri.
if "proxy_class" not in c.JupyterHub:
    tls = c.JupyterHub.ssl_cert, c.JupyterHub.ssl_key
    checks.demand(choices.check_tls(c.JupyterHub.bind_url, *tls))
signs_up = SIGN_IN == "native" and c.JupyterHub.authenticator_class is people_authenticator
if signs_up and not settings.trial:
    admins = {*c.Authenticator.admin_users, *c.NativeAuthenticator.get("admin_users", ())}
    checks.demand(choices.check_admins(admins, c.NativeAuthenticator.open_signup))
