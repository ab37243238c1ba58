"""The `asynclab` command: it finds the subcommand, runs it and returns its exit code; no logic."""

import sys


def main() -> int:
    """Run the command line."""
    return 0


if __name__ == "__main__":
    sys.exit(main())
