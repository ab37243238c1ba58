"""One field of many records: which record differs, and how."""

import pytest

from asynclab import same_field

EXPECTED = {"/": 0, "/a": 1}


def test_equal_fields_pass_whatever_else_is_there():
    """Other fields and the order of the records play no part."""
    records = {"/a": {"depth": 1, "status": 200}, "/": {"depth": 0, "status": None}}

    assert same_field(records, "depth", EXPECTED, "`crawl`")


@pytest.mark.parametrize(
    ("records", "fact"),
    [
        ({"/": {"depth": 0}}, "Di hasil `crawl` tidak ada /a."),
        ({"/": {"depth": 0}, "/a": {}}, "Di hasil `crawl`, /a tidak punya `depth`."),
        ({"/": {"depth": 0}, "/a": 1}, "Di hasil `crawl`, /a tidak punya `depth`."),
        ({"/": {"depth": 0}, "/a": {"depth": 2}}, "`depth` untuk /a adalah 2; seharusnya 1."),
        (
            {"/": {"depth": 0}, "/a": {"depth": 1}, "/b": {"depth": 1}},
            "Di hasil `crawl` ada yang tidak seharusnya: /b.",
        ),
        (None, "`crawl` menghasilkan None; seharusnya {'/': 0, '/a': 1}."),
    ],
)
def test_first_difference_is_named(records, fact):
    """A missing, extra or different record, or something that is no dict at all."""
    finding = same_field(records, "depth", EXPECTED, "`crawl`")

    assert (finding.passed, finding.fact) == (False, fact)


@pytest.mark.parametrize(
    ("links", "fact"),
    [
        (["/b"], "Di `links` untuk / tidak ada '/a'; isinya ['/b']."),
        (["/a", "/b", "/c"], "Di `links` untuk / ada '/c'; seharusnya tidak ada."),
        (["/a", "/b", "/a"], "Di `links` untuk / ada '/a' sebanyak 2 kali."),
        (["/b", "/a"], "`links` untuk /: urutan ke-1 adalah '/b'; seharusnya '/a'."),
    ],
)
def test_difference_of_lists_is_named(links, fact):
    """An item too few, too many or too often, else the first place where the order differs."""
    finding = same_field({"/": {"links": links}}, "links", {"/": ["/a", "/b"]}, "`crawl`")

    assert (finding.passed, finding.fact) == (False, fact)
