"""Class lists as spreadsheets write them, and every mistake in them named by its line."""

import pytest

from asynclab.classroom.classlist import parse_class_list, read_class_list
from asynclab.classroom.people import INSTRUCTOR, Person
from asynclab.errors import CommandError

ROWS = "id,first_name,last_name,email\nani,Ani,Lestari,ani@contoh.ac.id\nzoe,Zoë,Núñez,\n"
PEOPLE = [Person("ani", "Ani", "Lestari", "ani@contoh.ac.id"), Person("zoe", "Zoë", "Núñez")]


def parse(text, **options):
    """The people of a CSV given as text or bytes."""
    content = text.encode() if isinstance(text, str) else text
    return parse_class_list(content, "kelas.csv", **options)


def problems(text, **options):
    """The sentences about a CSV that can't be used, after the first line's head."""
    with pytest.raises(CommandError) as caught:
        parse(text, **options)
    assert caught.value.exit_code == 2
    return [line.strip() for line in str(caught.value).splitlines()[1:]]


@pytest.mark.parametrize(
    "content",
    [
        ROWS.encode(),
        b"\xef\xbb\xbf" + ROWS.replace("\n", "\r\n").encode(),  # Excel, CSV UTF-8
        ROWS.replace(",", ";").encode("cp1252"),  # Excel with Indonesian settings, CSV
        b"sep=;\r\n" + ROWS.replace(",", ";").encode(),
        ROWS.replace(",", "\t").encode("utf-16"),  # Excel, Unicode text
        ROWS.replace("\n", "\n,,,\n\n").encode(),  # rows that were emptied
        ROWS.replace("Zoë", "Zoe\u0308").encode(),  # macOS
        b"\n" + ROWS.replace(",", ", ").encode(),
    ],
)
def test_what_spreadsheets_write(content):
    """Semicolons, tabs, a BOM, other encodings, empty rows: the same people."""
    assert parse(content) == PEOPLE


@pytest.mark.parametrize(
    ("text", "person"),
    [
        ("NIM;Nama\nF1D021001;Ani Dwi Lestari\n", Person("f1d021001", "Ani", "Dwi Lestari")),
        ("No,NIM,Nama Lengkap,E-mail\n1,ani,Suharto,\n", Person("ani", "Suharto")),
        ('id,nama_depan,nama_belakang\nani,"Ani ""Nani""","Putri, S.T."\n', Person("ani", 'Ani "Nani"', "Putri, S.T.")),
        ("id,first_name,last_name\n a.b-1 ,  Ani  Dwi ,\n", Person("a.b-1", "Ani Dwi")),
    ],
)  # fmt: skip
def test_columns_may_have_indonesian_names(text, person):
    """Case, order and further columns do not matter; quotes and one-word names are fine."""
    assert parse(text) == [person]


def test_a_prefix_makes_names_of_numbers():
    """Only where an id begins with a digit; the university's number is kept."""
    people = parse("nim,nama\n2110511001,Ani\nbudi,Budi\n", prefix="m")

    assert [(person.id, person.number) for person in people] == [
        ("m2110511001", "2110511001"),
        ("budi", ""),
    ]


def test_a_role_holds_for_all():
    """A list of instructors."""
    assert parse("id,nama\ndewi,Dewi\n", role=INSTRUCTOR)[0].role == INSTRUCTOR


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (",Ani,,", "id kosong."),
        ("ani,,,", "nama kosong."),
        ("211,Ani,,", "id '211' diawali angka"),
        ("2.11051E+09,Ani,,", "dibulatkan oleh program lembar kerja"),
        ('"2,11051E+09",Ani,,', "dibulatkan oleh program lembar kerja"),
        ("ani lestari,Ani,,", "tidak dapat menjadi nama pengguna Linux"),
        ("aní,Ani,,", "tidak dapat menjadi nama pengguna Linux"),
        ("../ani,Ani,,", "tidak dapat menjadi nama pengguna Linux"),
        ("ani+budi,Ani,,", "tidak dapat menjadi nama pengguna Linux"),
        ("-ani,Ani,,", "tidak dapat menjadi nama pengguna Linux"),
        ("ani.,Ani,,", "tidak dapat menjadi nama pengguna Linux"),
        (f"{'a' * 32},Ani,,", "lebih panjang dari 31"),
        ('ani,"Ani\nLestari",,', "tanda yang tidak terlihat"),
        ("ani,Ani,,ani@", "'ani@' bukan alamat email."),
        ("ani,Ani,,a@b.id;c@d.id", "bukan alamat email."),
        ("ani,Ani,Lestari, S.T.,", "5 kolom, seharusnya 4"),
        ("ani,Ani", "2 kolom, seharusnya 4"),
    ],
)
def test_a_bad_row(row, sentence):
    """Named by its line and with what is wrong."""
    (problem,) = problems(f"id,first_name,last_name,email\nbudi,Budi,,\n{row}\n")

    assert problem.startswith("baris 3: ")
    assert sentence in problem


def test_all_bad_rows_at_once():
    """With their lines, also after a name that spans two; doubles name the first one."""
    text = 'id,nama\nani,"A\nB"\nbudi,Budi\n\nBudi,Budi\n9,\n'

    assert [problem.split(": ")[0] for problem in problems(text)] == [
        "baris 2",
        "baris 6",
        "baris 7",
        "baris 7",
    ]
    assert "id 'budi' sudah ada di baris 4." in problems(text)[1]


def test_the_caller_may_refuse():
    """Its sentence stands among the others."""
    found = problems(ROWS, refuse=lambda person: "tidak." if person.id == "zoe" else "")

    assert found == ["baris 3: tidak."]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "tidak berisi orang"),
        (b"id,nama\n", "tidak berisi orang"),
        (b";;;\n", "tidak berisi orang"),
        (b"\n,,,\n,,,\n", "tidak berisi orang"),
        (b"PK\x03\x04...", "Simpan Sebagai"),
        (b"id,nama\nani\x00,Ani\n", "bukan berkas CSV"),
        (b"nama,email\nAni,\n", "judul kolomnya harus memuat id dan nama"),
        (b"id,email\nani,\n", "judul kolomnya harus memuat id dan nama"),
        (b"id,nim,nama\na,b,c\n", "kolom 'nim' dan 'id' berarti sama"),
        (b'id,nama\nani,Ani\nbudi,"Budi\n', "kelas.csv baris 3: tanda kutip"),
    ],
)
def test_no_class_list(content, sentence):
    """One sentence with the file's name."""
    with pytest.raises(CommandError, match=sentence) as caught:
        parse(content)
    assert str(caught.value).startswith("kelas.csv")


def test_a_file_that_is_not_there(tmp_path):
    """Named with its path."""
    with pytest.raises(CommandError, match=r"a\.csv tidak dapat dibaca: tidak ada\."):
        read_class_list(tmp_path / "a.csv")
