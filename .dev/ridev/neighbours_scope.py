"""pytest plugin for `make neighbours`: notes what fails; tours are not for this comparison."""

import os
from pathlib import Path
from unittest import SkipTest

from .neighbours import FAILED


def pytest_collection_finish(session):
    from odoo.tests.common import HttpCase

    HttpCase.browser_js = _skip


def _skip(*_arguments, **_options):
    raise SkipTest("a browser's tour")


def pytest_runtest_logreport(report):
    if report.failed:
        with Path(os.environ[FAILED]).open("a") as stream:
            stream.write(f"{report.nodeid}\n")
