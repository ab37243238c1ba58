"""aiohttp finds names in the closed world, whatever resolvers are installed."""

import subprocess
import sys
import textwrap
import types

import aiohttp.web
import pytest
from aiohttp import connector, resolver

from asynclab import run
from asynclab.network.resolver import ask_the_loop


class RealResolver:
    """In place of the one that aiodns brings: asks real name servers."""

    def __init__(self, **options):
        raise AssertionError("a real name server was asked")


async def fetch(world):
    """One request to a site of the closed world."""

    async def answer(request):
        return aiohttp.web.Response(text="halo")

    app = aiohttp.web.Application()
    app.router.add_get("/", answer)
    url = await world.serve(app)
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        world.note("isi", await response.text())


def test_names_come_from_the_loop(monkeypatch):
    """Also where aiohttp would use another resolver by default."""
    monkeypatch.setattr(connector, "DefaultResolver", RealResolver)

    assert run(fetch).note("isi") == "halo"


@pytest.mark.parametrize("there", [False, True])
def test_aiohttp_that_is_imported_later(monkeypatch, there):
    """It does without aiodns where that is not imported yet; what was there stays."""
    monkeypatch.delitem(sys.modules, "aiohttp.connector")
    monkeypatch.setitem(sys.modules, "aiodns", module := types.ModuleType("aiodns"))
    if not there:
        monkeypatch.delitem(sys.modules, "aiodns")
    ask_the_loop()

    assert sys.modules["aiodns"] is (module if there else None)


def test_the_first_import_within_a_run(tmp_path):
    """A fresh process whose aiodns would break everything: aiohttp works in a run all the same."""
    (tmp_path / "aiodns.py").write_text("class DNSResolver:\n    def getaddrinfo(self): 1 / 0\n")
    code = """
    from asynclab import run
    async def scenario(world):
        import aiohttp
        world.note("resolver", aiohttp.TCPConnector()._resolver.__class__.__name__)
    print(run(scenario).note("resolver"))
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        env={"PYTHONPATH": f"{tmp_path}:{':'.join(filter(None, sys.path))}", "PATH": "/usr/bin"},
        capture_output=True, text=True,
    )  # fmt: skip

    assert done.stdout.strip() == resolver.ThreadedResolver.__name__, done.stderr
