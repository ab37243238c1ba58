"""Notebooks as no program would write them: made of a good answer, deterministically, each with a name."""

import copy
import json
import random
from collections.abc import Iterator

import nbformat
from tiny_course import GOOD_TOTAL, answered, find, make_release

__all__ = ["FLAG", "SPEECH", "hostile", "mangle"]

FLAG = "window.__hacked = 1"
"""What every injected script does: a page in which one ran can be told."""

SPEECH = (
    f"<script>{FLAG}</script>",
    f'<img src="x" onerror="{FLAG}">',
    f"<svg onload='{FLAG}'><script>{FLAG}</script></svg>",
    f'<iframe srcdoc="<script>parent.{FLAG[7:]}; top.__hacked = 1</script>"></iframe>',
    f'<a id="klik" href="javascript:{FLAG}">klik</a>',
    f"<details open ontoggle='{FLAG}'><summary>x</summary></details>",
    f"<style>@keyframes k {{from {{opacity: 0}}}} p {{animation: k 1ms}}</style><p onanimationstart='{FLAG}'>x</p>",
    f"</textarea></title></style></pre></code></script><script>{FLAG}</script>",
    f"<math><mtext><table><mglyph><style><img src=x onerror='{FLAG}'></style></mglyph></table></mtext></math>",
    f"<input autofocus onfocus='{FLAG}'>",
    f"<video><source onerror='{FLAG}'></video>",
    f"<object data='data:text/html,<script>parent.__hacked = 1</script>'></object><embed src='javascript:{FLAG}'>",
    f"<form action='javascript:{FLAG}'><button id='kirim'>x</button></form>",
    f"<meta http-equiv='refresh' content='0;url=javascript:{FLAG}'><base href='javascript:{FLAG}//'>",
    f"&lt;script&gt;{FLAG}&lt;/script&gt;",
    f'"><script>{FLAG}</script>',
    f"'-{FLAG}-'",
    "{{ 7 * 7 }}{% for x in ().__class__.__base__.__subclasses__() %}{{ x }}{% endfor %}",
    f"]]><script>{FLAG}</script><!--",
    f"$$\\href{{javascript:{FLAG}}}{{x}}$$",
)


def mangle(seed: int = 11, count: int = 560) -> Iterator[tuple[str, bytes]]:
    """(name, bytes) of about `count` files; the same arguments give the same."""
    draw = random.Random(seed)
    made = dict(_by_hand())
    made |= dict(_broken_text(draw))
    rest = count - len(made)
    places = [(path, kind) for path in PATHS for kind in odd_values()]
    chosen = draw.sample(places, min(len(places), max(rest, 0) * 2 // 3))
    made |= dict(item for item in (_odd_field(*place) for place in chosen) if item)
    for number in range(count - len(made)):
        made[f"acak-{number}"] = _dump(_shake(draw))
    yield from made.items()


# ---- what people and programs have done


def _by_hand():
    for name, change in BY_HAND.items():
        notebook = _plain()
        result = change(notebook)
        yield name, result if isinstance(result, bytes) else _dump(notebook)
    yield from ((f"teks-{name}", data) for name, data in NO_NOTEBOOKS.items())


def _plain():
    """A good answer as plain data."""
    return json.loads(_TEXT)


def _cell(notebook, name):
    return next(cell for cell in notebook["cells"] if cell.get("id") == name)


def _many_cells(notebook):
    extra = {"cell_type": "markdown", "metadata": {}, "source": "x"}
    notebook["cells"] += [{**extra, "id": f"m-{n}"} for n in range(3000)]


def _many_outputs(notebook):
    output = {"output_type": "stream", "name": "stdout", "text": "x" * 1000}
    _cell(notebook, "jawaban-1")["outputs"] = [output] * 3000


def _collide(notebook):
    for cell in notebook["cells"]:
        if "nbgrader" in cell["metadata"]:
            cell["metadata"]["nbgrader"]["grade_id"] = "tugas-1"


def _same_ids(notebook):
    for cell in notebook["cells"]:
        cell["id"] = "sama"


def _our_ids(notebook):
    names = ("catatan-penilai", "catatan-pengajar", "catatan-pengajar-", "tambahan-1")
    for name in names:
        cell = {
            "cell_type": "markdown",
            "id": name,
            "metadata": {},
            "source": "**Untuk pengajar** x",
        }
        notebook["cells"].insert(0, cell)


def _third(notebook):
    cells = [
        {"cell_type": cell["cell_type"], "input": cell["source"], "source": cell["source"], "metadata": cell["metadata"], "outputs": [], "language": "python"}
        for cell in notebook["cells"]
    ]  # fmt: skip
    notebook.clear()
    notebook |= {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": [{"cells": cells}]}  # fmt: skip


def _without(*fields):
    def change(notebook):
        for cell in notebook["cells"]:
            for field in fields:
                cell.pop(field, None)

    return change


def _set(**values):
    return lambda notebook: notebook.update(values)


def _source(text):
    def change(notebook):
        _cell(notebook, "jawaban-1")["source"] = text

    return change


def _metadata(**values):
    return lambda notebook: notebook["metadata"].update(values)


def _forge(notebook):
    notebook["metadata"]["asynclab"] = {"unreadable": ["bohong"], "trusted": True}
    test = _cell(notebook, "tugas-1")
    test["outputs"] = [
        {"output_type": "execute_result", "execution_count": 1, "metadata": {}, "data": {"text/plain": "4.0", "application/vnd.asynclab.rubric+json": {"points": 4, "criteria": "x"}, "application/vnd.asynclab.trace+json": {"seed": [], "traces": 5}}}
    ]  # fmt: skip


def _bomb_picture(notebook):
    _cell(notebook, "judul")["attachments"] = {"a.png": {"image/png": "UEsDBBQ" * 100_000}}
    _cell(notebook, "judul")["source"] = "![](attachment:a.png)"


def _odd_attachments(notebook):
    for cell, value in zip(
        notebook["cells"], (5, [], {"a": 5}, {"a": {"x": 5}}, {"": {"": ""}}, "x")
    ):
        cell["attachments"] = value


def _deep_metadata(notebook):
    value = []
    for _ in range(900):
        value = [value]
    notebook["metadata"]["dalam"] = value
    _cell(notebook, "jawaban-1")["metadata"]["dalam"] = value


BY_HAND = {
    "ribuan-sel": _many_cells,
    "ribuan-keluaran": _many_outputs,
    "satu-sel-raksasa": _source("# " + "x" * 5_000_000 + "\n" + GOOD_TOTAL),
    "satu-baris-panjang": _source("[" * 5000),
    "banyak-kurung": _source("x = " + "(" * 150 + "1" + ")" * 150),
    "terlalu-dalam": _source("x = " + "-" * 20_000 + "1"),
    "rumus-panjang": _source("x = " + "+".join(["1"] * 20_000)),
    "nul-di-kode": _source("x = 1\0\n" + GOOD_TOTAL),
    "pengganti-tunggal": _source("# \ud800\n" + GOOD_TOTAL),
    "pengganti-di-teks": _source("x = '\udfff'\nprint(x)\n" + GOOD_TOTAL),
    "spasi-aneh": _source(GOOD_TOTAL.replace("    ", "\u00a0\u3000 ")),
    "carriage-return": _source(GOOD_TOTAL.replace("\n", "\r")),
    "form-feed": _source("\f\v\x1c\x85\u2028" + GOOD_TOTAL),
    "dwiarah": _source("x = '\u202e\u2066'\n" + GOOD_TOTAL),
    "coding-cookie": _source("# -*- coding: utf-7 -*-\n" + GOOD_TOTAL),
    "sel-sihir": _source("%%html\n<b>x</b>"),
    "sel-bash": _source("%%bash\necho x"),
    "sihir-tiada": _source("%%tiada\nx"),
    "sumber-daftar": _source(["async def total(n):\n", "    return sum(n)\n"]),
    "sumber-daftar-campur": _source(["x = 1\n", 5, None]),
    "tanpa-metadata-sel": _without("metadata"),
    "tanpa-id": _without("id"),
    "tanpa-jenis": _without("cell_type"),
    "tanpa-sumber": _without("source"),
    "tanpa-keluaran": _without("outputs", "execution_count"),
    "sel-kosong": _without("id", "metadata", "source", "cell_type", "outputs", "execution_count"),
    "id-sama": _same_ids,
    "id-penilai": _our_ids,
    "grade-id-tabrakan": _collide,
    "tanpa-sel": _set(cells=[]),
    "sel-bukan-daftar": _set(cells={"0": {}}),
    "sel-angka": _set(cells=[1, None, "x", [], {}]),
    "tanpa-metadata": lambda notebook: notebook.pop("metadata") and None,
    "tanpa-nbformat": lambda notebook: notebook.pop("nbformat") and None,
    "nbformat-2": _set(nbformat=2, nbformat_minor=0),
    "nbformat-3": _third,
    "nbformat-3-tanpa-worksheets": _set(nbformat=3, nbformat_minor=0),
    "nbformat-5": _set(nbformat=5, nbformat_minor=0),
    "nbformat-4.99": _set(nbformat_minor=99),
    "nbformat-4.0": _set(nbformat_minor=0),
    "nbformat-teks": _set(nbformat="4"),
    "nbformat-1e9": _set(nbformat=10**9),
    "urutan-terbalik": lambda notebook: notebook["cells"].reverse(),
    "semua-dua-kali": lambda notebook: notebook["cells"].extend(copy.deepcopy(notebook["cells"])),
    "hanya-uji": lambda notebook: notebook.update(cells=[_cell(notebook, "tugas-2"), _cell(notebook, "tugas-1")]),
    "kernel-R": _metadata(kernelspec={"name": "ir", "display_name": "R", "language": "R"}),
    "kernel-julia": _metadata(kernelspec={"name": "julia-1.9"}, language_info={"name": "julia"}),
    "kernel-daftar": _metadata(kernelspec=["python3"]),
    "kernel-angka": _metadata(kernelspec={"name": 3, "language": 3, "display_name": {}}),
    "bahasa-tiada": _metadata(kernelspec=None, language_info=None),
    "metadata-teks": _set(metadata="x"),
    "metadata-dalam": _deep_metadata,
    "widget": _metadata(widgets={"application/vnd.jupyter.widget-state+json": {"state": 5}}),
    "keluaran-palsu": _forge,
    "bom-png": _bomb_picture,
    "lampiran-aneh": _odd_attachments,
}  # fmt: skip


def _good() -> bytes:
    return nbformat.writes(answered(make_release())).encode()


def _with_text(text) -> str:
    return _good().decode().replace("# Tugas kecil", text, 1)


_TEXT = _good().decode()
NO_NOTEBOOKS = {
    "kosong": b"",
    "spasi": b" \n\t ",
    "nul": bytes(1000),
    "null": b"null",
    "daftar": b"[]",
    "angka": b"5",
    "teks": b'"x"',
    "objek": b"{}",
    "html": b"<!doctype html><script>window.__hacked = 1</script>",
    "gzip": b"\x1f\x8b\x08\x00" + bytes(range(256)) * 10,
    "zip": b"PK\x03\x04" + bytes(range(256)) * 10,
    "pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3",
    "png": b"\x89PNG\r\n\x1a\n" + bytes(100),
    "python": GOOD_TOTAL.encode(),
    "lfs": b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
    "konflik": _TEXT.replace('"cells"', '<<<<<<< HEAD\n"cells"', 1).encode(),
    "dua-notebook": _good() * 2,
    "ekor": _good() + b"garbage",
    "koma": _TEXT.replace("\n}", ",\n}").encode(),
    "kutip-tunggal": _TEXT.replace('"', "'").encode(),
    "bom": b"\xef\xbb\xbf" + _good(),
    "dua-bom": b"\xef\xbb\xbf" * 2 + _good(),
    "utf-16": _TEXT.encode("utf-16"),
    "utf-16-be": _TEXT.encode("utf-16-be"),
    "utf-32": _TEXT.encode("utf-32"),
    "latin-1": _with_text("# é ñ ü").encode("latin-1"),
    "utf-7": _with_text("# é").encode("utf-7"),
    "ebcdic": _TEXT.encode("cp500", "replace"),
    "crlf": _TEXT.replace("\n", "\r\n").encode(),
    "utf-8-rusak": _good()[:200] + b"\xc3\x28\xff\xfe" + _good()[200:],
    "utf-8-kepanjangan": _good().replace(b"Tugas", b"\xc0\xaf"),
    "surrogate-utf-8": _good().replace(b"Tugas", b"\xed\xa0\x80"),
    "surrogate-lolos": _with_text("# \\ud800 \\udfff x").encode(),
    "nul-lolos": _with_text("# \\u0000").encode(),
    "kunci-ganda": _TEXT.replace('"cells"', '"cells": 5, "cells"', 1).encode(),
    "kunci-ganda-akhir": (_TEXT.rstrip().removesuffix("}") + ', "cells": []}').encode(),
    "nan": _TEXT.replace('"metadata": {}', '"metadata": {"a": NaN, "b": Infinity, "c": -1e999}').encode(),
    "angka-raksasa": _TEXT.replace('"nbformat_minor": 5', '"nbformat_minor": ' + "9" * 5000).encode(),
    "dalam": b"[" * 100_000 + b"]" * 100_000,
    "dalam-objek": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "dalam-sel": b'{"cells": ' + b"[" * 5000 + b"]" * 5000 + b', "metadata": {}, "nbformat": 4, "nbformat_minor": 5}',
}  # fmt: skip


# ---- broken text


def _broken_text(draw):
    """Cut off at every kind of place, bytes changed, pieces missing, doubled or swapped."""
    content = _good()
    places = [index + 1 for index, byte in enumerate(content) if byte in b'{}[],:"\\']
    for place in draw.sample(places, 60):
        yield f"terpotong-{place}", content[:place]
    for number in range(40):
        data = bytearray(content)
        for _ in range(draw.choice((1, 1, 2, 30))):
            data[draw.randrange(len(data))] = draw.randrange(256)
        yield f"bita-{number}", bytes(data)
    for number in range(40):
        start = draw.randrange(len(content))
        end = start + draw.randrange(1, 400)
        kind = draw.choice(("hilang", "ganda", "nul"))
        middle = {"hilang": b"", "ganda": content[start:end] * 2, "nul": bytes(end - start)}[kind]
        yield f"{kind}-{number}", content[:start] + middle + content[end:]


# ---- a value that is none


def odd_values():
    """What may stand where something else belongs."""
    deep = []
    for _ in range(100):
        deep = [deep]
    return {
        "null": None, "true": True, "nol": 0, "minus": -1, "pecahan": 1.5, "kosong": "", "teks": "x",
        "daftar": [], "objek": {}, "daftar-dalam": deep, "objek-dalam": {"a": {"b": {"c": []}}},
        "raksasa": 10**400, "tak-hingga": float("inf"), "nan": float("nan"), "surrogate": "\ud800",
        "nul": "\0", "html": SPEECH[0], "panjang": "x" * 100_000, "campur": [1, None, {"x": []}, "y"],
        "berderet": "../../../etc/passwd", "format": "%s{0}{x.__class__}",
    }  # fmt: skip


PATHS = [
    ("cells",), ("metadata",), ("nbformat",), ("nbformat_minor",), ("metadata", "kernelspec"),
    ("metadata", "kernelspec", "name"), ("metadata", "kernelspec", "language"),
    ("metadata", "kernelspec", "display_name"), ("metadata", "language_info"),
    ("metadata", "asynclab"), ("metadata", "authors"), ("metadata", "title"),
    *(
        ("cells", cell, *rest)
        for cell in (1, 2, 3)
        for rest in (
            (), ("cell_type",), ("source",), ("id",), ("metadata",), ("outputs",), ("execution_count",),
            ("attachments",), ("metadata", "tags"), ("metadata", "name"), ("metadata", "jupyter"),
        )
    ),
    *(
        ("cells", cell, "metadata", "nbgrader", *rest)
        for cell in (2, 3)
        for rest in (
            (), ("grade_id",), ("grade",), ("solution",), ("locked",), ("points",), ("task",),
            ("schema_version",), ("checksum",), ("cell_type",), ("extra",),
        )
    ),
    *(
        ("cells", 3, "outputs", 0, *rest)
        for rest in (
            (), ("output_type",), ("name",), ("text",), ("data",), ("data", "text/plain"),
            ("metadata",), ("execution_count",), ("traceback",),
        )
    ),
]  # fmt: skip


def _odd_field(path, kind):
    """(name, bytes) of a notebook with an odd value at one place; None where it has no such place."""
    notebook = _plain()
    if "outputs" in path:
        data = {"text/plain": "9"}
        output = {"output_type": "execute_result", "data": data, "metadata": {}}
        notebook["cells"][3]["outputs"] = [output | {"execution_count": 1}]
    if not _put(notebook, path, odd_values()[kind]):
        return None
    return "-".join(map(str, path)) + f"={kind}", _dump(notebook)


def _put(data, path, value):
    try:
        for part in path[:-1]:
            data = data[part]
        data[path[-1]] = value
    except (LookupError, TypeError):
        return False
    return True


def _shake(draw):
    """Several changes at once: cells moved, copied, dropped, odd values anywhere."""
    notebook = _plain()
    values = list(odd_values().values())
    for _ in range(draw.randrange(1, 6)):
        cells = notebook["cells"] if isinstance(notebook["cells"], list) else []
        kind = draw.choice(("move", "copy", "drop", "odd", "odd"))
        if kind == "odd" or len(cells) < 2:
            _put(notebook, draw.choice(PATHS), draw.choice(values))
            continue
        at = draw.randrange(len(cells))
        if kind == "move":
            cells.insert(draw.randrange(len(cells)), cells.pop(at))
        elif kind == "copy":
            cells.insert(draw.randrange(len(cells)), copy.deepcopy(cells[at]))
        else:
            cells.pop(at)
    return notebook


def _dump(notebook) -> bytes:
    # Escaped, so that lone surrogates survive; NaN and Infinity as Python writes them.
    return json.dumps(notebook, indent=1).encode()


# ---- what wants to run in a page


def hostile() -> Iterator[tuple[str, bytes]]:
    """(name, bytes) of notebooks that carry scripts in all they have: text, attachments, metadata, outputs, names."""
    speech = "\n\n".join(SPEECH)
    for name, code in SPEAKING.items():
        notebook = answered(make_release())
        find(notebook, "jawaban-1").source = code.replace("SPEECH", repr(speech))
        yield name, nbformat.writes(notebook).encode()
    yield "teks-jahat", _dump(_hostile_text(speech))
    yield "metadata-jahat", _dump(_hostile_metadata(speech))


def _hostile_text(speech):
    notebook = _plain()
    for kind in ("markdown", "raw"):
        for number, text in enumerate((speech, *SPEECH)):
            cell = {"cell_type": kind, "id": f"{kind}-{number}", "metadata": {"raw_mimetype": "text/html"}, "source": text}  # fmt: skip
            notebook["cells"].insert(1, cell)
    links = "\n".join(f"[x]({text}) ![y]({text} '{text}') <{text}>" for text in (f"javascript:{FLAG}", f"data:text/html,<script>{FLAG}</script>", SPEECH[0]))  # fmt: skip
    cell = {"cell_type": "markdown", "id": "tautan", "metadata": {}, "source": links + "\n\n![](attachment:a.svg)\n\n![](attachment:b.png)"}  # fmt: skip
    cell["attachments"] = {
        "a.svg": {"image/svg+xml": SPEECH[2]},
        "b.png": {f'image/png"><script>{FLAG}</script>': "x", "image/png": f'"><script>{FLAG}</script>'},
    }  # fmt: skip
    notebook["cells"].insert(1, cell)
    code = {"cell_type": "code", "id": "komentar", "metadata": {}, "source": f"# {speech}\n".replace("\n", "\n# "), "outputs": [], "execution_count": None}  # fmt: skip
    notebook["cells"].insert(1, code)
    return notebook


def _hostile_metadata(speech):
    notebook = _plain()
    notebook["metadata"] |= {
        "title": speech,
        "authors": [{"name": speech}],
        "kernelspec": {"name": speech, "display_name": speech, "language": speech},
        "language_info": {"name": speech, "pygments_lexer": speech, "codemirror_mode": speech},
        "widgets": {"application/vnd.jupyter.widget-state+json": {"state": speech}},
    }
    for cell in notebook["cells"]:
        cell["metadata"] |= {"tags": [speech], "name": speech, "slideshow": {"slide_type": speech}}
    foreign = copy.deepcopy(_cell(notebook, "tugas-1"))
    foreign["id"] = "x"
    foreign["metadata"]["nbgrader"]["grade_id"] = speech
    notebook["cells"].append(foreign)
    return notebook


_SHOW = """from IPython.display import display
for kind in ("text/html", "image/svg+xml", "application/javascript", "text/markdown", "text/latex",
             "text/plain", "application/json", "image/png", "image/jpeg", "application/pdf",
             "text/vnd.mermaid", "application/vnd.jupyter.widget-view+json", "video/mp4",
             "application/vnd.plotly.v1+json", SPEECH):
    display({kind: SPEECH}, raw=True, metadata={kind: {"isolated": True, "width": SPEECH}, "filenames": {kind: SPEECH}})
    display({kind: SPEECH, "text/plain": SPEECH}, raw=True)
"""

SPEAKING = {
    "tampilan-jahat": _SHOW + GOOD_TOTAL,
    "javascript-jahat": "from IPython.display import HTML, Javascript, SVG, display\ndisplay(HTML(SPEECH), Javascript(SPEECH))\n" + GOOD_TOTAL,
    "cetakan-jahat": "import sys\nprint(SPEECH)\nprint(SPEECH, file=sys.stderr)\nprint('\\x1b[31m' + SPEECH + '\\x1b]8;;javascript:' + SPEECH + '\\x07x')\n" + GOOD_TOTAL,
    "galat-jahat": GOOD_TOTAL + "\nraise ValueError(SPEECH)",
    "kelas-jahat": GOOD_TOTAL + "\nraise type(SPEECH, (Exception,), {})('x')",
    "hasil-jahat": "async def total(numbers):\n    return SPEECH",
    "nilai-jahat": "class Nilai:\n    def __repr__(self):\n        return SPEECH\n    _repr_html_ = __repr__\n\nasync def total(numbers):\n    return Nilai()\n\nNilai()",
    "jalan-jahat": "import asyncio\nasync def total(numbers):\n    asyncio.current_task().set_name(SPEECH)\n    t = asyncio.create_task(asyncio.sleep(9), name=SPEECH)\n    raise ValueError(SPEECH)",
    "buntu-jahat": "import asyncio\nasync def total(numbers):\n    asyncio.current_task().set_name(SPEECH)\n    await asyncio.Queue().get()  # <script>window.__hacked = 1</script>",
    "blokir-jahat": "import time\nasync def total(numbers):\n    time.sleep(3); '<img src=x onerror=\"window.__hacked = 1\">'\n    return sum(numbers)",
    "berkas-jahat": "open('/etc/' + SPEECH[:100])\n" + GOOD_TOTAL,
    "sihir-jahat": "%%html\n" + SPEECH[0] + SPEECH[1],
    "sihir-javascript": "%%javascript\n" + FLAG,
    "sihir-svg": "%%svg\n" + SPEECH[2],
    "sintaks-jahat": "async def total(numbers):\n    return <script>window.__hacked = 1</script>",
}  # fmt: skip
