"""Tests of asynclab.practice: the real site that lessons fetch from."""

import urllib.error
import urllib.request

import pytest

from asynclab.practice import PracticeSite


@pytest.fixture
def site():
    site = PracticeSite(pages=3, delay=0)
    yield site
    site.close()


def fetch(url):
    try:
        with urllib.request.urlopen(url) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, ""


def test_pages_have_titles_and_prices(site):
    """Each page has its own title and price."""
    status, text = fetch(f"{site.url}/2")
    assert status == 200
    assert "<title>Cokelat Jembrana 2</title>" in text
    assert '<p class="harga">13000</p>' in text


def test_what_is_not_there_is_404(site):
    """Pages beyond the last and other paths are not found."""
    assert [fetch(f"{site.url}/{path}")[0] for path in ("4", "0", "tidak-ada")] == [404] * 3


def test_the_broken_page_is_500(site):
    """/rusak answers with a server error."""
    assert fetch(f"{site.url}/rusak") == (500, "")


def test_it_listens_on_this_computer_only(site):
    """The address is on loopback, at a port that was free."""
    assert site.url.startswith("http://127.0.0.1:")


def test_closing_twice_is_allowed(site):
    """After close() nobody answers; a second close() does nothing."""
    site.close()
    site.close()
    with pytest.raises(OSError):
        fetch(f"{site.url}/1")
