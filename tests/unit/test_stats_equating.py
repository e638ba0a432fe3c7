"""Attitudes with and without rivals on one scale."""

import random

import pytest
from ri_stats import scales


def test_shipped_constants_call_as_many_attached_on_both_bases():
    # Means 73.6 and 61.6, deviations 11.1 and 12.2 of one population: 52.0 is as rare as 65.
    assert scales.equated_attitude(52.044, scales.EQUATING) == pytest.approx(65, abs=0.001)
    assert scales.equated_attitude(100, scales.EQUATING) == 100
    assert scales.equated_attitude(0, scales.EQUATING) == pytest.approx(18.16)


def test_own_constants_from_a_hundred_customers_on():
    rng = random.Random(4)
    pairs = [(a, 20 + 0.5 * a) for a in (rng.uniform(40, 90) for _customer in range(100))]
    own = scales.fit_equating(pairs)
    assert own.slope == pytest.approx(2)
    for alone, compared in pairs:
        assert scales.equated_attitude(compared, own) == pytest.approx(alone)
    assert scales.fit_equating(pairs[:99]) == scales.EQUATING
    assert scales.fit_equating([(50, 50)] * 200) == scales.EQUATING
