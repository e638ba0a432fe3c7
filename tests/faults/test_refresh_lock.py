"""Refreshes that meet: the second one sees what the first one wrote."""

from pathlib import Path

SCRIPT = Path(__file__).with_name("refresh_lock.py")


def test_night_after_a_refresh_that_ended_meanwhile(run_script):
    assert run_script(SCRIPT) == {"days": [1], "calibrations": 1}
