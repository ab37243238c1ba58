"""The student's own cells on a page: nothing of them runs, loads, or shows the grader."""

import base64

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from asynclab.grading.feedback.student import Output, clean_html, read_cell

PIXEL = base64.b64encode(b"\x89PNG").decode()


def outputs(*items):
    """The outputs of a cell with these, as the page gets them."""
    return read_cell(new_code_cell("1", outputs=list(items))).outputs


def data(**kinds):
    """A display of data; `image_png` stands for image/png."""
    return new_output(
        "display_data", data={kind.replace("_", "/", 1): value for kind, value in kinds.items()}
    )


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg><script>alert(1)</script></svg>",
        "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
        "<style>@import 'http://x'</style>",
        "<math><mtext><script>alert(1)</script>",
        "<!-- <script> -->",
    ],
)
def test_html_that_does_something_is_left_out(html):
    """Nothing to read is left of it."""
    assert clean_html(html) == ""


def test_html_to_read_stays():
    """Tables and words do; handlers, styles and foreign protocols don't."""
    html = '<p onclick="x()" style="position:fixed">Halo <b>Ani</b></p><table><td colspan="2">1</td></table>'
    link = '<a href="javascript:alert(1)">x</a> <a href="https://docs.python.org">y</a>'
    row = '<tr><td colspan="2">1</td></tr>'

    assert clean_html(html) == f"<p>Halo <b>Ani</b></p><table><tbody>{row}</tbody></table>"
    assert clean_html(link) == '<a>x</a> <a href="https://docs.python.org">y</a>'


def test_pictures_are_embedded_as_pictures():
    """An SVG in an `<img>` runs nothing; what is no base64 is no picture."""
    svg = "<svg><script>alert(1)</script></svg>"
    encoded = base64.b64encode(svg.encode()).decode()

    assert outputs(data(image_png=PIXEL)) == [Output("image", f"data:image/png;base64,{PIXEL}")]
    assert outputs(data(**{"image_svg+xml": svg})) == [
        Output("image", f"data:image/svg+xml;base64,{encoded}")
    ]
    assert outputs(data(image_png='"><script>', text_plain="gambar")) == [
        Output("text", "gambar\n")
    ]


def test_what_a_program_would_show_is_shown_as_text():
    """JavaScript, widgets and LaTeX are not for this page."""
    kinds = {"application_javascript": "alert(1)", "application_vnd.jupyter.widget-view+json": {}}

    assert outputs(data(**kinds, text_plain="Slider()")) == [Output("text", "Slider()\n")]


def test_a_traceback_shows_only_their_own_lines():
    """No frame of a library or of the grader, no colours."""
    frames = [
        "\x1b[31m-----------\x1b[39m",
        "\x1b[31mTypeError\x1b[39m  Traceback",
        "Cell In[3], line 2\n----> 2 total()",
        "File /opt/modul11/asynclab/run.py:9, in run\n----> 9 secret()",
        "TypeError: salah",
    ]
    error = new_output("error", ename="TypeError", evalue="salah", traceback=frames)
    joined = new_output(
        "error", ename="TypeError", evalue="salah", traceback=["\n".join(frames[:4])]
    )

    assert outputs(error) == [
        Output(
            "error", "TypeError  Traceback\nCell In[3], line 2\n----> 2 total()\nTypeError: salah"
        )
    ]
    assert "secret" not in outputs(joined)[0].content


def test_texts_are_joined_and_bounded():
    """A flood does not fill the page; an empty output is none."""
    first, second = new_output("stream", text="satu\n"), new_output("stream", text="dua\n")
    (flood,) = outputs(new_output("stream", text="x" * 100_000))

    assert outputs(first, second) == [Output("text", "satu\ndua\n")]
    assert outputs(new_output("stream", text=" ")) == []
    assert len(flood.content) < 21_000


def test_a_cell_keeps_its_number_and_name():
    """A text answer has neither outputs nor a number."""
    cell = new_code_cell(
        "x = 1", execution_count=4, metadata={"nbgrader": {"grade_id": "jawaban-1"}}
    )
    text = read_cell(new_markdown_cell("Halo"))

    assert (read_cell(cell).name, read_cell(cell).number) == ("jawaban-1", 4)
    assert (text.type, text.number, text.outputs) == ("markdown", None, [])
