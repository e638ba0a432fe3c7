"""Command line of the project: run, test, bench, lint, stop, clean."""

import sys

if __name__ == "__main__":
    from ridev.cli import main

    sys.exit(main(sys.argv[1:]))
