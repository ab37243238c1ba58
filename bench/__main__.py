"""Runs the benchmarks named on the command line, or those that take less than a minute."""

from __future__ import annotations

import importlib
import sys

QUICK = ("closed_world",)


def main(names) -> int:
    """0 when every benchmark ran, 2 where one is not known."""
    for name in names or QUICK:
        try:
            module = importlib.import_module(f"bench.{name.replace('-', '_')}")
        except ModuleNotFoundError:
            print(f"Tidak ada pengukuran bernama '{name}'.", file=sys.stderr)
            return 2
        module.main()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
