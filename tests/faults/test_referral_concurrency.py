"""The same claim, order and reward by eight processes at once, and by some that are killed."""

from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("referral_workers.py")


@pytest.fixture(scope="module")
def found(run_script):
    return run_script(SCRIPT)


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
        ["referred issued"] * 4 + ["referrer capped"] + ["referrer issued"] * 3
    )
    assert found["states"] == ["rewarded"] * 4
    assert found["points"] == [150, 1, 150]
    assert found["friends_points"] == [[20]] * 4
