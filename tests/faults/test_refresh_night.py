"""A night that is killed goes on where it was, and ends with the same as one that wasn't."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("refresh_night.py")


@pytest.fixture
def night(databases):
    def run(database, kill_in=0):
        paths = filter(None, [os.environ.get("RI_ODOO_ROOT"), os.environ.get("PYTHONPATH")])
        done = subprocess.run(
            [sys.executable, SCRIPT, str(kill_in), database],
            check=False,
            capture_output=True,
            text=True,
            timeout=900,
            env={
                **os.environ,
                "RI_ODOO_CONF": str(databases.conf),
                "PYTHONPATH": os.pathsep.join(paths),
            },
        )
        if kill_in:
            assert done.returncode == -9, done.stderr[-3000:]
            return None
        assert not done.returncode, done.stderr[-3000:]
        return json.loads(done.stdout.splitlines()[-1])

    return run


def months(databases, database):
    return databases.sql(
        "select date, count(*) from relationship_snapshot group by date order by date",
        database=database,
    )


def test_killed_night_goes_on(databases, template, night):
    with databases.clone(template, "killed") as killed, databases.clone(template, "whole") as whole:
        night(killed, kill_in=3)
        assert len(months(databases, killed)) == 2, "the months before the kill are kept"
        night(killed, kill_in=5)
        assert len(months(databases, killed)) == 6
        night(killed, kill_in=7)  # everybody as of today, after the last six months
        assert len(months(databases, killed)) == 12
        after = night(killed)
        assert after["ran"][0] == "None", "no month is read again"
        straight = night(whole)
        assert len(straight["ran"]) == 13
        assert straight["ran"][-1] == "None"
        assert {table: len(rows) for table, rows in after["stored"].items() if rows} == {
            table: len(rows) for table, rows in straight["stored"].items() if rows
        }
        assert after["stored"] == straight["stored"]
        assert len(after["stored"]["profile"]) == 8
