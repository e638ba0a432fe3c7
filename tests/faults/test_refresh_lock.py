"""Refreshes that meet: the second one sees what the first one wrote."""

import json
import os
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).with_name("refresh_lock.py")


def test_night_after_a_refresh_that_ended_meanwhile(databases, clone):
    result = subprocess.run(
        [sys.executable, SCRIPT, clone], check=False, capture_output=True, text=True,
        timeout=300,
        env={**os.environ, "RI_ODOO_CONF": str(databases.conf), "PYTHONPATH": os.pathsep.join(
            filter(None, [os.environ.get("RI_ODOO_ROOT"), os.environ.get("PYTHONPATH")]))})
    assert not result.returncode, result.stderr[-4000:]
    assert json.loads(result.stdout.splitlines()[-1]) == {"days": [1], "calibrations": 1}
