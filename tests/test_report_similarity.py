"""Answers that are alike: what hides a copy, what is nobody's own, what is no Python."""

import ast
import json
import random

import pytest
from report_class import FAR, RENAMED

from asynclab.grading.course import read_answers, read_assignments
from asynclab.grading.report import similarity
from asynclab.grading.report.similarity import find_pairs, normalise

SLUGS = ["latihan-1-download-manager", "latihan-2-task-queue", "mandiri-5-monitoring"]


def tokens(source):
    return [" ".join(line.tokens) for line in normalise(source)]


def given(root, slug):
    """What does not count in this assignment: the student version and the reference."""
    release = json.loads((root / "release" / slug / f"{slug}.ipynb").read_text(encoding="utf-8"))
    (assignment,) = [item for item in read_assignments(root) if item.slug == slug]
    return ["".join(cell["source"]) for cell in release["cells"]] + [assignment.solution]


class Disguise(ast.NodeTransformer):
    """Other names, other texts, methods in another order."""

    def __init__(self, seed):
        self.names, self.random = {}, random.Random(seed)

    def visit_FunctionDef(self, node):
        own = [item.arg for item in node.args.args if item.arg != "self"]
        own += [
            item.id
            for item in ast.walk(node)
            if isinstance(item, ast.Name) and isinstance(item.ctx, ast.Store)
        ]
        self.names |= {
            name: f"zz_{len(self.names)}_{name[::-1]}" for name in own if name not in self.names
        }
        return self.generic_visit(node)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_ClassDef(self, node):
        self.generic_visit(node)
        self.random.shuffle(node.body)
        return node

    def visit_Name(self, node):
        node.id = self.names.get(node.id, node.id)
        return node

    def visit_arg(self, node):
        node.arg = self.names.get(node.arg, node.arg)
        return node


def test_names_comments_and_layout_do_not_count():
    """Two texts of one program have the same lines."""
    one = 'x = f(a, 1)  # satu\n\n"""Dokumen."""\ny = "teks"\n'
    other = "hasil = g(\n    b,\n    25,\n)\nlain = 'lain'\n"

    assert tokens(one) == tokens(other) == ["N = N ( N 0 )", 'N = ""']


def test_what_is_asked_of_libraries_counts():
    """Keywords, built-ins and attributes stay; the author's own attributes don't."""
    assert tokens("async def f(self): await asyncio.sleep(len(self.items))") == [
        "async def N ( N ) : await N . sleep ( len ( N . N ) )"
    ]


def test_lines_know_where_they_stand():
    """The first and last line of each logical line, comments left out."""
    lines = normalise("# a\nx = (1,\n     2)\ny = 3\n")

    assert [(line.first, line.last) for line in lines] == [(2, 3), (4, 4)]


@pytest.mark.parametrize(
    "source",
    [
        "",
        "def (",
        "x = '''tidak ditutup",
        "if x:\n  a\n b\n",
        "\x00",
        "?" * 100,
        "(" * 5000,
        "\ud800",
        "x = 1 \\",
    ],
)
def test_text_that_is_no_python(source):
    """Never raises; the lines that can be read are read."""
    assert tokens(source + "\nx = 1\ny = 2\n") is not None


def test_a_renamed_copy_is_found():
    """Both texts' matching lines are told, by number."""
    (pair,) = find_pairs({"ani": FAR, "budi": "# punya saya\n" + RENAMED, "citra": "x = 1"})

    assert (pair.first, pair.second, pair.similarity) == ("ani", "budi", 1.0)
    assert (pair.lines, min(pair.matches[0]), min(pair.matches[1])) == (13, 1, 2)


def test_given_code_does_not_count():
    """Nothing is left to compare where all of it was given, or in the reference."""
    assert find_pairs({"ani": FAR, "budi": FAR}, [RENAMED]) == []


def test_what_much_of_a_class_shares_is_common():
    """Lines of many do not make a pair; those who share all of them still do."""
    answers = {
        f"m{number}": FAR + f"x{number} = {'+'.join('a' * (number + 1))}\n" for number in range(20)
    }
    pairs = find_pairs(answers)
    equal = find_pairs({**answers, "a": FAR, "b": RENAMED})

    assert pairs == []
    assert [(pair.first, pair.second) for pair in equal] == [("a", "b")]


def test_short_answers_are_not_compared():
    """A few lines are alike by nature."""
    assert find_pairs({"ani": "x = 1\n", "budi": "y = 2\n"}) == []


@pytest.mark.parametrize("slug", SLUGS)
def test_independent_answers_are_far_from_alike(root, slug, monkeypatch):
    """The course's right answers, each written in a way of its own, are not even near the limit."""
    monkeypatch.setattr(similarity, "ALIKE", 0.75)
    right = [answer for answer in read_answers(root, slug) if answer.path.parent.name == "right"]

    assert len(right) >= 5
    assert find_pairs({answer.name: answer.source for answer in right}, given(root, slug)) == []


@pytest.mark.parametrize("slug", SLUGS)
def test_disguised_copies_are_found(root, slug):
    """Renamed, without comments, methods in another order: every copy of a right answer is found, and nothing else."""
    right = [answer for answer in read_answers(root, slug) if answer.path.parent.name == "right"]
    answers = {}
    for number, answer in enumerate(right):
        answers[f"{number} asli"] = answer.source
        answers[f"{number} salinan"] = ast.unparse(Disguise(number).visit(ast.parse(answer.source)))
    pairs = find_pairs(answers, given(root, slug))
    compared = {pair.first[0] for pair in pairs}

    assert {(pair.first[0], pair.second[0]) for pair in pairs} == {(n, n) for n in compared}
    assert (
        len(compared) >= len(right) - 2
    )  # one that is much like the reference has little of its own
