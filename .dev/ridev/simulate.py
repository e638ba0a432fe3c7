"""`make simulate`: the simulations of tests/simulate, which need no database."""

import os
import shlex

from . import prepare, venv
from .layout import ROOT
from .ui import foreground


def main(arguments):
    """Run tests/simulate with the arguments handed on."""
    arguments = [*arguments, *shlex.split(os.environ.get("ARGS", ""))]
    prepare.begin("simulate")
    with prepare.setup_lock():
        prepare.odoo_and_python()
        venv.ensure("test")
    return foreground([venv.PYTHON, ROOT / "tests" / "simulate", *arguments], cwd=ROOT)
