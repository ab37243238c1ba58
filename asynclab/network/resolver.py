"""Resolver: aiohttp asks the loop for names, also where a resolver of its own is installed."""

from __future__ import annotations

import sys

__all__ = ["ask_the_loop"]


def ask_the_loop() -> None:
    """From now on new aiohttp sessions of this process find names with `loop.getaddrinfo`.

    With aiodns (which JupyterHub brings) they would ask real name servers, from a thread of their own.
    On a real loop the answers are the same.
    """
    connector = sys.modules.get("aiohttp.connector")
    if connector is not None:
        connector.DefaultResolver = sys.modules["aiohttp.resolver"].ThreadedResolver
    else:
        # Imported later, aiohttp does without.
        sys.modules.setdefault("aiodns", None)
