"""pytest plugin for `make neighbours`: notes what fails; tours are not for this comparison.

A slow machine isn't either: pages may take their time.
"""

import functools
import os
from pathlib import Path
from unittest import SkipTest

from .neighbours import FAILED

PATIENCE = 300  # seconds; more than 12 are a failure to Odoo


def pytest_collection_finish(session):
    from odoo.tests.common import HttpCase

    HttpCase.browser_js = _skip
    HttpCase.url_open = _patient(HttpCase.url_open)


def _patient(url_open):
    @functools.wraps(url_open)
    def wrapper(*arguments, **options):
        return url_open(*arguments, **options | {"timeout": PATIENCE})

    return wrapper


def _skip(*_arguments, **_options):
    raise SkipTest("a browser's tour")


def pytest_runtest_logreport(report):
    if report.failed:
        with Path(os.environ[FAILED]).open("a") as stream:
            stream.write(f"{report.nodeid}\n")
