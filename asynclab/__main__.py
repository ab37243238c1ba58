"""`python -m asynclab`: the same as the `asynclab` command."""

import sys

from asynclab.cli import main

if __name__ == "__main__":
    sys.exit(main())
