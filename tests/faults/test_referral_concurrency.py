"""The same claim, order and reward by eight processes at once, and by some that are killed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("referral_workers.py")


@pytest.fixture(scope="module")
def found(databases, clone):
    result = subprocess.run(
        [sys.executable, SCRIPT, clone], check=False, capture_output=True, text=True,
        timeout=300,
        env={**os.environ, "RI_ODOO_CONF": str(databases.conf), "PYTHONPATH": os.pathsep.join(
            filter(None, [os.environ.get("RI_ODOO_ROOT"), os.environ.get("PYTHONPATH")]))})
    assert not result.returncode, result.stderr[-4000:]
    return json.loads(result.stdout.splitlines()[-1])


def test_one_referral_however_often_claimed(found):
    assert found["claims_ended"]
    assert found["referrals"] == 4


def test_one_is_accepted_of_eight_who_claim_the_same_friend(found):
    assert found["compete_ended"]
    assert found["rival_states"] == ["claimed"] * 7 + ["confirmed"]


def test_one_reward_on_each_side(found):
    assert found["killed"] == [True, True]
    assert found["process_ended"]
    assert found["rewards"] == (
        ["referred issued"] * 4 + ["referrer capped"] + ["referrer issued"] * 3)
    assert found["states"] == ["rewarded"] * 4
    assert found["points"] == [150, 1, 150]
    assert found["friends_points"] == [[20]] * 4
