"""Attacks and cheats, each one really tried in a class that stock `nbgrader autograde` grades."""

import os
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from nbformat.v4 import new_code_cell
from tiny_course import GOOD_TOTAL, OBSTACLE, SLUG, TinyCourse, answered, find, index

from asynclab.grading import linux, sandbox
from asynclab.grading.outputs import ATTEMPT_MIME, TRACE_MIME
from asynclab.grading.parents import close_all
from asynclab.grading.runner import Cell, run_cells

pytestmark = pytest.mark.heavy

FULL = {"tugas-1": 4, "tugas-2": 3}
SECRET = "RAHASIA-PENGAJAR"
MARK = "tanda-penyerang"

# Cells of attackers. Each prints what it got hold of; COURSE, HOME, PORT, SOCKET, ABSTRACT, VICTIM are
# replaced by what is really there outside. (code, kind of attempt that is noticed or None)
READ = {
    "baca-source": ("open('COURSE/source/kecil/kecil.ipynb').read()", "file"),
    "baca-gradebook": ("open('COURSE/gradebook.db', 'rb').read()", "file"),
    "baca-gradebook-sqlite": (
        "import sqlite3; sqlite3.connect('file:COURSE/gradebook.db?mode=ro', uri=True).execute('select * from grade').fetchall()",
        None,
    ),
    "baca-kiriman-lain": ("open('COURSE/submitted/jujur/kecil/kecil.ipynb').read()", "file"),
    "baca-autograded": ("open('COURSE/autograded/jujur/kecil/kecil.ipynb').read()", "file"),
    "baca-shadow": ("open('/etc/shadow').read()", "file"),
    "baca-home": ("open('HOME/kunci').read()", "file"),
    "daftar-kursus": ("import os; os.listdir('COURSE')[0]", "file"),
    "baca-lingkungan": ("import os; os.environ['KUNCI_PENGAJAR']", None),
    "baca-lingkungan-induk": ("open('/proc/PARENT/environ').read()", "file"),
    "baca-memori-induk": ("open('/proc/PARENT/mem', 'rb').read(1)", "file"),
    "lewat-deskriptor": (
        "import os; next(os.listdir(f'/proc/self/fd/{n}') for n in range(3, 64) if os.path.isdir(f'/proc/self/fd/{n}'))",
        None,
    ),
    "lewat-akar": ("import os; os.chroot('/'); os.listdir('../../COURSE')", None),
}
WRITE = {
    "tulis-source": ("open('COURSE/source/kecil/kecil.ipynb', 'w').write('x')", "file"),
    "tulis-gradebook": ("open('COURSE/gradebook.db', 'ab').write(b'x')", "file"),
    "tulis-paket": ("open(__import__('asynclab').__file__, 'a').write('#')", None),
    "tulis-python": ("import json; open(json.__file__, 'a').write('#')", None),
    "tulis-akar": ("open('/MARK', 'w')", "file"),
    "tulis-dev": ("open('/dev/MARK', 'w')", None),
    "tautan-keluar": ("import os; os.symlink('COURSE', 'jalan'); os.listdir('jalan')[0]", None),
    "tautan-keras": ("import os; os.link('/etc/passwd', 'salinan')", "file"),
}
REACH = {
    "loopback": ("import socket; socket.create_connection(('127.0.0.1', PORT), 3)", "connect"),
    "loopback-6": ("import socket; socket.create_connection(('::1', PORT), 3)", "connect"),
    "soket-unix": (
        "import socket; socket.socket(socket.AF_UNIX).connect('SOCKET')",
        "connect",
    ),
    "soket-abstrak": (
        "import socket; socket.socket(socket.AF_UNIX).connect('\\0ABSTRACT')",
        "connect",
    ),
    "soket-mentah": ("import socket; socket.socket(socket.AF_PACKET, socket.SOCK_RAW)", None),
    "soket-vsock": ("import socket; socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM)", None),
}
HARM = {
    "fork": ("import os; os.fork()", "process"),
    "program": ("import subprocess; subprocess.run(['/bin/sleep', '60'])", "process"),
    "daemon": ("import os; os.posix_spawn('/bin/sleep', ['MARK', '60'], {})", "process"),
    "bunuh-semua": ("import os; os.kill(-1, 9)", "kill"),
    "bunuh-korban": ("import os; os.kill(VICTIM, 9)", "kill"),
    "delapan-gb": ("x = bytearray(8 << 30)", None),
    "delapan-gb-sedikit-sedikit": ("x = [bytearray(64 << 20) for _ in range(128)]", None),
    "memori-tanpa-batas": ("import os; os.memfd_create('x')", None),
    "shm": ("open('/dev/shm/x', 'wb').write(bytes(64 << 20))", None),
    "disk-penuh": (
        "for n in range(100): open(f'isi-{n}', 'wb').write(bytes(32 << 20))",
        None,
    ),
    "inode-penuh": ("for n in range(10**5): open(f'isi-{n}', 'w').close()", None),
    "berkas-besar": ("open('x', 'wb').truncate(8 << 30)", None),
    "berkas-terbuka": ("x = [open('/dev/null') for _ in range(10**5)]", None),
    "ptrace": (
        "import ctypes; c = ctypes.CDLL(None, use_errno=True)\nif c.ptrace(0, 0, 0, 0) == -1: raise PermissionError(ctypes.get_errno())",
        "inside",
    ),
    "namespace-baru": (
        "import ctypes; c = ctypes.CDLL(None, use_errno=True)\nif c.unshare(0x10000000) == -1: raise PermissionError(ctypes.get_errno())",
        "inside",
    ),
    "mount": (
        "import ctypes; c = ctypes.CDLL(None, use_errno=True)\nif c.umount2(b'/kerja', 2) == -1: raise PermissionError(ctypes.get_errno())",
        "inside",
    ),
    "io_uring": (
        "import ctypes; c = ctypes.CDLL(None, use_errno=True)\nif c.syscall(425, 8, 0) == -1: raise PermissionError(ctypes.get_errno())",
        "inside",
    ),
    "kernel": ("open('/proc/sys/kernel/core_pattern', 'w').write('|/x')", "file"),
    "batas-naik": (
        "import resource; resource.setrlimit(resource.RLIMIT_AS, (-1, -1))",
        None,
    ),
    "thread-kecil": (
        "import threading\nthreading.stack_size(32768)\nstop, made = threading.Event(), []\ntry:\n    for n in range(2000):\n        made.append(threading.Thread(target=stop.wait, daemon=True))\n        made[-1].start()\nfinally:\n    stop.set()\n    threading.stack_size(0)\n    [thread.join() for thread in made[:-1]]",
        None,
    ),
    "jadi-root": ("import os; os.setuid(0)", None),
}
ATTACKS = {**READ, **WRITE, **REACH, **HARM}

# Whole notebooks that hang, flood, break their own process or lie: (code before the tests, expected scores).
NOTEBOOKS = {
    "ganti-json": ("import json\njson.dumps = lambda *a, **k: '{}'", FULL),
    "ganti-frames": (
        "import sys\nsys.modules['asynclab.frames'].send = lambda *a: None",
        FULL,
    ),
    "banjir-soket": (
        "import os\nfor n in range(3, 16):\n    try:\n        while True: os.write(n, b'x' * 65536)\n    except OSError: pass",
        FULL,
    ),
    "banjir-keluaran": ("while True: print('x' * 1000)", FULL),
    "bom-fork": (
        "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass",
        FULL,
    ),
    "thread-tanpa-batas": (
        "import threading\nfor n in range(10**5): threading.Thread(target=threading.Event().wait, daemon=True).start()",
        None,
    ),
    "daemon-thread": (
        "import threading\ndef spin():\n    while True: pass\nthreading.Thread(target=spin).start()",
        None,
    ),
}

REFUSED = ("ditolak", "Proses yang menjalankan", "lalu dihentikan")

WRONG = "async def total(numbers):\n    return 6\n"
# Cheats before a wrong answer: none may score more than the wrong answer alone.
CHEATS = {
    "tanpa-curang": "",
    "sleep-diganti": "import asyncio\nasync def nap(*a): pass\nasyncio.sleep = nap",
    "waktu-diganti": "import time\ntime.time = time.monotonic = lambda: 1.0",
    "sum-diganti": "import builtins\nbuiltins.sum = lambda *a: 6",
    "juri-diganti": "import asynclab\nasynclab.equal = asynclab.took = lambda *a, **k: asynclab.Finding(True, '')\nasynclab.Rubric.check = lambda *a, **k: None\nasynclab.Rubric.score = 4.0",
    "juri-modul": "import sys\nfor m in list(sys.modules.values()):\n    if getattr(m, '__name__', '').startswith('asynclab'):\n        for n in ('equal', 'took'):\n            if hasattr(m, n): setattr(m, n, lambda *a, **k: True)",
    "pengubah-ast": "import ast\nclass T(ast.NodeTransformer):\n    def visit_Constant(self, node): return ast.copy_location(ast.Constant(6), node) if node.value == 0 else node\nget_ipython().ast_transformers.append(T())",
    "nilai-dicetak": "print('4.0')\n4.0",
    "keluaran-dipalsukan": "from IPython.display import display\ndisplay({'text/plain': '4.0', 'application/vnd.asynclab.rubric+json': {'points': 4, 'criteria': []}}, raw=True)",
    "sama-dengan": "class Same:\n    def __eq__(self, other): return True\n    def __hash__(self): return 0\nANSWER = Same()",
    "bingkai": "import sys\ndef peek():\n    frame, found = sys._getframe(), []\n    while frame:\n        found += [v for k, v in frame.f_locals.items() if 'rubric' in k or 'RAHASIA' in k]\n        frame = frame.f_back\n    return found\nprint('ketemu', peek())",
    "gc": "import gc\nneedle = 'hanya pengajar' + ' yang tahu'\nprint('ketemu', [1 for o in gc.get_objects() if isinstance(o, dict) and any(isinstance(v, str) and needle in v and v is not needle for v in list(o.values()))])",
}
CHEATING_ANSWERS = {
    "sama-dengan": "async def total(numbers):\n    return ANSWER\n",
    "bingkai": "async def total(numbers):\n    found = peek()\n    return found[0] if found else 6\n",
}
# The one thing that can't be told from an answer: a recorder that was replaced. It is flagged.
FORGERY = "from asynclab.world import World\nnote = World.note\ndef forged(self, key, value):\n    note(self, key, 1 if key == 'lama' else value)\nWorld.note = forged\n"


def attempt_cell(code):
    """The code of an attack, saying at the end whether it got through."""
    body = textwrap.indent(code, "    ")
    return f"try:\n{body}\nexcept BaseException as error:\n    x = None\n    print('ditolak', type(error).__name__)\nelse:\n    print('BOBOL')"


def text_of(cell):
    """Everything that stands under a cell, without the records."""
    parts = []
    for output in cell.outputs:
        if "data" in output:
            parts += [str(v) for k, v in output.data.items() if k not in (TRACE_MIME, ATTEMPT_MIME)]
        else:
            parts += [output.get("text", ""), output.get("evalue", "")]
    return "\n".join(parts)


def attempts_of(cell):
    """The kinds of what was noticed at a cell."""
    return [
        item["what"]
        for output in cell.outputs
        for item in output.get("data", {}).get(ATTEMPT_MIME, [])
    ]


class World:
    """What there is outside: secrets, listeners, a process; and a class of attackers, graded."""

    def __init__(self, folder):
        self.connections = []
        (folder / "rumah").mkdir()
        (folder / "rumah" / "kunci").write_text(SECRET)
        (folder / "kursus").mkdir()
        limits = "c.ExecuteAndJudge.timeout = 4\nc.ExecuteAndJudge.scenario_timeout = 6\n"
        self.course = TinyCourse(folder / "kursus", limits)
        self.folder = folder
        self.victim = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(900)"])
        self.listeners = [self._listen(socket.AF_INET, ("127.0.0.1", 0))]
        port = self.listeners[0].getsockname()[1]
        path = str(folder / "s")
        abstract = f"modul-11-{os.getpid()}"
        self.listeners.append(self._listen(socket.AF_UNIX, path))
        self.listeners.append(self._listen(socket.AF_UNIX, f"\0{abstract}"))
        self.names = {
            "COURSE": str(folder / "kursus"), "HOME": str(folder / "rumah"), "PORT": str(port),
            "SOCKET": path, "ABSTRACT": abstract, "VICTIM": str(self.victim.pid),
            "PARENT": str(os.getpid()), "MARK": MARK,
        }  # fmt: skip

    def _listen(self, family, address):
        listener = socket.socket(family)
        listener.bind(address)
        listener.listen()
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()
        return listener

    def _accept(self, listener):
        while True:
            try:
                self.connections.append(listener.accept())
            except OSError:
                return

    def fill(self, code):
        """The code of an attack with the real names."""
        for name, value in self.names.items():
            code = code.replace(name, value)
        return code

    def hand_in(self):
        """One submission for each attack and cheat, and honest ones between them."""
        release = self.course.release
        for name in ("aaa-jujur", "jujur", "zzz-jujur"):
            self.course.submit(name, answered(release))
        cells = {name: attempt_cell(self.fill(code)) for name, (code, _) in ATTACKS.items()}
        cells |= {name: code for name, (code, _) in NOTEBOOKS.items()}
        for name, code in cells.items():
            notebook = answered(release)
            notebook.cells.insert(index(notebook, "tugas-1"), new_code_cell(code, id="serangan"))
            self.course.submit(f"serang-{name}", notebook)
        for name, code in CHEATS.items():
            notebook = answered(release, total=CHEATING_ANSWERS.get(name, WRONG))
            notebook.cells.insert(index(notebook, "jawaban-1"), new_code_cell(code, id="curang"))
            self.course.submit(f"curang-{name}", notebook)
        forger = answered(release, total=GOOD_TOTAL.replace("sleep(1)", "sleep(0)"))
        forger.cells.insert(index(forger, "tugas-1"), new_code_cell(FORGERY, id="palsu"))
        self.course.submit("pemalsu", forger)

    def grade(self):
        """One run of stock `nbgrader autograde`."""
        os.environ["KUNCI_PENGAJAR"] = SECRET
        try:
            self.done = self.course.nbgrader("autograde", SLUG)
        finally:
            del os.environ["KUNCI_PENGAJAR"]


@pytest.fixture(scope="module")
def world():
    """The class, graded once; not below /tmp, which student code may use as its own."""
    if OBSTACLE:
        pytest.skip(f"student code can't be shut in here: {OBSTACLE}")
    folder = Path(tempfile.mkdtemp(prefix="asynclab-", dir="/var/tmp"))
    world = World(folder)
    assert world.course.nbgrader("generate_assignment", SLUG).returncode == 0
    world.hand_in()
    world.grade()
    yield world
    world.victim.kill()
    world.victim.wait()
    for listener in world.listeners:
        listener.close()
    shutil.rmtree(folder)


def test_the_class_is_graded_to_its_end(world):
    """No attack stops the run or costs an honest student a point."""
    assert world.done.returncode == 0, world.done.stderr[-2000:]
    for student in ("aaa-jujur", "jujur", "zzz-jujur"):
        assert world.course.scores(student) == FULL


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_fails_and_is_seen(world, name):
    """It gets an exception and nothing else; its author keeps his points; what is noticed is recorded."""
    cell = find(world.course.graded(f"serang-{name}"), "serangan")

    assert any(word in text_of(cell) for word in REFUSED)
    assert "BOBOL" not in text_of(cell)
    assert SECRET not in text_of(cell)
    assert world.course.scores(f"serang-{name}") == FULL
    if ATTACKS[name][1]:
        assert ATTACKS[name][1] in attempts_of(cell)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_that_breaks_its_own_process_harms_only_itself(world, name):
    """Graded or failed by itself, never unjudged and never more than it is worth."""
    scores = world.course.scores(f"serang-{name}")

    assert None not in scores.values()
    if NOTEBOOKS[name][1] is not None:
        assert scores == NOTEBOOKS[name][1]


@pytest.mark.parametrize("name", CHEATS)
def test_a_cheat_gains_nothing(world, name):
    """Patches, frames, gc, lying objects and forged outputs score what the wrong answer scores."""
    honest = world.course.scores("curang-tanpa-curang")["tugas-1"]
    cell = find(world.course.graded(f"curang-{name}"), "curang")

    assert world.course.scores(f"curang-{name}")["tugas-1"] <= honest
    if "ketemu" in text_of(cell):
        assert "ketemu []" in text_of(cell)


def test_nothing_outside_was_touched(world):
    """No connection came, the process lives, files are as they were, nothing was left running."""
    names = [path.name for path in world.folder.rglob("*")]

    assert world.connections == []
    assert world.victim.poll() is None
    assert MARK not in names
    assert not os.path.exists(f"/{MARK}")
    assert (world.folder / "rumah" / "kunci").read_text() == SECRET
    assert _processes_with(MARK) == []
    # One of a grader that another test has just killed is about to end.
    deadline = time.monotonic() + 60
    while (
        left := _processes_with("asynclab.grading.warm", orphans=True)
    ) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert left == []


def _processes_with(text, *, orphans=False):
    """Command lines that hold the text; of all processes, or of those whose parent is gone."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                line = file.read().replace(b"\0", b" ").decode(errors="replace")
            with open(f"/proc/{pid}/stat") as file:
                orphan = file.read().rpartition(")")[2].split()[1] == "1"
        except OSError:
            continue
        if text in line and (orphan or not orphans):
            found.append(line)
    return found


def test_the_instructor_sees_what_was_tried(world):
    """In the log, and in a note at the top of the graded notebook; an honest one has none."""
    note = world.course.graded("serang-baca-shadow").cells[0].source

    assert "Untuk pengajar" in note
    assert "`/etc/shadow`" in note
    assert f"serang-baca-shadow, {SLUG}, sel [" in world.done.stderr
    assert "Untuk pengajar" not in world.course.graded("jujur").cells[0].source


def test_a_forged_record_is_flagged(world):
    """Only replacing the recorder itself can gain anything; the instructor is shown the lines."""
    note = world.course.graded("pemalsu").cells[0].source

    assert "`from asynclab.world import World`" in note
    assert "bukan putusan" in note


def test_the_note_is_not_in_the_students_feedback(world):
    """The page that a student gets does not hold what the instructor should look at."""
    student = "serang-baca-shadow"
    world.course.nbgrader("generate_feedback", SLUG, "--student", student)
    page = (world.course.folder / "feedback" / student / SLUG / f"{SLUG}.html").read_text()

    assert "ditolak" in page
    assert "Untuk pengajar" not in page


THREADS = """
import threading
try:
    threading.stack_size(32768)
    stop
except NameError:
    stop = threading.Event()
try:
    for number in range(1000):
        threading.Thread(target=stop.wait, daemon=True).start()
except RuntimeError:
    print(threading.active_count())
"""
POOL = """
import asyncio, threading
from concurrent.futures import ThreadPoolExecutor
async def work():
    return await asyncio.gather(*(asyncio.to_thread(pow, n, 2) for n in range(100)))
with ThreadPoolExecutor(64) as pool:
    print(sum(pool.map(abs, range(100))), sum(await work()))
"""


def test_threads_are_counted_over_all_cells():
    """However small their stacks; what answers need is far below the bound."""
    if OBSTACLE or not linux.counts_by_namespace():
        pytest.skip("this kernel counts all that a user has")
    cells = [Cell(source, number) for number, source in enumerate([POOL, *[THREADS] * 4], 1)]
    results = run_cells(cells, seed=1)
    close_all()
    shown = ["".join(item.get("text", "") for item in result.outputs) for result in results]

    assert shown[0] == "4950 328350\n"
    assert [0 < int(text) <= sandbox.TASKS for text in shown[1:]] == [True] * 4


def test_an_older_kernel_is_not_asked_to_count(monkeypatch):
    """There the limit would be about everything that the grader's user runs."""
    before = resource.getrlimit(resource.RLIMIT_NPROC)
    for release, counts in {
        "5.4.0-190-generic": False,
        "5.14.0": True,
        "6.1": True,
        "?": False,
    }.items():
        monkeypatch.setattr(
            linux.os, "uname", lambda release=release: SimpleNamespace(release=release)
        )
        assert linux.counts_by_namespace() is counts
        if not counts:
            linux.bound_tasks(1)

    assert resource.getrlimit(resource.RLIMIT_NPROC) == before


SEEN = """
import os, socket
print(socket.if_nameindex())
print(sorted({line.split()[0] for line in open('/proc/net/route')} - {'Iface'}))
print([pid for pid in os.listdir('/proc') if pid.isdigit()])
print(sorted(os.listdir('.')), os.getcwd())
"""


def test_only_its_own_loopback_and_itself_are_there(world):
    """No other interface, no route, no other process, an empty folder."""
    notebook = answered(world.course.release)
    notebook.cells.append(new_code_cell(SEEN, id="lihat"))
    world.course.submit("pelihat", notebook)
    world.course.nbgrader("autograde", SLUG, "--student", "pelihat")
    lines = text_of(find(world.course.graded("pelihat"), "lihat")).splitlines()

    assert lines[:4] == ["[(1, 'lo')]", "[]", "['1']", "[] /kerja"]


def test_a_course_that_trusts_says_so(world):
    """Without the sandbox grading goes on, loudly, and every graded notebook says it."""
    world.course.submit("tepercaya", answered(world.course.release))
    option = "--ExecuteAndJudge.trust_submissions=True"
    done = world.course.nbgrader("autograde", SLUG, "--student", "tepercaya", option)

    assert world.course.scores("tepercaya") == FULL
    assert "sandbox dimatikan" in done.stderr
    assert "tanpa sandbox" in world.course.graded("tepercaya").cells[0].source


CLOSED = """
from asynclab.grading import intake
def refuse(*arguments):
    raise intake.SandboxError("unshare: Operation not permitted")
intake.spawn = refuse
"""


def test_where_nothing_can_be_shut_in_nothing_is_graded(tmp_path):
    """One sentence with the reason and the way out, exit code 1, no submission touched."""
    course = TinyCourse(tmp_path, CLOSED)
    course.nbgrader("generate_assignment", SLUG)
    course.submit("jujur", answered(course.release))
    done = course.nbgrader("autograde", SLUG, "--ExecuteAndJudge.trust_submissions=False")

    assert done.returncode == 1
    assert "(unshare: Operation not permitted), jadi tidak ada yang dinilai" in done.stderr
    assert "trust_submissions=True" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "autograded" / "jujur").exists()
