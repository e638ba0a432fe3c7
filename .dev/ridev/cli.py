"""The commands behind the Makefile's targets, and how each of them ends."""

import errno
import importlib
import sys

from . import explain, ui
from .layout import HOME

COMMANDS = {
    "run": ("serve", "main"),
    "stop": ("serve", "stop"),
    "clean": ("serve", "clean"),
    "test": ("check", "main"),
    "bench": ("bench", "main"),
    "simulate": ("simulate", "main"),
    "lint": ("lint", "main"),
}
USAGE = f"usage: sh .dev/start {'|'.join(COMMANDS)} [arguments]"


def main(arguments):
    """Run one command; every foreseeable trouble ends with one paragraph and exit code 1."""
    if not arguments or arguments[0] not in COMMANDS:
        print(USAGE, file=sys.stderr)
        return 2
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        version = ".".join(map(str, sys.version_info[:2]))
        print(f"Python {version} does not fit: 3.11, 3.12 or 3.13 is needed.", file=sys.stderr)
        return 1
    module, function = COMMANDS[arguments[0]]
    try:
        return getattr(importlib.import_module(f"ridev.{module}"), function)(arguments[1:])
    except ui.Stop as stop:
        print(f"\n{stop}", file=sys.stderr)
    except KeyboardInterrupt:
        ui.end_children()
        print("\nInterrupted. The same command goes on from here.", file=sys.stderr)
        return 130
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        print(f"\n{explain.disk_full(HOME, 'the next file')}", file=sys.stderr)
    return 1
