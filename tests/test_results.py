"""Who got what and why, read and shown."""

import json

import pytest
from small_class import generated_course, hand_in
from tiny_course import SLUG

from asynclab.grading.definition import read_definition
from asynclab.grading.job import Graded
from asynclab.grading.results import Result, explain, read_results, render_results
from asynclab.grading.writer import Writer
from asynclab.rubric import RUBRIC_MIME


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """(course, api): ani was graded with one lost criterion, budi handed nothing in."""
    course, api = generated_course(tmp_path_factory.mktemp("kursus"))
    hand_in(course, "ani")
    with api.gradebook as gradebook:
        gradebook.update_or_create_student("ani", first_name="Ani", last_name="Lestari")
        gradebook.update_or_create_student("budi")
    criteria = [
        {"sentence": "a", "points": 4, "passed": False, "fact": "Isinya 3.\nLebih.", "hint": ""},
    ]
    cell = {"outputs": [{"data": {RUBRIC_MIME: {"points": 4, "criteria": criteria}}}]}
    notebook = json.dumps({"cells": [cell]}).encode()
    scores = {(SLUG, "tugas-1"): 0.0, (SLUG, "tugas-2"): None}
    with Writer(api) as writer:
        graded = Graded("ani", {SLUG: notebook}, scores)
        writer.write(read_definition(api, SLUG), graded, {}, None)
    return course, api


def test_everybody_has_a_result(course):
    """By student id, cells in order, with those who handed nothing in."""
    with course[1].gradebook as gradebook:
        ani, budi = read_results(gradebook, course[0].folder, SLUG)

    assert (ani.name, ani.scores, ani.points) == ("Ani Lestari", {"tugas-1": 0, "tugas-2": None}, 7)
    assert (ani.total, ani.judged, ani.submitted) == (0, False, True)
    assert (budi.submitted, budi.judged) == (False, False)


def test_a_lost_notebook_costs_only_the_reasons(course, tmp_path):
    """The scores are in the gradebook."""
    with course[1].gradebook as gradebook:
        ani, _ = read_results(gradebook, tmp_path, SLUG)

    assert ani.scores == {"tugas-1": 0, "tugas-2": None}
    assert ani.reasons == ()


def test_a_result_in_a_line():
    """Late, not judged, the first of several reasons, or nothing handed in."""
    scores = {"a": 1.0, "b": None}

    assert explain(Result("x", "", "t", {}, 3, submitted=False)).startswith("Tidak mengumpulkan")
    assert explain(Result("x", "", "t", {"a": 1.0}, 3)) == ""
    assert explain(Result("x", "", "t", scores, 3, ("satu", "dua"), 30.2)) == (
        "Terlambat 30 jam. Ada sel yang tidak dinilai. (1 dari 2) satu"
    )


def test_the_table():
    """One an assignment; unjudged is not 0; nothing is wider than asked for."""
    rows = [
        Result("ani", "Ani", "t", {"a": 1.0, "b": 2.5}, 4),
        Result("budi", "", "t", {"a": 0.0, "b": None}, 4, ("kata " * 60,)),
        Result("ani", "Ani", "u", {"a": 1.0}, 4),
    ]
    lines = render_results(rows, 60).splitlines()

    assert lines[0] == "t"
    assert lines[2].split() == ["Ani", "1", "2.5", "3.5"]
    assert lines[3].split() == ["budi", "0", "–", "0"]
    assert lines.count("u") == 1
    assert max(map(len, lines)) <= 60
