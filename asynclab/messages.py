"""Every sentence that a student can see, except those that stand in a notebook."""

from __future__ import annotations

__all__ = []


def number(value, digits=3) -> str:
    """A number as Indonesians write it: 2.5 -> '2,5'; at most `digits` decimals."""
    return (
        f"{round(value, digits):,.{digits}f}".rstrip("0")
        .rstrip(".")
        .translate(str.maketrans(",.", ".,"))
    )


def at(seconds) -> str:
    """A moment of virtual time: 't=2,5 s'."""
    return f"t={number(seconds)} s"


def place(place) -> str:
    """A line of code: 'run() pada sel [3] baris 14: `await queue.join()`'."""
    if place is None:
        return "tempat yang tidak diketahui"
    return place_json(vars(place))


def place_json(data) -> str:
    """`place` for a place in its JSON form."""
    if not data["line"]:
        return "sel uji"
    name, cell = data["function"], data.get("cell", "")
    function = "lambda " if name == "<lambda>" else "" if name.startswith("<") else f"{name}() "
    cell = f"{'pada ' if function else ''}sel [{cell}] " if cell.isdigit() else ""
    source = f": `{data['source']}`" if data.get("source") else ""
    return f"{function}{cell}baris {data['line']}{source}"


# ---- verdicts of a run


def verdict(trace) -> str:
    """Why a run did not finish: the fact, and where every task waits."""
    shown, rest = _grouped(trace.stuck)
    rest += max(trace.reason.get("count", 0) - len(trace.stuck), 0)
    more = [f"• … dan {number(rest)} task lain"] if rest else []
    # A task that died of an error that nobody saw is often why the others wait.
    unseen = [item for item in trace.observations if item.kind == "never-retrieved"]
    died = [f"• {observation(item)}" for item in unseen[:SHOWN_ERRORS]]
    return "\n".join([_VERDICTS[trace.verdict](trace), *shown, *more, *died])


SHOWN_GROUPS = 8
SHOWN_ERRORS = 2
SHOWN_NAMES = 4


def _grouped(items):
    """What waits, a line for each place, and how many things are on no line."""
    groups = {}
    for item in items:
        groups.setdefault((item.kind, item.place), []).append(item)
    shown = list(groups.values())[:SHOWN_GROUPS]
    return [f"• {waiting(group)}" for group in shown], len(items) - sum(map(len, shown))


def waiting(group) -> str:
    """Things that wait at one place: 'worker-1, worker-2 menunggu di worker() baris 14: …'."""
    kind, where = group[0].kind, group[0].place
    names = list_names([item.name for item in group])
    if kind != "task":
        names = f"{_KINDS[kind]} {names}"
    verb = {"connection": "", "generator": " berhenti"}.get(kind, " menunggu")
    return f"{names}{verb} di {place(where)}" if where else f"{names}{verb}"


def list_names(names, limit=SHOWN_NAMES) -> str:
    """Names with commas between; beyond `limit` they are counted."""
    rest = len(names) - limit
    return ", ".join(names[:limit]) + (f", dan {number(rest)} lagi" if rest > 0 else "")


def _where(trace, before):
    where = trace.reason.get("place")
    return f"{before}{place_json(where)}" if where else ""


def _failed(trace):
    text = trace.reason.get("text") or ""
    error = f"{trace.reason.get('type')}{': ' if text else ''}{text}"
    return f"Kode berhenti karena {error} (pada {at(trace.ended)}{_where(trace, ', di ')})."


def _stopped(trace):
    start = f"Kode dihentikan sesudah {number(trace.reason.get('limit', 0))} detik (waktu nyata)"
    if trace.reason.get("threads"):
        return (
            f"{start}: thread `{trace.reason['threads'][0]}` terus bekerja{_where(trace, ', di ')}."
        )
    if trace.reason.get("progress"):
        return f"{start}: belum juga selesai{_where(trace, '; terakhir di ')}."
    return f"{start}: event loop tidak pernah mendapat giliran lagi{_where(trace, ' dari ')}."


def _exited(trace):
    call = {"SystemExit": "memanggil `sys.exit()`", "loop.stop()": "memanggil `loop.stop()`"}.get(
        trace.reason.get("type"), f"melempar {trace.reason.get('type', 'SystemExit')}"
    )
    return f"Kode {call} pada {at(trace.ended)}{_where(trace, ', di ')}, dan menghentikan semuanya."


_VERDICTS = {
    "failed": _failed,
    "deadlock": lambda trace: (
        f"Kebuntuan (deadlock) pada {at(trace.ended)}: semua task menunggu, dan tidak ada yang dapat membangunkannya."
    ),
    "livelock": lambda trace: (
        f"Kode berputar tanpa henti pada {at(trace.ended)}: task terus berjalan, tetapi waktu tidak pernah maju."
    ),
    "horizon": lambda trace: (
        f"Sesudah {number(trace.ended)} detik (waktu maya) kode belum juga selesai."
    ),
    "stopped": _stopped,
    "exited": _exited,
    "killed": lambda trace: (
        "Proses yang menjalankan kode mati sebelum skenario ini selesai"
        + (f" ({trace.reason['text']})." if trace.reason.get("text") else ".")
    ),
    "overflow": lambda trace: (
        f"Kode menghasilkan terlalu banyak kejadian untuk dicatat (pada {at(trace.ended)})."
    ),
    "rejected": lambda trace: trace.reason["text"],
    "broken": lambda trace: (
        "Skenario ini tidak dapat dijalankan karena kesalahan pada penguji, bukan pada kode Anda."
    ),
}


# ---- traces


def no_note(key) -> str:
    """The scenario ended without writing down `key`."""
    return f"Skenario selesai tanpa mencatat “{key}”."


def malformed_trace(detail) -> str:
    """A trace that is not one."""
    return f"Catatan jalannya program tidak sah, jadi tidak dapat dinilai ({detail})."


def inconsistent_trace(detail) -> str:
    """A trace that contradicts itself."""
    return f"Catatan jalannya program bertentangan dengan dirinya sendiri, jadi tidak dapat dinilai ({detail})."


def missing_trace() -> str:
    """A test cell left no trace."""
    return "Tidak ada catatan jalannya program untuk sel uji ini."


def foreign_trace(expected, found) -> str:
    """The trace on record is of another scenario or seed."""
    return (
        f"Catatan jalannya program bukan dari skenario ini (diminta {expected}, ditemukan {found})."
    )


# ---- the closed world


def not_simulated(call) -> str:
    """Something the closed world does not have, and what to use instead."""
    advice = next((text for start, text in _INSTEAD if call.startswith(start)), "")
    return f"`{call}` tidak ada di dunia tertutup asynclab{advice}."


def loop_is_sealed(name) -> str:
    """Student code sets a part of the loop that the judgement rests on."""
    return f"`loop.{name}` tidak dapat diganti selama loop dipakai."


def loop_was_changed(name) -> str:
    """It has done so by a way round; `name` is the part."""
    return f"bagian event loop yang dipakai penilai diganti: {name}"


_INSTEAD = (
    ("create_connection(ssl", "; pakailah `http://`, bukan `https://`"),
    ("create_server(ssl", "; pakailah server tanpa TLS"),
    ("socket.", "; pakailah `aiohttp` atau `asyncio.open_connection`"),
    ("subprocess", "; proses lain tidak dapat dijalankan dari sini"),
    ("os.", "; proses lain tidak dapat dijalankan dari sini"),
    ("asyncio.create_subprocess", "; proses lain tidak dapat dijalankan dari sini"),
    ("ProcessPoolExecutor", "; pakailah `asyncio.to_thread` atau `ThreadPoolExecutor`"),
    ("asyncio.new_event_loop", "; event loop yang sudah berjalan cukup untuk semuanya"),
)


def not_seconds(name, value) -> str:
    """An option of `run` that is no number."""
    return f"`run(..., {name}={value!r})`: isi `{name}` dengan jumlah detik, misalnya 60."


def unknown_host(name) -> str:
    """A scenario speaks of a host that it has not made."""
    return f"Host “{name}” belum dikenal di jaringan; daftarkan dahulu dengan `network.add_host({name!r})`."


def impossible_latency(value) -> str:
    """A network that delivers before it was sent to."""
    return f"latency={value!r} tidak mungkin; isi dengan jumlah detik, paling kecil 0."


def impossible_bandwidth(value) -> str:
    """A network that delivers nothing."""
    return f"bandwidth={value!r} tidak mungkin; isi dengan byte per detik (lebih dari 0) atau None."


def nested_run() -> str:
    """`run` inside a scenario."""
    return "`run(...)` tidak dapat dipanggil dari dalam skenario; panggil dari sel notebook."


def not_a_scenario(thing) -> str:
    """`run` got a coroutine or a plain function."""
    name = getattr(thing, "__name__", None) or repr(thing)
    if hasattr(thing, "cr_frame"):
        return f"`run(...)` meminta fungsi skenario, bukan coroutine. Tulis `run({name})`, bukan `run({name}(...))`."
    return f"`run(...)` meminta fungsi `async def` dengan satu argumen `world`, bukan {name}."


# ---- findings (see findings.py)


def too_many(kind, limit, peak, moment, names) -> str:
    """More spans at once than allowed."""
    listing = ", ".join(names[:6]) + (", …" if len(names) > 6 else "")
    return f"Pada {at(moment)} ada {peak} {kind} sekaligus ({listing}); batasnya {limit}."


def never_that_many(kind, wanted, peak) -> str:
    """The allowed concurrency was never used."""
    return f"Tidak pernah lebih dari {peak} {kind} berjalan sekaligus; seharusnya sampai {wanted}."


def idle_place(kind, wanted, running, start, end, waiting) -> str:
    """A free slot while work waited."""
    return f"Dari {at(start)} sampai {at(end)} hanya {running} dari {wanted} tempat terisi, padahal masih ada {waiting} {kind} menunggu."


def none_began(kind) -> str:
    """No span of the kind."""
    return f"Tidak ada {kind} yang pernah dimulai."


def wrong_value(what, expected, actual) -> str:
    """A wrong result."""
    return f"{what} menghasilkan {actual}; seharusnya {expected}."


def difference(path, actual, expected) -> str:
    """The first difference inside two large values; None for what one of them does not have."""
    if actual is None:
        return f"Perbedaan pertama: `{path}` tidak ada; seharusnya {expected}."
    if expected is None:
        return f"Perbedaan pertama: `{path}` (isinya {actual}) seharusnya tidak ada."
    return f"Perbedaan pertama: `{path}` adalah {actual}; seharusnya {expected}."


def wrong_order(what, index, expected, actual) -> str:
    """The first place at which an order differs."""
    return f"{what}: urutan ke-{index + 1} adalah {actual}; seharusnya {expected}."


def wrong_count(what, expected, actual) -> str:
    """A list of the wrong length."""
    return f"{what}: ada {actual}; seharusnya {expected}."


def raised_instead(what, raised, moment) -> str:
    """An exception where a value was expected."""
    return f"{what} melempar {raised} pada {at(moment)}; seharusnya mengembalikan nilai."


def returned_instead(what, wanted, value, moment) -> str:
    """A value where an exception was expected."""
    return f"{what} mengembalikan {value} pada {at(moment)}; seharusnya melempar {wanted}."


def raised_other(what, wanted, raised) -> str:
    """Another exception than expected."""
    return f"{what} melempar {raised}; seharusnya {wanted}."


def left_behind(items) -> str:
    """Tasks, threads, connections still alive at the end."""
    shown, rest = _grouped(items)
    more = [f"• … dan {number(rest)} lagi"] if rest else []
    return "\n".join(["Masih tertinggal sesudah skenario selesai:", *shown, *more])


_KINDS = {
    "task": "task",
    "thread": "thread",
    "generator": "async generator",
    "connection": "sambungan ke",
}


def noticed(items) -> str:
    """Warnings of Python and libraries that were caught."""
    return " ".join(list(dict.fromkeys(map(observation, items)))[:3])


def observation(item) -> str:
    """One observation as a sentence."""
    where = f" (di {place(item.place)})" if item.place else ""
    text = _THINGS.get(item.text, item.text) if item.kind == "unclosed" else item.text
    return _OBSERVATIONS.get(item.kind, "{text}{where}.").format(
        text=text, where=where, at=at(item.time)
    )


# What asyncio and aiohttp call the things that were not closed.
_THINGS = {
    "client session": "Sebuah `ClientSession`",
    "connection": "Sebuah sambungan `aiohttp`",
    "connector": "Sebuah `TCPConnector`",
    "event loop": "Sebuah event loop",
    "file": "Sebuah berkas",
    "transport": "Sebuah transport",
}
_OBSERVATIONS = {
    "blocking": "`{text}` memblokir event loop pada {at}{where}.",
    "never-awaited": "Coroutine `{text}` dibuat tetapi tidak pernah di-await{where}.",
    "never-retrieved": "Sebuah task gagal dengan {text}, dan galatnya tidak pernah diambil{where}.",
    "unclosed": "{text} tidak pernah ditutup{where}.",
    "destroyed": "Task `{text}` hilang sebelum selesai{where}.",
    "callback-failed": "Sebuah callback gagal: {text}{where}.",
    "thread-failed": "Sebuah thread gagal: {text}{where}.",
    "warning": "Peringatan Python: {text}{where}.",
    "log": "Catatan log: {text}.",
    "stubborn": "Pembersihan sesudah skenario tidak pernah berakhir, jadi dihentikan.",
}


def logged(item) -> str:
    """An exception that a server or the student's own code logged."""
    return (
        f"Sementara itu tercatat pada {at(item.time)}: {item.text[:200]} (di {place(item.place)})."
    )


def began_after(kind, names, moment) -> str:
    """Something started although it was all over."""
    return f"Sesudah {at(moment)} masih dimulai {kind}: {', '.join(names[:5])}."


def ended_after(kind, names, moment, event) -> str:
    """Something was still running when the call returned, or at what else `event` says."""
    return f"Pada {at(moment)}, ketika {event}, {kind} ini belum selesai dibereskan: {', '.join(names[:5])}."


def wrong_moment(what, number_, expected, actual, verb="", why="") -> str:
    """Something happened too early or too late."""
    reason = f", {why}" if why else ""
    return f"{_counted(what, number_, verb)} pada {at(actual)}; seharusnya {at(expected)}{reason}."


def _counted(what, number_, verb):
    return f"{what} ke-{number_}{' ' if verb else ''}{verb}"


def never_happened(what, number_, expected, verb="") -> str:
    """Something expected at a moment did not happen."""
    return f"{what} ke-{number_} tidak pernah {verb or 'ada'}; seharusnya pada {at(expected)}."


def happened_again(what, number_, actual, verb="") -> str:
    """Something happened once more than expected."""
    return (
        f"{_counted(what, number_, verb)} pada {at(actual)}; seharusnya tidak ada."
        if verb
        else f"{what} ke-{number_} pada {at(actual)} seharusnya tidak ada."
    )


def too_many_within(kind, limit, seconds, first, last, names) -> str:
    """More spans began within a window of time than allowed."""
    listing = ", ".join(names[:6]) + (", …" if len(names) > 6 else "")
    when = f"Pada {at(first)}" if last == first else f"Dari {at(first)} sampai {at(last)}"
    return f"{when} mulai {len(names)} {kind} ({listing}), padahal dalam {number(seconds)} detik mana pun paling banyak {limit}."


def began_late(kind, name, number_, actual, latest) -> str:
    """A span that began later than it might."""
    return f"{kind.capitalize()} ke-{number_} ({name}) baru mulai pada {at(actual)}; paling lambat {at(latest)}."


def never_began(kind, number_, latest) -> str:
    """A span that should have begun and did not."""
    return f"{kind.capitalize()} ke-{number_} tidak pernah mulai; seharusnya paling lambat pada {at(latest)}."


def too_many_turns(turns, limit) -> str:
    """Polling."""
    return f"Event loop berputar {number(turns)} kali; menunggu tanpa polling cukup paling banyak {number(limit)} kali."


def took(what, seconds, expected) -> str:
    """A wrong duration."""
    return f"{what} memakan {number(seconds)} detik (waktu maya); seharusnya {expected}."


# ---- what happened at a finding's moment: the words at the mark in its picture

RETURNED = "panggilan sudah kembali"
RAISED = "galatnya keluar"
EXPECTED = "seharusnya saat ini"
FREE_PLACE = "ada tempat kosong"
SCENARIO_OVER = "skenario selesai"
BLOCKED = "event loop terblokir"
LONGEST_EVENT = 28


def begins(name) -> str:
    """A span begins, named where its name is short."""
    return f"{name} mulai" if len(name) <= LONGEST_EVENT else "mulai"


def so_many_at_once(peak) -> str:
    """The largest number is reached."""
    return f"{peak} sekaligus"


def one_too_many(kind, number_, seconds) -> str:
    """The first span that is too many within a window of so many seconds."""
    return f"{kind} ke-{number_} dalam {number(seconds)} s"


def count_event(what, number_) -> str:
    """The `number_`-th of something, named where its name is short."""
    event = f"{what.rsplit(', ')[-1]} ke-{number_}"
    event = event[:1].lower() + event[1:]
    return event if len(event) <= LONGEST_EVENT and "`" not in event else f"yang ke-{number_}"


# ---- cells of a submission, run while grading


def output_cut() -> str:
    """More text than is kept."""
    return "… keluaran sel ini terlalu panjang; sisanya dipotong saat penilaian."


def output_too_large() -> str:
    """A picture or table that is not kept."""
    return "… satu keluaran (gambar atau tabel) terlalu besar, jadi tidak disimpan saat penilaian."


def no_shell_command(command) -> str:
    """`!command` and `%pip`."""
    return f"Perintah shell tidak dijalankan saat penilaian: {command[:80]}"


def no_input() -> str:
    """`input()`."""
    return "input() tidak dapat dipakai saat penilaian: tidak ada orang yang mengetik."


def cell_fault(fault) -> str:
    """Why a student's cell did not come to its end; `fault` is plain data with a "kind"."""
    sentence = _CELL_FAULTS[fault["kind"]](fault)
    waiting = [
        f"• {item['name']} menunggu di {place_json(item['place'])}"
        for item in fault.get("waiting", [])
        if item["place"]
    ]
    return "\n".join([sentence, *waiting])


def _stopped_cell(fault):
    where = f", di {place_json(fault['place'])}" if fault.get("place") else ""
    return f"Sel ini belum selesai setelah {number(fault['seconds'])} detik, lalu dihentikan{where}. {_OTHERS}"


_OTHERS = "Sel lain tetap dijalankan; fungsi dan kelas di sel ini tetap dinilai."
_CELL_FAULTS = {
    "stopped": _stopped_cell,
    "deadlock": lambda fault: (
        "Kebuntuan (deadlock): sel ini menunggu sesuatu yang tidak akan pernah terjadi. Sel lain tetap dijalankan."
    ),
    "livelock": lambda fault: (
        "Sel ini berputar tanpa henti: task terus berjalan, tetapi waktu tidak pernah maju. Sel lain tetap dijalankan."
    ),
    "horizon": lambda fault: (
        "Sel ini belum selesai sesudah satu jam waktu maya, lalu dihentikan. Sel lain tetap dijalankan."
    ),
    "exited": lambda fault: "Sel ini memanggil exit() atau sys.exit(). Sel lain tetap dijalankan.",
    "died": lambda fault: (
        f"Proses yang menjalankan sel ini mati, misalnya oleh os._exit() atau karena kehabisan memori. {_OTHERS}"
    ),
    "unreadable": lambda fault: (
        f"Keluaran sel ini tidak dapat dibaca oleh penilai, jadi selnya dihentikan. {_OTHERS}"
    ),
    "budget": lambda fault: (
        f"Sel ini tidak dijalankan: {number(fault['seconds'])} detik untuk seluruh notebook sudah habis oleh sel-sel sebelumnya."
    ),
    "restarts": lambda fault: (
        "Sel ini tidak dijalankan: terlalu banyak sel di notebook ini yang mematikan prosesnya."
    ),
}


def scenario_fault(fault) -> str:
    """Why a test cell left no trace, or fewer than it should."""
    where = f" di {place_json(fault['place'])}" if fault.get("place") else ""
    return {
        "stopped": f"Kode Anda tidak selesai dalam {number(fault.get('seconds', 0))} detik, lalu dihentikan{where}.",
        "died": "Proses yang menjalankan kode Anda mati sebelum sel uji ini selesai, misalnya oleh os._exit() atau karena kehabisan memori.",
        "unreadable": "Proses yang menjalankan kode Anda mengirim catatan yang tidak dapat dibaca.",
        "broken": f"Sel uji ini tidak dapat dijalankan bersama kode Anda: {fault.get('text', '')}{where}.",
        "deaf": "Kode Anda tidak dapat dihentikan.",
        "budget": "Sel uji ini tidak dijalankan: waktu untuk seluruh notebook sudah habis oleh sel-sel sebelumnya.",
        "restarts": "Sel uji ini tidak dijalankan: terlalu banyak sel di notebook ini yang mematikan prosesnya.",
    }[fault["kind"]]


# ---- findings about records (see fields.py)


def field_of(field, key) -> str:
    """A field of a record, as the subject of a sentence."""
    return f"`{field}` untuk {key}"


def item_missing(what, item, found) -> str:
    """A list without an item that should be in it."""
    return f"Di {what} tidak ada {item}; isinya {found}."


def item_extra(what, item) -> str:
    """A list with an item that should not be in it."""
    return f"Di {what} ada {item}; seharusnya tidak ada."


def item_repeated(what, item, count) -> str:
    """A list with an item too often."""
    return f"Di {what} ada {item} sebanyak {count} kali."


def field_differs(field, key, expected, actual) -> str:
    """A field with another value than it should have."""
    return f"`{field}` untuk {key} adalah {actual}; seharusnya {expected}."


def record_missing(what, key) -> str:
    """A record that should be there is not."""
    return f"Di hasil {what} tidak ada {key}."


def record_extra(what, keys) -> str:
    """Records that should not be there."""
    listing = ", ".join(map(str, keys[:3])) + (", …" if len(keys) > 3 else "")
    return f"Di hasil {what} ada yang tidak seharusnya: {listing}."


def field_missing(what, key, field) -> str:
    """A record without a field."""
    return f"Di hasil {what}, {key} tidak punya `{field}`."


# ---- findings about files (see files.py)


def no_files() -> str:
    """The note of a folder's files is not one."""
    return "Isi folder tidak tercatat."


def file_missing(name, there) -> str:
    """A file that should be there is not."""
    listing = ", ".join(f"`{other}`" for other in there[:5]) if there else "tidak ada berkas"
    return f"Berkas `{name}` tidak ada di folder; yang ada: {listing}."


def file_size(name, size, wanted) -> str:
    """A file of the wrong size."""
    return f"Berkas `{name}` berisi {number(size)} byte; seharusnya {number(wanted)} byte."


def file_content(name, size) -> str:
    """A file of the right size with other bytes."""
    return f"Berkas `{name}` panjangnya benar ({number(size)} byte), tetapi isinya bukan isi yang seharusnya."


def file_extra(files) -> str:
    """Files that should not be there."""
    listing = ", ".join(f"`{name}` ({number(size)} byte)" for name, size in list(files.items())[:5])
    return f"Di folder tertinggal {listing}; seharusnya tidak ada."


# ---- the table under a test cell


def score(rubric) -> str:
    """The line above the table: points earned, and how many more are judged later by hidden criteria."""
    line = f"Nilai: {number(rubric.earned)} dari {number(rubric.total)}"
    rest = rubric.points - rubric.total
    return (
        f"{line} (uji yang terlihat; {number(rest)} poin lain diperiksa saat penilaian)"
        if rest > 1e-9
        else line
    )


TABLE = {
    "criterion": "Yang diperiksa",
    "passed": "lulus",
    "failed": "gagal",
    "skipped": "belum diperiksa",
    "unjudged": "tidak dinilai",
    "hint": "Petunjuk",
    "maybe": "Mungkin",
}


def unjudged(detail) -> str:
    """The criterion itself broke: our fault."""
    return f"Tidak dinilai: penguji gagal memeriksa bagian ini ({detail}). Ini bukan kesalahan Anda; mohon sampaikan kepada pengajar."


def same_reason() -> str:
    """The same verdict as a criterion above."""
    return "Tidak sampai diperiksa: sebab yang sama seperti di atas."


def not_satisfied() -> str:
    """A plain False without a fact."""
    return "Tidak terpenuhi."
