"""Sites of the closed world: delays, pieces, chunked and compressed bodies, breaks, silence, and spans."""

import asyncio
import gzip
import re

import aiohttp
import pytest

from asynclab import Page, link_page, run

BODY = bytes(range(256)) * 40


def visit(pages, client, **options):
    """Run `await client(world, site, session)` against a site with these pages."""

    async def scenario(world):
        site = await world.site(pages, **options)
        async with aiohttp.ClientSession() as session:
            await client(world, site, session)

    trace = run(scenario)
    assert trace.verdict == "finished", trace.reason
    return trace


def fetch(page, **options):
    """(seconds, status, length, body) of getting one page, or the exception's name in place of the body."""
    record = []

    async def client(world, site, session):
        async with session.get(site.url("/a"), **options) as response:
            try:
                body = await response.read()
            except aiohttp.ClientError as error:
                body = type(error).__name__
            record.append((world.time(), response.status, response.content_length, body))

    visit({"/a": page}, client)
    return record[0]


def test_page_answers_with_length():
    """A plain page has its length and arrives at once after its seconds."""
    assert fetch(Page(BODY, seconds=1.5)) == (1.5, 200, len(BODY), BODY)


def test_pieces_arrive_one_after_the_other():
    """The pauses lie between the pieces, so four pieces take three of them."""
    assert fetch(Page(BODY, pieces=4, pause=2)) == (6.0, 200, len(BODY), BODY)


def test_chunked_page_has_no_length():
    """Without Content-Length the client does not know the size."""
    assert fetch(Page(BODY, chunked=True, pieces=3)) == (0.0, 200, None, BODY)


def test_empty_page():
    """A page without a body is complete, chunked or not."""
    assert fetch(Page(b"")) == (0.0, 200, 0, b"")
    assert fetch(Page(b"", chunked=True)) == (0.0, 200, None, b"")


def test_compressed_page_where_accepted():
    """The length is that of the compressed body; who does not accept gzip gets the plain one."""
    small = len(gzip.compress(BODY, mtime=0))
    plain = fetch(Page(BODY, gzip=True), headers={"Accept-Encoding": "identity"})

    assert fetch(Page(BODY, gzip=True)) == (0.0, 200, small, BODY)
    assert fetch(Page(BODY, gzip=True, chunked=True))[2:] == (None, BODY)
    assert plain == (0.0, 200, len(BODY), BODY)


def test_cut_off_page():
    """The connection ends after so many bytes, with or without a length."""
    assert fetch(Page(BODY, cut_at=3000))[3] == "ClientPayloadError"
    assert fetch(Page(BODY, cut_at=3000, chunked=True))[3] == "ClientPayloadError"


@pytest.mark.parametrize("stall_at", [0, 3000])
def test_stalled_page(stall_at):
    """After so many bytes nothing comes, until the client gives up."""
    timeout = aiohttp.ClientTimeout(total=None, sock_read=4)

    assert fetch(Page(BODY, stall_at=stall_at), timeout=timeout)[::3] == (4.0, "SocketTimeoutError")


def test_waiting_for_a_stalled_page_without_limit_is_a_deadlock():
    """A run that waits for it for ever ends with a verdict that names who waits, not the server."""

    async def scenario(world):
        site = await world.site({"/a": Page(BODY, seconds=1, stall_at=0)})
        timeout = aiohttp.ClientTimeout(total=None)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            response = await session.get(site.url("/a"))
            await response.read()

    trace = run(scenario)

    assert (trace.verdict, [item.name for item in trace.stuck]) == ("deadlock", ["utama"])


def test_text_is_html_and_bytes_are_a_file():
    """The content type follows from the body unless it is given."""
    pages = {
        "/a": Page("<p>é"),
        "/b": Page(b"\0"),
        "/c": Page("{}", content_type="application/json"),
    }
    record = []

    async def client(world, site, session):
        for path in pages:
            async with session.get(site.url(path)) as response:
                record.append((response.headers["Content-Type"], await response.read()))

    visit(pages, client)

    assert record == [
        ("text/html; charset=utf-8", "<p>é".encode()),
        ("application/octet-stream", b"\0"),
        ("application/json", b"{}"),
    ]


def test_unknown_path_is_404_and_status_is_kept():
    """What is not in the pages is a 404; a page may have any status and headers."""
    record = []
    pages = {"/pindah": Page(status=302, headers={"Location": "/b?x=1"})}

    async def client(world, site, session):
        for path in ("/pindah", "/b?x=1"):
            async with session.get(site.url(path), allow_redirects=False) as response:
                record.append((response.status, response.headers.get("Location")))

    visit(pages, client)

    assert record == [(302, "/b?x=1"), (404, None)]


def test_every_request_is_a_span():
    """Spans carry kind, path with query and method, and last until the last bytes are sent."""
    pages = {"/a?x=1": Page(BODY, seconds=1, pieces=2, pause=0.5)}

    async def client(world, site, session):
        async with session.get(site.url("/a?x=1")) as response:
            await response.read()
        await session.head(site.url("/b"))

    spans = visit(pages, client, kind="unduhan").spans("unduhan")

    assert [(span.name, span.start, span.end) for span in spans] == [
        ("/a?x=1", 0.0, 1.5),
        ("HEAD /b", 1.5, 1.5),
    ]


def test_head_is_answered_without_a_body():
    """HEAD gets the headers at once, whatever the body would have done."""
    record = []

    async def client(world, site, session):
        async with session.head(site.url("/a")) as response:
            record.append((world.time(), response.status, response.content_length))

    visit({"/a": Page(BODY, seconds=1, pieces=9, pause=1, cut_at=5)}, client)

    assert record == [(1.0, 200, len(BODY))]


def test_next_request_never_overlaps_the_one_before():
    """Who asks again on receiving the last byte is never seen with two requests at once."""
    from asynclab import at_most

    async def client(world, site, session):
        for number in range(5):
            async with session.get(site.url(f"/{number}")) as response:
                await response.read()

    pages = {f"/{number}": Page(BODY, seconds=1, chunked=number % 2 > 0) for number in range(5)}

    assert at_most(visit(pages, client).spans("permintaan"), 1)


def test_cancelled_request_ends_its_span():
    """A client that leaves ends the span as cancelled, at that moment."""

    async def client(world, site, session):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(2), session.get(site.url("/a")) as response:
                await response.read()
        await asyncio.sleep(5)

    [span] = visit({"/a": Page(BODY, pieces=9, pause=1)}, client).spans("permintaan")

    assert (span.end, span.outcome) == (2.0, "cancelled")


def test_serving_leaves_nothing():
    """Broken, silent and abandoned answers leave no observation and no leftover behind."""
    timeout = aiohttp.ClientTimeout(total=3)
    pages = {
        "/cut": Page(BODY, cut_at=10),
        "/stall": Page(BODY, stall_at=10),
        "/slow": Page(BODY, seconds=9),
    }

    async def client(world, site, session):
        for path in pages:
            with pytest.raises((aiohttp.ClientError, TimeoutError)):
                async with session.get(site.url(path), timeout=timeout) as response:
                    await response.read()

    trace = visit(pages, client)

    assert (trace.observations, trace.leftovers) == ([], [])


def test_two_sites_on_two_hosts():
    """Each host has its own pages; the host stands in the span's data."""

    async def scenario(world):
        here = await world.site({"/": Page("sini")}, host="sini.contoh")
        there = await world.site({"/": Page("sana")}, host="sana.contoh", port=8080)
        async with aiohttp.ClientSession() as session:
            for site in (here, there):
                async with session.get(site.url()) as response:
                    world.note("isi", [site.base, await response.text()])

    assert [value for _, value in run(scenario).notes("isi")] == [
        ["http://sini.contoh", "sini"],
        ["http://sana.contoh:8080", "sana"],
    ]


def test_link_page_links_in_order():
    """A page of links is HTML with these addresses, and takes every option of a page."""
    page = link_page("/a", "../b?x=1", status=404)

    assert page.status == 404
    assert re.findall('href="(.*?)"', page.body) == ["/a", "../b?x=1"]
